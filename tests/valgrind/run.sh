#!/bin/sh
# The unit tests under valgrind, in a build of their own without sanitizers:
# memory that is read before it was written, and memory that is lost, fail.
#
#   sh tests/valgrind/run.sh [--no-install] [TEST...]
#
# Names what it leaves out, and why. Takes some ten minutes of two processors.
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

# NAME: why valgrind cannot run it, or need not.
left_out() {
  cat <<'WHY'
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
