#!/bin/sh
# How large the HTML report is, and how soon a browser shows it.
#
#   sh tests/bench/bench_html.sh FOLDER CERTMUSTER [ROWS...]
#
# Makes a store of so many rows (10000 100000) with names, addresses, labels and
# proofs as various as a fleet's own, writes report.html, opens it from its
# folder in a headless Chromium with a new profile each time, and prints for
# each number of rows: the size of the file in MB, the milliseconds until the
# table can be used (the median of several openings), until a search in all of
# its columns is shown, and the browser's memory for the page. Neither passes
# nor fails. FOLDER keeps the browser's modules, as tests/browser/run.sh leaves
# them. SPDX-License-Identifier: Apache-2.0
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || {
  echo "usage: sh tests/bench/bench_html.sh FOLDER CERTMUSTER [ROWS...]" >&2
  exit 2
}
mkdir -p "$1"
FOLDER=$(cd "$1" && pwd)
CERTMUSTER=$2
shift 2
[ $# -ne 0 ] || set -- 10000 100000

if [ ! -d "$FOLDER/node_modules" ]; then
  cp "$HERE/../browser/package.json" "$FOLDER/"
  (cd "$FOLDER" && npm install --silent --no-package-lock --no-audit \
    --no-fund --no-update-notifier --ignore-scripts)
fi
CHROMIUM=$(command -v chromium)
export CHROMIUM BROWSER_MODULES="$FOLDER" BROWSER_STORE=-
echo "     rows      MB   ready ms  search ms  heap MB"
for rows in "$@"; do
  rm -rf "$FOLDER/bench"
  mkdir "$FOLDER/bench"
  python3 "$HERE/bench_html_store.py" "$rows" "$FOLDER/bench/store.db"
  "$CERTMUSTER" report --db "$FOLDER/bench/store.db" --formats html \
    --out "$FOLDER/bench/report" --quiet
  BROWSER_REPORT="$FOLDER/bench/report" node "$HERE/bench_html.js" "$rows"
done
rm -rf "$FOLDER/bench"
