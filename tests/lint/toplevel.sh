#!/bin/sh
# The top level holds exactly what it should; no file names a machine's paths
# or a package registry.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 2
extra=$(git ls-files 2>/dev/null | sed 's#/.*##' | sort -u | grep -vxE \
  'CMakeLists.txt|scanner|report|include|tests|samples|README.md|LICENSE|\..*')
[ -z "$extra" ] || {
  echo "not at the top level: $extra"
  exit 1
}
