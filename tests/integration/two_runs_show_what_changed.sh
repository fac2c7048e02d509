#!/bin/sh
# A fleet that changes between scans: certificates are renewed with the same key
# and a new one, and not everywhere; one expires, one is fixed, one breaks again;
# rows come and go, and all stand elsewhere in the file. Every output tells
# exactly that, and gates let pass what is not new.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

one=127.72.0.1
two=127.72.0.2
mkdir fleet "fleet/$one" pki

# --- certificates ---
cat >ca.cnf <<'CNF'
[ca]
default_ca = d
[d]
database = pki/index.txt
serial = pki/serial
new_certs_dir = pki
certificate = pki/root.pem
private_key = pki/root.key
default_md = sha256
policy = p
copy_extensions = copy
unique_subject = no
x509_extensions = leaf
[p]
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
keyUsage = critical, digitalSignature
CNF
: >pki/index.txt
echo 1000 >pki/serial
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -days 900 -keyout pki/root.key -out pki/root.pem -subj "/CN=History Root" \
  -addext "basicConstraints=critical,CA:TRUE" \
  -addext "keyUsage=critical,keyCertSign,cRLSign" 2>>servers.log

key() { # key NAME
  openssl ecparam -name prime256v1 -genkey -noout -out "pki/$1.key"
}
# issue CERT KEY NAME FROM TO: pki/CERT.pem, the key and the certificate.
issue() {
  openssl req -new -key "pki/$2.key" -subj "/CN=$3" -out pki/csr \
    -addext "subjectAltName=DNS:$3"
  openssl ca -config ca.cnf -batch -notext -in pki/csr -out pki/crt \
    -startdate "$(date -u -d "$4 days" +%Y%m%d%H%M%SZ)" \
    -enddate "$(date -u -d "$5 days" +%Y%m%d%H%M%SZ)" 2>>servers.log
  cat "pki/$2.key" pki/crt >"pki/$1.pem"
}
good() { issue "$1" "$2" "$3" -10 +80; }
expired() { issue "$1" "$2" "$3" -90 -2; }
serve() { # serve CERT NAME [ADDRESS]
  cp "pki/$1.pem" "fleet/${3:+$3/}$2.pem.new"
  mv "fleet/${3:+$3/}$2.pem.new" "fleet/${3:+$3/}$2.pem"
}

for name in same keep rekey part late fix again still other gone fresh new; do
  key $name
  good $name $name $name.test
  expired $name-old $name $name.test
  serve $name $name.test
done
key rekey2
key part2
good keep2 keep keep.test
good rekey2 rekey2 rekey.test
good part2 part2 part.test
good elsewhere other elsewhere.test

# --- the fleet, and scans of it ---
port=$(free_port $one)
dns=$(free_port $one)
start python3 "$SOURCE/tests/integration/changing_fleet.py" fleet "$port" \
  "$dns" $one $two
wait_port $one "$port"
wait_port $two "$port"

list() { # list FILE NAME...
  file=$1
  shift
  echo host,port,owner >"$file"
  for name; do
    echo "$name.test,$port,team-$name" >>"$file"
  done
}
go() { # go COMMAND OPTIONS...
  code=0
  "$CERTMUSTER" "$@" >summary.txt 2>messages.txt || code=$?
}
scan_fleet() {
  go scan --trust demo=pki/root.pem --resolver "$one:$dns" --no-hosts-file \
    --loopback-ok --all-addresses --no-aia --out report "$@" input/fleet.csv
}
ask() { sqlite3 -separator , certmuster.db "$1"; }
mkdir input

# The first: one has expired that will be fixed, and break again.
serve again-old again.test
serve fix-old fix.test
serve still-old still.test
serve other-old other.test
list input/fleet.csv same keep rekey part late fix again still other gone
scan_fleet --fail-on new-critical
want_code 1
grep -q "everything counts as new" messages.txt || fail "no baseline, not said"
grep -q "since the run" summary.txt && fail "compared with nothing"
[ "$(wc -l <report/changes.csv)" -eq 1 ] || fail "changes of a first run"
go diff
want_code 0
grep -q "no complete earlier run" summary.txt || fail "diff of a first run"

# The second, which the third is compared with.
serve again again.test
scan_fleet --fail-on new-critical
want_code 0
grep -q "since the run of .*: 0 new, 1 fixed, 3 still failing" summary.txt ||
  fail "the second: $(cat summary.txt)"
cp report/endpoints.jsonl second.jsonl

