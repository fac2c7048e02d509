#!/bin/sh
# The demo fleet before and after a change that its own script makes: two scans,
# and every output has exactly what was done to it. The second input has a row
# more and a row less, and all rows stand elsewhere.
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

script=$SOURCE/samples/demo/fleet.sh
leave() {
  [ ! -e "$FLEET/changed" ] || sh "$script" restore "$FLEET"
  stop_started
}
trap leave EXIT
go() { # go COMMAND OPTIONS...
  code=0
  "$CERTMUSTER" "$@" >summary.txt 2>messages.txt || code=$?
}
pair="pair.demo.test,8443,shop,production,two addresses,"
more="malformed.demo.test,8443,shop,production,a name that is none,"
rm -f "$FLEET/changed"

mkdir first
sed "1a $pair" "$SOURCE/samples/demo.csv" >first/demo.csv
scan --all-addresses --out before first/demo.csv --fail-on new-breaks_now
want_code 1 # nothing to compare with: everything is new
sh "$script" change "$FLEET"
mkdir second
sed -e "1a $more" -e "1a $pair" -e '/^plc\.demo\.test/d' \
  "$SOURCE/samples/demo.csv" >second/demo.csv
scan --all-addresses --out after second/demo.csv --fail-on new-breaks_now
want_code 1
cp summary.txt second.txt

# What fleet.sh says it changes, and what the two inputs differ in. All else that
# failed still fails, and all else that was trusted is.
cat >wanted.csv <<'CSV'
host,change,renewal,verdict_before,verdict,cause_before,cause
api.demo.test,renewed_same_key,same_key,trusted,trusted,,
soon.demo.test,renewed_new_key,new_key,trusted,trusted,,
pair.demo.test,renewed_partly,not_on_all_addresses,trusted,trusted,,
pay-1.demo.test,fixed,,untrusted,trusted,chain_incomplete,
xn--bcher-kva.demo.test,new_failure,,trusted,untrusted,,chain_incomplete
crm.demo.test,fixed,same_key,untrusted,trusted,leaf_expired,
crm-eu.demo.test,other_cause,same_key,untrusted,untrusted,leaf_expired,name_mismatch
asks.demo.test,new_failure,,trusted,unreachable,,connect_refused
malformed.demo.test,new_endpoint,,,trusted,,
plc.demo.test,gone,,untrusted,,tls_version_too_old,
CSV
python3 "$SOURCE/tests/integration/demo_changes_agree.py" "$CERTMUSTER" \
  wanted.csv || fail "the outputs do not tell what was changed"
tr -s ' \n' ' ' <second.txt >words.txt
grep -q "since the run of .* (run 1): 2 new, 2 fixed, " words.txt ||
  fail "the summary: $(cat second.txt)"
for words in "1 was renewed, but not on all addresses" \
  "1 endpoint is new in the input" "1 is no longer in it"; do
  grep -q "$words" words.txt || fail "the summary lacks: $words"
done

# Gates. What was judged again has nothing new.
go diff 1 2 --fail-on new-critical
want_code 1
go rejudge --run 2 --at "$(sqlite3 certmuster.db "SELECT
  strftime('%Y-%m-%dT%H:%M:%SZ', judged_at, 'unixepoch') FROM v_run
  WHERE run = 2")" --fail-on new-hygiene --out again
want_code 0
grep -q ": 0 new, 0 fixed, " summary.txt || fail "judged again: $(cat summary.txt)"
go report --run 2 --baseline none --fail-on breaks_now --out again
want_code 1

# What is restored is as it was.
shown() { # shown OCTET: the certificate that is served there
  timeout 10 openssl s_client -connect "127.42.1.$1:8443" </dev/null 2>&1 |
    openssl x509 -noout -fingerprint -sha256
}
stored() { openssl x509 -in "$FLEET/pki/$1.pem" -noout -fingerprint -sha256; }
[ "$(shown 2)" = "$(stored api-renewed)" ] || fail "nothing was renewed"
sh "$script" restore "$FLEET"
for pair in "2 api" "55 pair" "17 crm" "42 mtls"; do
  [ "$(shown "${pair% *}")" = "$(stored "${pair#* }")" ] ||
    fail "not restored: $pair"
done
finish
