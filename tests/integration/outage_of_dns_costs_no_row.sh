#!/bin/sh
# The DNS server stops in mid-run, for a while or for good: names are waited for
# and asked again, and none is blamed.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

# serve N: Knot on 127.71.5.N, which knows all names below fleet.test; its
# process id in knot.N, its port in port.N.
serve() {
  port=$(free_port "127.71.5.$1")
  mkdir "db.$1"
  # shellcheck disable=SC2016 # $ORIGIN is the zone file's
  printf '$ORIGIN fleet.test.\n$TTL 3600\n@ SOA ns root 1 3600 600 86400 60
@ NS ns\nns A 127.71.5.1\n* A 127.71.6.1\n' >"zone.$1"
  cat >"knot.$1.conf" <<EOF
server:
  listen: 127.71.5.$1@$port
  rundir: $PWD/db.$1
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: $PWD/db.$1
zone:
  - domain: fleet.test
    file: $PWD/zone.$1
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
EOF
  knotd -c "knot.$1.conf" >>servers.log 2>&1 &
  echo $! | tee "knot.$1" >>started
  echo "$port" >"port.$1"
  wait_port "127.71.5.$1" "$port"
}
# begin N OPTIONS...: a scan of 200 names in the background, in five seconds.
begin() {
  n=$1
  shift
  awk -v n="$n" 'BEGIN { print "host,port"
    for (i = 0; i < 200; i++) printf "n%d.s%d.fleet.test,1\n", i, n }' \
    >"fleet.$n.csv"
  {
    code=0
    "$CERTMUSTER" scan --quiet --loopback-ok --no-hosts-file --rate 40 \
      --timeout-dns 1 --resolver "127.71.5.$n:$(cat "port.$n")" \
      --formats jsonl --out "report.$n" --db "$n.db" "$@" "fleet.$n.csv" \
      >"summary.$n" 2>"messages.$n" || code=$?
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
  [ "$(wc -l <"report.$1/endpoints.jsonl")" -eq 200 ] ||
    fail "scan $1: rows are missing"
}
# want N WHERE NUMBER: as many endpoints; NUMBER is "= 3", "> 3" ...
want() {
  got=$(sqlite3 "$1.db" "SELECT count(*) $3, count(*) FROM v_endpoint WHERE $2")
  [ "${got%|*}" = 1 ] || fail "scan $1: ${got#*|} endpoints with $2"
}

serve 1
serve 2
serve 3
begin 1 --jobs 2
begin 2 --dns-patience 2
begin 3
sleep 2
kill -STOP "$(cat knot.1)"
kill -STOP "$(cat knot.2)"
kill -KILL "$(cat knot.3)" # refused at once, unlike silence
sleep 5
kill -CONT "$(cat knot.1)"
knotd -c knot.3.conf >>servers.log 2>&1 &
echo $! >>started

# A restart costs nothing.
for n in 1 3; do
  end $n 0
  want $n "primary_cause = 'connect_refused'" "= 200"
  grep -q "DNS servers do not answer any more" "messages.$n" ||
    fail "scan $n does not say that it waits: $(cat "messages.$n")"
  grep -q "DNS servers answer again" "messages.$n" ||
    fail "scan $n does not say that it goes on: $(cat "messages.$n")"
  got=$(sqlite3 $n.db "SELECT json_extract(faults, '\$[0].fault') || ' ' ||
    json_extract(faults, '\$[0].endpoints') FROM run")
  [ "$got" = "resolver_down 0" ] || fail "scan $n: the run's faults: $got"
done

# One that stays away is nobody's fault but the scanner's.
end 2 3
want 2 "primary_cause = 'connect_refused'" "> 30"
want 2 "primary_cause = 'scanner_resolver_down'" "> 60"
want 2 "primary_cause NOT IN ('connect_refused', 'scanner_resolver_down')" "= 0"
grep -q "scanner's own fault: .* the DNS servers answered no question" \
  messages.2 || fail "no note: $(cat messages.2)"
kill -CONT "$(cat knot.2)"
finish
