#!/bin/sh
# What this code does not use, and why. Prints each place; exit 1 if any.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0

# ban WHERE PATTERN WHY
ban() {
  # shellcheck disable=SC2086
  found=$(grep -rnE --include='*.[ch]' "$2" $1 2>/dev/null |
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
ban "scanner report" '(^|[^a-z_])(exit|abort)\(' \
  "a library returns; only cm_assert_failed stops (scanner/base/status.c)"
ban "$code" '^[^"]*(^|[^:"'"'"'])//' "comments are /* */"
ban "$code" '(TODO|FIXME|XXX)' "finish it or open an issue"
# A name at column 1 followed by = or ; is a file-scope variable.
ban "scanner report" '^static (const )?[a-z_ ]*[a-z_0-9]+(\[[^]]*\])*( = |;)' \
  "file-scope variables are const tables only"
exit $bad
