#!/bin/sh
# Six real clients against more than thirty servers: each works or fails as its
# profile foretells, in the words that were foretold.
. "$(dirname "$0")/lib.sh"

CLIENTS=$SOURCE/tests/integration/clients

# --- certificates, all for "localhost" ---
FLEET=$WORK # where certs.sh keeps its log
export FLEET
PKI=$WORK/pki
mkdir "$PKI"
SAN=DNS:unused
export SAN
# shellcheck source=SCRIPTDIR/../../samples/demo/certs.sh
. "$SOURCE/samples/demo/certs.sh"
write_pki_config
for key in root oldroot tls1 expired self; do
  new_key $key
done
new_key rsa 2048
new_key rsa1024 1024
openssl ecparam -genkey -name secp521r1 -noout -out "$PKI/p521.key"
openssl genpkey -quiet -algorithm ED25519 -out "$PKI/ed25519.key" 2>/dev/null ||
  openssl genpkey -algorithm ED25519 -out "$PKI/ed25519.key"
issue root "/O=Demo/CN=Demo Root G1" self root "-2000 days" "+2000 days" root
issue oldroot "/O=Demo/CN=Old Root" self root "-2000 days" "+900 days" oldroot
issue tls1 "/O=Demo/CN=Demo TLS CA 1" root intermediate "-900 days" \
  "+900 days" tls1
issue caold "/O=Demo/CN=Demo TLS CA 2019" root intermediate "-2000 days" \
  "-40 days" expired
N=DNS:localhost
server good $N tls1
server rsa $N tls1 "" "" rsa
server rsa1024 $N tls1 "" "" rsa1024
server p521 $N tls1 "" "" p521
server ed25519 $N tls1 "" "" ed25519
server expired $N tls1 "-100 days" "-3 days"
server future $N tls1 "+7 days" "+90 days"
server other DNS:other.example,DNS:www.other.example tls1
server worst DNS:other.example tls1 "-100 days" "-3 days"
server sha1 $N tls1 "" "" rsa sha1
server clientonly $N tls1 "" "" "" sha256 clientonly
server critical $N tls1 "" "" "" sha256 critical
server nodigsig $N tls1 "" "" "" sha256 nodigsig
server foreign $N oldroot
server belowold $N caold
issue cnonly /CN=localhost tls1 cnonly "-20 days" "+200 days"
SAN=$N issue self /CN=localhost self server "-20 days" "+90 days" self
cat "$PKI/tls1.pem" >tls1.pem
cat "$PKI/oldroot.pem" >withroot.pem
cat "$PKI/caold.pem" >caold.pem
: >none.pem

# --- servers ---
: >endpoints
printf 'host,port,name\n' >fleet.csv
note() { # note NAME PORT
  echo "$2 $1" >>endpoints
  echo "localhost,$2,$1" >>fleet.csv
}
# serve NAME CERTIFICATE CHAIN [OPTIONS...]: openssl s_server with a page
serve() {
  name=$1 cert=$2 chain=$3
  shift 3
  port=$(free_port 127.0.0.1)
  set -- -accept "127.0.0.1:$port" -www -quiet -cert "$PKI/$cert.pem" \
    -key "$PKI/$(cat "$PKI/$cert.keyname").key" "$@"
  [ ! -s "$chain.pem" ] || set -- "$@" -cert_chain "$chain.pem"
  start openssl s_server "$@"
  wait_port 127.0.0.1 "$port"
  note "$name" "$port"
}
weak='ALL:@SECLEVEL=0'
serve good good tls1
serve good_tls12 good tls1 -tls1_2
serve good_rsa rsa tls1
serve incomplete good none
serve root_sent foreign withroot
serve root_not_sent foreign none
serve self_signed self none
serve expired expired tls1
serve not_yet_valid future tls1
serve ca_expired belowold caold
serve wrong_name other tls1
serve expired_and_wrong_name worst tls1
serve expired_and_incomplete expired none
serve common_name_only cnonly tls1
serve for_clients_only clientonly tls1
serve unknown_critical critical tls1
serve no_digital_signature nodigsig tls1
serve sha1 sha1 tls1 -cipher $weak
serve rsa1024 rsa1024 tls1 -cipher $weak
serve rsa_key_exchange rsa tls1 -tls1_2 -cipher AES128-SHA
serve tls10 rsa tls1 -tls1 -cipher $weak
serve dhe rsa tls1 -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256
serve p521 p521 tls1
serve p521_tls12 p521 tls1 -tls1_2
serve ed25519 ed25519 tls1
serve chacha rsa tls1 -tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305
serve camellia rsa tls1 -tls1_2 -cipher CAMELLIA128-SHA:@SECLEVEL=0
serve brainpool rsa tls1 -tls1_2 -groups brainpoolP256r1
serve x448 good tls1 -groups X448
serve client_cert_tls12 good tls1 -tls1_2 -Verify 1 -CAfile "$PKI/root.pem"
serve client_cert_tls13 good tls1 -tls1_3 -Verify 1 -CAfile "$PKI/root.pem"
port=$(free_port 127.0.0.1)
start python3 -m http.server --bind 127.0.0.1 --directory "$CLIENTS" "$port"
wait_port 127.0.0.1 "$port"
note plain_http "$port"
note refused "$(free_port 127.0.0.1)"

