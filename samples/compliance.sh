#!/bin/sh
# The compliance report: holds endpoints against policies, gives each owner a
# report of their own, and makes a folder that an auditor can sign: what was
# read, what came of each row, and the digest of every file.
#
#   sh samples/compliance.sh                                the demo fleet
#   sh samples/compliance.sh FOLDER FILE.csv [OPTION...]    a fleet of your own
#
# OPTIONs are those of "certmuster scan"; without --policy among them endpoints
# are held against BCP 195, PCI DSS and Mozilla's intermediate level. FOLDER has
# `all` (the whole fleet), `by-owner`, the store, sign-off.txt, and SHA256SUMS of
# them. "certmuster verify FOLDER/all" says which file was changed since, and so
# does "sha256sum -c SHA256SUMS".
#
# Exit codes: 0 written, and every row accounted for, whatever the endpoints are
# like; 4 a row is missing; others as certmuster's.
# SPDX-License-Identifier: Apache-2.0
set -eu

. "$(dirname "$0")/demo/use.sh"
POLICIES=bcp-195,pci-dss,mozilla-intermediate
OWNER_COLUMN=${OWNER_COLUMN:-owner}

find_program
if [ $# -eq 0 ]; then
  use_demo_fleet
  # shellcheck disable=SC2086
  set -- "$BUILD/demo/compliance" "$TOP/samples/compliance.csv" \
    --trust "demo=$FLEET/roots.pem" $DEMO_NETWORK
elif [ $# -eq 1 ]; then
  echo "usage: sh samples/compliance.sh [FOLDER FILE.csv [OPTION...]]" >&2
  exit $USAGE
fi
folder=$1 input=$2
shift 2
case " $* " in
  *" --policy"*) ;;
  *) set -- "$@" --policy $POLICIES ;;
esac
rm -rf "${folder:?}/all" "$folder/by-owner" "$folder/sign-off.txt" \
  "$folder/SHA256SUMS"
mkdir -p "$folder"

"$CERTMUSTER" scan --db "$folder/compliance.db" --out "$folder/all" \
  --inventory "$@" "$input" >"$folder/summary.txt"
"$CERTMUSTER" report --db "$folder/compliance.db" --out "$folder/by-owner" \
  --split-by "$OWNER_COLUMN" --quiet

# Every row of the input is in the output once: counted in the files, not taken
# from what the program says of itself.
rows=$(sed -n 's/.*"rows_read":\([0-9]*\).*/\1/p' "$folder/all/report.json")
reported=$(wc -l <"$folder/all/endpoints.jsonl")
verdicts() { # how many rows have each verdict
  awk 'match($0, /"verdict":"[a-z_]*"/) {
      number[substr($0, RSTART + 11, RLENGTH - 12)]++
    }
    END { for (verdict in number) printf "  %6d  %s\n", number[verdict], verdict }
  ' "$folder/all/endpoints.jsonl" | sort -k 2
}
(cd "$folder" && find all by-owner summary.txt -type f | LC_ALL=C sort |
  xargs -d '\n' sha256sum) >"$folder/SHA256SUMS"
{
  echo "Compliance report"
  echo
  echo "input      $input"
  echo "           SHA-256 $(sha256sum <"$input" | cut -d ' ' -f 1)"
  echo "made       $(date -u +%Y-%m-%dT%H:%M:%SZ) on $(uname -n)"
  echo "program    $("$CERTMUSTER" --version)"
  echo "options    --inventory $*"
  echo
  echo "Rows read from the input: $rows. Rows reported: $reported."
  verdicts
  echo
  sed -n '/^ policy /,/^$/p' "$folder/summary.txt"
  echo "The digests of all files are in SHA256SUMS, whose own SHA-256 is"
  sha256sum <"$folder/SHA256SUMS" | cut -d " " -f 1
  echo
  echo "Checked by ____________________  on ______________  signed ______________"
} >"$folder/sign-off.txt"

cat "$folder/sign-off.txt"
[ "$rows" = "$reported" ] || {
  echo "compliance: $rows rows were read, but $reported are reported" >&2
  exit 4
}
echo
echo "All of it: $folder/all/report.html and $folder/by-owner"
