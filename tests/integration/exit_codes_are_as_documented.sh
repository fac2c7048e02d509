# Each exit code happens, and --help, the manual page and README.md have the
# same ones.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# shellcheck disable=SC2034 # want_code reads it
. "$SOURCE/tests/integration/lib.sh"

codes=$(sed -n 's/^CM_EXIT([A-Z]*, \([0-9]*\),.*/\1/p' \
  "$SOURCE/scanner/cli/exit.def" | tr '\n' ' ')
[ "$codes" = "0 1 2 3 4 75 " ] || fail "the table has $codes"
help=$("$CERTMUSTER" --help | sed -n '/^Exit codes:/,$s/^ *\([0-9][0-9]*\)  .*/\1/p' |
  tr '\n' ' ')
[ "$help" = "$codes" ] || fail "--help has $help"
page=$("$CERTMUSTER" --manual-page |
  sed -n '/^.Sh EXIT STATUS/,/^.El/s/^.It \([0-9]*\).*/\1/p' | tr '\n' ' ')
[ "$page" = "$codes" ] || fail "the manual page has $page"
readme=$(sed -n '/^## Exit codes/,/^## /s/^| \([0-9]*\) |.*/\1/p' \
  "$SOURCE/README.md" | tr '\n' ' ')
[ "$readme" = "$codes" ] || fail "README.md has $readme"

# exits CODE ARGUMENTS...
exits() {
  want=$1
  shift
  code=0
  "$CERTMUSTER" "$@" >out.txt 2>messages.txt || code=$?
  [ "$code" -eq "$want" ] ||
    fail "certmuster $*: $code instead of $want: $(cat messages.txt)"
}
printf 'host,port\nbad host name,1\n127.76.1.1,1\n' >fleet.csv
openssl req -x509 -newkey ed25519 -nodes -keyout key.pem -out cert.pem \
  -subj /CN=exit.example -days 3 2>/dev/null

exits 0 scan fleet.csv --quiet
exits 0 report --quiet
exits 0 verify certmuster-report
exits 0 check cert.pem --roots cert.pem

exits 1 scan fleet.csv --quiet --fail-on breaks_now
exits 1 report --quiet --fail-on breaks_now
exits 1 report --quiet --fail-on breaks_now --split-by host --out parts
exits 1 check cert.pem
exits 1 explain --error "nothing of the kind"
echo >>certmuster-report/report.json
exits 1 verify certmuster-report

exits 2 scan fleet.csv --nothing-of-the-kind
exits 2 scan nowhere.csv
exits 2 report --run 99
exits 2 report --formats nothing
exits 2 verify fleet.csv
exits 2 check fleet.csv
exits 2 nothing

exits 3 scan fleet.csv --quiet --out /dev/null/folder
exits 3 report --quiet --out /dev/null/folder

# Somebody takes a row out of the store under the scan's hands.
exits 0 scan fleet.csv --quiet --db lossy.db
sqlite3 lossy.db "CREATE TRIGGER lose AFTER INSERT ON row WHEN new.id = 2
  BEGIN DELETE FROM row WHERE run = new.run AND id = 2; END"
exits 4 scan fleet.csv --quiet --db lossy.db

exits 75 scan fleet.csv --quiet --shard 0/1 --shard-dir /dev/null/folder
finish
