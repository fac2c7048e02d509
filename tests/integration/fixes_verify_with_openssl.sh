#!/bin/sh
# What the fix bundles hand out works, by the word of another TLS library.
. "$(dirname "$0")/lib.sh"

scan --all-addresses --out report "$SOURCE/samples/demo.csv"
want_code 0
cd report || exit 1
grep -E '^[0-9a-f]{64}  ' fixes/README.txt >sums.txt
(cd fixes && sha256sum --quiet -c ../sums.txt) || fail "a hash is wrong"
[ "$(wc -l <sums.txt)" -eq "$(find fixes -type f -name '[0-9a-f]*' | wc -l)" ] || {
  fail "README.txt does not list every file"
}

# Each chain leads from its first certificate to a root of the fleet, and each
# bundle of intermediates completes the leaf on its own.
python3 - "$FLEET/roots.pem" >pairs.txt <<'EOF' || fail "the plan and the files"
import csv, hashlib, sys
for action in csv.DictReader(open("actions.csv", newline="")):
    files = action["fix_files"].split()
    for name, want in zip(files, action["fix_sha256"].split(), strict=True):
        got = hashlib.sha256(open(name, "rb").read()).hexdigest()
        assert got == want, name
    bundles = [f for f in files if f.endswith("-intermediates.pem")]
    chains = [f for f in files if f.endswith("-fullchain.pem")]
    assert action["resolution"] != "install_chain" or len(bundles) <= 1
    for chain in chains:
        print(chain, bundles[0] if bundles else chain)
EOF
[ -s pairs.txt ] || fail "no chain was handed out"
while read -r chain bundle; do
  for untrusted in "$chain" "$bundle"; do
    openssl verify -CAfile "$FLEET/roots.pem" -untrusted "$untrusted" \
      "$chain" >verify.txt 2>&1 || {
      fail "openssl does not verify $chain with $untrusted: $(cat verify.txt)"
    }
  done
  # The root stays out of it.
  openssl crl2pkcs7 -nocrl -certfile "$chain" |
    openssl pkcs7 -print_certs -noout | grep . >names.txt
  last=$(grep '^issuer' names.txt | tail -n 1 | sed 's/^issuer//')
  grep -qxF "subject$last" names.txt && fail "$chain holds a root"
done <pairs.txt

# The missing intermediate of the three payment servers is one bundle.
python3 - <<'EOF' || fail "the intermediate of the payment servers"
import csv
rows = [a for a in csv.DictReader(open("actions.csv", newline=""))
        if a["resolution"] == "install_chain" and a["endpoints_fixed"] == "3"]
assert len(rows) == 1, rows
assert rows[0]["example_host"].startswith("pay-"), rows
files = rows[0]["fix_files"].split()
assert sum(f.endswith("-intermediates.pem") for f in files) == 1, files
assert sum(f.endswith("-fullchain.pem") for f in files) >= 1, files
EOF

# The private root, with the fingerprints that openssl computes.
roots=0
for root in fixes/*-root.pem; do
  [ -f "$root" ] || continue
  roots=$((roots + 1))
  for hash in sha1 sha256; do
    print=$(openssl x509 -in "$root" -noout -fingerprint -$hash |
      sed 's/.*=//')
    grep -q "^# SHA-.* $print\$" "$root" || fail "$hash of $root"
  done
done
[ $roots -ge 1 ] || fail "no private root was handed out"

# Each request is one that openssl makes, with the names that it lists.
requests=0
for config in fixes/*-csr.cnf; do
  requests=$((requests + 1))
  key=$(sed -n 's/.*-newkey \(.*\) \\$/\1/p' "$config")
  # The key's words are options of their own.
  # shellcheck disable=SC2086
  openssl req -new -subj / -noenc -newkey $key -config "$config" \
    -keyout test.key -out test.csr 2>req.txt || {
    fail "openssl req refuses $config: $(cat req.txt)"
    continue
  }
  openssl req -in test.csr -noout -verify >/dev/null 2>&1 || fail "$config"
  openssl req -in test.csr -noout -text >req.txt
  sed -n '/^\[names\]/,$ s/^DNS.* = //p' "$config" | while read -r name; do
    grep -qF "DNS:$name" req.txt || echo "$name"
  done >lost.txt
  [ -s lost.txt ] && fail "$config loses $(cat lost.txt)"
done
[ $requests -ge 3 ] || fail "only $requests requests"
cd .. || exit 1

# Another report into the same folder keeps what is still true, to the byte.
cp report/fixes/README.txt before.txt
"$CERTMUSTER" report --out report --quiet || fail "report"
cmp -s before.txt report/fixes/README.txt || fail "the second report differs"
"$CERTMUSTER" report --out plain --formats actions,json --quiet || fail "report"
[ ! -e plain/fixes ] || fail "fixes although they were not asked for"
finish
