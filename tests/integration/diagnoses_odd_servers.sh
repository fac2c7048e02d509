#!/bin/sh
# Servers that our TLS library cannot talk to: each is diagnosed by hand-built
# hellos, and its certificate is judged where one can be had in clear. Real
# servers: OpenSSL, GnuTLS, NSS; and a box of our own before one of them.
. "$(dirname "$0")/lib.sh"

A=127.46.0
PORT=19100 # some of the servers listen at every address
NAME=odd.demo.test

# Certificates: one root; leaves with all sorts of keys.
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem \
  -subj "/CN=Odd Root" -days 30 2>>servers.log
leaf() { # leaf NAME [EXTENSION]: signs NAME.key
  openssl req -new -key "$1.key" -subj "/CN=$NAME" -out "$1.csr" 2>>servers.log
  printf 'subjectAltName=DNS:%s,IP:%s.1,IP:127.46.0.2\nextendedKeyUsage=serverAuth\n%s\n' \
    "$NAME" "$A" "${2:-}" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA root.pem -CAkey root.key -sha256 \
    -set_serial "0x$(openssl rand -hex 8)" -days "${DAYS:-20}" \
    -extfile "$1.ext" -out "$1.pem" 2>>servers.log
}
key() { # key NAME GENPKEY-ARGUMENTS...
  out=$1
  shift
  openssl genpkey "$@" -out "$out.key" 2>>servers.log
}
key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key rsa512 -algorithm RSA -pkeyopt rsa_keygen_bits:512
key pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
key p224 -algorithm EC -pkeyopt ec_paramgen_curve:P-224
key k256 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
key brainpool -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1
key ed448 -algorithm ED448
openssl dsaparam -out dsa.params 2048 2>>servers.log
openssl gendsa -out dsa.key dsa.params 2>>servers.log
for name in rsa rsa512 pss p224 k256 brainpool ed448 dsa; do
  leaf $name
done
cp rsa.key encipher.key
leaf encipher "keyUsage=critical,keyEncipherment"
cp rsa.key old.key
openssl req -new -key old.key -subj "/CN=$NAME" -out old.csr 2>>servers.log
openssl x509 -req -in old.csr -CA root.pem -CAkey root.key -sha256 \
  -set_serial 0x77 -days -1 -extfile rsa.ext -out old.pem 2>>servers.log

# row NAME CAUSE...: a server listens on $PORT; these causes must be found of it,
# the first one as the primary one ("" stands for none that blocks), and its
# certificate, unless "-" says that none can be had in clear.
echo "host,port,sni,label" >rows.csv
: >wanted
row() {
  row_at "$A.1" "$@"
}
row_at() { # row_at ADDRESS NAME CAUSE...
  echo "$1,$PORT,$NAME,$2" >>rows.csv
  places="${places:-} $1:$PORT"
  shift
  echo "$*" >>wanted
  PORT=$((PORT + 1))
}
ossl() { # ossl LEAF ARGUMENTS...
  cert=$1
  shift
  start openssl s_server -accept "$A.1:$PORT" -quiet -www -cert "$cert.pem" \
    -key "$cert.key" "$@"
}
tls() { # gnutls-serv with this priority
  start gnutls-serv --port "$PORT" --http --noticket --disable-client-cert \
    --x509certfile rsa.pem --x509keyfile rsa.key --priority "$1"
}
Z=@SECLEVEL=0

