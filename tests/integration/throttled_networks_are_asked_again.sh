#!/bin/sh
# A network that resets connections above a rate: no endpoint is taken for dead,
# and those that were refused at first say so. Then faults of our own: a DNS
# server that falls silent, too few descriptors.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

PEERS=$SOURCE/tests/integration/polite_peers.py
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
  -keyout key.pem -out cert.pem -subj "/CN=127.63.3.1" \
  -addext "subjectAltName=IP:127.63.3.1" \
  -addext "extendedKeyUsage=serverAuth" 2>>servers.log
port=$(free_port 127.63.3.1)
start python3 "$PEERS" throttle throttle.json 127.63.3.1 "$port" 25 cert.pem \
  key.pem
wait_port 127.63.3.1 "$port"
count() { sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint WHERE run =
  (SELECT max(id) FROM run) AND $1"; }
run() {
  code=0
  "$CERTMUSTER" scan --progress json --trust cert.pem --loopback-ok --out report \
    --formats jsonl "$@" >summary.txt 2>messages.txt || code=$?
}

# A hundred endpoints: they differ in the name that is sent.
awk -v port="$port" 'BEGIN { print "host,port,sni"
  for (i = 0; i < 100; i++) printf "127.63.3.1,%d,n%d.test\n", port, i }' \
  >fleet.csv
run --diagnose-probes 0 --metrics scan.prom fleet.csv
n=$(count "primary_cause IN ('tls_reset_on_hello', 'connect_refused',
  'tls_closed_on_hello', 'connect_timeout', 'not_scanned')")
# Tries end some time: on a busy machine one may meet the limit in all of its own.
[ "$n" -le 3 ] || fail "$n endpoints are blamed for the throttling"
n=$(count "causes LIKE '%throttled%'")
[ "$n" -gt 10 ] || fail "$n endpoints are throttled"
[ "$n" -lt 90 ] || fail "$n endpoints of 100 are throttled"
python3 -c 'import json, sys
lines = [json.loads(x) for x in open("messages.txt") if x.startswith("{")]
assert max(x["set_aside"] for x in lines) > 10, lines
assert lines[-1]["set_aside"] == lines[-1]["waiting"] == 0, lines[-1]
assert lines[-1]["throttled"] >= int(sys.argv[1]), lines[-1]' "$n" ||
  fail "the progress does not tell of $n that were throttled"
grep -q "^certmuster_endpoints_set_aside 0\$" scan.prom || fail "$(cat scan.prom)"
sqlite3 certmuster.db "SELECT proof FROM finding WHERE cause = 'throttled'" |
  grep -q "connections to 127.63.3.0/24 that were started together" ||
  fail "the proof names no network"

# Without it they are blamed: the server does throttle.
run --diagnose-probes 0 --no-back-off fleet.csv
n=$(count "primary_cause LIKE '%reset%' OR primary_cause LIKE '%closed%'")
[ "$n" -gt 10 ] || fail "the server resets too little: $n"

# DNS answers for ten names only; the others are nobody's fault but ours.
dns_port=$(free_port 127.63.0.54)
start python3 "$PEERS" dns 127.63.0.54 "$dns_port" 20
awk -v port="$port" 'BEGIN { print "host,port"
  for (i = 0; i < 60; i++) printf "n%d.127-63-3-1.test,%d\n", i, port }' \
  >names.csv
sleep 0.2
run --no-hosts-file --resolver "127.63.0.54:$dns_port" --timeout-dns 1 --rate 40 \
  --dns-patience 2 --ipv4 names.csv
want_code 3
n=$(count "primary_cause = 'scanner_resolver_down'")
[ "$n" -gt 20 ] || fail "$n names wait for DNS servers that are down"
n=$(count "primary_cause = 'dns_timeout_refused'")
[ "$n" -lt 20 ] || fail "$n names are blamed for the DNS servers"
n=$(sqlite3 certmuster.db "SELECT json_extract(faults, '\$[0].endpoints') FROM run
  ORDER BY id DESC LIMIT 1")
[ "${n:-0}" -gt 20 ] || fail "run.faults: $n"
grep -q "scanner's own fault" messages.txt || fail "$(cat messages.txt)"

# A shard with such rows is not done: it is for another try, or machine.
run --no-hosts-file --resolver "127.63.0.54:$dns_port" --timeout-dns 1 --rate 40 \
  --dns-patience 2 --ipv4 --shard 0/1 --shard-dir parts names.csv
want_code 75
grep -q "scanner's own fault: .*; shard 0/1 has to be run again" messages.txt ||
  fail "$(cat messages.txt)"
[ -z "$(ls -A parts)" ] || fail "a shard with faults left $(ls -A parts)"

# Few descriptors: slower, and nothing lost.
code=0
prlimit --nofile=130:130 "$CERTMUSTER" scan --quiet --trust cert.pem \
  --loopback-ok --out report --formats jsonl --db few.db --diagnose-probes 0 \
  --concurrency 1000 fleet.csv >summary.txt 2>messages.txt || code=$?
want_code 0
[ "$(wc -l <report/endpoints.jsonl)" -eq 100 ] || fail "rows are missing"
n=$(sqlite3 few.db "SELECT (SELECT count(*) FROM probe WHERE sys_errno IN
  (23, 24)) + (SELECT count(*) FROM v_endpoint WHERE verdict = 'not_checked')")
[ "$n" -eq 0 ] || fail "$n endpoints lack descriptors"
finish
