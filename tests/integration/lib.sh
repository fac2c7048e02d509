# What the integration tests share (sourced). Each runs in a fresh folder $WORK.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
set -eu

PATH=$PATH:/usr/sbin:/sbin
rm -rf "$WORK"
mkdir -p "$WORK"
cd "$WORK"
CHECK=$SOURCE/tests/integration/check.py
failures=0
: >started

fail() {
  echo "FAIL: $*" >&2
  failures=$((failures + 1))
}

# A test that ends early says what its servers said last.
stop_started() {
  if [ "${finished:-no}" = no ] && [ -s "$WORK/servers.log" ]; then
    echo "the test ended early; its servers said last:" >&2
    tail -n 30 "$WORK/servers.log" >&2
  fi
  while read -r pid; do
    kill "$pid" 2>/dev/null || :
  done <started
}
trap stop_started EXIT

# start COMMAND...: in the background, stopped at the end by its process id.
start() {
  "$@" >>servers.log 2>&1 &
  echo $! >>started
}

# start_bad WAY=ADDRESS:PORT...: the misbehaving server; it lives as long as its
# standard input is open.
start_bad() {
  mkfifo hold
  exec 9<>hold
  "$BADSERVER" "$@" <hold >>servers.log 2>&1 &
  echo $! >>started
}

# follows_schema FOLDER: its JSON is as samples/schema says.
follows_schema() {
  python3 "$SOURCE/tests/integration/follows_schema.py" "$SOURCE" "$1" ||
    fail "$1 does not follow samples/schema"
}

finish() {
  finished=yes
  [ $failures -eq 0 ] || exit 1
}

# scan OPTIONS...: against the fleet's DNS and roots; its exit code in $code.
scan() {
  code=0
  "$CERTMUSTER" scan --trust "demo=$FLEET/roots.pem" \
    --resolver 127.42.0.53:5353 --loopback-ok --timeout-connect 4 \
    --timeout-tls 4 "$@" >summary.txt 2>messages.txt || code=$?
}

want_code() { # want_code N
  [ "$code" -eq "$1" ] || {
    fail "exit code $code instead of $1: $(cat messages.txt)"
  }
}

# A port that nobody uses now, on the given address.
free_port() {
  python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.bind((sys.argv[1], 0))
print(s.getsockname()[1])' "$1"
}

# wait_port ADDRESS PORT: up to ten seconds.
wait_port() {
  python3 -c 'import socket, sys, time
for _ in range(200):
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.05)
sys.exit("nothing listens at " + " ".join(sys.argv[1:]))' "$1" "$2"
}
