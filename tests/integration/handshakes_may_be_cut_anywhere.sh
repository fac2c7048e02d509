#!/bin/sh
# A real server behind a box that lets only so many bytes of its answers through
# and then resets the connection, or closes it: at each of the first bytes, at
# each record and beside it, and now and again in between. Every place gets its
# cause, and what is cut behind the handshake is trusted.
. "$(dirname "$0")/lib.sh"
. "$SOURCE/tests/integration/badtls.sh"

A=127.81.0.2
PORT=20100
PEAK_MB=150 # with the sanitizers' own
NEW=$A:$((PORT - 1))
OLD=$A:$((PORT - 2))

make_identity $A
start_nginx <<CONF
server { listen $NEW ssl; ssl_protocols TLSv1.3; }
server { listen $OLD ssl; ssl_protocols TLSv1.2; }
CONF
wait_port $A $((PORT - 2))

# Nothing is cut: what do whole answers look like?
start_badtls records "records:1000000,$NEW=$A:$((PORT - 3))" \
  "records:1000000,$OLD=$A:$((PORT - 4))"
wait_port $A $((PORT - 4))
printf 'host,port,sni\n%s,%s,bad.test\n%s,%s,bad.test\n' \
  $A $((PORT - 3)) $A $((PORT - 4)) >whole.csv
scan_bad whole --http-check always || fail "nothing was cut"
[ "$(grep -c '"verdict":"trusted"' whole/endpoints.jsonl)" -eq 2 ] ||
  fail "whole answers"

python3 "$SOURCE/tests/integration/cut_handshakes.py" plan records $A $PORT \
  "$NEW" "$OLD"
# shellcheck disable=SC2046
start_badtls ready $(cat ways.txt)
wait_port $A "$(tail -n 1 ways.txt | sed 's/.*://')"
scan_bad cuts --jobs 2 --retries 0 --concurrency 100 || fail "cut"
python3 "$SOURCE/tests/integration/cut_handshakes.py" check cuts ||
  fail "causes"
[ "$(cat cuts.peak)" -lt $PEAK_MB ] || fail "the scan took $(cat cuts.peak) MB"
finish
