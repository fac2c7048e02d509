#!/bin/sh
# Every endpoint of the demo fleet gets the primary cause that its row expects.
. "$(dirname "$0")/lib.sh"

scan --all-addresses --out report "$SOURCE/samples/demo.csv"
want_code 0
python3 "$CHECK" expected report || fail "primary causes"
python3 "$CHECK" accounting report \
  "$(($(grep -vc '^#' "$SOURCE/samples/demo.csv") - 1))" || fail "accounting"
# Nothing stands between the trusted and the untrusted.
grep -q "actions" summary.txt || fail "no actions in the summary"
# The missing intermediate was found elsewhere in the fleet, and is one action.
sqlite3 certmuster.db "SELECT fixes_rows, subject FROM v_action
  WHERE resolution = 'install_chain'" >actions.txt
grep -q "^[34]|.*Demo TLS CA 1" actions.txt || {
  cat actions.txt >&2
  fail "the missing intermediate is not one action"
}
# Two names, one key: only the fleet as a whole shows it.
for host in erp hr; do
  python3 "$CHECK" causes report $host.demo.test key_shared || fail "one key"
done
[ "$(sqlite3 certmuster.db "SELECT count(*) FROM v_action
  WHERE subject = 'the shared key' AND touches_rows = 2")" -eq 1 ] ||
  fail "the shared key is not one action"
follows_schema report
finish
