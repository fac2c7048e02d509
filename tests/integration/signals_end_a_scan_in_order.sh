#!/bin/sh
# SIGINT and SIGTERM at each stage: while endpoints are under way, once more
# while it ends, in the second pass, while something is fetched, while reports
# are written. Partial results say so everywhere, and --resume makes them whole.
# Also: what --progress json and --metrics tell meanwhile.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

NET=127.64
MUTE=$(free_port $NET.4.1) # accepts, and says nothing
TLS=$(free_port $NET.4.2)
WEB=$(free_port $NET.4.3) # answers after ten seconds
cat >servers.py <<'PY'
import socket, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
mute = socket.create_server((sys.argv[1] + ".4.1", int(sys.argv[2])), backlog=4096)
held = []
class Slow(BaseHTTPRequestHandler):
    def do_GET(self):
        open("asked", "w").close()
        time.sleep(10)
        self.send_error(404)
    def log_message(self, *args):
        pass
web = ThreadingHTTPServer((sys.argv[1] + ".4.3", int(sys.argv[3])), Slow)
threading.Thread(target=web.serve_forever, daemon=True).start()
while True:
    held.append(mute.accept())
PY
start python3 servers.py $NET "$MUTE" "$WEB"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout ca.key -out ca.pem -days 30 -subj "/CN=ca" 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout leaf.key -out leaf.csr -subj "/CN=leaf" 2>/dev/null
printf '%s\n' "authorityInfoAccess = caIssuers;URI:http://$NET.4.3:$WEB/ca.der" \
  "subjectAltName = IP:$NET.4.2" >leaf.ext
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 9 \
  -extfile leaf.ext -out leaf.pem 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout other.key -out other.pem -days 30 -subj "/CN=other" 2>/dev/null
start openssl s_server -accept "$NET.4.2:$TLS" -cert leaf.pem -key leaf.key \
  -quiet
wait_port $NET.4.1 "$MUTE"
wait_port $NET.4.2 "$TLS"
wait_port $NET.4.3 "$WEB"

# begin NAME FILE OPTIONS...: a scan in the background, in a folder of its own.
begin() {
  name=$1 file=$2
  shift 2
  mkdir -p "$name"
  "$CERTMUSTER" scan --db "$name/store.db" --out "$name/report" \
    --trust other.pem --loopback-ok --fetch-private --no-shuffle \
    --progress json --metrics "$name/scan.prom" "$@" "$file" \
    >"$name/summary.txt" 2>"$name/messages.txt" &
  pid=$!
}
# until_true TEST...: up to 20 seconds.
until_true() {
  tries=0
  until "$@" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 400 ] || {
      fail "never came true: $*"
      return 0
    }
    sleep 0.05
  done
}
said() { grep -q -- "$2" "$1/messages.txt"; }
recorded() { # recorded NAME N: so many results are in its store
  [ "$(sqlite3 "$1/store.db" 'SELECT count(*) FROM result')" -ge "$2" ]
}
ended() { # ended CODE: within 60 seconds, however busy the machine is
  began=$(date +%s)
  code=0
  wait "$pid" || code=$?
  took=$(($(date +%s) - began))
  want_code "$1"
  [ $took -lt 60 ] || fail "$name took $took s to end"
}
is_partial() { # is_partial NAME ROWS: in every output
  python3 "$CHECK" accounting "$1/report" "$2" || fail "$1: accounting"
  grep -q '"state": *"partial"' "$1/report/report.json" ||
    fail "$1: report.json does not say partial"
  grep -q 'is partial' "$1/report/report.html" ||
    fail "$1: report.html does not say partial"
  grep -qi 'partial' "$1/summary.txt" || fail "$1: the summary: $(cat "$1/summary.txt")"
  said "$1" "certmuster scan --resume --run 1 --db $1/store.db" ||
    fail "$1: no word on how to go on: $(cat "$1/messages.txt")"
  [ "$(sqlite3 "$1/store.db" 'SELECT state FROM run')" = partial ] ||
    fail "$1: $(sqlite3 "$1/store.db" 'SELECT state FROM run')"
  grep -q 'run_state{state="partial"} 1' "$1/scan.prom" ||
    fail "$1: metrics: $(grep run_state "$1/scan.prom")"
  tail -n 20 "$1/messages.txt" | grep -q '"state":"partial"' ||
    fail "$1: the last JSON does not say partial"
}

{
  echo host,port
  for i in 1 2 3 4 5 6 7 8 9 10; do echo "$NET.5.$i,9"; done
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$NET.4.1,$MUTE,n$i.test"; done
} | sed '1s/$/,sni/' >mute.csv
printf 'host,port\n%s,%s\n%s,9\n' "$NET.4.2" "$TLS" "$NET.5.1" >aia.csv

