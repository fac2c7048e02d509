#!/bin/sh
# Builds every fuzz target with clang and runs each for a while, from seeds that
# are made on the spot. Fails on the first input that crashes one, passes the
# end of memory, leaks, or takes too long; that input is kept, and shown.
#
#   sh tests/fuzz/run.sh [SECONDS [TARGET...]]
#
# SECONDS (default 10) is for each target. The build and what the fuzzer learnt
# stay in $CERTMUSTER_FUZZ_BUILD (default build-fuzz), so that a longer run goes
# on from there. SPDX-License-Identifier: Apache-2.0
set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${CERTMUSTER_FUZZ_BUILD:-$TOP/build-fuzz}
SECONDS_EACH=${1:-10}
[ $# -eq 0 ] || shift

case $SECONDS_EACH in
'' | *[!0-9]*)
  echo "usage: sh tests/fuzz/run.sh [SECONDS [TARGET...]]" >&2
  exit 2
  ;;
esac

cmake -S "$TOP" -B "$BUILD" -G Ninja -DCMAKE_C_COMPILER=clang \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCERTMUSTER_WERROR=ON \
  -DCERTMUSTER_FUZZ=ON >/dev/null
cmake --build "$BUILD" --target fuzz >"$BUILD/build.log" 2>&1 || {
  tail -n 40 "$BUILD/build.log"
  exit 1
}
bin=$BUILD/tests/fuzz
rm -rf "$BUILD/seeds"
mkdir -p "$BUILD/seeds" "$BUILD/corpus" "$BUILD/found"
"$bin/fuzz_seeds" "$BUILD/seeds"
[ $# -gt 0 ] || set -- $(cd "$BUILD/seeds" && ls)

# one TARGET: its log is shown only when it fails.
one() {
  log=$BUILD/found/$1.log
  mkdir -p "$BUILD/corpus/$1" "$BUILD/seeds/$1"
  if "$bin/fuzz_$1" -max_total_time="$SECONDS_EACH" -max_len=65536 -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$BUILD/found/$1-" \
    "$BUILD/corpus/$1" "$BUILD/seeds/$1" >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "ok      $1: $runs inputs, $(grep -o 'cov: [0-9]*' "$log" | tail -n 1)"
  else
    echo "FAILED  $1; its last lines:"
    tail -n 60 "$log" | sed 's/^/    /'
    return 1
  fi
}

# As many at once as there are processors.
failed=0
running=
join() {
  for pid in $running; do
    wait "$pid" || failed=1
  done
  running=
}
for target in "$@"; do
  one "$target" &
  running="$running $!"
  [ "$(echo "$running" | wc -w)" -lt "$(nproc)" ] || join
done
join
exit $failed
