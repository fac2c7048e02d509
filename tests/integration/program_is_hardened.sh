#!/bin/sh
# How the program was linked and compiled: what makes a defect of memory hard to
# use. readelf reads it from the file that is installed.
. "$(dirname "$0")/lib.sh"

readelf -W -h -l -d --dyn-syms "$CERTMUSTER" >elf.txt
has() { grep -q -E -e "$1" elf.txt || fail "$2"; }

has '^ *Type: +DYN ' "it is not position-independent"
has 'GNU_RELRO' "tables of the linker stay writable"
has '\(FLAGS_1\).* NOW' "functions are bound late"
has 'GNU_STACK .* RW ' "the stack is executable"
if grep -E 'LOAD .* RWE ' elf.txt; then
  fail "a part of it is writable and executable"
fi
if grep -E '\((RPATH|RUNPATH)\)' elf.txt | grep -E '\[(:|.*::|.*:\]|\])'; then
  fail "libraries are looked for in the working directory"
fi
has '__stack_chk_fail' "the stack is not guarded"
if [ "${FORTIFIED:-no}" = yes ]; then
  has '__(memcpy|snprintf|vsnprintf|read|fprintf)_chk' \
    "calls of the C library are not checked"
fi
finish
