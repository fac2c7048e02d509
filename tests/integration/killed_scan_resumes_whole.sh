#!/bin/sh
# SIGKILL at twenty random moments of a scan of 20,000 rows, in its second pass,
# its downloads and its reports; --resume after each. In the end the outputs are
# those of a scan that nobody disturbed.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

NET=127.64
TLS=$(free_port $NET.1.1) # nginx with TLS, the same on all addresses
WEB=$(free_port $NET.2.1) # nginx without: AIA and revocation lists
web=http://$NET.2.1:$WEB

mkdir pki www tmp
cat >pki/ca.cnf <<CNF
[ca]
default_ca = any
[any]
database = $WORK/pki/index.txt
crlnumber = $WORK/pki/crlnumber
default_md = sha256
default_crl_days = 7
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF
: >pki/index.txt
echo 01 >pki/crlnumber

new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}
sign() { # sign NAME ISSUER SERIAL SECTION: pki/NAME.pem from pki/request.pem
  if [ "$1" = "$2" ]; then
    set -- "$1" "$3" "$4" -signkey "pki/$1.key"
  else
    set -- "$1" "$3" "$4" -CA "pki/$2.pem" -CAkey "pki/$2.key"
  fi
  name=$1 serial=$2 section=$3
  shift 3
  openssl x509 -req -in pki/request.pem -sha256 -days "${days:-30}" \
    -set_serial "$serial" -extfile pki/ext.cnf -extensions "$section" "$@" \
    -out "pki/$name.pem" 2>>openssl.txt
}
authority() { # authority NAME ISSUER SERIAL
  new_key "pki/$1.key"
  cp pki/ca.cnf pki/ext.cnf
  openssl req -new -config pki/ca.cnf -key "pki/$1.key" -subj "/CN=$1" \
    -out pki/request.pem
  sign "$1" "$2" "$3" authority
}
# leaf NAME ISSUER SERIAL CHAIN [EXTENSION...]: for *.NAME.test and $addresses;
# CHAIN is what is sent behind it.
leaf() {
  name=$1 issuer=$2 serial=$3 chain=$4
  shift 4
  {
    printf '%s\n' '[leaf]' 'basicConstraints = critical,CA:FALSE' \
      'keyUsage = critical,digitalSignature' 'extendedKeyUsage = serverAuth' \
      'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' \
      "subjectAltName = DNS:*.$name.test$addresses" "$@"
  } >pki/ext.cnf
  [ -e "pki/$name.key" ] || new_key "pki/$name.key"
  openssl req -new -config pki/ca.cnf -key "pki/$name.key" -subj "/CN=$name" \
    -out pki/request.pem
  sign "$name" "$issuer" "$serial" leaf
  cp "pki/$name.pem" "pki/$name.chain"
  for cert in $chain; do
    cat "pki/$cert.pem" >>"pki/$name.chain"
  done
}
addresses=$(awk "BEGIN { for (i = 1; i <= 50; i++) printf \",IP:$NET.1.%d\", i }")
aia() { echo "authorityInfoAccess = caIssuers;URI:$1"; }
crl() { echo "crlDistributionPoints = URI:$1"; }

authority root root 100
authority mid root 101
authority far root 102   # to be had from the network only
authority hidden hidden 103 # which nobody knows
leaf good mid 1 mid "$(crl "$web/mid.crl")"
leaf lacks mid 2 "" "$(crl "$web/mid.crl")" # what "good" sends completes it
leaf fetched far 3 "" "$(aia "$web/far.der")"
leaf revoked mid 4 mid "$(crl "$web/mid.crl")"
leaf strange hidden 5 hidden
leaf twin hidden 5 hidden # the same serial number
addresses=
leaf wrong mid 6 mid # for another name
openssl ca -config pki/ca.cnf -keyfile pki/mid.key -cert pki/mid.pem \
  -revoke pki/revoked.pem 2>>openssl.txt
openssl ca -config pki/ca.cnf -keyfile pki/mid.key -cert pki/mid.pem -gencrl \
  2>>openssl.txt | openssl crl -outform DER -out www/mid.crl
openssl x509 -in pki/far.pem -outform DER -out www/far.der

{
  echo "daemon off; worker_processes 1; pid nginx.pid; error_log nginx.log;"
  echo "events { worker_connections 4096; } http { access_log off;"
  for kind in body proxy fastcgi uwsgi scgi; do
    [ $kind = body ] && word=client_body_temp_path || word=${kind}_temp_path
    echo "$word tmp/$kind;"
  done
  for name in good lacks fetched revoked strange twin wrong; do
    [ $name = good ] && is=default_server || is=
    printf 'server { listen 0.0.0.0:%s ssl %s; server_name .%s.test;
      ssl_certificate pki/%s.chain; ssl_certificate_key pki/%s.key;
      ssl_protocols TLSv1.3 TLSv1.2; return 204; }\n' \
      "$TLS" "$is" $name $name $name
  done
  echo "server { listen $NET.2.1:$WEB; root www; } }"
} >nginx.conf
start nginx -p "$WORK" -c nginx.conf
wait_port $NET.1.1 "$TLS"
wait_port $NET.2.1 "$WEB"

python3 "$SOURCE/tests/integration/kill_and_resume.py" "$CERTMUSTER" "$TLS" \
  "${SEED:-}" || fail "see above"
finish
