#!/bin/sh
# The unit tests under valgrind, in a build of their own without sanitizers:
# memory that is read before it was written, and memory that is lost, fail.
#
#   sh tests/valgrind/run.sh [--no-install] [TEST...]
#
# Names what it leaves out, and why. Takes some half an hour of two processors.
# SPDX-License-Identifier: Apache-2.0
set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${CERTMUSTER_VALGRIND_BUILD:-$TOP/build-valgrind}
# shellcheck source=samples/demo/install.sh
. "$TOP/samples/demo/install.sh"
install=yes
if [ "${1:-}" = --no-install ]; then
  install=no
  shift
fi
if [ $install = yes ]; then
  # shellcheck disable=SC2086
  install_packages $BUILD_PACKAGES libcmocka-dev valgrind
fi

# NAME: why valgrind cannot run it, or need not; the address sanitizer watches all
# of these in every test run.
left_out() {
  cat <<'WHY'
test_html_failures: makes some thousand reports, which takes an hour here
test_report_nomem: the same
test_program_nomem: the whole program, once for each of its allocations
test_report_recognise: compares each message with all others, millions of times
test_report_large: tens of thousands of rows
test_html_large: the same
test_html_hostile: reads its page again for each of many texts
test_input_limits: inputs as large as they may be
test_pki_hostile: certificates of many thousand names
test_pki_hostile_lists: the same
test_base_utf8: every sequence of up to four bytes
test_net_resolver: has time-outs of fractions of a second, which pass at once
test_net_lookups: the same
test_net_http: the same
test_sandbox_calls: forbids system calls that valgrind itself makes
test_sandbox_files: the same
WHY
}

valgrind="valgrind;--quiet;--error-exitcode=99;--leak-check=full"
valgrind="$valgrind;--errors-for-leak-kinds=definite;--show-leak-kinds=definite"
valgrind="$valgrind;--num-callers=20;--child-silent-after-fork=yes"
valgrind="$valgrind;--suppressions=$TOP/tests/valgrind/valgrind.supp"
cmake -S "$TOP" -B "$BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
  -DCERTMUSTER_WERROR=ON "-DCERTMUSTER_LAUNCHER=$valgrind" >/dev/null
cmake --build "$BUILD" --target unit_tests >"$BUILD/build.log" 2>&1 || {
  tail -n 40 "$BUILD/build.log"
  exit 1
}
left_out | sed 's/^/left out: /'
names=$(left_out | sed 's/:.*//' | tr '\n' '|' | sed 's/|$//')
wanted=.
[ $# -eq 0 ] || wanted="^($(echo "$*" | tr ' ' '|'))\$"
ctest --test-dir "$BUILD" -L '^unit$' -R "$wanted" ${names:+-E "^($names)\$"} \
  --output-on-failure -j "$(nproc)"
