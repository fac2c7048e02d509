#!/bin/sh
# Servers that do whatever they should not, at each stage of a handshake and in
# each protocol that begins in clear. Every one of them gets its cause, in time
# and in bounded memory, and the healthy ones beside them are trusted.
. "$(dirname "$0")/lib.sh"
. "$SOURCE/tests/integration/badtls.sh"

A=127.81.0.1
PORT=20100
PEAK_MB=150 # with the sanitizers' own; 20 without them

make_identity $A
python3 "$SOURCE/tests/integration/misbehaving.py" plan $A $PORT
{
  echo "server { server_name bad.test;"
  for i in 1 2 3 4 5 6 7 8 9 10; do
    echo "listen $A:$((PORT - i)) ssl;"
  done
  echo "}"
} | start_nginx
# shellcheck disable=SC2046
start_badtls ready $(cat ways.txt)
wait_port $A $((PORT - 1))
wait_port $A "$(tail -n 1 ways.txt | sed 's/.*://')"

# One worker: a server that floods it must not keep it from the others.
scan_bad slow --jobs 1 --retries 0 --timeout-tls 1 --timeout-total 8 &
slow=$!
# All that an inventory asks, and none of it is answered as it should be.
scan_bad survey --jobs 1 --retries 0 --timeout-tls 2 --timeout-total 2 \
  --inventory &
survey=$!
scan_bad quick --jobs 1 --concurrency 32 --timeout-tls 5 --http-check always ||
  fail "the quick ones"
wait $slow || fail "the slow ones"
wait $survey || fail "the survey"
python3 "$SOURCE/tests/integration/misbehaving.py" check quick slow ||
  fail "causes"
python3 "$SOURCE/tests/integration/misbehaving.py" whole survey survey.csv ||
  fail "rows of the survey"
for name in quick slow survey; do
  [ "$(cat $name.peak)" -lt $PEAK_MB ] || fail "$name took $(cat $name.peak) MB"
done
finish
