#!/bin/sh
# What gcc's static analyser suspects. Advice, not a gate: most of what it says
# of C code with callbacks and reference counts is not so.
#
#   sh tests/lint/analyzer.sh BUILD [FILE...]
#
# BUILD: a build folder of gcc's. Prints a line for each suspicion, then how many
# of each kind there are. SPDX-License-Identifier: Apache-2.0
set -eu

[ $# -gt 0 ] || {
  echo "usage: sh tests/lint/analyzer.sh BUILD [FILE...]" >&2
  exit 2
}
cd "$(dirname "$0")/../.."
build=$1
shift
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(find scanner report -name '*.c' | sort)
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# The command that compiles each file, with the analyser in place of an output.
python3 - "$build/compile_commands.json" "$@" <<'PY' |
import json, os, shlex, sys
wanted = {os.path.abspath(name) for name in sys.argv[2:]}
for entry in json.load(open(sys.argv[1], encoding="utf-8")):
    if os.path.abspath(entry["file"]) not in wanted:
        continue
    words = [w for w in shlex.split(entry["command"])
             if not w.startswith(("-fsanitize", "-fno-sanitize", "-Werror"))]
    if os.path.basename(words[0]).startswith("ccache"):
        words = words[1:]
    at = words.index("-o")
    words[at:at + 2] = ["-o", "/dev/null"]
    print(shlex.join(["nice", *words, "-fanalyzer",
                      "-fdiagnostics-plain-output"]))
PY
  xargs -d '\n' -P "${JOBS:-$(nproc)}" -I '{}' sh -c '{} 2>&1 || :' |
  grep -- '\[-Wanalyzer' >"$found" || :
sort -u "$found"
sed 's/.*\(\[-Wanalyzer[^]]*\]\).*/\1/' "$found" | sort | uniq -c | sort -rn
