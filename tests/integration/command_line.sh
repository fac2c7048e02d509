#!/bin/sh
# What a person meets: help, mistakes, exit codes, reports again, explain.
. "$(dirname "$0")/lib.sh"

# wants CODE PATTERN ARGUMENTS...
wants() {
  want=$1 pattern=$2
  shift 2
  code=0
  "$CERTMUSTER" "$@" >out.txt 2>&1 </dev/null || code=$?
  [ "$code" -eq "$want" ] || fail "certmuster $*: exit $code, not $want"
  [ -z "$pattern" ] || grep -q -e "$pattern" out.txt || fail "certmuster $*: no '$pattern' in: $(
    head -5 out.txt)"
}

printf 'host,port,owner\nweb.demo.test,8443,shop\npay-1.demo.test,8443,pay\n' \
  >fleet.csv
wants 2 "Usage" </dev/null
wants 0 "Commands:" --help
wants 0 "^certmuster [0-9]" --version
wants 0 "--concurrency N" scan --help
wants 0 "Examples:" report --help
wants 0 "^Judges the endpoints" rejudge --help
wants 2 "no store\|certmuster scan" rejudge
wants 2 "Did you mean scan" scna fleet.csv
wants 2 "Did you mean --concurrency" scan --concurency 5 fleet.csv
wants 2 "whole number" scan --concurrency many fleet.csv
wants 2 "needs a value" scan fleet.csv --out
wants 2 "takes no value" scan --quiet=yes fleet.csv
wants 2 "Did you mean fleet.csv" scan flet.csv
wants 2 "No such file" scan ./there/is/none.csv
wants 2 "is a folder" scan .
wants 2 "one argument too many" scan fleet.csv other.csv
wants 2 "needs a CSV file" scan
wants 2 "exclude each other" scan --ipv4 --ipv6 fleet.csv
wants 2 "date" scan --at yesterday fleet.csv
wants 2 "breaks_now" scan --fail-on disaster fleet.csv
wants 2 "trust\|such" scan --trust /no/such/roots.pem fleet.csv
wants 2 "certificate" scan --trust fleet.csv fleet.csv
wants 2 "HOST:PORT" scan --proxy nonsense fleet.csv
wants 2 "resolver\|server" scan --resolver nonsense: fleet.csv
wants 2 "character" scan --delimiter ab fleet.csv
[ ! -e certmuster.db ] || fail "a refused command left a store behind"

scan --out report fleet.csv
want_code 0
grep -q "2 rows" summary.txt || fail "no accounting: $(cat summary.txt)"
for file in report.html report.json actions.csv endpoints.csv endpoints.jsonl; do
  [ -s "report/$file" ] || fail "no $file"
done
scan --out quiet --quiet fleet.csv
[ ! -s summary.txt ] || fail "--quiet talks"
wants 0 "complete" runs
wants 0 "" report --run 1 --out again --private --quiet
cmp -s report/endpoints.csv again/endpoints.csv || fail "the report changed"
[ "$(stat -c %a again/report.json)" = 600 ] || fail "--private is readable"
wants 1 "" report --out again --fail-on breaks_some_clients
wants 2 "run" report --run 99
wants 2 "no-such.db" report --db no-such.db
# An address of the family that is left out is not asked, and says why.
printf 'host,port\n::1,1\n127.0.0.1,1\n' >families.csv
for family in 4 6; do
  scan --db families.db --out families --ipv$family families.csv
  want_code 0
  got=$(sqlite3 families.db "SELECT group_concat(primary_cause, ' ') FROM
    (SELECT primary_cause FROM v_endpoint WHERE run = (SELECT max(id) FROM run)
    ORDER BY primary_cause)")
  [ "$got" = "connect_refused input_family_left_out" ] || fail "families: $got"
done
wants 0 "verdict      trusted" report --endpoint web.demo.test:8443
wants 1 "NOT SENT" report --endpoint https://PAY-1.demo.test.:8443/path
wants 1 "BEGIN CERTIFICATE" report --endpoint pay-1.demo.test:8443:tls --pem
wants 2 "Did you mean pay-1.demo.test:8443?" report --endpoint pay-2.demo.test
wants 0 "intermediate" explain chain_incomplete
wants 0 "nginx" explain install_chain
wants 0 "leaf_expired" explain
wants 2 "Did you mean leaf_expired" explain leaf_expird
wants 0 "echo a.example.com:443" explain \
  --error "https://a.example.com/: x509: certificate signed by unknown authority"
wants 1 "No message of a TLS client" explain --error "hello"
wants 2 "one argument too many" explain --error "hello" leaf_expired
wants 0 "" rejudge --run 1 --quiet --out judged
wants 0 "rejudge\|complete" runs
wants 2 "one argument too many" rejudge fleet.csv
wants 2 "no run 99" rejudge --run 99
wants 2 "Did you mean --trust" rejudge --trsut x=y
# Standard input, and a store that is something else.
code=0
"$CERTMUSTER" scan --quiet --out piped --resolver 127.42.0.53:5353 - \
  <fleet.csv || code=$?
want_code 0
wants 2 "not" runs --db fleet.csv
# Where nothing can be written.
wants 3 "folder" report --out fleet.csv/sub --quiet
finish