# Cipher suites that common clients do not have.
ossl rsa -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256
row dhe tls_no_common_cipher
ossl rsa -tls1_2 -cipher ECDHE-RSA-AES128-SHA256
row cbc-sha256 tls_no_common_cipher
ossl rsa -tls1_2 -cipher AES128-SHA256
row rsa-cbc-sha256 tls_no_common_cipher
ossl rsa -tls1_2 -cipher DHE-RSA-AES128-CCM:AES128-CCM
row ccm tls_no_common_cipher
ossl rsa -tls1_2 -cipher "CAMELLIA128-SHA:$Z"
row camellia tls_no_common_cipher
ossl rsa -tls1_2 -cipher ECDHE-ARIA128-GCM-SHA256
row aria tls_no_common_cipher
ossl rsa -tls1_2 -cipher "NULL-SHA256:$Z"
row null tls_no_common_cipher
tls 'NONE:+VERS-TLS1.0:+VERS-TLS1.2:+3DES-CBC:+ECDHE-RSA:+SHA1:+SIGN-ALL:+COMP-NULL:+GROUP-ALL'
row ecdhe-3des tls_no_common_cipher
tls 'NONE:+VERS-TLS1.2:+ARCFOUR-128:+RSA:+SHA1:+SIGN-ALL:+COMP-NULL:+GROUP-ALL'
row rc4 tls_no_common_cipher
ossl dsa -tls1_2 -cipher "ALL:$Z"
row dss tls_no_common_cipher key_alg_unsupported
ossl rsa -tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256
row tls13-ccm tls_no_common_cipher -
# ... and expired besides: that comes out of the certificate in clear.
ossl old -tls1_2 -cipher DHE-RSA-AES256-GCM-SHA384
row dhe-expired tls_no_common_cipher leaf_expired

# Groups and curves.
ossl p224 -cipher "ALL:$Z"
row p224 tls_no_common_group key_alg_unsupported
ossl k256 -cipher "ALL:$Z"
row secp256k1 tls_no_common_group key_alg_unsupported
ossl brainpool -cipher "ALL:$Z"
row brainpool tls_no_common_group key_alg_unsupported
ossl rsa -tls1_3 -groups X448
row x448 tls_no_common_group -
ossl rsa -tls1_3 -groups ffdhe2048
row ffdhe tls_no_common_group -

# Keys: what can be captured is judged as it is.
ossl ed448
row ed448 key_alg_unsupported
ossl pss
row rsa-pss key_alg_unsupported
ossl rsa512 -cipher "ALL:$Z"
row rsa512 tls_no_common_sigalg key_too_small
ossl encipher -tls1_3
row encipher leaf_key_usage

# No certificate at all.
start openssl s_server -accept "$A.1:$PORT" -quiet -nocert -tls1_2 \
  -cipher "aNULL:$Z"
row anonymous tls_no_certificate -
start openssl s_server -accept "$A.1:$PORT" -quiet -nocert -tls1_2 \
  -psk 0102030405060708 -cipher PSK
row psk tls_no_certificate -

# Old versions.
ossl rsa -tls1 -cipher "ALL:$Z"
row tls1.0 tls_version_too_old
ossl rsa -tls1_1 -cipher "ALL:$Z"
row tls1.1 tls_version_too_old
ossl rsa -tls1 -cipher "DHE-RSA-AES128-SHA:$Z"
row tls1.0-dhe tls_version_too_old tls_no_common_cipher
mkdir nss
openssl pkcs12 -export -in rsa.pem -inkey rsa.key -name odd -passout pass:x \
  -out rsa.p12
certutil -N -d sql:nss --empty-password
pk12util -i rsa.p12 -d sql:nss -W x >>servers.log
start selfserv -d sql:nss -n odd -p "$PORT" -V ssl3:ssl3 -c :002f:0005:000a
row sslv3 tls_version_too_old

# Names: nginx that refuses all but one, with an alert and by hanging up.
ossl rsa -servername other.demo.test -cert2 rsa.pem -key2 rsa.key \
  -servername_fatal
row sni-fatal tls_sni_unrecognized -
mkdir -p nginx/logs
cat >nginx/nginx.conf <<CONF
daemon off; pid nginx/pid; error_log nginx/logs/error;
events {}
http {
  access_log off; client_body_temp_path nginx/t1; proxy_temp_path nginx/t2;
  fastcgi_temp_path nginx/t3; uwsgi_temp_path nginx/t4; scgi_temp_path nginx/t5;
  ssl_certificate $PWD/rsa.pem; ssl_certificate_key $PWD/rsa.key;
  server { listen $A.2:$PORT ssl; server_name $NAME; ssl_reject_handshake on; }
  server { listen $A.2:$PORT ssl default_server; }
}
CONF
start nginx -p "$PWD" -c nginx/nginx.conf -e nginx/logs/first
row_at "$A.2" nginx-rejects tls_sni_unrecognized -
start python3 "$SOURCE/tests/integration/odd_peers.py" strict "$A.1" "$PORT" \
  "$NAME"
