#!/bin/sh
# How many connections are under way at an address and in a network, counted by
# the servers; the order of a shuffled scan; the rate.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

PEERS=$SOURCE/tests/integration/polite_peers.py
port=$(free_port 127.63.0.1)
dns_port=$(free_port 127.63.0.53)
all=$(seq -f '127.63.1.%g' 1 6; seq -f '127.63.2.%g' 1 30; echo 127.63.0.9)

# count FILE: the counting servers; count_over ends them, which writes FILE.
count() {
  rm -f "$1"
  # shellcheck disable=SC2086
  python3 "$PEERS" count "$1" "$port" $all >>servers.log 2>&1 &
  counter=$!
  echo $counter >>started
  wait_port 127.63.0.9 "$port"
}
count_over() {
  kill -TERM $counter
  wait $counter || fail "the counting server"
}
ask() { # ask FILE EXPRESSION: of what was counted
  python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$1" "$2"
}
run() {
  code=0
  "$CERTMUSTER" scan --progress json --resolver "127.63.0.53:$dns_port" --no-hosts-file \
    --out report --formats jsonl --timeout-connect 20 --timeout-tls 20 "$@" \
    >summary.txt 2>messages.txt || code=$?
}

start python3 "$PEERS" dns 127.63.0.53 "$dns_port"

# Twenty names and the literal of each of six addresses, on four threads. The
# servers say nothing: retries and hellos that diagnose count, too.
{
  echo host,port
  for i in $(seq 1 6); do
    echo "127.63.1.$i,$port"
    for n in $(seq 1 20); do echo "n$n.127-63-1-$i.test,$port"; done
  done
} >names.csv
count address.json
run --jobs 4 --per-address 3 --per-prefix 0 --rate 500 names.csv
count_over
want_code 0
python3 -c 'import json
lines = [json.loads(x) for x in open("messages.txt") if x.startswith("{")]
assert max(x["waiting"] for x in lines) > 50, lines
assert all(x["rate_limit"] == 500 for x in lines)
assert lines[-1]["waiting"] == lines[-1]["set_aside"] == 0, lines[-1]' ||
  fail "who waits is not in the progress"
most=$(ask address.json 'max(v for k, v in d["most"].items() if "/" not in k)')
[ "$most" = 3 ] || fail "$most connections to one address at once"
n=$(ask address.json 'd["connections"]')
[ "$n" -gt 252 ] || fail "only $n connections, no retries among them?"
[ "$(wc -l <report/endpoints.jsonl)" -eq 126 ] || fail "rows are missing"

count prefix.json
run --jobs 4 --per-address 0 --per-prefix 7 --diagnose-probes 2 names.csv
count_over
most=$(ask prefix.json 'd["most"]["127.63.1.0/24"]')
[ "$most" = 7 ] || fail "$most connections to one /24 at once"

# Without limits this machine's own addresses have none.
count free.json
run --jobs 2 names.csv
count_over
most=$(ask free.json 'max(v for k, v in d["most"].items() if "/" not in k)')
[ "$most" -gt 16 ] || fail "only $most connections to one address at once"

# One after the other: the seed makes the order, and is in the store.
{
  echo host,port
  for i in $(seq 1 30); do echo "127.63.2.$i,$port"; done
} >order.csv
for what in "a --seed 5" "b --seed 5" "c --seed 6" "d --no-shuffle" "e"; do
  # shellcheck disable=SC2086
  set -- $what
  name=$1
  shift
  count "$name.json"
  run --jobs 1 --concurrency 1 --diagnose-probes 0 --retries 0 --db "$name.db" \
    "$@" order.csv
  count_over
  ask "$name.json" '"\n".join(d["order"][1:])' >"$name.txt"
done
cmp -s a.txt b.txt || fail "the same seed gives another order"
cmp -s a.txt c.txt && fail "two seeds give the same order"
seq -f '127.63.2.%g' 1 30 | cmp -s - d.txt || fail "--no-shuffle shuffles"
[ "$(sort -u a.txt | wc -l)" -eq 30 ] || fail "not all were asked"
seed=$(sqlite3 e.db 'SELECT seed FROM run')
count again.json
run --jobs 1 --concurrency 1 --diagnose-probes 0 --retries 0 --db again.db \
  --seed "$seed" order.csv
count_over
ask again.json '"\n".join(d["order"][1:])' | cmp -s - e.txt ||
  fail "the seed of the store does not give its order"

# Thirty endpoints at sixty a second: half a second, whatever the concurrency.
count rate.json
before=$(date +%s%N)
run --diagnose-probes 0 --retries 0 --rate 60 order.csv
after=$(date +%s%N)
count_over
[ $(((after - before) / 1000000)) -ge 450 ] || fail "--rate does not hold"
finish
