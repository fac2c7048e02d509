#!/bin/sh
# 20,000 rows at --concurrency 5000, good and bad, malformed and unresolvable:
# each comes back exactly once in every output. ROWS=N: fewer, for slow builds.
. "$(dirname "$0")/lib.sh"

ROWS=${ROWS:-20000}
python3 - "$ROWS" >fleet.csv <<'PY'
import random, sys
random.seed(7)
good = ["web", "api", "a.wild", "pay-1", "crm", "erp", "with-root", "sha1"]
print("host,port,owner,note")
for i in range(int(sys.argv[1])):
    kind = i % 40
    owner = "team %d" % (i % 17)
    if kind == 0:
        print('bad host %d,8443,%s,malformed' % (i, owner))
    elif kind == 1:
        print('host%d.demo.test,99999,%s,"port, too large"' % (i, owner))
    elif kind == 2:
        print('"open %d"x,8443,%s,quote' % (i, owner))
    elif kind == 3:
        print('none%d.demo.test,8443,%s,unknown name' % (i, owner))
    elif kind == 4:
        print('127.42.2.%d,8443,%s,closed port' % (i % 250 + 1, owner))
    elif kind == 5 and i % 400 == 5:
        print('127.42.1.49,8443,%s,silent' % owner)
    elif kind < 12:
        print('%s.demo.test,8443,%s,"a note, quoted"' % (
            random.choice(good), owner))
    else: # endpoints of their own: another server name each
        print('127.42.1.%d,8443,%s,by address %d' % (i % 6 + 1, owner, i))
PY
# A server name makes an endpoint of its own; give each row one.
awk -F, 'NR == 1 { print $0 ",sni"; next }
  /by address/ { print $0 ",n" NR ".demo.test"; next }
  /x,8443/ { print; next } { print $0 "," }' <fleet.csv >named.csv
# The limits are wide: with sanitizers a busy machine needs long for 5,000
# handshakes at once.
scan --out report --concurrency 5000 --timeout-connect 20 --timeout-tls 20 \
  --timeout-total 100 named.csv
want_code 0
python3 "$CHECK" accounting report $ROWS || fail "accounting"
for cause in input_unparsable dns_nxdomain connect_refused \
  tls_handshake_timeout; do
  n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint
    WHERE primary_cause = '$cause'")
  [ "$n" -gt 0 ] || fail "no $cause"
done
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint
  WHERE verdict = 'invalid_row'")
[ "$n" -eq $((ROWS * 3 / 40)) ] || fail "$n invalid rows of $ROWS"
# Servers answered: a handshake was seen for nearly every row that has one.
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint
  WHERE tls_version IS NOT NULL")
[ "$n" -gt $((ROWS * 4 / 5)) ] || fail "only $n rows with a handshake"
finish
