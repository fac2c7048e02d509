#!/bin/sh
# A fleet whose certificates, banners, answers, cells and file names are made to
# act on whoever reads of them: in no output do they. Each output is read back by
# a parser of its format, and each command is given to shells.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2034 # meant as they are; want_code reads it
. "$(dirname "$0")/lib.sh"

NET=127.82
TEXTS=$SOURCE/tests/integration/hostile_texts.py
HARMLESS=$SOURCE/tests/integration/harmless.py
mkdir pki
tls=$(free_port $NET.1.1)
banners=$(free_port $NET.4.1)
# The name of the input stands in most outputs, and in commands.
input=$(printf '=$(touch CANARY)`touch CANARY`;<b>"\033[2J\302\233.csv')
python3 "$TEXTS" orders $NET "$tls" >orders.txt
python3 "$TEXTS" rows $NET "$tls" "$banners" >"$input"
start "$FORGESERVER" orders.txt pki
start python3 "$TEXTS" banners $NET "$banners"
wait_port $NET.3.2 "$tls"
wait_port $NET.5.1 "$banners"

# tell NAME COMMAND...: what it says on a terminal goes to NAME.out and NAME.err
# and is harmless. Exit codes 0 to 2 are words about the fleet or the question.
tell() {
  name=$1
  shift
  code=0
  "$CERTMUSTER" "$@" >"$name.out" 2>"$name.err" || code=$?
  cp "$name.err" messages.txt
  [ $code -le 2 ] || fail "$*: exit code $code: $(cat messages.txt)"
  told="$told $name.out $name.err"
}
# ask NAME COMMAND...: what programs read; only what is wrong is said.
ask() {
  name=$1
  tell "$@"
  told="${told% "$name.out"*} $name.err"
}
told=

# Twice, so that there are changes: the second run has lost some rows.
all=html,json,actions,endpoints,jsonl,certificates,changes,calendar,ics,fixes
all=$all,manifest,sarif,prometheus
look() { # look NAME OPTIONS...
  name=$1
  shift
  tell "$name" scan "./$input" --trust own=pki/root.pem --loopback-ok \
    --timeout-connect 2 --timeout-tls 2 --timeout-total 8 --retries 0 \
    --timeout-fetch 1 --revocation staple,crl,ocsp --out "$name" "$@"
  want_code 0
}
mkdir more
look before --formats jsonl --progress lines
sed -i '60,90d' "$input"
look now --formats $all --profile java8 --policy pq-readiness --progress json \
  --metrics more/scan.prom
tell split report --split-by owner --formats html,json,actions,fixes,manifest \
  --out parts
want_code 0
tell diff diff
for format in csv json html; do
  ask diff-$format diff --format $format
  want_code 0
done
mkdir diffs
cp diff-csv.out diffs/changes.csv
cp diff-json.out diffs/changes.json
cp diff-html.out diffs/changes.html
tell runs runs
tell sql report --sql
tell verify verify now
want_code 0
tell verify-parts verify parts
want_code 0
tell completion completion runs
# The stories of a few kinds, and of what is not there.
n=0
for host in $NET.1.1 $NET.1.12 $NET.1.17 $NET.2.2 $NET.3.1 $NET.4.2 $NET.5.1 \
  "$(printf 'x\033[2J\302\233')" '$(touch CANARY)'; do
  n=$((n + 1))
  tell story$n report --endpoint "$host" --pem
done
mkdir checks
for pem in escapes broken-utf8 universal long-escapes shell strange; do
  tell check-$pem check pki/$pem.pem --roots pki/root.pem
  ask check-json-$pem check pki/$pem.pem --json
  cp check-json-$pem.out checks/$pem.json
done

# What did not end is shown with the command that ends it.
for name in "$input" '-rf' "--db=/x'\$(touch CANARY)" '=x' 'a b'; do
  n=$((n + 1))
  cp certmuster.db open.db
  sqlite3 open.db "UPDATE run SET state = 'partial', input_name =
    $(printf '%s' "$name" | sed "s/'/''/g; s/^/'/; s/\$/'/")"
  tell open$n runs --db open.db
  open="${open:-} open$n.out"
done

python3 "$HARMLESS" check now >>checks.txt 2>&1 || fail "a report"
python3 "$HARMLESS" some before more parts diffs checks >>checks.txt 2>&1 ||
  fail "parts, diff, check, metrics"
# shellcheck disable=SC2086
python3 "$HARMLESS" terminal $told >>checks.txt 2>&1 || fail "the terminal"
python3 "$HARMLESS" paste now parts >>checks.txt 2>&1 ||
  fail "commands to copy"
# shellcheck disable=SC2086
python3 "$HARMLESS" shown $open story*.out >>checks.txt 2>&1 ||
  fail "commands on the terminal"
grep -q -- "--run 2 --db open.db './-rf'\|open.db ./-rf" open*.out ||
  fail "a file is an option"
cat checks.txt
for output in endpoints.csv report.html calendar.ics; do
  grep -q CANARY now/$output || fail "the texts are not in $output"
done
finish