# All that can happen.
serve keep2 keep.test
serve rekey2 rekey.test
serve part2 part.test $one
serve late-old late.test
serve fix fix.test
serve again-old again.test
serve elsewhere other.test
serve new-old new.test
list input/fleet.csv new still other again fix fresh part rekey keep late same
scan_fleet --fail-on new-breaks_now
want_code 1
cat >wanted.csv <<CSV
change,renewal,flapping,line,owner,host,verdict_before,verdict,cause_before,cause,failed_in_run
new_endpoint,,no,2,team-new,new.test,,untrusted,,leaf_expired,
still_failing,,no,3,team-still,still.test,untrusted,untrusted,leaf_expired,leaf_expired,
other_cause,same_key,no,4,team-other,other.test,untrusted,untrusted,leaf_expired,name_mismatch,
regressed,same_key,no,5,team-again,again.test,trusted,untrusted,,leaf_expired,1
fixed,same_key,no,6,team-fix,fix.test,untrusted,trusted,leaf_expired,,
new_endpoint,,no,7,team-fresh,fresh.test,,trusted,,,
renewed_partly,not_on_all_addresses,no,8,team-part,part.test,trusted,trusted,,,
renewed_new_key,new_key,no,9,team-rekey,rekey.test,trusted,trusted,,,
renewed_same_key,same_key,no,10,team-keep,keep.test,trusted,trusted,,,
new_failure,same_key,no,11,team-late,late.test,trusted,untrusted,,leaf_expired,
gone,,no,11,team-gone,gone.test,trusted,,,,
CSV
python3 "$SOURCE/tests/integration/changes_agree.py" wanted.csv report \
  second.jsonl "$CERTMUSTER" || fail "the third run"
grep -q "since the run of .*: 3 new, 1 fixed, 2 still failing" summary.txt ||
  fail "the third: $(cat summary.txt)"
tr -s ' \n' ' ' <summary.txt >words.txt
for words in "1 of the new ones failed before" \
  "1 was renewed, but not on all addresses" \
  "2 endpoints are new in the input" "1 is no longer in it"; do
  grep -q "$words" words.txt || fail "the summary lacks: $words"
done

# The view for SQL says the same, as far as two runs tell it.
ask "SELECT change, host FROM v_change WHERE run = 3 AND baseline = 2
  ORDER BY host" >view.txt
python3 - <<'PY' >csv.txt
import csv
rows = [(r["change"].replace("regressed", "new_failure"), r["host"])
        for r in csv.DictReader(open("wanted.csv"))] + [
            ("unchanged", "same.test")]
for change, host in sorted(rows, key=lambda r: r[1]):
    print(f"{change},{host}".replace("renewed_partly", "renewed_new_key"))
PY
diff csv.txt view.txt || fail "v_change"

# Nothing more happens: what is not new passes, what fails still fails.
scan_fleet --fail-on new-hygiene
want_code 0
grep -q ": 0 new, 0 fixed, 5 still failing" summary.txt || fail "the fourth"
scan_fleet --fail-on breaks_now
want_code 1
go report --fail-on new-breaks_now --out again
want_code 0
go report --fail-on new-breaks_now --baseline 2 --out again
want_code 1
go report --baseline none --out again
want_code 0
python3 -c 'import json
assert json.load(open("again/report.json"))["changes"] is None' ||
  fail "compared with none"
for bad in 99 x; do
  go report --baseline $bad --out again
  want_code 2
  go scan --baseline $bad input/fleet.csv
  want_code 2
done
go diff 2 3 --fail-on new-critical
want_code 1
go diff 3 4 --fail-on new-critical
want_code 0
go diff 3 --baseline 1 --format csv
want_code 0
grep -q "^still_failing,.*again.test" summary.txt || fail "another baseline"
for words in "2 2" "9 10" "1 2 3" "2 3 --baseline 1" "--format xml" \
  "--fail-on new-bad"; do
  # shellcheck disable=SC2086 # several words
  go diff $words
  want_code 2
done

# Judged again, and as one shard: both are compared, each with its own.
at=$(ask "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', judged_at, 'unixepoch')
  FROM v_run WHERE run = 3")
go rejudge --run 3 --at "$at" --fail-on new-hygiene --out again
want_code 0
grep -q ": 0 new, 0 fixed, 5 still failing" summary.txt || fail "judged again"
go rejudge --run 3 --at "$(date -u -d '+2 years' +%Y-%m-%d)" \
  --fail-on new-critical --out again
want_code 1
scan_fleet --shard 0/1 --shard-dir parts
want_code 0
go merge certmuster.db parts --fail-on new-critical --out merged
want_code 0
grep -q ": 0 new, 0 fixed, 5 still failing" summary.txt || fail "merged"

# The numbers of all runs, for the trend: each as its rows are.
ask "SELECT run, verdict, count(*) FROM v_endpoint GROUP BY run, verdict" \
  >rows.txt
ask "SELECT run, verdict, rows FROM v_run_verdict" | diff rows.txt - ||
  fail "the numbers of the runs"
python3 - <<'PY' || fail "the trend"
import json
trend = json.load(open("merged/report.json"))["trend"]
assert [p["run"] for p in trend] == [1, 2, 3, 4, 5, 8], trend
assert [p["verdicts"]["untrusted"] for p in trend] == [4, 3, 5, 5, 5, 5], trend
page = open("merged/report.html", encoding="utf-8").read()
assert 'id="trend"' in page and page.count("<title>run ") == 6
PY
finish