# --- what is foretold ---
profiles=openssl30-debian,curl-debian,python311,node20,java17,go119
"$CERTMUSTER" scan --trust "demo=$PKI/root.pem" --loopback-ok --ipv4 \
  --inventory --no-aia --profile $profiles --db fleet.db --out report \
  --timeout-tls 4 fleet.csv >summary.txt 2>messages.txt ||
  fail "the scan: $(cat messages.txt)"

# --- what happens ---
ports=$(cut -d' ' -f1 endpoints | tr '\n' ' ')
by_openssl() {
  for port in $ports; do
    if printf 'GET / HTTP/1.0\r\n\r\n' |
      timeout 8 openssl s_client -connect "localhost:$port" -servername \
        localhost -verify_hostname localhost -verify_return_error -ign_eof \
        -CAfile "$PKI/root.pem" >said.txt 2>&1 && grep -q 'HTTP/1.0 200' said.txt
    then
      echo "$port works"
    else
      echo "$port fails $(tr '\n\000' '  ' <said.txt)"
    fi
  done
}
by_curl() {
  for port in $ports; do
    if curl -sS -m 8 --cacert "$PKI/root.pem" -o page.txt \
      "https://localhost:$port/" 2>said.txt; then
      echo "$port works"
    else
      echo "$port fails $(tr '\n' ' ' <said.txt)"
    fi
  done
}
by_openssl >openssl.txt
by_curl >curl.txt
# shellcheck disable=SC2086
{
  python3 "$CLIENTS/client.py" "$PKI/root.pem" $ports >python.txt
  node "$CLIENTS/client.js" "$PKI/root.pem" $ports >node.txt
  java "$CLIENTS/Client.java" "$PKI/root.pem" $ports >java.txt
  GOCACHE=$WORK/go GOFLAGS=-mod=mod go build -o goclient "$CLIENTS/client.go"
  ./goclient "$PKI/root.pem" $ports >go.txt
}
chmod -R u+w go && rm -rf go

python3 "$CLIENTS/compare.py" fleet.db endpoints openssl30-debian=openssl.txt \
  curl-debian=curl.txt python311=python.txt node20=node.txt java17=java.txt \
  go119=go.txt || fail "clients do otherwise than foretold"

# --- the same from what was stored, without network ---
"$CERTMUSTER" scan --trust "demo=$PKI/root.pem" --loopback-ok --ipv4 --no-aia \
  --inventory --db plain.db --out plain --timeout-tls 4 fleet.csv \
  >summary.txt 2>messages.txt || fail "the plain scan: $(cat messages.txt)"
while read -r pid; do
  kill "$pid" 2>/dev/null || :
done <started
: >started
"$CERTMUSTER" rejudge --profile $profiles --db plain.db --out again \
  >summary.txt 2>messages.txt || fail "rejudge: $(cat messages.txt)"
python3 "$CLIENTS/compare.py" plain.db endpoints openssl30-debian=openssl.txt \
  curl-debian=curl.txt python311=python.txt node20=node.txt java17=java.txt \
  go119=go.txt || fail "rejudge foretells otherwise"

# --- profiles for people, and files of one's own ---
"$CERTMUSTER" explain profiles >explained.txt || fail "explain profiles"
grep -q '^  java17 .*Java 17' explained.txt || fail "java17 is not listed"
"$CERTMUSTER" explain java17 >explained.txt || fail "explain java17"
grep -q '1302 TLS_AES_256_GCM_SHA384' explained.txt || fail "no suites of java17"
cat >own.ini <<INI
[profile narrow]
based_on = curl-debian
title = curl with one cipher suite
versions = 1.2
suites = c02c
INI
"$CERTMUSTER" rejudge --profile ./own.ini --db plain.db --out own \
  >summary.txt 2>messages.txt || fail "a profile of one's own: $(cat messages.txt)"
sqlite3 plain.db "SELECT outcome || ' ' || count(*) FROM v_profile
  WHERE profile = 'narrow' AND run = (SELECT max(id) FROM run)
  GROUP BY outcome" >counts.txt
grep -q '^works [1-9]' counts.txt || fail "it works nowhere: $(cat counts.txt)"
grep -q '^fails [1-9]' counts.txt || fail "it fails nowhere: $(cat counts.txt)"
echo 'suits = c02c' >>own.ini
code=0
"$CERTMUSTER" rejudge --profile ./own.ini --db plain.db --out own \
  >summary.txt 2>messages.txt || code=$?
want_code 2
grep -q 'own.ini, line 6: a profile has no "suits"; did you mean "suites"' \
  messages.txt || fail "the mistake is not named: $(cat messages.txt)"
finish