# What is under way may take four seconds, and ends then, though servers hold it.
begin one mute.csv --concurrency 15 --timeout-tls 600 --timeout-total 600
until_true recorded one 10
kill -INT "$pid"
ended 3
is_partial one 22

# A second signal waits for nothing.
begin two mute.csv --concurrency 15 --timeout-tls 600 --timeout-total 600
until_true recorded two 10
kill -TERM "$pid"
sleep 0.3
kill -TERM "$pid"
ended 3
is_partial two 22

# While something is fetched.
begin three aia.csv --timeout-fetch 600
until_true test -e asked
kill -INT "$pid"
ended 3
is_partial three 2
grep -q '"stage":"fetching"' three/messages.txt || fail "no stage fetching"

# Later is not too late: the same run to its end, with a shorter time-out that
# decides nothing here.
code=0
"$CERTMUSTER" scan --resume --db two/store.db --run 1 --progress none \
  --timeout-tls 600 --concurrency 4 >two/again.txt 2>two/messages2.txt &
pid=$!
sleep 2
kill -INT "$pid"
ended 3
[ "$(sqlite3 two/store.db 'SELECT state, resumed FROM run')" = "partial|1" ] ||
  fail "resumed and interrupted again: $(sqlite3 two/store.db 'SELECT state, resumed FROM run')"
python3 "$CHECK" accounting two/report 22 || fail "accounting after two runs"
code=0
"$CERTMUSTER" scan --resume --db three/store.db --metrics three/scan.prom \
  >three/again.txt 2>three/messages2.txt || code=$?
want_code 0
grep -q 'run_state{state="complete"} 1' three/scan.prom || fail "not complete"
python3 "$CHECK" accounting three/report 2 || fail "accounting of a whole run"
grep -q 'is partial' three/report/report.html && fail "a whole run says partial"

# In the second pass and in the reports: many endpoints whose issuer is unknown.
{
  echo host,port,sni
  i=0
  while [ $i -lt 400 ]; do
    echo "$NET.4.2,$TLS,x$i.test"
    i=$((i + 1))
  done
} >many.csv
begin four many.csv --no-aia
until_true said four '"stage":"completing"'
kill -INT "$pid"
code=0
wait "$pid" || code=$?
case $code in
3) is_partial four 400 ;;
0) ;; # it was over before the signal came
*) fail "exit code $code in the second pass: $(cat four/messages.txt)" ;;
esac
has_files() { [ -n "$(ls -A "$1")" ]; }
begin five many.csv --no-aia
until_true test -d five/report
until_true has_files five/report
kill -INT "$pid"
ended 0 # the run is complete, and its reports are finished
python3 "$CHECK" accounting five/report 400 || fail "reports were cut off"

# Each line is an object with the documented keys, and metrics are well-formed.
python3 - one five <<'PY' || fail "progress or metrics"
import json, re, sys
for name in sys.argv[1:]:
    lines = [line for line in open(f"{name}/messages.txt")
             if line.startswith("{")]
    assert lines, name
    last = -1
    for line in lines:
        o = json.loads(line)
        assert set(o) >= {"run", "state", "stage", "seconds", "done", "total",
                          "total_exact", "resumed", "rate", "eta_seconds",
                          "endpoints", "in_flight", "retries", "waiting",
                          "set_aside", "throttled", "rate_limit", "verdicts",
                          "judged_again", "downloads_done", "downloads"}, o
        assert o["done"] <= o["total"] and o["done"] >= last, o
        last = o["done"]
    assert json.loads(lines[-1])["run"] == 1
    help_of, type_of, seen = {}, {}, set()
    for line in open(f"{name}/scan.prom"):
        assert line.endswith("\n"), "the last line has no end"
        if line.startswith("# HELP "):
            metric, text = line[7:].rstrip("\n").split(" ", 1)
            assert metric not in help_of and text, line
            help_of[metric] = text
            continue
        if line.startswith("# TYPE "):
            metric, kind = line[7:].split()
            assert metric in help_of and kind in ("gauge", "counter"), line
            assert (kind == "counter") == metric.endswith("_total"), line
            type_of[metric] = kind
            continue
        found = re.fullmatch(
            r'(certmuster_[a-z0-9_]+)(\{[a-z_]+="[^"\\\n]*"\})? '
            r'(-?\d+(?:\.\d+)?)\n', line)
        assert found, line
        assert found[1] in type_of, line
        assert found[1] + (found[2] or "") not in seen, line
        seen.add(found[1] + (found[2] or ""))
    assert set(help_of) == set(type_of)
    assert any(s.startswith("certmuster_endpoints_by_cause{") for s in seen)
PY
finish
