#!/bin/sh
# SIGINT in the middle: exit code 3, a partial run, every row in the outputs.
. "$(dirname "$0")/lib.sh"

awk 'BEGIN { print "host,port,sni"
  for (i = 0; i < 3000; i++)
    printf "127.42.1.%d,8443,n%d.demo.test\n", i % 2 ? 49 : 1, i }' >fleet.csv
"$CERTMUSTER" scan --out report --trust "$FLEET/roots.pem" --concurrency 50 \
  --timeout-tls 30 --timeout-total 60 fleet.csv >summary.txt 2>messages.txt &
pid=$!
# Not before something was recorded.
tries=0
until [ "$(sqlite3 certmuster.db 'SELECT count(*) FROM result' 2>/dev/null ||
  echo 0)" -gt 0 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || break
  sleep 0.1
done
kill -INT $pid
code=0
wait $pid || code=$?
want_code 3
python3 "$CHECK" accounting report 3000 || fail "accounting"
state=$(sqlite3 certmuster.db 'SELECT state FROM v_run')
[ "$state" = partial ] || fail "the run is $state"
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint
  WHERE primary_cause = 'not_scanned'")
[ "$n" -gt 100 ] || fail "only $n rows not scanned"
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint
  WHERE tls_version IS NOT NULL")
[ "$n" -gt 0 ] || fail "what was scanned is lost"
finish
