#!/bin/sh
# Who may include whom: the floors of the architecture, and one home for each
# third-party header. Prints each breach; exit 1 if there is one.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0

# deny WHERE PATTERN WHY: no file below WHERE may include what matches.
deny() {
  # shellcheck disable=SC2086
  found=$(grep -rnE --include='*.[ch]' "^ *# *include *[<\"]($2)" $1 2>/dev/null)
  if [ -n "$found" ]; then
    printf '%s\n  -> %s\n' "$found" "$3"
    bad=1
  fi
}

all="include scanner report"
modules="base sandbox input pki judge measure net starttls tls store endpoint run cli"

# allow MODULE OTHERS...: a scanner module includes itself and these only.
allow() {
  module=$1
  shift
  for other in $modules; do
    case " base $module $* " in
      *" $other "*) ;;
      *) deny "scanner/$module" "$other/" "$module/ may not include $other/" ;;
    esac
  done
}
allow base
allow sandbox
allow input
allow pki
allow net
allow starttls
allow tls
allow judge pki
allow measure judge pki
allow store pki
allow endpoint net starttls tls pki
allow run endpoint judge measure store input net tls pki sandbox
allow cli run input net measure sandbox

deny "$all" '\.\./' "include from the top of a half, never upwards"
for module in $modules; do
  deny "include report" "$module/" "only scanner/ sees scanner/$module"
done
deny "include" '(ares|csv|idn2|ini|sqlite3|zlib|openssl|sys/epoll)' \
  "contracts use no third-party header"
deny "scanner/base scanner/pki scanner/judge scanner/measure scanner/input" \
  '(sys/socket|netinet|sys/epoll|netdb|poll)\.?' "this module has no network"
deny "scanner/judge" '(time|stdio_ext|unistd|fcntl|pthread)\.h' "judge is pure"

# one_home HEADER ALLOWED-PATHS
one_home() {
  found=$(grep -rnlE --include='*.[ch]' "^ *# *include *[<\"]$1" $all |
    grep -vE "^($2)" || :)
  if [ -n "$found" ]; then
    printf '%s\n  -> %s belongs in %s\n' "$found" "$1" "$2"
    bad=1
  fi
}
one_home 'ares\.h' 'scanner/net/resolver'
one_home 'csv\.h' 'scanner/input/csv'
one_home 'ini\.h' 'scanner/measure/ini\.c'
one_home 'idn2\.h' 'scanner/input/target'
one_home 'sqlite3\.h' 'scanner/store/|report/reader'
one_home 'zlib\.h' 'report/'
one_home '(seccomp|linux/landlock|linux/capability|sys/prctl)\.h' 'scanner/sandbox/'
one_home 'sys/epoll\.h' 'scanner/net/loop'
one_home 'openssl/ssl\.h' 'scanner/tls/'
one_home 'openssl/' 'scanner/tls/|scanner/pki/'

# Each public header compiles alone, in both compilers when both are there.
for compiler in gcc clang; do
  command -v $compiler >/dev/null 2>&1 || continue
  for header in include/certmuster/*.h scanner/*/*.h report/*.h; do
    echo "#include \"$header\"" | $compiler -std=gnu11 -D_GNU_SOURCE -Iinclude \
      -Iscanner -Ireport -I. -isystem /usr/include/android -fsyntax-only -x c - ||
      bad=1
  done
done
exit $bad
