#!/bin/sh
# The periodic audit: scans a fleet, compares with the audit before, and says by
# its exit code whether somebody has to act.
#
#   sh samples/audit.sh                                  the demo fleet
#   sh samples/audit.sh FOLDER FILE.csv [OPTION...]      a fleet of your own
#
# FOLDER keeps the store of all audits (audit.db), a folder of reports for each
# of the last KEEP (12) audits, and `latest`, which leads to the newest. OPTIONs
# are those of "certmuster scan". The summary is printed when there is something
# to do, or on a terminal: cron mails what is printed.
#
# Exit codes: 0 nothing fails that did not fail before; 1 something does; 3 the
# audit is incomplete; others as certmuster's. SPDX-License-Identifier: Apache-2.0
set -eu

. "$(dirname "$0")/demo/use.sh"
KEEP=${KEEP:-12}

find_program
if [ $# -eq 0 ]; then
  use_demo_fleet
  # shellcheck disable=SC2086
  set -- "$BUILD/demo/audit" "$TOP/samples/audit.csv" \
    --trust "demo=$FLEET/roots.pem" $DEMO_NETWORK
elif [ $# -eq 1 ]; then
  echo "usage: sh samples/audit.sh [FOLDER FILE.csv [OPTION...]]" >&2
  exit $USAGE
fi
folder=$1 input=$2
shift 2
mkdir -p "$folder"
name=$(date -u +%Y-%m-%dT%H%M%SZ)

# One audit at a time: the next one compares with this one.
exec 9>"$folder/lock"
flock -n 9 || {
  echo "audit: the audit before is still under way in $folder" >&2
  exit $INCOMPLETE
}

code=0
"$CERTMUSTER" scan --db "$folder/audit.db" --out "$folder/$name" \
  --fail-on new-breaks_now "$@" "$input" \
  >"$folder/summary.txt" 2>"$folder/messages.txt" || code=$?
mv "$folder/summary.txt" "$folder/messages.txt" "$folder/$name/" 2>/dev/null || {
  cat "$folder/messages.txt" >&2 # there is no report
  exit $code
}
ln -sfn "$name" "$folder/latest"

# The reports of old audits go; what they found stays in the store.
find "$folder" -mindepth 1 -maxdepth 1 -type d -name '????-??-??T??????Z' |
  sort -r | tail -n +$((KEEP + 1)) | while read -r old; do
  rm -rf "$old"
done

# Which endpoints they are, one a line; the first audit has none before it.
"$CERTMUSTER" diff --db "$folder/audit.db" >"$folder/$name/changes.txt" \
  2>/dev/null || :

first=no
! grep -q "no complete earlier run" "$folder/$name/changes.txt" || first=yes

if [ $code -ne 0 ] || [ -t 1 ]; then
  cat "$folder/$name/summary.txt"
  [ $first = yes ] || cat "$folder/$name/changes.txt"
  case $code$first in
    [01]yes)
      echo "This is the first audit of this input: what fails now is what the"
      echo "next ones compare with."
      ;;
    0*) echo "Nothing fails that did not fail before." ;;
    1*) echo "Something fails that did not fail before." ;;
    *) cat "$folder/$name/messages.txt" ;;
  esac
  echo "All of it: $folder/latest/report.html"
fi
exit $code
