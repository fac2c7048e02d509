#!/bin/sh
# Hand-built hellos to servers of OpenSSL, GnuTLS, NSS (which still has SSLv3, RC4
# and suites without encryption), Java and Go that are set up to serve one thing
# each: what we read of their answers is what they were set up for. Every answer
# is read twice, as it came and byte by byte.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

A=127.45.0
PORT=4433
host=0

new_cert() { # new_cert NAME OPTIONS...
  name=$1
  shift
  openssl req -x509 -nodes -days 3 -subj "/CN=$name" -keyout "$name.key" \
    -out "$name.pem" "$@" 2>>servers.log
  openssl x509 -in "$name.pem" -outform DER -out "$name.der"
}
new_cert rsa -newkey rsa:2048
new_cert ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
new_cert brainpool -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP384r1
new_cert ed25519 -newkey ed25519
new_cert ed448 -newkey ed448
openssl dsaparam -genkey -out dsa.key 1024 2>>servers.log
openssl req -x509 -new -key dsa.key -days 3 -subj /CN=dsa -sha1 -out dsa.pem
# Any prime does, where a safe one takes long to find.
new_dh() { # new_dh BITS
  printf 'asn1=SEQUENCE:dh\n[dh]\np=INTEGER:0x%s\ng=INTEGER:2\n' \
    "$(openssl prime -generate -bits "$1" -hex)" >dh.cnf
  {
    echo '-----BEGIN DH PARAMETERS-----'
    openssl asn1parse -genconf dh.cnf -noout -out /dev/stdout | openssl base64
    echo '-----END DH PARAMETERS-----'
  } >"dh$1.pem"
}
new_dh 1024
new_dh 1536

# What takes its time to start, or to be built, begins now.
openssl pkcs12 -export -in rsa.pem -inkey rsa.key -name rsa -passout pass: \
  -out rsa.p12
SERVERS=$SOURCE/tests/integration/servers
start java "$SERVERS/Server.java" $A.200 $PORT rsa.p12
GOCACHE=$WORK/go go build -o goserver "$SERVERS/server.go"
start ./goserver $A.201:$PORT rsa.pem rsa.key

# Each server has an address of its own; $at is the last one's.
wait_for() { # wait_for ADDRESS
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ! "$ASKHELLO" -t 100 "$1" "$PORT" version=0x0304 >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  fail "no server at $1"
}
openssl_server() { # openssl_server CERT OPTIONS...
  cert=$1
  shift
  host=$((host + 1))
  at=$A.$host
  start openssl s_server -accept $at:$PORT -quiet -cert "$cert.pem" \
    -key "$cert.key" -cipher ALL:@SECLEVEL=0 "$@"
  wait_for $at
}
# It listens on every address: told apart by ports.
gnutls_server() { # gnutls_server PORT CERT PRIORITY OPTIONS...
  PORT=$1 cert=$2 priority=$3
  shift 3
  at=127.0.0.1
  start gnutls-serv --echo -q -p "$PORT" --x509certfile "$cert.pem" \
    --x509keyfile "$cert.key" --priority "$priority" "$@"
  wait_for $at
}

# ask "WORDS" KEY=VALUE...: all of the words are in the answer's line.
ask() {
  want=$1
  shift
  answer=$("$ASKHELLO" $at "$PORT" save=bytes "$@") || fail "askhello $*"
  for word in $want; do
    case " $answer " in
    *" $word "*) ;;
    *) fail "$at ($*): no $word in: $answer" ;;
    esac
  done
  for chunk in 1 7; do
    again=$("$ASKHELLO" read bytes "$@" chunk=$chunk)
    [ "$again" = "$answer" ] || fail "in pieces of $chunk: $again; not $answer"
  done
}
certs() { echo "certs=1/$(wc -c <"$1.der")"; }

# Versions, and everything at once.
openssl_server rsa
ask "end=flight version=TLSv1.2 cipher=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  group=x25519 signature=rsa_pss_rsae_sha256 ri=1 ems=1 sentinel=1
  client_cert=0 staple=0 alpn=- $(certs rsa)" groups=all schemes=all
ask "end=flight version=TLSv1.1 signature=- group=x25519" version=0x0302
ask "end=flight version=TLSv1 sentinel=1" version=0x0301
ask "end=flight version=TLSv1 cipher=TLS_RSA_WITH_AES_128_CBC_SHA group=-
  dh=0 ems=0 ri=1" version=0x0301 suites=0x002f flags=no_extensions