row sni-reset tls_sni_unrecognized -

# Boxes before a good server, which do not stand all hellos; and one that
# counts: nothing but the handshake reaches a server that is explained.
good=$PORT
ossl rsa -cipher "ALL:$Z"
row good ""
for kind in no-tls13 no-new-extensions no-large; do
  boxes="${boxes:-} $kind:$A.1:$good=$A.1:$PORT"
  row "$kind" tls_hello_intolerant
done
boxes="$boxes no-second-packet:$A.1:$good=$A.1:$PORT"
packet=$PORT
row no-second-packet ""
# shellcheck disable=SC2086
start_bad $boxes "alert:80=$A.3:$PORT" "close=$A.4:$((PORT + 1))" \
  "reset=$A.5:$((PORT + 2))" "alert:40=$A.6:$((PORT + 3))"
row_at "$A.3" alert-80 tls_internal_error -
row_at "$A.4" close tls_closed_on_hello -
row_at "$A.5" reset tls_reset_on_hello -
row_at "$A.6" alert-40 tls_alert_other -
start python3 "$SOURCE/tests/integration/odd_peers.py" count "$A.1" "$PORT" \
  rsa.pem rsa.key count.txt
row counted ""

for at in $places; do
  wait_port "${at%:*}" "${at#*:}"
done
: >count.txt # what waiting cost
"$CERTMUSTER" scan --trust odd=root.pem --loopback-ok --no-aia --timeout-tls 6 \
  --out out rows.csv >summary.txt 2>messages.txt || fail "scan: $(cat messages.txt)"
python3 "$SOURCE/tests/integration/odd_peers.py" check wanted out || fail "causes"
[ "$(wc -c <count.txt)" -eq 1 ] ||
  fail "a healthy server saw $(wc -c <count.txt) connections"

# Without the questions there is no more than a guess, and no certificate.
: >count.txt
"$CERTMUSTER" scan --trust odd=root.pem --loopback-ok --no-aia --timeout-tls 6 \
  --diagnose-probes 0 --out none rows.csv >summary.txt 2>messages.txt ||
  fail "scan without questions"
python3 - none <<'PY' || fail "without questions"
import json, sys
found = {}
for line in open(sys.argv[1] + "/endpoints.jsonl", encoding="utf-8"):
    record = json.loads(line)
    found[record["input"]["label"]] = record["causes"]
sys.exit(found["dhe-expired"] != ["tls_no_common_cipher", "input_ip_literal"] or
         "tls_hello_intolerant" in found["no-tls13"])
PY

# What other clients would meet at a server that works for us.
(sed -n 1p rows.csv; grep -E ",($good|$packet)," rows.csv) >two.csv
"$CERTMUSTER" scan --trust odd=root.pem --loopback-ok --no-aia --timeout-tls 6 \
  --inventory --out two two.csv >summary.txt 2>messages.txt ||
  fail "scan with an inventory"
python3 - two <<'PY' || fail "hellos of two packets"
import json, sys
bad = 0
for line in open(sys.argv[1] + "/endpoints.jsonl", encoding="utf-8"):
    record = json.loads(line)
    minds = record["input"]["label"] == "no-second-packet"
    if ("tls_hello_intolerant" in record["causes"]) != minds or \
            record["verdict"] != "trusted":
        print(record["input"]["label"], record["verdict"], record["causes"])
        bad = 1
sys.exit(bad)
PY

# What was found out is in the store: judged again without network it is the
# same.
"$CERTMUSTER" rejudge --run 1 --trust odd=root.pem --loopback-ok --out again \
  >summary.txt 2>messages.txt || fail "rejudge: $(cat messages.txt)"
python3 "$SOURCE/tests/integration/odd_peers.py" check wanted again ||
  fail "causes, judged again"
finish
