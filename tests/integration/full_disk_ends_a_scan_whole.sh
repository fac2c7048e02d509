#!/bin/sh
# No room in the middle of a scan: a clear error, exit code 3, a store that is
# whole; and when there is room again --resume ends the run.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
  -out roots.pem -days 30 -subj "/CN=roots" 2>/dev/null
PEM=roots.pem
awk 'BEGIN { print "host,port,owner"
  for (i = 0; i < 4000; i++)
    printf "127.64.%d.%d,9,a team with a name that needs some room %d\n",
      20 + i / 250, i % 250 + 1, i }' >fleet.csv

check_full() { # check_full FOLDER
  want_code 3
  grep -qi "full\|too large\|no space\|disk" messages.txt ||
    fail "no word of the disk: $(cat messages.txt)"
  grep -q "scan --resume --run 1 --db $1/store.db fleet.csv" messages.txt ||
    fail "no word on how to go on: $(cat messages.txt)"
}
check_whole() { # check_whole FOLDER
  want_code 0
  python3 "$CHECK" accounting report 4000 || fail "accounting"
  [ "$(sqlite3 "$1/store.db" 'SELECT state, resumed FROM run')" = \
    "complete|1" ] || fail "$(sqlite3 "$1/store.db" 'SELECT * FROM run')"
  [ "$(sqlite3 "$1/store.db" 'PRAGMA integrity_check')" = ok ] ||
    fail "integrity"
}

# A limit on the size of a file: write() fails with EFBIG.
mkdir limited
code=0
(
  ulimit -f 6000 # 512-byte blocks, or 1024-byte ones
  "$CERTMUSTER" scan --db limited/store.db --out report --rate 600 \
    --trust "$PEM" fleet.csv >summary.txt 2>messages.txt
) || code=$?
check_full limited
rows=$(sqlite3 limited/store.db 'SELECT count(*) FROM row')
[ "$rows" -gt 0 ] || fail "nothing was recorded before the disk was full"
code=0
"$CERTMUSTER" scan --resume --db limited/store.db >summary.txt \
  2>messages.txt || code=$?
check_whole limited

# A file system that is full, where one may be mounted: ENOSPC.
mkdir small
if mount -t tmpfs -o size=4m none small 2>/dev/null; then
  trap 'umount small 2>/dev/null || :; stop_started' EXIT
  code=0
  "$CERTMUSTER" scan --db small/store.db --out report --rate 600 \
    --trust "$PEM" fleet.csv >summary.txt 2>messages.txt || code=$?
  check_full small
  mount -o remount,size=64m small
  code=0
  "$CERTMUSTER" scan --resume --db small/store.db >summary.txt \
    2>messages.txt || code=$?
  check_whole small
  umount small
fi
finish
