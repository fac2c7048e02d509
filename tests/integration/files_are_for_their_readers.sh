#!/bin/sh
# Who may read what is made: this account and its group, unless said otherwise; a
# umask that allows less stays, and so does the mode of a file that is there.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

umask 022
printf 'host,owner\n127.85.1.1:9,a\n127.85.1.2:9,b\n' >fleet.csv

# modes FILE FOLDER PATH...: below each PATH there are files and folders of these
# modes only.
modes() {
  file=$1 folder=$2
  shift 2
  find "$@" -type f ! -perm "$file" >odd.txt
  find "$@" -type d ! -perm "$folder" >>odd.txt
  [ ! -s odd.txt ] || fail "not $file, $folder: $(xargs ls -ld <odd.txt)"
}
scan() { # scan FOLDER OPTIONS...
  name=$1
  shift
  mkdir -p "$name"
  "$CERTMUSTER" scan --quiet --db "$name/store.db" --out "$name/a/report" \
    --metrics "$name/scan.prom" "$@" fleet.csv 2>messages.txt ||
    fail "$name: $(cat messages.txt)"
}

scan standard
modes 0640 0750 standard/store.db* standard/a standard/scan.prom
"$CERTMUSTER" report --quiet --db standard/store.db --split-by owner \
  --out standard/split
modes 0640 0750 standard/split
scan private --private
modes 0600 0700 private/store.db* private/a private/scan.prom
scan open --file-mode 0644
modes 0644 0755 open/store.db* open/a open/scan.prom
(umask 077 && scan strict --file-mode 0644)
modes 0600 0700 strict/store.db* strict/a strict/scan.prom

# --- what is there keeps its mode, unless it is asked for ---
chmod 0600 standard/store.db standard/a/report/report.json
chmod 0644 standard/scan.prom
scan standard
modes 0600 0700 standard/store.db* standard/a/report/report.json
modes 0644 0755 standard/scan.prom
modes 0640 0750 standard/a/report/report.html
scan standard --file-mode 0640
modes 0640 0750 standard/a
modes 0644 0755 standard/scan.prom
modes 0600 0700 standard/store.db*

# --- a part, and what parts make ---
for i in 0 1; do
  "$CERTMUSTER" scan --quiet --shard $i/2 --shard-dir parts fleet.csv ||
    fail "shard $i"
done
modes 0640 0750 parts
"$CERTMUSTER" merge --quiet --private --out merged whole.db parts ||
  fail "they are not merged"
modes 0600 0700 merged whole.db*

code=0
"$CERTMUSTER" scan --file-mode 0666 fleet.csv 2>messages.txt || code=$?
want_code 2
code=0
"$CERTMUSTER" report --file-mode 0640 --private --db standard/store.db \
  2>messages.txt || code=$?
want_code 2
finish
