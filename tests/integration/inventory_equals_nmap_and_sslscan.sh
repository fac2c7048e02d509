#!/bin/sh
# The inventory of servers of six makes, set up in eighteen ways, against what
# nmap's ssl-enum-ciphers and sslscan find: the same versions and cipher suites.
# Suites that a tool cannot offer are listed. Groups and signature schemes, which
# these tools do not list, against what the servers were told to serve.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

A=127.48.0
host=0
echo name,host,port >servers.csv

new_cert() { # new_cert NAME OPTIONS...
  name=$1
  shift
  openssl req -x509 -nodes -days 3 -subj "/CN=$name" -keyout "$name.key" \
    -out "$name.pem" "$@" 2>>servers.log
  cat "$name.pem" "$name.key" >"$name.both"
}
new_cert rsa -newkey rsa:2048
new_cert ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
new_cert ed25519 -newkey ed25519
new_cert weak -newkey rsa:1024 -sha1
openssl dhparam -dsaparam -out dh1024.pem 1024 2>>servers.log

# serve NAME ADDRESS PORT COMMAND...
serve() {
  echo "$1,$2,$3" >>servers.csv
  at=$2 port=$3
  shift 3
  start "$@"
  wait_port "$at" "$port" || fail "no server at $at:$port"
}
openssl_server() { # openssl_server NAME CERT OPTIONS...
  name=$1 cert=$2
  shift 2
  host=$((host + 1))
  serve "$name" $A.$host 4433 openssl s_server -accept $A.$host:4433 -quiet \
    -cert "$cert.pem" -key "$cert.key" "$@"
}
# These two listen on every address; their ports are none of those that the
# system gives to clients.
gnutls_server() { # gnutls_server NAME PORT PRIORITY OPTIONS...
  name=$1 port=$2 priority=$3
  shift 3
  serve "$name" 127.0.0.1 "$port" gnutls-serv --http -p "$port" \
    --x509certfile rsa.pem --x509keyfile rsa.key --priority "$priority" "$@"
}
nss_server() { # nss_server NAME PORT VERSIONS SUITES
  serve "$1" 127.0.0.1 "$2" selfserv -d "sql:$PWD" -n rsa -p "$2" -V "$3" \
    -H 1 -c "$4"
}

openssl_server usual rsa
openssl_server everything rsa -cipher ALL:@SECLEVEL=0
openssl_server in_order rsa -serverpref -no_tls1_3 \
  -cipher AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:AES128-SHA
openssl_server ecdsa ec -curves P-256:P-384
openssl_server both rsa -dcert ec.pem -dkey ec.key
openssl_server only_1_3 rsa -tls1_3 -curves X448:P-384 \
  -ciphersuites TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256:TLS_CHACHA20_POLY1305_SHA256
openssl_server only_1_0 rsa -tls1 -cipher ALL:@SECLEVEL=0
openssl_server static_rsa rsa -tls1_2 -cipher AES128-SHA:AES256-SHA256
openssl_server weak weak -tls1_2 -dhparam dh1024.pem \
  -cipher 'kDHE+AESGCM:aNULL+AES:eNULL:@SECLEVEL=0' -serverpref
openssl_server ed25519 ed25519 -curves X25519:brainpoolP256r1
openssl_server schemes rsa -tls1_2 \
  -sigalgs RSA-PSS+SHA512:RSA+SHA256 -curves P-521:X25519
gnutls_server gnutls 24801 NORMAL
gnutls_server gnutls_old 24802 \
  'NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+ARCFOUR-128:+3DES-CBC:+SHA1:+SIGN-RSA-SHA1'
gnutls_server gnutls_ff 24803 \
  'NORMAL:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-FFDHE3072:+GROUP-SECP384R1:+GROUP-X448'

openssl pkcs12 -export -in rsa.pem -inkey rsa.key -name rsa -passout pass: \
  -out rsa.p12
certutil -N -d "sql:$PWD" --empty-password
pk12util -i rsa.p12 -d "sql:$PWD" -W '' >>servers.log 2>&1
nss_server nss_ssl3 24804 ssl3:tls1.2 :0004:0005:0009:000A:002F:0033:C011:C02F
nss_server nss_null 24805 ssl3:ssl3 :0001:0002:0005

