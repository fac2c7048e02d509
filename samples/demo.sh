#!/bin/sh
# One command from a fresh Debian 12 to a finished report: installs what is
# missing (as root, or through sudo), builds, starts a fleet of demo endpoints
# on loopback addresses, scans it, and stops what it started.
#
#   sh samples/demo.sh [--no-install] [--keep-running]
#
# SPDX-License-Identifier: Apache-2.0
set -eu

TOP=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${CERTMUSTER_BUILD:-$TOP/build}
OUT=$BUILD/demo
FLEET=$OUT/fleet
INSTALL=yes
KEEP=no
PATH=$PATH:/usr/sbin:/sbin

for argument in "$@"; do
  case $argument in
    --no-install) INSTALL=no ;;
    --keep-running) KEEP=yes ;;
    *)
      echo "usage: sh samples/demo.sh [--no-install] [--keep-running]" >&2
      exit 2
      ;;
  esac
done

. "$TOP/samples/demo/install.sh"
if [ $INSTALL = yes ]; then
  # shellcheck disable=SC2086
  install_packages $BUILD_PACKAGES openssl nginx-light knot
fi

echo "Building in $BUILD"
mkdir -p "$OUT"
{
  cmake -S "$TOP" -B "$BUILD" -G Ninja -DBUILD_TESTING=OFF \
    -DCERTMUSTER_DEMO=ON &&
    cmake --build "$BUILD" --target certmuster badserver
} >"$OUT/build.log" 2>&1 || {
  tail -n 30 "$OUT/build.log" >&2
  echo "demo: the build failed; the whole log is $OUT/build.log" >&2
  exit 1
}

stop_fleet() {
  [ $KEEP = yes ] || sh "$TOP/samples/demo/fleet.sh" stop "$FLEET"
}
if [ -d "$FLEET" ]; then # of an earlier demo that was killed
  sh "$TOP/samples/demo/fleet.sh" stop "$FLEET"
  rm -rf "$FLEET"
fi
trap stop_fleet EXIT
trap 'exit 130' INT TERM
echo "Starting the demo fleet"
sh "$TOP/samples/demo/fleet.sh" start "$FLEET" "$BUILD/badserver"

rm -rf "$OUT/report" "$OUT/demo.db"
cd "$OUT"
set -- scan --db demo.db --out report --trust "demo=$FLEET/roots.pem" \
  --resolver 127.42.0.53:5353 --loopback-ok --timeout-connect 2 \
  --timeout-tls 2 --all-addresses "$TOP/samples/demo.csv"
echo "\$ certmuster $*"
"$BUILD/certmuster" "$@"
echo
echo "Open $OUT/report/report.html in a browser."
