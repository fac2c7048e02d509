#!/bin/sh
# What --resume refuses, by name: another input, other options, other files, a
# run that is being written. It needs no server: ports that refuse, and rows
# without sense.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

awk 'BEGIN { print "host,port,owner"
  for (i = 0; i < 600; i++)
    if (i % 8 == 0) printf "127.64.1.%d,9,dup\n", i % 50 + 1
    else if (i % 8 == 1) printf "bad host %d,1,team a\n", i
    else printf "127.64.2.%d,%d,\"b, \"\"c\"\"\"\n", i % 250 + 1, 1000 + i
  }' >fleet.csv
certificate() { # certificate FILE NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout key.pem -out "$1" -days 30 -subj "/CN=$2" 2>/dev/null
}
certificate roots.pem one.test
certificate other.pem two.test

# refused WORDS ARGUMENTS...: exit code 2, a message with these words.
refused() {
  words=$1
  shift
  code=0
  "$CERTMUSTER" scan --resume "$@" >out.txt 2>messages.txt || code=$?
  want_code 2
  grep -q -- "$words" messages.txt ||
    fail "no \"$words\" in: $(cat messages.txt)"
}

refused "no store certmuster.db" fleet.csv
code=0
"$CERTMUSTER" scan --run 1 fleet.csv 2>messages.txt || code=$?
want_code 2
grep -q "add --resume" messages.txt || fail "--run alone: $(cat messages.txt)"

"$CERTMUSTER" scan --trust roots.pem --rate 200 --formats json,actions,endpoints,jsonl --expires-soon 20 fleet.csv \
  >first.txt 2>&1 &
pid=$!
tries=0
until [ "$(sqlite3 certmuster.db 'SELECT count(*) FROM result' 2>/dev/null ||
  echo 0)" -gt 100 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || break
  sleep 0.1
done
refused "is being written by another process"
refused "is being written by another process" --run 1
kill -KILL $pid
wait $pid 2>/dev/null || :
[ "$(sqlite3 certmuster.db 'PRAGMA integrity_check')" = ok ] || fail "integrity"
before=$(sqlite3 certmuster.db 'SELECT count(*) FROM result')
"$CERTMUSTER" runs >runs.txt 2>&1 || fail "runs"
grep -q "certmuster scan --resume --run 1 fleet.csv" runs.txt ||
  fail "runs does not say how to resume: $(cat runs.txt)"

refused "no run 7" --run 7
refused "begun without --retries" --retries 1
refused "begun with --expires-soon 20" --expires-soon 21
refused "begun with --trust roots.pem" --trust other.pem
refused "--shard exclude" --shard 1/2
sed '20s/^127.64.2.[0-9]*/127.64.2.99/' fleet.csv >new.csv
refused 'on line 20 column 1 "host" is "127.64.2.99" and was' new.csv
sed '20s/"b, ""c"""/"b, ""d"""/' fleet.csv >new.csv
refused 'on line 20 column 3 "owner" is "b, \\"d\\"" and was "b, \\"c\\""' \
  new.csv
sed '20s/$/,more/' fleet.csv >new.csv
refused 'on line 20 column 4' new.csv
sed '1s/port/Port/' fleet.csv >new.csv
refused 'column 2 is Port and was "port"' new.csv
sed '10s/^/\n/' fleet.csv >new.csv
refused "what was on line 10 is on line 11 now" new.csv
head -n 100 fleet.csv >new.csv
refused "ends after 99 rows" new.csv
{ cat fleet.csv; echo 127.64.2.1,9,new; } >new.csv
refused "bytes and had" new.csv
refused "No such file\|no such file" gone.csv
cp roots.pem kept.pem
cp other.pem roots.pem
refused "has changed since it began"
cp kept.pem roots.pem
[ "$(sqlite3 certmuster.db 'SELECT count(*) FROM result')" -eq "$before" ] ||
  fail "a refused run was changed"

# Another rate is fine; so are the same options again, and the same bytes from
# elsewhere.
code=0
"$CERTMUSTER" scan --resume --rate 100000 --expires-soon 20 --trust roots.pem - \
  <fleet.csv >summary.txt 2>messages.txt || code=$?
want_code 0
python3 "$CHECK" accounting certmuster-report 600 || fail "accounting"
[ "$(sqlite3 certmuster.db 'SELECT state, resumed, input_name FROM run')" = \
  "complete|1|fleet.csv" ] || fail "$(sqlite3 certmuster.db 'SELECT * FROM run')"
rm -r certmuster-report
code=0
"$CERTMUSTER" scan --resume >summary.txt 2>messages.txt || code=$?
want_code 0
grep -q "run 1 is complete" messages.txt || fail "$(cat messages.txt)"
python3 "$CHECK" accounting certmuster-report 600 || fail "reports again"

# From standard input a difference shows when it comes.
"$CERTMUSTER" scan --db in.db --rate 200 --formats json,actions,endpoints,jsonl - <fleet.csv >/dev/null 2>&1 &
pid=$!
tries=0
until [ "$(sqlite3 in.db 'SELECT count(*) FROM result' 2>/dev/null ||
  echo 0)" -gt 100 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || break
  sleep 0.1
done
kill -KILL $pid
wait $pid 2>/dev/null || :
sed '20s/^127.64.2.[0-9]*/127.64.2.99/' fleet.csv >new.csv
refused "standard input changed since run 1 began: on line 20" --db in.db - \
  <new.csv
refused "standard input changed since run 1 began: it ends after 99 rows" \
  --db in.db - <<X
$(head -n 100 fleet.csv)
X
code=0
"$CERTMUSTER" scan --resume --db in.db --rate 100000 <fleet.csv \
  >summary.txt 2>messages.txt || code=$?
want_code 0
python3 "$CHECK" accounting certmuster-report 600 || fail "standard input"
finish
