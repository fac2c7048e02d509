#!/bin/sh
# The manual page has every command, option, format, environment variable and
# exit code that the program has, and every command an example.
. "$(dirname "$0")/lib.sh"

"$CERTMUSTER" --manual-page >certmuster.1
sed 's/\\-/-/g; s/\\&//g; s/\\e/\\/g' certmuster.1 >plain.txt
has() { grep -q -F -e "$1" plain.txt || fail "the manual page lacks: $1"; }

"$CERTMUSTER" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' >commands.txt
[ "$(wc -l <commands.txt)" -ge 8 ] || fail "the commands are not found"
while read -r command; do
  has ".Ss certmuster $command"
  sed -n '/^.Sh EXAMPLES/,$p' plain.txt | grep -q "certmuster $command" ||
    fail "no example of $command"
  "$CERTMUSTER" "$command" --help | sed -n 's/^  --\([a-z0-9-]*\).*/\1/p' |
    while read -r option; do
      grep -q -x -e "\.It Fl --*$option\( Ar .*\)\{0,1\}" plain.txt ||
        echo "$option"
    done >missing.txt
  [ ! -s missing.txt ] || fail "$command: not there: $(cat missing.txt)"
done <commands.txt
grep -rhoE 'getenv\("[A-Z_]+"' "$SOURCE/scanner" "$SOURCE/report" |
  cut -d '"' -f 2 >variables.txt
[ -s variables.txt ] || fail "no environment variable is found"
while read -r variable; do
  has "$variable"
done <variables.txt
sed -n 's/^CM_EXIT([A-Z]*, \([0-9]*\),.*/\1/p' "$SOURCE/scanner/cli/exit.def" \
  >codes.txt
[ "$(wc -l <codes.txt)" -ge 6 ] || fail "the exit codes are not found"
sed -n '/^.Sh EXIT STATUS/,/^.Sh EXAMPLES/p' plain.txt >exits.txt
while read -r code; do
  grep -q "^.It $code$" exits.txt || fail "exit code $code is not explained"
done <codes.txt
# Each file that a report has.
printf 'host\n127.0.0.1:1\n' >fleet.csv
"$CERTMUSTER" scan --quiet fleet.csv || :
for file in certmuster-report/*; do
  has "$(basename "$file")"
done
if command -v mandoc >/dev/null 2>&1; then
  mandoc -Tlint -W warning certmuster.1 >lint.txt 2>&1 || fail "$(cat lint.txt)"
fi
finish
