#!/bin/sh
# The scanner's own network fails in mid-run, for good or for a while, or was
# never there: what the canaries show is blamed on nobody.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

PEERS=$SOURCE/tests/integration/polite_peers.py
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
  -keyout key.pem -out cert.pem -subj "/CN=127.61.0.1" \
  -addext "subjectAltName=IP:127.61.1.1,IP:127.61.2.1,IP:127.61.3.1" \
  -addext "extendedKeyUsage=serverAuth" 2>>servers.log
port=$(free_port 127.61.1.1)

# serve N: the fleet 127.61.N.1 and its canary 127.61.0.N, as far as they do not
# run; their process ids in serve.N and canary.N.
serve() {
  python3 "$PEERS" throttle "served.$1" "127.61.$1.1" "$port" 100000 cert.pem \
    key.pem >>servers.log 2>&1 &
  echo $! | tee "serve.$1" >>started
  python3 "$PEERS" count "asked.$1" "$port" "127.61.0.$1" >>servers.log 2>&1 &
  echo $! | tee "canary.$1" >>started
  wait_port "127.61.$1.1" "$port"
  wait_port "127.61.0.$1" "$port"
}
unplug() { kill -KILL "$(cat "serve.$1")" "$(cat "canary.$1")"; }

# begin N OPTIONS...: a scan of 240 endpoints in the background, in six seconds.
begin() {
  n=$1
  shift
  awk -v port="$port" -v n="$n" 'BEGIN { print "host,port,sni"
    for (i = 0; i < 240; i++) printf "127.61.%d.1,%d,n%d.test\n", n, port, i }' \
    >"fleet.$n.csv"
  {
    code=0
    "$CERTMUSTER" scan --quiet --trust cert.pem --loopback-ok --rate 40 \
      --diagnose-probes 0 --formats jsonl --out "report.$n" --db "$n.db" \
      "$@" "fleet.$n.csv" >"summary.$n" 2>"messages.$n" || code=$?
    echo $code >"code.$n"
  } &
  echo $! >"scan.$n"
}
# end N CODE
end() {
  wait "$(cat "scan.$1")"
  code=$(cat "code.$1")
  cp "messages.$1" messages.txt
  want_code "$2"
  [ "$(wc -l <"report.$1/endpoints.jsonl")" -eq 240 ] ||
    fail "scan $1: rows are missing"
}
# want N WHERE NUMBER: as many endpoints; NUMBER is "= 3", "> 3" ...
want() {
  got=$(sqlite3 "$1.db" "SELECT count(*) $3, count(*) FROM v_endpoint WHERE $2")
  [ "${got%|*}" = 1 ] || fail "scan $1: ${got#*|} endpoints with $2"
}
NOT_BLAMED="primary_cause LIKE 'connect%' OR primary_cause LIKE '%reset%' OR
  primary_cause LIKE '%closed%' OR primary_cause LIKE '%timeout%'"

serve 1
serve 2
begin 1 --canary "127.61.0.1:$port" --canary "127.61.0.9:$port"
begin 2 --canary "127.61.0.2:$port" --jobs 2
# Never there. Its servers are, but are not to be asked.
serve 3
kill -KILL "$(cat canary.3)"
begin 3 --canary "[::1]:1" --canary "127.61.0.3:$port"
# These are dead indeed: the canary says that it is not us.
begin 4 --canary "127.61.0.2:$port" --rate 200
sleep 2
end 4 0
unplug 1
unplug 2
sleep 4
serve 2

end 2 0
want 2 "$NOT_BLAMED OR primary_cause LIKE 'scanner%'" "= 0"
want 2 "verdict = 'not_checked'" "= 0"
end 1 3
want 1 "$NOT_BLAMED" "= 0"
want 1 "verdict = 'not_checked'" "> 60"
want 1 "primary_cause = 'scanner_offline'" "> 60"
want 1 "primary_cause = 'scanner_offline'" "< 240"
end 3 3
want 3 "primary_cause = 'scanner_offline'" "= 240"
want 4 "primary_cause = 'connect_refused'" "= 240"
grep -q "scanner's own fault: .* endpoints: no canary could be reached" \
  messages.1 || fail "no note: $(cat messages.1)"
got=$(sqlite3 1.db "SELECT json_array_length(faults) ||
  json_extract(faults, '\$[0].fault') FROM run")
[ "$got" = 1offline ] || fail "the run's faults: $got"
kill -TERM "$(cat serve.3)"
for _ in $(seq 50); do
  [ -s served.3 ] && break
  sleep 0.1
done
python3 -c 'import json
d = json.load(open("served.3"))
assert d["served"] == 1, d  # by wait_port' || fail "scan 3 asked its endpoints"

code=0
"$CERTMUSTER" scan --canary "a:b" fleet.1.csv >/dev/null 2>messages.txt || code=$?
want_code 2
finish
