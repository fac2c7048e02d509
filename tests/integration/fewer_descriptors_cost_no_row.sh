#!/bin/sh
# The limit of open files is lowered in mid-run: fewer endpoints are asked at
# once, all are asked in the end, and it is said once.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

port=$(free_port 127.71.7.1)
# Connections wait in its queue, and nobody ever answers.
start python3 -c 'import socket, sys, time
s = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=1000)
time.sleep(300)' 127.71.7.1 "$port"
wait_port 127.71.7.1 "$port"
awk -v port="$port" 'BEGIN { print "host,port,sni"
  for (i = 0; i < 300; i++) printf "127.71.7.1,%d,n%d.test\n", port, i }' \
  >fleet.csv
{
  code=0
  # shellcheck disable=SC2016 # the inner shell's
  sh -c 'echo $$ >pid; exec "$@"' sh "$CERTMUSTER" scan --progress none --loopback-ok \
    --jobs 1 --rate 100 --retries 0 --diagnose-probes 0 --no-back-off \
    --timeout-tls 1.5 --formats jsonl --out report fleet.csv >summary.txt \
    2>messages.txt || code=$?
  echo $code >code
} &
scan=$!
sleep 2 # 150 are under way
prlimit --pid "$(cat pid)" --nofile=128:128
wait $scan
code=$(cat code)
want_code 0
[ "$(wc -l <report/endpoints.jsonl)" -eq 300 ] || fail "rows are missing"
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint
  WHERE primary_cause = 'tls_handshake_timeout'")
[ "$n" -eq 300 ] || fail "$n endpoints are what they are"
n=$(sqlite3 certmuster.db "SELECT count(*) FROM probe WHERE sys_errno != 110")
[ "$n" -eq 0 ] || fail "$n probes show an error of our own"
n=$(grep -c "no means for so many connections" messages.txt) || :
[ "$n" -eq 1 ] || fail "said $n times: $(cat messages.txt)"
got=$(sqlite3 certmuster.db "SELECT json_extract(faults, '\$[0].fault') || ' ' ||
  json_extract(faults, '\$[0].endpoints') FROM run")
[ "$got" = "no_descriptors 0" ] || fail "the run's faults: $got"
grep -q "no endpoint was lost: no descriptor, local port or buffer" summary.txt ||
  fail "$(cat summary.txt)"
if grep -q "Scan these again" summary.txt; then
  fail "there is nothing to scan again"
fi
finish
