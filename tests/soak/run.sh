#!/bin/sh
# Does certmuster stay whole and small for an hour? Scans a changing fleet again
# and again, kills it, resumes it, compares every row with what the fleet was.
#
#   sh tests/soak/run.sh [--minutes N] [--seed N] [--rate N] [--json FILE]
#     [--keep] [--no-install] [--build DIR]
#
# Prints what happens and, in the end, a table; exits with 1 when anything
# failed, and then the folder with the evidence stays (its name is said), as
# with --keep. --minutes is 60 without; --seed repeats what was chosen by chance;
# --rate is that of the long scan, 20 rows a second. Takes less than half a
# processor. Needs namespaces: root, or a kernel that lets users have their own;
# all servers live in them and end with them. SPDX-License-Identifier: Apache-2.0
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=samples/demo/install.sh
. "$root/samples/demo/install.sh"
# shellcheck source=tests/support/spaces.sh
. "$root/tests/support/spaces.sh"

build=$root/build-soak
install=yes
next=
for argument in "$@"; do # hand on all but our own
  shift
  if [ "$next" = build ]; then
    build=$argument next=
    continue
  fi
  case $argument in
    --help)
      sed -n '2,/SPDX/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --no-install) install=no ;;
    --build) next=build ;;
    *) set -- "$@" "$argument" ;;
  esac
done

if [ "$install" = yes ]; then
  # shellcheck disable=SC2086
  install_packages $BUILD_PACKAGES libcmocka-dev python3 iproute2 util-linux \
    nginx-light knot openssl
fi

generator=
command -v ninja >/dev/null 2>&1 && generator="-G Ninja"
# shellcheck disable=SC2086
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" -B "$build" $generator \
  -DCMAKE_BUILD_TYPE=Release -DCERTMUSTER_BENCH=ON >/dev/null
cmake --build "$build" --parallel --target certmuster badserver make_certs \
  >"$build/soak-build.log" 2>&1 || {
  tail -n 40 "$build/soak-build.log"
  exit 1
}

run_in_spaces python3 -B "$here/soak.py" --build "$build" "$@"
