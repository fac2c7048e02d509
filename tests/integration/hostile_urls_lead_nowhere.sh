#!/bin/sh
# Certificates whose URLs lead to servers that misbehave in every way, and to
# where nobody but this machine may ask. In a network of its own every address
# there is leads to this machine, which counts connections: none may go inside.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # want_code reads it
if [ "${OWN_NETWORK:-no}" = no ]; then
  alone=-rn
  [ "$(id -u)" -ne 0 ] || alone=-n
  if ! unshare $alone true; then
    [ "${CI:-}" != true ] || exit 1
    echo "not tested, no namespaces here: where URLs lead"
    exit 77
  fi
  OWN_NETWORK=yes exec unshare $alone sh "$0"
fi
. "$(dirname "$0")/lib.sh"

WEB=$SOURCE/tests/integration/hostile_http.py
ip link set lo up
ip route add local default dev lo
six=yes
ip -6 route add local default dev lo 2>six.txt || six=no

mkdir pki
port=8443
python3 "$WEB" orders $port >orders.txt
start "$FORGESERVER" orders.txt pki
wait_port 10.82.1.4 $port
# What a responder said of another certificate.
cat >ca.cnf <<END
[ca]
default_ca = any
[any]
database = $WORK/index.txt
END
: >index.txt
openssl ocsp -index index.txt -CA pki/mid.pem -rsigner pki/mid.pem \
  -rkey pki/mid.key -issuer pki/mid.pem -cert pki/good.pem -ndays 5 \
  -respout pki/other.ocsp >openssl.txt 2>&1
[ -s pki/other.ocsp ] || fail "no OCSP response: $(cat openssl.txt)"
start python3 "$WEB" serve pki log.txt
wait_port 5.82.3.1 8000
wait_port 5.82.3.1 443
: >log.txt # who waited for the servers

look() { # look NAME ROWS OPTIONS...
  name=$1 input=$2
  shift 2
  code=0
  python3 "$WEB" run messages.txt "$CERTMUSTER" scan --quiet \
    --trust root=pki/root.pem --resolver 5.82.53.53:5353 --loopback-ok \
    --timeout-fetch 1 --retries 0 --db "$name.db" --out "$name" "$@" \
    "$input" || code=$?
  want_code 0
}
python3 "$WEB" rows $port >fleet.csv
look public fleet.csv --revocation staple,crl,ocsp
python3 "$WEB" check public.db log.txt || fail "see above"
python3 "$CHECK" accounting public "$(($(wc -l <fleet.csv) - 1))" ||
  fail "a row is lost"
# Lies prove nothing.
n=$(sqlite3 public.db "SELECT count(*) FROM v_finding WHERE cause = 'revoked'")
[ "$n" -eq 0 ] || fail "$n are called revoked"

# The same URLs where they are allowed: the connections are counted.
: >log.txt
python3 "$WEB" rows $port inside >inside.csv
look inside inside.csv --fetch-private
want=8
[ $six = yes ] || want=5
python3 "$WEB" reached log.txt $want || fail "who counts counts nothing"
finish
