#!/bin/sh
# bash, zsh and fish complete commands, options, their values, runs of the store
# and words of the catalogue. A shell that is not installed is named.
. "$(dirname "$0")/lib.sh"

mkdir bin
ln -s "$CERTMUSTER" bin/certmuster
PATH=$WORK/bin:$PATH
for shell in bash zsh fish; do
  certmuster completion $shell >"certmuster.$shell" || fail "no script: $shell"
done
certmuster completion tcsh >out.txt 2>&1 && fail "tcsh is no shell of ours"
printf 'host\n127.0.0.1:1\n' >"my fleet.csv"
certmuster scan --quiet --db "my fleet.db" --formats json "my fleet.csv" || :
certmuster completion runs "my fleet.db" | grep -q '^ *1 ' ||
  fail "no runs: $(certmuster completion runs "my fleet.db")"

# has LINE WORD...: the completions of the command line are in out.txt.
has() {
  line=$1
  shift
  for word in "$@"; do
    grep -qx -e "$word" out.txt ||
      fail "$shell: '$line' does not give $word: $(head -5 out.txt)"
  done
}

# ask LINE: what the shell offers for it, a word on each line, in out.txt.
ask_bash() {
  cat >ask.bash <<'BASH'
. ./certmuster.bash
complete -p certmuster >/dev/null || exit 1
COMP_LINE=$1 COMP_POINT=${#1}
# As readline splits a line: "=" is a word of its own.
read -ra words <<<"${1//=/ = }"
[[ $1 == *" " || $1 == *= ]] && words+=("")
COMP_WORDS=("${words[@]}")
COMP_CWORD=$((${#words[@]} - 1))
[[ $1 == *= ]] && unset 'COMP_WORDS[COMP_CWORD]' && ((COMP_CWORD--))
_certmuster certmuster "${COMP_WORDS[COMP_CWORD]}" ""
printf '%s\n' "${COMPREPLY[@]}"
BASH
  bash ask.bash "$1" >out.txt 2>messages.txt
  [ ! -s messages.txt ] || fail "bash: $(cat messages.txt)"
}
# shellcheck disable=SC2016
ask_fish() {
  HOME=$WORK fish --no-config -c \
    'source certmuster.fish; complete -C $argv[1]' -- "$1" 2>messages.txt |
    cut -f 1 >out.txt
  [ ! -s messages.txt ] || fail "fish: $(cat messages.txt)"
}

check_all() {
  for line in sc ru expl; do
    "ask_$shell" "certmuster $line"
    case $line in
      sc) has $line scan ;;
      ru) has $line runs ;;
      expl) has $line explain ;;
    esac
  done
  "ask_$shell" "certmuster scan --no-"
  has "scan --no-" --no-back-off --no-hosts-file --no-shuffle --no-aia
  "ask_$shell" "certmuster scan --fail-on "
  has "--fail-on" breaks_now hygiene new-breaks_now
  "ask_$shell" "certmuster scan --fail-on=breaks_n"
  has "--fail-on=" ".*breaks_now"
  "ask_$shell" "certmuster scan --profile java17,netf"
  has "--profile" "java17,netfx48_w2022"
  "ask_$shell" "certmuster rejudge --policy pci"
  has "--policy" pci-dss
  "ask_$shell" "certmuster explain chain_inc"
  has "explain" chain_incomplete
  "ask_$shell" "certmuster explain install_ch"
  has "explain" install_chain
  "ask_$shell" "certmuster completion "
  has "completion" bash zsh fish
  "ask_$shell" "certmuster scan my"
  grep -q 'my.* fleet.csv' out.txt || fail "$shell: no files: $(cat out.txt)"
  mv "my fleet.db" fleet.db
  "ask_$shell" "certmuster report --db fleet.db --run "
  has "--run" 1
  "ask_$shell" "certmuster diff --db fleet.db "
  has "diff" 1
  mv fleet.db "my fleet.db"
}

for shell in bash fish; do
  if command -v $shell >/dev/null 2>&1; then
    check_all
  else
    echo "$shell is not installed: not tried"
  fi
done

# zsh completes on a terminal only: one of its own types, and reads the line.
ask_zsh() { # ask_zsh BEGINNING WANTED
  cat >ask.zsh <<'ZSH'
zmodload zsh/zpty
zpty shell "PS1= TERM=dumb zsh -f -i"
zpty -w shell 'unsetopt zle_bracketed_paste 2>/dev/null; PS1=; fpath=(. $fpath)'
zpty -w shell 'autoload -U compinit; compinit -u -D; . ./certmuster.zsh; LISTMAX=0'
zpty -w shell 'zstyle ":completion:*" menu no; echo rea""dy'
zpty -r shell seen '*ready*'
zpty -w -n shell "$1"$'\t'
zpty -r shell seen "*$2*" && print -r -- ${(q)seen}
ZSH
  timeout 20 zsh -f ask.zsh "$1" "$2" >out.txt 2>&1 ||
    fail "zsh: '$1' does not give '$2': $(cat out.txt)"
}
if command -v zsh >/dev/null 2>&1; then
  zsh -n certmuster.zsh || fail "zsh cannot read it"
  ask_zsh "certmuster " "scan"
  ask_zsh "certmuster scan --conc" "--concurrency="
  ask_zsh "certmuster scan --fail-on breaks_n" "breaks_now"
  ask_zsh "certmuster rejudge --policy pci-dss,mozilla-o" "mozilla-old"
  ask_zsh "certmuster explain chain_incom" "chain_incomplete"
  ask_zsh "certmuster completion fi" "fish"
else
  echo "zsh is not installed: not tried"
fi
finish