ask "end=alert alert=2/handshake_failure" version=0x0300
ask "end=alert alert=2/protocol_version" version=0x0002
ask "end=hello_retry_request version=TLSv1.3 group=x25519
  cipher=TLS_AES_128_GCM_SHA256" version=0x0304
ask "end=server_hello version=TLSv1.3 group=x25519" version=0x0304 share=x25519
ask "end=server_hello version=TLSv1.3" version=0x0304 share=x25519 \
  flags=grease min=0x0301 groups=all schemes=all
ask "end=hello_retry_request group=secp521r1" version=0x0304 groups=0x11ec,25
ask "end=alert alert=2/handshake_failure" version=0x0304 groups=0x11ec
ask "end=flight version=TLSv1.2" pad=2000
ask "end=flight version=TLSv1.2" split=4 flags=grease
ask "end=alert alert=2/inappropriate_fallback" version=0x0302 flags=scsv
ask "end=flight ri=0 ems=0" flags=no_ri,no_ems
ask "end=flight compression=0" flags=deflate
ask "end=flight cipher=TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384" suites=0xc061
ask "end=flight cipher=TLS_RSA_WITH_CAMELLIA_128_CBC_SHA" suites=0x0041
ask "end=alert alert=2/handshake_failure" suites=0x0005

# Which certificate, which signature.
openssl_server ec
ask "end=flight signature=ecdsa_secp256r1_sha256 $(certs ec)"
ask "end=alert alert=2/handshake_failure" suites=0xc02f
openssl_server brainpool -curves brainpoolP384r1
ask "end=flight group=brainpoolP384r1 $(certs brainpool)" groups=all schemes=all
openssl_server ed25519
ask "end=flight signature=ed25519 $(certs ed25519)" schemes=all
openssl_server ed448
ask "end=flight signature=ed448 $(certs ed448)" groups=all schemes=all
openssl_server dsa
ask "end=flight cipher=TLS_DHE_DSS_WITH_AES_128_GCM_SHA256
  signature=dsa_sha256" suites=0x00a2 schemes=all

# Sizes of primes: the server's own.
openssl_server rsa -dhparam dh1024.pem
ask "end=flight dh=1024 group=- cipher=TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" \
  suites=0x009e
openssl_server rsa -dhparam dh1536.pem
ask "end=flight dh=1536 signature=- version=TLSv1" version=0x0301 suites=0x0033

# What servers ask for, and staple.
openssl_server rsa -verify 1 -tls1_2
ask "end=flight client_cert=1 sentinel=0"
ask "end=alert alert=2/protocol_version" version=0x0304
openssl_server rsa -Verify 1 -tls1_1
ask "end=flight client_cert=1 version=TLSv1.1"
openssl ocsp -issuer rsa.pem -cert rsa.pem -reqout req.der >>servers.log 2>&1
: >index.txt
openssl ocsp -index index.txt -CA rsa.pem -rsigner rsa.pem -rkey rsa.key \
  -reqin req.der -respout staple -ndays 1 >>servers.log 2>&1
openssl_server rsa -status_file staple
ask "end=flight staple=1" flags=status_request
ask "end=flight staple=0"

# Names and protocols.
openssl_server rsa -servername a.example -cert2 ec.pem -key2 ec.key -alpn h2
ask "end=flight $(certs ec)" sni=a.example
ask "end=flight $(certs rsa) alert=1/unrecognized_name" sni=b.example
ask "end=flight alpn=h2" alpn=http/1.1,h2
ask "end=flight alpn=-"
openssl_server rsa -servername a.example -cert2 ec.pem -key2 ec.key \
  -servername_fatal
ask "end=alert alert=2/unrecognized_name" sni=b.example

# Without certificates.
openssl_server rsa -psk 0123456789abcdef -psk_hint hint
ask "end=flight cipher=TLS_PSK_WITH_AES_128_GCM_SHA256 certs=0/0" suites=0x00a8
ask "end=flight cipher=TLS_DHE_PSK_WITH_AES_128_GCM_SHA256 signature=-" \
  suites=0x00aa
ask "end=flight cipher=TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA group=x25519" \
  suites=0xc035
ask "end=flight cipher=TLS_RSA_PSK_WITH_AES_128_GCM_SHA256 $(certs rsa)" \
  suites=0x00ac
ask "end=flight cipher=TLS_DH_anon_WITH_AES_128_GCM_SHA256 certs=0/0" \
  suites=anonymous

# GnuTLS, which differs in what it has and how it says no.
gnutls_server 24551 rsa 'NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+DHE-RSA'
ask "end=hello_retry_request group=x448" version=0x0304 groups=30 schemes=all
ask "end=hello_retry_request group=ffdhe8192" version=0x0304 groups=0x104 \
  schemes=all
