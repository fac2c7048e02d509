#!/bin/sh
# The demo fleet scanned in parts and merged: the reports are those of one scan.
# Then what must not be merged, and what must be run again.
. "$(dirname "$0")/lib.sh"

SAME=$SOURCE/tests/integration/same_reports.py
AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
N=3
scan_fleet() { # scan_fleet OPTIONS...: the fleet, without much patience
  scan --all-addresses --at "$AT" --timeout-connect 1.5 --timeout-tls 1.5 \
    --retries 0 "$@"
}
shard() { # shard I N FILE OPTIONS...
  part=$1/$2
  file=$3
  shift 3
  scan_fleet --shard "$part" --shard-dir parts "$file" "$@"
}
merge() { # merge OPTIONS...: its exit code in $code
  code=0
  "$CERTMUSTER" merge "$@" >summary.txt 2>messages.txt || code=$?
}
refused() { # refused CODE WORDS: and the store is as it was
  want_code "$1"
  grep -q "$2" messages.txt || fail "no word of $2: $(cat messages.txt)"
  cmp -s one.db before.db || fail "$2: the store was changed"
  [ -z "$(find . -name '*.tmp')" ] || fail "$2: something is left behind"
}

cp "$SOURCE/samples/demo.csv" fleet.csv
printf 'not a host,70000,broken\nwww.demo.test,443,again\n' >>fleet.csv
scan_fleet --out one fleet.csv
want_code 0
for i in 0 1 2; do
  shard $i $N fleet.csv
  want_code 0
  [ -f "parts/shard-$i-of-$N.db" ] || fail "no store of shard $i"
  [ ! -d certmuster-report ] || fail "a shard wrote reports"
done
# shellcheck disable=SC2012
[ "$(ls -A parts | wc -l)" -eq $N ] || fail "more in parts: $(ls -A parts)"

# Each row in exactly one of them.
rows=$(sqlite3 certmuster.db 'SELECT rows_read FROM v_run')
for i in 0 1 2; do
  sqlite3 "parts/shard-$i-of-$N.db" 'SELECT line FROM v_endpoint'
done | sort -n >lines.txt
[ "$(wc -l <lines.txt)" -eq "$rows" ] || fail "rows are lost or doubled"
[ -z "$(uniq -d lines.txt)" ] || fail "rows are in two shards"

merge one.db parts --out merged
want_code 0
python3 "$SAME" one merged || fail "merged reports differ from those of one scan"
python3 "$CHECK" accounting merged "$rows" || fail "accounting"
[ "$(sqlite3 one.db "SELECT kind || shards || state || input_rows
  FROM v_run")" = "merge${N}complete$rows" ] || fail "what kind of run it is"
[ "$(sqlite3 one.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" = ok ] ||
  fail "the merged store is not sound"
# shellcheck disable=SC2012
[ "$(ls one.db* | wc -l)" -eq 1 ] || fail "one.db is more than one file"

# It can be judged again like any other run.
"$CERTMUSTER" rejudge --db one.db --at "$AT" --out again >/dev/null 2>&1 ||
  fail "a merged run is not judged again"
diff one/actions.csv again/actions.csv >/dev/null || fail "judged otherwise"
cp one.db before.db

# A shard that is done is kept; with other options or input it is made anew.
before=$(stat -c %i parts/shard-1-of-$N.db)
shard 1 $N fleet.csv
want_code 0
grep -q "there already" summary.txt || fail "it was scanned again"
[ "$(stat -c %i parts/shard-1-of-$N.db)" = "$before" ] || fail "it was replaced"

# Two copies of a shard at the same time, as engines do start them: both end
# well, and there is one whole file.
copies=
for copy in 1 2; do
  "$CERTMUSTER" scan --trust "demo=$FLEET/roots.pem" --resolver 127.42.0.53:5353 \
    --timeout-connect 1 --timeout-tls 1 --retries 0 --shard 1/4 \
    --shard-dir twice --scratch "scratch$copy" fleet.csv >"copy$copy.txt" 2>&1 &
  copies="$copies $!"
done
for pid in $copies; do
  wait "$pid" || fail "one of two copies: $(cat copy1.txt copy2.txt)"
