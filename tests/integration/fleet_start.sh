#!/bin/sh
# Starts the demo fleet afresh; one of an earlier, killed test run is stopped.
# SPDX-License-Identifier: Apache-2.0
set -eu
fleet=$(cd "$(dirname "$0")/../../samples/demo" && pwd)/fleet.sh
if [ -d "$1" ]; then
  sh "$fleet" stop "$1"
  rm -rf "$1"
fi
exec sh "$fleet" start "$1" "$2"
