#!/bin/sh
# Looks for inputs that crash a parser, break what its target says must hold,
# pass the end of memory, leak, or take too long. Builds every target with clang
# and runs each for a while, from tests/fuzz/corpus and seeds made on the spot.
#
#   sh tests/fuzz/run.sh [SECONDS [TARGET...]]
#   sh tests/fuzz/run.sh --coverage [TARGET...]
#   sh tests/fuzz/run.sh --keep [TARGET...]
#
# SECONDS (default 10) is for each target, 0 builds them and no more; JOBS
# (default: the processors) run at once: JOBS=4 sh tests/fuzz/run.sh 600. An
# input that fails is kept and shown; put it into corpus/TARGET under the name
# crash-..., mend, and it is a test. A table ends the run. The build and what was
# learnt stay in $CERTMUSTER_FUZZ_BUILD (default build-fuzz): a longer run goes
# on from there.
#
# --coverage says how many lines of the files that a target is there for (READS
# in CMakeLists.txt, where each parser of foreign bytes is named) its inputs
# reach; it needs llvm-cov. --keep makes corpus/TARGET anew from all inputs that
# there are: the few small ones that together reach the most; those named
# crash-* stay. SPDX-License-Identifier: Apache-2.0
set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${CERTMUSTER_FUZZ_BUILD:-$TOP/build-fuzz}
CORPUS=$TOP/tests/fuzz/corpus
TIMEOUT=${TIMEOUT:-30} # wall clock of one input; raise it on a busy machine
JOBS=${JOBS:-$(nproc)}
# Most of the time goes into memory: what is freed need not be kept for long.
ASAN_OPTIONS=malloc_context_size=8:quarantine_size_mb=16:${ASAN_OPTIONS:-}
export CERTMUSTER_FUZZ_BUILD="$BUILD" TIMEOUT ASAN_OPTIONS

usage() {
  sed -n '5,7s/^# *//p' "$0" >&2
  exit 2
}

# --- one target; a line about it goes to found/TARGET.line ---

number() { sed -n "s/^stat::$1: *//p" "$BUILD/found/$2.log"; }

one() { # one SECONDS TARGET
  log=$BUILD/found/$2.log
  mkdir -p "$BUILD/corpus/$2" "$BUILD/seeds/$2" "$BUILD/tmp/$2"
  kept=
  [ ! -d "$CORPUS/$2" ] || kept=$CORPUS/$2
  ended=ok
  # shellcheck disable=SC2086
  TMPDIR=$BUILD/tmp/$2 "$BUILD/tests/fuzz/fuzz_$2" -max_total_time="$1" \
    -max_len=65536 -timeout="$TIMEOUT" -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$BUILD/found/$2-" \
    "$BUILD/corpus/$2" $kept "$BUILD/seeds/$2" >"$log" 2>&1 || ended=FAILED
  last=$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -n 1)
  # shellcheck disable=SC2086
  set -- "$1" "$2" $last
  printf '%-7s %-10s %10s %9s %6s %7s %6s %6s\n' "$ended" "$2" \
    "$(number number_of_executed_units "$2")" \
    "$(number average_exec_per_sec "$2")" "${4:--}" "${6:--}" "${8:--}" \
    "$(number peak_rss_mb "$2")" >"$BUILD/found/$2.line"
  if [ $ended = FAILED ]; then
    echo "FAILED  $2; its last lines:"
    tail -n 60 "$log" | sed 's/^/    /'
    return 1
  fi
  cat "$BUILD/found/$2.line"
}

if [ "${1:-}" = --one ]; then
  one "$2" "$3"
  exit
fi

# --- what to do ---

