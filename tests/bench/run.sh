#!/bin/sh
# The benchmark in one command: builds certmuster, starts a fleet, measures.
#
#   sh tests/bench/run.sh [--quick] [--rows N] [--peers] [--rounds N]
#     [--only LETTERS] [--json FILE] [--readme] [--no-install] [--build DIR]
#
# Prints one table, and writes it as JSON (bench.json in the build folder). It
# passes and fails nothing. What is missing of Debian's packages is installed
# first, unless --no-install. Needs namespaces: root, or a kernel that lets
# users have their own. All servers live in these namespaces and end with it.
# SPDX-License-Identifier: Apache-2.0
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=samples/demo/install.sh
. "$root/samples/demo/install.sh"
# shellcheck source=tests/support/spaces.sh
. "$root/tests/support/spaces.sh"

build=$root/build-bench
install=yes
json=
for argument in "$@"; do # hand on all but our own
  shift
  case ${next:-} in
    build) build=$argument next= && continue ;;
    json) json=$argument next= && continue ;;
  esac
  case $argument in
    --help)
      sed -n '2,/^# SPDX/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --no-install) install=no ;;
    --build) next=build ;;
    --json) next=json ;;
    *) set -- "$@" "$argument" ;;
  esac
done
json=${json:-$build/bench.json}

if [ "$install" = yes ]; then
  # shellcheck disable=SC2086
  install_packages $BUILD_PACKAGES libcmocka-dev python3 iproute2 util-linux \
    nginx-light knot openssl curl sslscan nmap
fi

generator=
command -v ninja >/dev/null 2>&1 && generator="-G Ninja"
# shellcheck disable=SC2086
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" -B "$build" $generator \
  -DCMAKE_BUILD_TYPE=Release -DCERTMUSTER_BENCH=ON >/dev/null
cmake --build "$build" --parallel --target certmuster badserver bare_loop \
  make_certs delay_line cost >/dev/null

run_in_spaces python3 "$here/bench.py" --build "$build" --json "$json" "$@"
