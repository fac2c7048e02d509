#!/bin/sh
# One command from a fresh Debian 12 to all tests passed: installs what is
# missing (as root, or through sudo), builds with sanitizers in gcc and without
# in clang, runs the lints and every test.
#
#   sh tests/run.sh [--no-install] [--fast]
#
# --no-install runs with what is there and lists what it skipped; with CI=true a
# skip is a failure. --fast leaves out the second compiler, clang-tidy, fuzzing,
# cppcheck and coverage. SPDX-License-Identifier: Apache-2.0
set -u

TOP=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${CERTMUSTER_TEST_BUILD:-$TOP/build-test}
INSTALL=yes
FAST=no
PATH=$PATH:/usr/sbin:/sbin
passed=0
failed=0
skipped=0

for argument in "$@"; do
  case $argument in
    --no-install) INSTALL=no ;;
    --fast) FAST=yes ;;
    *)
      echo "usage: sh tests/run.sh [--no-install] [--fast]" >&2
      exit 2
      ;;
  esac
done

cd "$TOP" || exit 2
. "$TOP/samples/demo/install.sh"
TEST_PACKAGES="libcmocka-dev nginx-light openssl gnutls-bin knot sqlite3
  python3 tinyproxy-bin procps util-linux postfix dovecot-imapd dovecot-pop3d
  dovecot-lmtpd dovecot-managesieved vsftpd slapd postgresql mariadb-server
  prosody apache2-bin libnss3-tools curl nodejs golang-go
  openjdk-17-jdk-headless haproxy nmap sslscan slurm-wlm munge
  python3-yaml python3-jsonschema chromium zsh fish iproute2"
# Debian's npm is a package of its own, and a large one; others' builds of
# Node.js have it in them, and conflict with it.
command -v npm >/dev/null 2>&1 || TEST_PACKAGES="$TEST_PACKAGES npm"
LINT_PACKAGES="clang libclang-rt-dev clang-tidy clang-format cppcheck shellcheck
  pmccabe mandoc codespell gcovr"
if [ $INSTALL = yes ]; then
  # shellcheck disable=SC2086
  install_packages $BUILD_PACKAGES $TEST_PACKAGES $LINT_PACKAGES || {
    echo "tests: the packages could not be installed" >&2
    exit 1
  }
fi
mkdir -p "$BUILD"

