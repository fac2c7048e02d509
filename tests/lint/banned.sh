#!/bin/sh
# What this code does not use, and why. Prints each place; exit 1 if any.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0

# ban WHERE PATTERN WHY
ban() {
  # shellcheck disable=SC2086
  found=$(grep -HrnE --include='*.[ch]' "$2" $1 2>/dev/null |
    grep -vE ':[0-9]+: *(/?\*|\*)')
  if [ -n "$found" ]; then
    printf '%s\n  -> %s\n' "$found" "$3"
    bad=1
  fi
}

code="include scanner report tests samples"
ban "$code" '(^|[^a-z_0-9])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|rand|srand|gmtime|localtime|tmpnam|mktemp)\(' \
  "unbounded, not thread-safe or not checkable: use the bounded form"
ban "$code" '(^|[^a-z_])(system|popen)\(' "no shell from C"
ban "$(find scanner report -name '*.c' ! -path scanner/base/status.c)" \
  '(^|[^a-z_])(exit|abort)\(' "a library returns; only cm_assert_failed stops"
ban "$code" '^[^"]*(^|[^:"'"'"'])//' "comments are /* */"
ban "$code" '(TODO|FIXME|(^|[^X])XXX([^X]|$))' "finish it or open an issue"
# A file-scope variable that is not const, but for one: the log's level.
found=$(grep -rnE --include='*.[ch]' \
  '^(static )?(_Atomic |struct |unsigned |enum |char |int |bool |size_t |u?int[0-9]+_t )[a-z_0-9* ]*[a-z_0-9]+(\[[^]]*\])*( = .*|;)$' \
  scanner report | grep -vE ':struct [a-z_0-9]+;$|const |scanner/base/log\.c:.*threshold|typedef')
if [ -n "$found" ]; then
  printf '%s\n  -> file-scope variables are const tables only\n' "$found"
  bad=1
fi
exit $bad
