#!/bin/sh
# Several trust views: a verdict in each, the row's own in front; what differs
# is told; a distrust list makes a root of today one that ends.
. "$(dirname "$0")/lib.sh"

old=$FLEET/pki/oldroot.pem
cat >fleet.csv <<CSV
host,port,trust,owner
web.demo.test,8443,,shop
erp.demo.test,8443,,erp
erp.demo.test,8443,corp,erp
web.demo.test,8443,CORP,shop
web.demo.test,8443,java,shop
CSV
scan --trust "corp=$old" --out report fleet.csv # after demo=..., the default
want_code 0
python3 "$CHECK" accounting report 5 || fail "accounting"

sqlite3 certmuster.db "SELECT line, view, verdict, views FROM v_endpoint" \
  >verdicts.txt
cat >wanted.txt <<'ROWS'
2|demo|trusted|{"demo":"trusted","corp":"untrusted"}
3|demo|untrusted|{"demo":"untrusted","corp":"trusted"}
4|corp|trusted|{"demo":"untrusted","corp":"trusted"}
5|corp|untrusted|{"demo":"trusted","corp":"untrusted"}
6|demo|invalid_row|{"demo":"invalid_row","corp":"invalid_row"}
ROWS
diff wanted.txt verdicts.txt || fail "verdicts"
sqlite3 certmuster.db "SELECT reason FROM v_endpoint WHERE line = 6" |
  grep -q 'no trust view is named "java"' || fail "an unknown view"
sqlite3 certmuster.db "SELECT primary_cause FROM v_endpoint
  WHERE line IN (3, 5)" | sort -u >causes.txt
[ "$(cat causes.txt)" = root_not_in_client_store ] ||
  fail "what differs is called $(cat causes.txt)"
sqlite3 certmuster.db "SELECT view, anchors, distrusted, length(sha256)
  FROM v_view ORDER BY ord" >views.txt
printf 'demo|1|0|64\ncorp|1|0|64\n' | diff - views.txt || fail "the run's views"
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_verdict
  WHERE verdict = 'trusted'")
[ "$n" -eq 4 ] || fail "$n verdicts are trusted, not 4"

# The demo root is distrusted for what was issued after a day: the certificate
# of soon.demo.test is older.
hash=$(openssl x509 -in "$FLEET/roots.pem" -outform DER | sha256sum)
day=$(date -u -d '-60 days' +%Y-%m-%d)
printf 'sha256,kind,date,note\n%s,not_before,%s,"the test, on purpose"\n' \
  "${hash%% *}" "$day" >distrust.csv
printf 'host,port,trust\nweb.demo.test,8443,\nsoon.demo.test,8443,\nweb.demo.test,8443,listed\nsoon.demo.test,8443,listed\n' >listed.csv
scan --trust "listed=$FLEET/roots.pem,distrust.csv" --db listed.db \
  --out listed listed.csv
want_code 0
sqlite3 listed.db "SELECT line, verdict, views FROM v_endpoint" >listed.txt
cat >wanted.txt <<'ROWS'
2|trusted|{"demo":"trusted","listed":"untrusted"}
3|trusted|{"demo":"trusted","listed":"trusted"}
4|untrusted|{"demo":"trusted","listed":"untrusted"}
5|trusted|{"demo":"trusted","listed":"trusted"}
ROWS
diff wanted.txt listed.txt || fail "distrust after"
[ "$(sqlite3 listed.db "SELECT primary_cause FROM v_endpoint
  WHERE line = 4")" = ca_distrust_after ] || fail "the cause of distrust"
grep -q . listed/endpoints.csv || fail "no outputs"

# Mistakes are told before anything is scanned.
wants_usage() { # wants_usage PATTERN OPTIONS...
  pattern=$1
  shift
  scan --db none.db "$@" fleet.csv
  want_code 2
  grep -q -e "$pattern" messages.txt || fail "no '$pattern' in $(cat messages.txt)"
}
wants_usage 'two trust views are named "demo"' --trust "demo=$old"
wants_usage 'no file' --trust corp=
printf 'sha256,kind,date\n%s,sct,soon\n' "${hash%% *}" >bad.csv
wants_usage 'bad.csv: line 2: "soon" is not a date' --trust "x=$old,bad.csv"
wants_usage 'no-such.crl' --crl no-such.crl
wants_usage 'crl, ocsp and staple' --revocation crl,maybe
[ ! -e none.db ] || fail "a refused scan left a store behind"
follows_schema report
finish
