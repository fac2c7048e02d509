# Makes the demo fleet's certificates with openssl, fresh at each start.
# Sourced by fleet.sh; works in $FLEET/pki. SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

when() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

# The sections say what a certificate may do; $SAN is its names.
write_pki_config() {
  cat >"$PKI/ca.cnf" <<CNF
[ca]
default_ca = any
[any]
database = $PKI/index.txt
new_certs_dir = $PKI/new
rand_serial = yes
unique_subject = no
policy = free
default_md = sha256
email_in_dn = no
[free]
commonName = optional
organizationName = optional
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.demo.test/demo.crl
subjectAltName = \${ENV::SAN}
[cnonly]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.demo.test/demo.crl
[clientonly]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.demo.test/demo.crl
subjectAltName = \${ENV::SAN}
[critical]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.demo.test/demo.crl
subjectAltName = \${ENV::SAN}
1.3.6.1.4.1.32473.1 = critical,ASN1:NULL
[pathlen0]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[nodigsig]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyAgreement
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.demo.test/demo.crl
subjectAltName = \${ENV::SAN}
CNF
  mkdir -p "$PKI/new"
  : >"$PKI/index.txt"
}

new_key() { # new_key NAME [RSA bits]
  if [ $# -eq 2 ]; then
    openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" \
      -out "$PKI/$1.key" 2>/dev/null
  else
    openssl ecparam -genkey -name prime256v1 -noout -out "$PKI/$1.key"
  fi
}

# issue FILE SUBJECT ISSUER SECTION FROM TO [KEY] [HASH]
# ISSUER is the file of the issuing CA, or "self".
# Without KEY it gets one of its own, named like the file.
issue() {
  file=$1 subject=$2 issuer=$3 section=$4 from=$5 to=$6
  key=${7:-$1} hash=${8:-sha256}
  [ -f "$PKI/$key.key" ] || new_key "$key"
  openssl req -new -config "$PKI/ca.cnf" -key "$PKI/$key.key" \
    -subj "$subject" -out "$PKI/$file.csr"
  if [ "$issuer" = self ]; then
    set -- -selfsign -keyfile "$PKI/$key.key"
  else
    set -- -cert "$PKI/$issuer.pem" -keyfile "$PKI/$(cat "$PKI/$issuer.keyname").key"
  fi
  openssl ca -config "$PKI/ca.cnf" -batch -notext -utf8 "$@" -md "$hash" \
    -extensions "$section" -startdate "$(when "$from")" \
    -enddate "$(when "$to")" -in "$PKI/$file.csr" -out "$PKI/$file.pem" \
    >>"$FLEET/pki.log" 2>&1
  echo "$key" >"$PKI/$file.keyname"
}

server() { # server FILE NAMES ISSUER [FROM] [TO] [KEY] [HASH] [SECTION]
  SAN=$2
  export SAN
  cn=${2#DNS:}
  issue "$1" "/CN=${cn%%,*}" "$3" "${8:-server}" "${4:--20 days}" \
    "${5:-+200 days}" "${6:-}" "${7:-sha256}"
}

# Flips a bit in the signature, the last byte of the certificate.
damage() {
  openssl x509 -in "$PKI/$1.pem" -outform DER -out "$PKI/$1.der"
  size=$(wc -c <"$PKI/$1.der")
  last=$(tail -c 1 "$PKI/$1.der" | od -An -tu1 | tr -d ' ')
  head -c $((size - 1)) "$PKI/$1.der" >"$PKI/$1.bad"
  # shellcheck disable=SC2059
  printf "\\$(printf %03o $((last ^ 1)))" >>"$PKI/$1.bad"
  {
    echo "-----BEGIN CERTIFICATE-----"
    base64 -w 64 "$PKI/$1.bad"
    echo "-----END CERTIFICATE-----"
  } >"$PKI/$1.pem"
}

make_certificates() {
  PKI=$FLEET/pki
  mkdir -p "$PKI"
  SAN=DNS:unused
  export SAN
  write_pki_config
  for key in root oldroot tls1 tls3 tls3old expired lost self ingress; do
    new_key $key
  done
  new_key small 1024
  issue root "/O=Demo/CN=Demo Root G1" self root "-2000 days" "+2000 days" root
  issue oldroot "/O=Demo/CN=Old Corporate Root" self root "-2000 days" \
    "+900 days" oldroot
  issue lostroot "/O=Lost/CN=Forgotten Issuing CA" self root "-900 days" \
    "+900 days" lost
  issue tls1 "/O=Demo/CN=Demo TLS CA 1" root intermediate "-900 days" \
    "+900 days" tls1
  issue tls3 "/O=Demo/CN=Demo TLS CA 3" root intermediate "-100 days" \
    "+900 days" tls3
  issue tls3old "/O=Demo/CN=Demo TLS CA 3" root intermediate "-900 days" \
    "+900 days" tls3old
  issue expired "/O=Demo/CN=Demo TLS CA 2019" root intermediate "-2000 days" \
    "-40 days" expired

  server web "DNS:web.demo.test,DNS:www.demo.test" tls1
  server api "DNS:api.demo.test" tls1
  server wild "DNS:*.wild.demo.test" tls1
  server pay "DNS:pay-1.demo.test,DNS:pay-2.demo.test,DNS:pay-3.demo.test" tls1
  server stale "DNS:stale-chain.demo.test" tls3
  server flipped "DNS:flipped.demo.test" tls1
  damage flipped
  server erp "DNS:erp.demo.test" oldroot
  server hr "DNS:hr.demo.test" oldroot "" "" erp # a copied machine
  server orphan "DNS:orphan.demo.test" lostroot
  SAN=DNS:printer.demo.test issue printer "/CN=printer.demo.test" self server \
    "-20 days" "+3000 days" self
  server caexp "DNS:ca-expired.demo.test" expired
  server notca "DNS:not-a-ca.demo.test" web
  server messy "DNS:messy.demo.test" tls1
  server withroot "DNS:with-root.demo.test" tls1
  server crm "DNS:crm.demo.test,DNS:crm-eu.demo.test" tls1 "-100 days" "-3 days"
  server future "DNS:future.demo.test" tls1 "+7 days" "+90 days"
  server soon "DNS:soon.demo.test" tls1 "-85 days" "+5 days"
  server renamed "DNS:old-name.demo.test,DNS:older.demo.test" tls1
  issue cnonly "/CN=old-style.demo.test" tls1 cnonly "-20 days" "+200 days"
  SAN=DNS:ingress.local issue ingress \
    "/O=Acme Co/CN=Kubernetes Ingress Controller Fake Certificate" self server \
    "-20 days" "+300 days" ingress
  server idn "DNS:xn--bcher-kva.demo.test" tls1
  server clientonly "DNS:client-only.demo.test" tls1 "" "" "" sha256 clientonly
  server sha1 "DNS:sha1.demo.test" tls1 "" "" "" sha1
  server rsa1024 "DNS:rsa1024.demo.test" tls1 "" "" small
  server nodigsig "DNS:no-digsig.demo.test" tls1 "" "" "" sha256 nodigsig
  server plc "DNS:plc.demo.test" tls1
  server dhe "DNS:dhe-only.demo.test" tls1 "" "" small
  server mtls "DNS:mtls13.demo.test,DNS:mtls12.demo.test,DNS:asks.demo.test" tls1
  server longer "DNS:longer.demo.test" tls1 "-20 days" "+1000 days"
  server critical "DNS:critical.demo.test" tls1 "" "" "" sha256 critical
  server spaces "DNS:malformed.demo.test,DNS:https://malformed.demo.test/" tls1
  issue short "/O=Demo/CN=Demo CA Without Depth" root pathlen0 "-900 days" \
    "+900 days" tls3
  issue below "/O=Demo/CN=Demo CA Below" short intermediate "-100 days" \
    "+900 days" tls3old
  server deep "DNS:deep.demo.test" below
  server half "DNS:half.demo.test,DNS:v6-broken.demo.test,DNS:split.demo.test" tls1
  server pair "DNS:pair.demo.test" tls1
  server other "DNS:split.demo.test,DNS:scanner.corp.internal" tls1
  server worst "DNS:not-worst.demo.test" tls1 "-300 days" "-50 days"
}