mode=run
seconds=10
case ${1:-} in
--coverage | --keep) mode=${1#--} ;;
'') ;;
*[!0-9]*) usage ;;
*) seconds=$1 ;;
esac
[ $# -eq 0 ] || shift

configure() { # configure FOLDER OPTIONS...
  folder=$1
  shift
  cmake -S "$TOP" -B "$folder" -G Ninja -DCMAKE_C_COMPILER=clang \
    -DCERTMUSTER_WERROR=ON "$@" >/dev/null
}

build() { # build FOLDER TARGET
  cmake --build "$1" --target "$2" >"$1/build.log" 2>&1 || {
    tail -n 40 "$1/build.log"
    exit 1
  }
}

configure "$BUILD" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCERTMUSTER_FUZZ=ON
build "$BUILD" fuzz
[ "$seconds" -ne 0 ] || exit 0
list=$BUILD/tests/fuzz/targets.txt
[ $# -gt 0 ] || set -- $(cut -d' ' -f1 "$list")
for target in "$@"; do
  grep -q "^$target " "$list" || {
    echo "run.sh: there is no target $target; there are:" \
      $(cut -d' ' -f1 "$list") >&2
    exit 2
  }
done
rm -rf "$BUILD/seeds" "$BUILD/tmp"
mkdir -p "$BUILD/seeds" "$BUILD/corpus" "$BUILD/found"
# Files that a target writes for a parser lie in memory where that is possible.
if [ -w /dev/shm ]; then
  tmp=$(mktemp -d /dev/shm/certmuster-fuzz-XXXXXX)
  ln -sfn "$tmp" "$BUILD/tmp"
else
  tmp=$BUILD/tmp
  mkdir -p "$tmp"
fi
trap 'rm -rf "$tmp" "$BUILD/tmp"' EXIT
trap 'exit 130' INT TERM
"$BUILD/tests/fuzz/fuzz_seeds" "$BUILD/seeds"

# --- running ---

run() {
  failed=0
  for target in "$@"; do
    rm -f "$BUILD/found/$target.line"
  done
  printf '%s\n' "$@" | xargs -P "$JOBS" -n 1 sh "$0" --one "$seconds" ||
    failed=1
  echo
  printf '%-7s %-10s %10s %9s %6s %7s %6s %6s\n' ended target inputs \
    'inputs/s' edges features kept 'MB'
  for target in "$@"; do
    cat "$BUILD/found/$target.line" 2>/dev/null ||
      echo "FAILED  $target: it was not run"
  done
  return $failed
}

# --- what the inputs reach ---

cover() { # cover TARGET FILE...: its lines
  name=$1
  shift
  folders=
  for folder in "$CORPUS/$name" "$BUILD/corpus/$name" "$BUILD/seeds/$name"; do
    [ ! -d "$folder" ] || folders="$folders $folder"
  done
  profile=$BUILD/coverage/$name
  # shellcheck disable=SC2086
  TMPDIR=$tmp LLVM_PROFILE_FILE=$profile.raw "$replay" "$name" $folders \
    >"$profile.log" 2>&1 || {
    tail -n 5 "$profile.log"
    return 1
  }
  llvm-profdata merge -o "$profile.data" "$profile.raw"
  rm -f "$profile.raw"
  llvm-cov export -summary-only -instr-profile "$profile.data" "$replay" |
    python3 "$TOP/tests/fuzz/lines.py" "$name" "$@"
}

coverage() {
  configure "$BUILD/covered" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_FLAGS='-fprofile-instr-generate -fcoverage-mapping'
  build "$BUILD/covered" fuzz_replay
  replay=$BUILD/covered/tests/fuzz/fuzz_replay
  mkdir -p "$BUILD/coverage"
  for target in "$@"; do
    # shellcheck disable=SC2046
    cover $(grep "^$target " "$list")
  done
}

# --- what to keep ---

keep() {
  for target in "$@"; do
    mkdir -p "$CORPUS/$target" "$BUILD/corpus/$target" "$BUILD/tmp/$target"
    rm -rf "$BUILD/merged"
    mkdir "$BUILD/merged"
    TMPDIR=$BUILD/tmp/$target "$BUILD/tests/fuzz/fuzz_$target" -merge=1 \
      -use_counters=0 -max_len=4096 -timeout="$TIMEOUT" \
      -merge_control_file="$BUILD/merged.txt" "$BUILD/merged" \
      "$BUILD/corpus/$target" "$CORPUS/$target" "$BUILD/seeds/$target" \
      >"$BUILD/merged.log" 2>&1 || {
      tail -n 20 "$BUILD/merged.log"
      return 1
    }
    python3 "$TOP/tests/fuzz/pick.py" "$BUILD/merged.txt" "$CORPUS/$target"
    rm -f "$BUILD/merged.txt"
  done
}

$mode "$@"
