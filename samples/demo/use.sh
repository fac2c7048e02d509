# What the samples share (sourced): where the program is, and the demo fleet for
# a sample that is run without an input of its own. The fleet is started unless
# it runs already, and stopped again by who started it.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

TOP=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${CERTMUSTER_BUILD:-$TOP/build}
FLEET=${CERTMUSTER_FLEET:-$BUILD/demo/fleet}
PATH=$PATH:/usr/sbin:/sbin
USAGE=2 INCOMPLETE=3 # exit codes, as certmuster's

# The program that was built here, or the one that is installed.
find_program() {
  if [ -z "${CERTMUSTER:-}" ]; then
    CERTMUSTER=$BUILD/certmuster
    [ -x "$CERTMUSTER" ] || CERTMUSTER=$(command -v certmuster) || {
      echo "There is no $BUILD/certmuster: \"sh samples/demo.sh\" builds it." >&2
      exit $USAGE
    }
  fi
}

fleet_runs() {
  [ -e "$FLEET/nginx.run" ] && read -r pid rest <"$FLEET/nginx.run" &&
    kill -0 "$pid" 2>/dev/null
}

stop_demo_fleet() { sh "$TOP/samples/demo/fleet.sh" stop "$FLEET"; }

use_demo_fleet() {
  if ! fleet_runs; then
    [ -x "$BUILD/badserver" ] || {
      echo "The demo is not set up: run \"sh samples/demo.sh\" first." >&2
      exit $USAGE
    }
    rm -rf "$FLEET"
    trap stop_demo_fleet EXIT
    trap 'exit 130' INT TERM
    sh "$TOP/samples/demo/fleet.sh" start "$FLEET" "$BUILD/badserver"
  fi
  # How the fleet is reached; what it is judged by is for the sample to say.
  DEMO_NETWORK="--resolver 127.42.0.53:5353 --loopback-ok --timeout-connect 2
    --timeout-tls 2"
}
