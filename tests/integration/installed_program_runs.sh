#!/bin/sh
# cmake --install gives a program that runs from its new place, its manual page,
# and the hardening that was asked for.
. "$(dirname "$0")/lib.sh"

cmake --install "$BUILD" --prefix "$WORK/prefix" >install.log 2>&1 ||
  fail "install: $(tail -3 install.log)"
program=$WORK/prefix/bin/certmuster
"$program" --version | grep -q '^certmuster [0-9]' || fail "it does not run"
[ -s "$WORK/prefix/share/man/man1/certmuster.1" ] || fail "no manual page"
grep -q 'Fl \\-concurrency' "$WORK/prefix/share/man/man1/certmuster.1" ||
  fail "the manual page lacks an option"

for file in bash-completion/completions/certmuster \
  zsh/site-functions/_certmuster fish/vendor_completions.d/certmuster.fish; do
  grep -q 'concurrency' "$WORK/prefix/share/$file" || fail "no $file"
done
[ -s "$WORK/prefix/share/certmuster/profiles/java.ini" ] ||
  fail "no profiles to copy from"

readelf -hdl "$program" >elf.txt
grep -q 'Type: *DYN' elf.txt || fail "no position-independent executable"
grep -q 'GNU_RELRO' elf.txt || fail "no RELRO"
grep -q 'NOW' elf.txt || fail "symbols are bound lazily"
grep 'GNU_STACK' -A1 elf.txt | grep -q 'RWE' && fail "an executable stack"
grep -q 'NEEDED.*libssl' elf.txt &&
  fail "libssl is loaded also where there is no handshake"
readelf -s "$program" | grep -q '__stack_chk_fail' || fail "no stack protector"
finish
