#!/bin/sh
# What an intruder would find in a process that scans: no privileges, no way to
# other files or programs, no text of a private key, and no core file. The run
# facts say so, and --no-sandbox says that it is off.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

LOOK=$SOURCE/tests/integration/locked_in.py
umask 077
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out me.key \
  2>>servers.log
openssl req -x509 -key me.key -days 30 -subj "/CN=me" -out me.pem \
  -addext "extendedKeyUsage=clientAuth" 2>>servers.log
port=$(free_port 127.85.0.1)
python3 "$LOOK" silent 127.85.0.1 "$port" >accepted 2>>servers.log &
server=$!
echo "$server" >>started
wait_port 127.85.0.1 "$port"
{
  echo host,port,sni,client_cert,client_key
  for i in 1 2 3 4; do
    echo "127.85.0.1,$port,n$i.test,,"
  done
  echo "127.85.0.1,$port,own.test,$PWD/rows/own.pem,$PWD/rows/own.key"
  echo "127.85.0.1,$port,other.test,$PWD/rows/none.pem,"
} >fleet.csv
mkdir rows
cp me.pem rows/own.pem
cp me.key rows/own.key

# begin NAME OPTIONS...: a scan that waits for the server; its number in scan.
begin() {
  name=$1
  before=$(wc -l <accepted)
  shift
  mkdir "$name"
  "$CERTMUSTER" scan --jobs 2 --timeout-tls 100 --timeout-total 100 --retries 0 \
    --diagnose-probes 0 --loopback-ok --db "$name/fleet.db" \
    --out "$name/report" --metrics "$name/metrics.prom" "$@" fleet.csv \
    >"$name/summary.txt" 2>"$name/messages.txt" &
  scan=$!
  for _ in $(seq 300); do
    [ "$(wc -l <accepted)" -ge $((before + 5)) ] && return
    sleep 0.1
  done
  fail "$name: the server was not asked: $(cat "$name/messages.txt")"
}
# end NAME: the server lets go.
end() {
  code=0
  kill -USR1 "$server"
  wait "$scan" || code=$?
  cp "$1/messages.txt" messages.txt
  want_code 0
}
sandbox_of() { # sandbox_of FOLDER: as each of the reports has it
  python3 - "$1" <<'PY'
import json, sys
said = {json.load(open(f"{sys.argv[1]}/{name}"))["run"]["sandbox"]
        for name in ("report.json", "manifest.json")}
page = open(f"{sys.argv[1]}/report.html").read()
assert len(said) == 1, said
words = said.pop()
assert f">sandbox</th><td>{words}<" in page, words
print(words)
PY
}

# --- locked in, with keys ---
begin with --client-cert me.pem --client-key me.key
python3 "$LOOK" look "$scan" yes || fail "it is not locked in"
python3 "$LOOK" search "$scan" me.key me.pem || fail "keys are in memory"
grep -q '^Max core file size *0 ' "/proc/$scan/limits" ||
  fail "core files may be written: $(grep core "/proc/$scan/limits")"
end with
sandbox_of with/report >said.txt || fail "the reports do not agree"
grep -q '^Landlock [0-9]*; seccomp; no capabilities$' said.txt ||
  fail "the run facts: $(cat said.txt)"
got=$(sqlite3 with/fleet.db "SELECT group_concat(fault, ' ') FROM (SELECT fault
  FROM v_client GROUP BY fault ORDER BY fault)")
[ "$got" = "fine unreadable" ] ||
  fail "client certificates: $got: $(cat with/messages.txt)"
grep -v -e ----- me.key >lines.txt
if grep -r -l -F -f lines.txt with; then
  fail "a private key was written"
fi

# --- killed, with and without ---
# shellcheck disable=SC3045 # every sh of Linux has it
ulimit -c unlimited 2>/dev/null || :
begin killed --client-cert me.pem --client-key me.key
kill -ABRT "$scan"
wait "$scan" 2>/dev/null || :
for file in core* with/core* killed/core*; do
  [ ! -e "$file" ] || fail "$file was written"
done

# --- switched off ---
begin off --no-sandbox
python3 "$LOOK" look "$scan" no || fail "--no-sandbox does not switch it off"
end off
[ "$(sandbox_of off/report)" = "off (--no-sandbox)" ] ||
  fail "off: $(sandbox_of off/report)"

# --- the other commands ---
db=with/fleet.db
for command in "rejudge --db $db --out with/again" \
  "report --db $db --out with/report" "report --db $db --endpoint own.test" \
  "report --db $db --split-by host --out with/split" "diff --db $db 1 2" \
  "runs --db $db" "verify with/report" "check me.pem"; do
  # shellcheck disable=SC2086
  python3 "$LOOK" hold "$CERTMUSTER" $command || fail "$command"
done
finish
