#!/bin/sh
# check, from files: exit codes, which words stand where, mistakes.
. "$(dirname "$0")/lib.sh"

# wants CODE PATTERN ARGUMENTS...: PATTERN in what is said, on either stream.
wants() {
  want=$1 pattern=$2
  shift 2
  code=0
  "$CERTMUSTER" check "$@" >out.txt 2>err.txt </dev/null || code=$?
  [ "$code" -eq "$want" ] || fail "check $*: exit $code, not $want: $(
    cat out.txt err.txt)"
  grep -q -e "$pattern" out.txt err.txt || fail "check $*: no '$pattern' in: $(
    cat out.txt err.txt)"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
  -subj /CN=www.a.example -addext subjectAltName=DNS:www.a.example \
  -addext basicConstraints=CA:FALSE \
  -keyout key.pem -out self.pem 2>openssl.txt
openssl x509 -in self.pem -outform DER -out self.der

wants 1 '^not trusted: self_signed_leaf' self.pem
wants 1 '^self_signed_leaf	breaks_now	certificate 1, www.a.example	' \
  --chain self.der
[ "$(wc -l <err.txt)" -eq 1 ] || fail "not one line on standard error"
wants 0 '^trusted$' self.pem --roots self.pem
wants 0 '^trusted$' self.pem --roots self.pem --host WWW.A.EXAMPLE
wants 1 '^not trusted: name_mismatch$' self.pem --roots self.pem \
  --host other.example
wants 1 'name_ip_not_in_san' self.pem --roots self.pem --host 192.0.2.1
wants 1 'name_ip_not_in_san' self.pem --roots self.pem --host 2001:db8::1
wants 1 'leaf_expired' self.pem --roots self.pem --at 2199-01-01
wants 1 'leaf_not_yet_valid' self.pem --roots self.pem --at 1999-01-01T00:00:00Z
wants 0 '' self.pem --roots self.pem --quiet
[ ! -s err.txt ] || fail "--quiet talks"

# The example of the README.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -days 36500 -subj '/CN=Corp Root' -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout root.key -out corp.pem 2>>openssl.txt
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -subj /CN=www.shop.example -keyout leaf.key -out leaf.csr 2>>openssl.txt
cat >leaf.ext <<EOF
subjectAltName=DNS:www.shop.example
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
crlDistributionPoints=URI:http://pki.shop.example/corp.crl
EOF
openssl x509 -req -in leaf.csr -CA corp.pem -CAkey root.key -CAcreateserial \
  -days 90 -extfile leaf.ext -out fullchain.pem 2>>openssl.txt
wants 1 '^not trusted: leaf_expired, and also name_mismatch$' fullchain.pem \
  --roots corp.pem --host shop.example --at 2099-03-01
[ "$(cut -f 1,2,3 out.txt)" = "$(
  printf '%s\tbreaks_now\tcertificate 1, www.shop.example\n' \
    leaf_expired name_mismatch)" ] || fail "not as in the README: $(cat out.txt)"
wants 0 '^trusted$' fullchain.pem --roots corp.pem --host www.shop.example
[ ! -s out.txt ] || fail "a sound chain has findings: $(cat out.txt)"

# What cannot be parsed is no reason to stop, but in the leaf it is a finding.
{
  echo -----BEGIN CERTIFICATE-----
  printf 'rubbish of thirty-two octets ...' | base64
  echo -----END CERTIFICATE-----
} >rubbish.pem
wants 1 '^tls_cert_unparsable' rubbish.pem
wants 1 'certificate 1 cannot be read and is left out' self.pem \
  --roots rubbish.pem
wants 0 '^trusted$' self.pem --roots self.pem --intermediates rubbish.pem

# Several views: trusted is what all of them trust.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
  -subj /CN=Other -keyout key.pem -out other.pem 2>>openssl.txt
mkdir -p folder
cp self.pem other.pem folder
wants 0 '^trusted$' self.pem --trust self.pem
wants 0 '^trusted$' self.pem --trust a=self.pem --trust b=folder
wants 1 '^not trusted: ' self.pem --trust a=self.pem --trust b=other.pem
wants 1 '"views":{"a":"trusted","b":"untrusted"}' self.pem --json \
  --trust a=self.pem --trust b=other.pem
wants 0 '^trusted$' self.pem --roots folder --intermediates folder
wants 2 'exclude each other' self.pem --roots self.pem --trust self.pem
wants 2 'Did you mean --roots' self.pem --root self.pem

wants 2 'needs a certificate file' --host www.a.example
wants 2 'no-such.pem' no-such.pem
wants 2 'no-such.pem' self.pem --roots no-such.pem
wants 2 'no-such.pem' self.pem --intermediates no-such.pem
wants 2 'no-such.pem' self.pem --crl no-such.pem
wants 2 'no certificate in it' key.pem
wants 2 'self.pem: .*revocation' self.pem --crl self.pem
wants 2 'one argument too many' self.pem self.der
wants 2 'one argument too many' --chain self.pem self.der
wants 2 '\-\-host' self.pem --host 'no name'
wants 2 'yesterday' self.pem --at yesterday
wants 2 'whole number' self.pem --max-depth deep

wants 1 '"primary":"self_signed_leaf"' self.pem --json
python3 - <<'EOF' || fail "the JSON is not as documented"
import json
got = json.load(open("out.txt"))
assert list(got) == ["schema_version", "host", "at", "verdict", "primary",
                     "causes", "findings", "remaining", "views", "revocation",
                     "chain", "path", "path_valid"], list(got)
assert got["verdict"] == "untrusted" and got["host"] is None
assert got["causes"][0] == got["findings"][0]["id"] == "self_signed_leaf"
assert got["views"] == {"system": "untrusted"}
assert got["revocation"]["result"] == "not_checked"
assert len(got["chain"]) == 1 and len(got["chain"][0]) == 64
EOF
finish
