#!/bin/sh
# Files, functions and lines stay readable: 500 lines a .c file, 200 a header,
# complexity 15, 80 columns. Exit 1 if something is larger.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0

too_long() { # too_long PATTERN LIMIT
  # shellcheck disable=SC2046
  find include scanner report tests samples -name "$1" -exec wc -l {} + |
    awk -v limit="$2" '$2 != "total" && $1 > limit {
      print $2 ": " $1 " lines, at most " limit; bad = 1 } END { exit bad }'
}
too_long '*.c' 500 || bad=1
too_long '*.h' 200 || bad=1
too_long '*.js' 600 || bad=1
awk 'length($0) > 80 && !/[^\001-\177]/ {
  print FILENAME ":" FNR ": over 80 columns"; bad = 1 } END { exit bad }' \
  $(find include scanner report tests samples -name '*.[ch]') || bad=1
if command -v pmccabe >/dev/null 2>&1; then
  find scanner report -name '*.c' -exec pmccabe {} + |
    awk -F '\t' '$1 > 15 { print $6 " " $7 ": complexity " $1; bad = 1 }
      END { exit bad }' || bad=1
fi
exit $bad
