#!/bin/sh
# The inventory before a migration: which endpoints does an application call,
# what do they serve, and which of them will the new platform refuse, on the day
# of the move?
#
#   sh samples/migration.sh                                  the demo fleet
#   sh samples/migration.sh FOLDER FILE.csv DAY [OPTION...]  a fleet of your own
#
# OPTIONs are those of "certmuster scan": name the trust view of today and that
# of the new platform, the clients of the new platform, and its rules, e.g.
#
#   sh samples/migration.sh move calls.csv 2027-03-01 --trust today=old-roots.pem \
#     --trust target=new-roots.pem --profile netfx48_w2022,java21 \
#     --policy outsystems
#
# FOLDER/today has what is so now (report.html, certificates.csv and the rest),
# FOLDER/on-the-day what will be so on DAY if nobody acts, by what was stored.
# Exit codes: 0 written, whatever it says; others as certmuster's.
# SPDX-License-Identifier: Apache-2.0
set -eu

. "$(dirname "$0")/demo/use.sh"

find_program
if [ $# -eq 0 ]; then
  use_demo_fleet
  # Today's servers trust the old corporate root as well; the new ones do not,
  # and run .NET on Windows Server 2022 beside Java 21.
  mkdir -p "$BUILD/demo/migration"
  cat "$FLEET/roots.pem" "$FLEET/pki/oldroot.pem" \
    >"$BUILD/demo/migration/roots-of-today.pem"
  # shellcheck disable=SC2086
  set -- "$BUILD/demo/migration" "$TOP/samples/migration.csv" \
    "$(date -u -d '+60 days' +%Y-%m-%d)" \
    --trust "today=$BUILD/demo/migration/roots-of-today.pem" \
    --trust "target=$FLEET/roots.pem" --profile netfx48_w2022,java21 \
    --policy outsystems $DEMO_NETWORK
elif [ $# -lt 3 ]; then
  echo "usage: sh samples/migration.sh [FOLDER FILE.csv DAY [OPTION...]]" >&2
  exit $USAGE
fi
folder=$1 input=$2 day=$3
shift 3
mkdir -p "$folder"

# stage NAME COMMAND...: writes FOLDER/NAME, and shows the summary.
stage() {
  name=$1
  shift
  rm -rf "${folder:?}/$name"
  "$CERTMUSTER" "$@" --db "$folder/migration.db" --out "$folder/$name" \
    >"$folder/$name.txt" || exit $?
  mv "$folder/$name.txt" "$folder/$name/summary.txt"
}

# All that is served, not only what one handshake chose: this takes a while.
stage today scan --inventory "$@" "$input"
# No connection is made: judged again from the store, as of that day.
stage on-the-day rejudge --at "$day"

echo "Today:"
cat "$folder/today/summary.txt"
echo
echo "On $day, if nobody acts:"
cat "$folder/on-the-day/summary.txt"
echo
echo "All of it: $folder/today/report.html and $folder/on-the-day/report.html"