ask "end=server_hello group=x25519" version=0x0304 share=x25519
ask "end=flight client_cert=1 sentinel=1 $(certs rsa)"
ask "end=flight version=TLSv1 sentinel=1" version=0x0301
ask "end=flight dh=3072" suites=0x009e groups=0x101
ask "end=alert alert=2/protocol_version" version=0x0300
gnutls_server 24552 rsa \
  'NONE:+VERS-TLS1.2:+VERS-TLS1.0:+ARCFOUR-128:+3DES-CBC:+MAC-ALL:+RSA:+SIGN-ALL:+COMP-NULL'
ask "end=flight cipher=TLS_RSA_WITH_RC4_128_SHA group=- dh=0 $(certs rsa)" \
  suites=0x0005
ask "end=flight cipher=TLS_RSA_WITH_3DES_EDE_CBC_SHA version=TLSv1" \
  version=0x0301 suites=0x000a
ask "end=alert alert=2/handshake_failure" suites=0xc02f

# NSS, of which SSLv3 is to be asked for.
certutil -N -d "sql:$PWD" --empty-password
pk12util -i rsa.p12 -d "sql:$PWD" -W '' >>servers.log 2>&1
nss_server() { # nss_server PORT VERSIONS OPTIONS...
  PORT=$1 versions=$2
  shift 2
  at=127.0.0.1
  start selfserv -d "sql:$PWD" -n rsa -p "$PORT" -V "$versions" -H 1 \
    -c :0001:0002:0004:0005:0009:000A:002F:0033:C011:C02F "$@"
  wait_for $at
}
nss_server 24553 ssl3:ssl3
ask "end=flight version=SSLv3 cipher=TLS_DHE_RSA_WITH_AES_128_CBC_SHA dh=2048
  signature=- ri=1 ems=0 $(certs rsa)" version=0x0300
ask "end=flight version=SSLv3 ri=0" version=0x0300 flags=no_ri
ask "end=flight version=SSLv3" version=0x0303 groups=all schemes=all
ask "end=flight cipher=TLS_RSA_WITH_RC4_128_MD5" version=0x0300 suites=0x0004
ask "end=flight cipher=TLS_RSA_WITH_NULL_SHA" version=0x0300 suites=0x0002
ask "end=flight cipher=TLS_RSA_WITH_DES_CBC_SHA" version=0x0300 suites=0x0009
ask "end=alert alert=2/protocol_version" version=0x0304
ask "end=alert alert=2/unexpected_message" version=0x0002
nss_server 24554 ssl3:tls1.2 -rr -T good -A rsa -Q
ask "end=flight version=SSLv3 client_cert=1" version=0x0300
ask "end=flight version=TLSv1.2 client_cert=1 staple=1 alpn=http/1.1" \
  flags=status_request alpn=h2,http/1.1
ask "end=flight version=TLSv1.1 cipher=TLS_ECDHE_RSA_WITH_RC4_128_SHA
  group=secp256r1" version=0x0302 suites=0xc011 groups=23

# Java, which answers SSLv2 in SSLv2 only to say no, and has elliptic curves with
# SSLv3.
at=$A.200 PORT=4433
wait_for $at
ask "end=hello_retry_request version=TLSv1.3 group=x25519" version=0x0304 \
  groups=all schemes=all
ask "end=hello_retry_request group=ffdhe2048" version=0x0304 groups=0x100
ask "end=alert alert=2/unexpected_message" version=0x0304 groups=0x11ec
ask "end=flight version=TLSv1.2 ri=1 ems=1 sentinel=1 $(certs rsa)" \
  groups=all schemes=all
ask "end=flight version=SSLv3 group=x25519 ems=0
  cipher=TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA" version=0x0300
ask "end=alert alert=2/handshake_failure version=unknown" version=0x0002
ask "end=flight cipher=TLS_DH_anon_WITH_AES_256_GCM_SHA384 dh=2048" \
  suites=anonymous

# Go, which never had DHE.
at=$A.201
wait_for $at
ask "end=hello_retry_request version=TLSv1.3 group=secp521r1" version=0x0304 \
  groups=25,30
ask "end=server_hello group=x25519" version=0x0304 share=x25519 flags=grease
ask "end=flight version=TLSv1.2 alpn=h2 sentinel=1 $(certs rsa)" \
  groups=all schemes=all alpn=h2
ask "end=flight version=TLSv1" version=0x0301
ask "end=alert alert=2/handshake_failure" suites=0x009e
ask "end=alert alert=2/no_application_protocol" alpn=x

finish