host=$((host + 1))
cat >nginx.conf <<CONF
pid $PWD/nginx.pid;
error_log $PWD/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path $PWD/t1; proxy_temp_path $PWD/t2;
  fastcgi_temp_path $PWD/t3; uwsgi_temp_path $PWD/t4; scgi_temp_path $PWD/t5;
  server {
    listen $A.$host:4433 ssl http2;
    ssl_certificate $PWD/rsa.pem;
    ssl_certificate_key $PWD/rsa.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
    ssl_ecdh_curve X25519:secp384r1;
  }
}
CONF
serve nginx $A.$host 4433 nginx -c "$PWD/nginx.conf" -g 'daemon off;'

host=$((host + 1))
cat >apache.conf <<CONF
ServerRoot $PWD
PidFile $PWD/apache.pid
ErrorLog $PWD/apache.log
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
ServerName apache
Listen $A.$host:4433
SSLEngine on
SSLCertificateFile $PWD/ec.pem
SSLCertificateKeyFile $PWD/ec.key
SSLProtocol all -SSLv3
SSLCipherSuite HIGH:!aNULL
SSLHonorCipherOrder off
CONF
serve apache $A.$host 4433 apache2 -f "$PWD/apache.conf" -DFOREGROUND

host=$((host + 1))
cat >haproxy.conf <<CONF
defaults
  mode http
  timeout client 5s
  timeout connect 5s
  timeout server 5s
frontend tls
  bind $A.$host:4433 ssl crt $PWD/rsa.both ssl-min-ver TLSv1.2 alpn h2,http/1.1 ciphers ECDHE+AES128:DHE+AESGCM:AES256-SHA curves X25519:P-256
CONF
serve haproxy $A.$host 4433 haproxy -q -db -f haproxy.conf

# In front of the first server: it also knows SSLv2 and, of TLS 1.3, a hybrid
# group that no library of this system has.
host=$((host + 1))
serve sslv2_and_hybrid $A.$host 4433 python3 \
  "$SOURCE/tests/integration/inventory_peer.py" $A.$host 4433 $A.1 4433

"$CERTMUSTER" scan servers.csv --inventory --trust "none=rsa.pem" --db test.db \
  --out report --formats jsonl --loopback-ok --quiet --no-aia \
  --timeout-total 20 || fail "scan: $?"

{
  read -r _
  while IFS=, read -r name at port; do
    nmap -Pn -n -sT -p "$port" --script ssl-enum-ciphers,sslv2 \
      -oX "nmap_$name.xml" "$at" >nmap.log 2>&1 || fail "nmap: $(cat nmap.log)"
    sslscan --no-colour --no-heartbleed --no-groups --no-compression \
      --no-fallback --no-renegotiation --no-check-certificate \
      --xml="sslscan_$name.xml" "$at:$port" >sslscan.log 2>&1 ||
      fail "sslscan: $(cat sslscan.log)"
  done
} <servers.csv

python3 "$SOURCE/tests/integration/inventory_compare.py" \
  report/endpoints.jsonl servers.csv \
  'usual: groups=x25519,secp256r1,x448,secp521r1,secp384r1,ffdhe2048,ffdhe3072,ffdhe4096,ffdhe6144,ffdhe8192 min_dh_bits=2048 secure_renegotiation=yes extended_master_secret=yes compression=no fallback_scsv=yes stapling=no' \
  'in_order: order=TLSv1.2:yes' 'everything: order=TLSv1.2:no' \
  'only_1_3: groups=x448,secp384r1 fallback_scsv=unknown' \
  'weak: min_dh_bits=1024' \
  'schemes: groups=secp521r1,x25519 schemes=rsa_pss_rsae_sha512,rsa_pkcs1_sha256' \
  'ed25519: schemes=ed25519 nmap_lacks=TLSv1.2' \
  'gnutls_ff: groups=ffdhe2048,ffdhe3072,secp384r1,x448' \
  'nginx: groups=x25519,secp384r1 alpn=h2,http/1.1,http/1.0 order=TLSv1.2:yes' \
  'haproxy: groups=x25519,secp256r1 alpn=h2,http/1.1' \
  'sslv2_and_hybrid: has_group=X25519MLKEM768' \
  >compared.txt || fail "the comparison"
cat compared.txt
finish