# step NAME COMMAND...: its output is shown when it fails. A command that ends
# with 77 was skipped, and its last line says why.
step() {
  name=$1
  shift
  start=$(date +%s)
  code=0
  "$@" >"$BUILD/$name.log" 2>&1 || code=$?
  if [ $code -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok      $name ($(($(date +%s) - start)) s)"
  elif [ $code -eq 77 ]; then
    skipped=$((skipped + 1))
    echo "skipped $name: $(tail -n 1 "$BUILD/$name.log")"
  else
    failed=$((failed + 1))
    echo "FAILED  $name; $BUILD/$name.log ends:"
    tail -n 40 "$BUILD/$name.log" | sed 's/^/    /'
    return 1
  fi
}

# need NAME TOOL: true when TOOL is there; else NAME counts as skipped.
need() {
  command -v "$2" >/dev/null 2>&1 && return 0
  echo "skipped $1: $2 is not installed"
  skipped=$((skipped + 1))
  return 1
}

configure() { # configure FOLDER OPTIONS...
  folder=$1
  shift
  cmake -S "$TOP" -B "$BUILD/$folder" -G Ninja -DCERTMUSTER_WERROR=ON "$@"
}

sources() { find include scanner report tests samples -name "$1"; }

format_check() { sources '*.[ch]' | xargs clang-format --dry-run -Werror; }

tidy() {
  find scanner report -name '*.c' -print0 |
    xargs -0 -P "$(nproc)" -n 4 clang-tidy --quiet -p "$BUILD/clang"
}

# What the compiler says as well without optimisation; tidy needs its commands.
build_clang() {
  configure clang -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug &&
    cmake --build "$BUILD/clang"
}

fuzz() { CERTMUSTER_FUZZ_BUILD="$BUILD/fuzz" sh tests/fuzz/run.sh "$1"; }

static_check() {
  cppcheck -q -j "$(nproc)" --enable=warning,style,performance,portability \
    --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
    --suppress=unusedStructMember --suppress=variableScope \
    --suppress=constParameterCallback --suppress=constParameterPointer \
    -D_GNU_SOURCE -DOPENSSL_IS_BORINGSSL -DCERTMUSTER_VERSION='""' -Iinclude -Iscanner -Ireport scanner report
}

shell_check() {
  sources '*.sh' | xargs shellcheck -x -e SC1091,SC2086,SC2046,SC2034
}

spelling() {
  codespell -q 3 --ignore-words tests/lint/words.txt --skip '*/corpus/*' \
    README.md include scanner report tests samples
}

manual() { mandoc -Tlint -W warning "$BUILD/gcc/certmuster.1"; }

# Most tests wait for most of their time, so there are twice as many at once as
# processors; who needs a whole one counts twice (PROCESSORS).
run_tests() { # run_tests FOLDER OPTIONS...
  folder=$1
  shift
  ctest --test-dir "$BUILD/$folder" --output-on-failure \
    -j "$((2 * $(nproc)))" "$@"
}

# What has threads, under the thread sanitizer; it makes all of it slow.
THREADED='run|store|pki|net_gate|base_memo|judge_chainmemo'
threads() {
  configure tsan -DCMAKE_BUILD_TYPE=Debug -DCERTMUSTER_SANITIZE=thread || return 1
  # shellcheck disable=SC2046
  cmake --build "$BUILD/tsan" --target certmuster badserver \
    $(ctest --test-dir "$BUILD/tsan" -N -L '^unit$' |
      grep -oE "\<test_($THREADED)[a-z_0-9]*") &&
    (export ROWS=6000 && run_tests tsan -R \
      "^test_($THREADED)|^fleet|^scan_loses_no_row\$|^interrupted|^resume_needs")
}

# Of the unit tests, and of those others that go many ways of the program in a
# short time. The longest have run by then, and reach hardly a line more.
WIDEST='fleet|scan_names_every|command_line|exit_codes|rejudge_needs|shards_make'
WIDEST="$WIDEST|interrupted_scan|resume_needs|two_runs|fetches_what|machine_out"
LONGEST='html_failures|html_hostile|html_large|report_nomem|report_large'
LONGEST="$LONGEST|report_recognise|pki_hostile"
coverage() {
  configure coverage -DCMAKE_BUILD_TYPE=Debug -DCERTMUSTER_COVERAGE=ON &&
    cmake --build "$BUILD/coverage" --target unit_tests certmuster badserver &&
    run_tests coverage -R "^(test_|$WIDEST)" -E "$LONGEST" &&
    gcovr -r "$TOP" --object-directory "$BUILD/coverage" -f "$TOP/scanner" \
      -f "$TOP/report" --fail-under-line 85 --print-summary -s
}

# Looks at the source with clang, in the time that tests leave while they wait.
aside() {
  passed=0 failed=0 skipped=0
  # The process id of this subshell, which $$ is not.
  renice -n 19 -p "$(exec sh -c 'echo $PPID')" >/dev/null 2>&1 || :
  need cppcheck cppcheck && step cppcheck static_check
  if need clang clang; then
    step build-clang build_clang
    need clang-tidy clang-tidy && step clang-tidy tidy
    step build-fuzz fuzz 0
  fi
  echo "$passed $failed $skipped" >"$BUILD/aside.counts"
}
join_aside() {
  wait "$aside"
  trap - INT TERM
  cat "$BUILD/aside.log"
  read -r more_passed more_failed more_skipped <"$BUILD/aside.counts" ||
    more_passed=0 more_failed=1 more_skipped=0
  passed=$((passed + more_passed))
  failed=$((failed + more_failed))
  skipped=$((skipped + more_skipped))
}

step toplevel sh tests/lint/toplevel.sh
step layers sh tests/lint/layers.sh
step banned sh tests/lint/banned.sh
need sizes pmccabe && step sizes sh tests/lint/sizes.sh
need shellcheck shellcheck && step shellcheck shell_check
need codespell codespell && step codespell spelling
need format clang-format && step format format_check

if [ $FAST = no ]; then
  rm -f "$BUILD/aside.counts"
  aside >"$BUILD/aside.log" 2>&1 &
  aside=$!
  trap 'kill "$aside" $(cat "/proc/$aside/task/$aside/children"); exit 130' \
    INT TERM
fi
if step configure-gcc configure gcc -DCMAKE_BUILD_TYPE=Debug \
  -DCERTMUSTER_SANITIZE=address,undefined &&
  step build-gcc cmake --build "$BUILD/gcc"; then
  step tests run_tests gcc -LE browser
  tail -n 8 "$BUILD/tests.log"
  step browser sh tests/browser/run.sh "$BUILD/browser" "$BUILD/gcc/certmuster"
  need manual mandoc && step manual manual
fi
if [ $FAST = no ]; then
  step threads threads
  if need coverage gcovr; then
    step coverage coverage
    tail -n 4 "$BUILD/coverage.log"
  fi
  # With optimisation the compiler sees more.
  step release configure release -DCERTMUSTER_BENCH=ON &&
    step build-release cmake --build "$BUILD/release"
  join_aside
  # What watches the time runs when nothing else does.
  step bench sh tests/bench/run.sh --quick --no-install --only a \
    --build "$BUILD/release"
  command -v clang >/dev/null 2>&1 && step fuzz fuzz 2
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] || exit 1
if [ $skipped -ne 0 ] && [ "${CI:-}" = true ]; then
  echo "tests: with CI=true a skip is a failure" >&2
  exit 1
fi