done
[ "$(ls -A twice)" = shard-1-of-4.db ] || fail "two copies left $(ls -A twice)"
[ "$(sqlite3 twice/shard-1-of-4.db 'PRAGMA integrity_check;
  SELECT state FROM run' | tr '\n' ' ')" = "ok complete " ] ||
  fail "two copies: the store is not whole"

mkdir others
cp parts/* others
shard 1 $N fleet.csv --expires-soon 3
mv parts/shard-1-of-$N.db other-options.db
cp others/shard-1-of-$N.db parts
merge one.db parts/shard-0-of-$N.db other-options.db parts/shard-2-of-$N.db
refused 2 "different options"

echo "one.more.test,443,new" >>fleet.csv
shard 1 $N fleet.csv
want_code 0
merge one.db parts
refused 2 "different inputs"
cp others/* parts

# Missing, damaged, foreign, not whole.
rm parts/shard-0-of-$N.db
merge one.db parts
refused 2 "1 of 3 shards are missing: 0"
cp others/* parts
merge one.db parts parts/shard-2-of-$N.db
refused 2 "the same shard"
printf 'x' | dd of=parts/shard-1-of-$N.db bs=1 seek=40 conv=notrunc 2>/dev/null
truncate -s 65536 parts/shard-1-of-$N.db
merge one.db parts
refused 2 "shard-1-of-$N.db"
echo "no database" >parts/shard-1-of-$N.db
merge one.db parts
refused 2 "certmuster has not written it"
cp certmuster.db parts/shard-1-of-$N.db
merge one.db parts
refused 2 "of a scan without"
cp others/shard-1-of-$N.db parts/shard-1-of-$N.db
sqlite3 parts/shard-1-of-$N.db "CREATE TRIGGER t AFTER UPDATE ON run BEGIN
  SELECT 1; END"
merge one.db parts
refused 2 "its tables are not those"
for sql in "DELETE FROM row WHERE id = (SELECT max(id) FROM row)" \
  "UPDATE probe SET chain = '[1,999999]' WHERE chain <> '[]'" \
  "UPDATE probe SET chain = '[1' WHERE chain <> '[]'" \
  "UPDATE certificate SET der = x'00' WHERE id = 1" \
  "UPDATE result SET verdict = 'fine'" "UPDATE run SET state = 'running'" \
  "UPDATE run SET version = '0.0.1'" "PRAGMA user_version = 3"; do
  cp others/shard-1-of-$N.db parts/shard-1-of-$N.db
  sqlite3 parts/shard-1-of-$N.db "$sql"
  merge one.db parts
  refused 2 "certmuster: "
done
cp others/* parts

# The whole again, without one shard: its rows are named when the input is there.
sed '$d' fleet.csv >input.csv
rm parts/shard-0-of-$N.db
merge some.db parts --allow-missing --out some
want_code 3
[ "$(sqlite3 some.db "SELECT state, rows_read < input_rows FROM v_run")" = \
  "partial|1" ] || fail "a merge without a shard"
merge some.db parts --allow-missing --input fleet.csv
want_code 2
merge all.db parts --allow-missing --input input.csv --out all
want_code 3
python3 "$CHECK" accounting all "$rows" || fail "accounting without a shard"
[ "$(sqlite3 all.db "SELECT count(*) > 0 FROM v_endpoint
  WHERE verdict = 'not_checked'")" -eq 1 ] || fail "nothing is not_checked"

# Stopped in the middle: run it again, and nothing is left behind.
awk 'BEGIN { print "host,port,sni"
  for (i = 0; i < 3000; i++)
    printf "127.42.1.%d,8443,n%d.demo.test\n", i % 2 ? 49 : 1, i }' >slow.csv
"$CERTMUSTER" scan --trust "$FLEET/roots.pem" --concurrency 20 --timeout-tls 30 \
  --timeout-total 60 --shard 0/1 --shard-dir stopped --scratch scratch \
  slow.csv >summary.txt 2>messages.txt &
pid=$!
tries=0
until [ -n "$(ls -A scratch 2>/dev/null)" ] || [ $tries -ge 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
kill -TERM $pid
code=0
wait $pid || code=$?
want_code 75
[ -z "$(ls -A stopped)$(ls -A scratch)" ] || fail "left: $(ls -A stopped scratch)"

# What the command line refuses.
for words in "--shard 3/3" "--shard 0/0" "--shard 1" "--shard 0/2 --db x.db" \
  "--shard 0/2 --fail-on hygiene" "--shard auto" "--scratch x"; do
  code=0
  # shellcheck disable=SC2086
  "$CERTMUSTER" scan $words fleet.csv >summary.txt 2>messages.txt || code=$?
  want_code 2
done
follows_schema merged
follows_schema some
follows_schema all
finish
