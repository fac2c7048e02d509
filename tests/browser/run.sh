#!/bin/sh
# The HTML report in a real browser: Debian's chromium, headless, driven by
# playwright-core and looked at by axe-core.
#
#   sh tests/browser/run.sh FOLDER CERTMUSTER [TEST.js...]
#
# FOLDER keeps what npm installed for the next time, and the report under test.
# Exits with 77, and one line that says why, where something is not installed;
# with CI=true that is a failure. SPDX-License-Identifier: Apache-2.0
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
FOLDER=$(cd "$1" && pwd)
CERTMUSTER=$2
shift 2
SKIPPED=77
NPM_TRIES=3

skip() {
  echo "the browser tests: $1"
  [ "${CI:-}" != true ] || exit 1
  exit $SKIPPED
}

# Quiet, exact versions, no lock file: that would name a registry.
npm_install() {
  npm install --silent --no-package-lock --no-audit --no-fund \
    --no-update-notifier --ignore-scripts >npm.log 2>&1
}

for tool in node npm chromium python3 openssl sqlite3; do
  command -v $tool >/dev/null 2>&1 || skip "$tool is not installed"
done
[ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ] ||
  skip "node is older than version 18"

cd "$FOLDER"
if ! cmp -s "$HERE/package.json" installed.json; then
  cp "$HERE/package.json" package.json
  tries=1
  until npm_install; do
    [ $tries -lt $NPM_TRIES ] || skip "npm cannot install playwright-core and \
axe-core (no network?); see $FOLDER/npm.log"
    sleep $((tries * 2))
    tries=$((tries + 1))
  done
  cp package.json installed.json
fi

rm -rf store report
python3 "$HERE/make_store.py" store
"$CERTMUSTER" report --db store/store.db --out report --quiet
[ $# -ne 0 ] || set -- "$HERE"/*.test.js
CHROMIUM=$(command -v chromium)
export CHROMIUM
export BROWSER_MODULES="$FOLDER" BROWSER_REPORT="$FOLDER/report" \
  BROWSER_STORE="$FOLDER/store/store.db"
# One after the other: several browsers at once only wait for each other.
for test in "$@"; do
  node --test "$test" || exit 1
done
