#!/bin/sh
# Client certificates against nginx, Apache httpd, openssl s_server and
# gnutls-serv, with TLS 1.2 and 1.3: the right one, none, one of another CA, an
# expired one, a revoked one, and files that are no good.
. "$(dirname "$0")/lib.sh"

NET=127.47
umask 077

# --- certificates ---
mkdir pki tmp logs
cat >pki/ca.cnf <<CNF
[ca]
default_ca = any
[any]
database = $WORK/pki/index.txt
serial = $WORK/pki/serial
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
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = IP:$NET.0.1,IP:$NET.0.2,IP:$NET.0.3,IP:$NET.0.4,IP:$NET.0.5
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[any_name]
commonName = supplied
[none]
basicConstraints = critical,CA:FALSE
CNF
: >pki/index.txt
echo 01 >pki/crlnumber
echo 0200 >pki/serial
serial=100

# issue NAME ISSUER EXTENSIONS [X509-OPTIONS...]: pki/NAME.pem and .key; an
# issuer of the same name signs itself.
issue() {
  name=$1 issuer=$2 section=$3
  shift 3
  serial=$((serial + 1))
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "pki/$name.key"
  openssl req -new -config pki/ca.cnf -key "pki/$name.key" -subj "/CN=$name" \
    -out pki/request.pem
  if [ "$issuer" = "$name" ]; then
    set -- -signkey "pki/$name.key" -days 60 "$@"
  else
    set -- -CA "pki/$issuer.pem" -CAkey "pki/$issuer.key" "$@"
  fi
  openssl x509 -req -in pki/request.pem -sha256 -set_serial "$serial" \
    -extfile pki/ca.cnf -extensions "$section" "$@" -out "pki/$name.pem" \
    2>>openssl.txt
}
issue web-root web-root authority
issue web web-root server -days 40
issue client-root client-root authority
issue client-ca client-root authority -days 50
issue other-root other-root authority
issue right client-ca client -days 40
issue wrong other-root client -days 40
issue revoked client-ca client -days 40
issue usage client-ca server -days 40
issue anything client-ca none -days 40
# dated NAME KEY OPTIONS...: of client-ca, with dates that x509 cannot make.
dated() {
  name=$1 key=$2
  shift 2
  openssl req -new -config pki/ca.cnf -key "pki/$key.key" -subj "/CN=$name" \
    -out pki/request.pem
  openssl ca -batch -config pki/ca.cnf -in pki/request.pem -notext \
    -out "pki/$name.pem" -outdir pki -cert pki/client-ca.pem \
    -keyfile pki/client-ca.key -policy any_name -extfile pki/ca.cnf \
    -extensions client -startdate 20250101000000Z "$@" 2>>openssl.txt
}
dated expired right -enddate 20260101000000Z
dated soon right -days 3
for name in right revoked usage anything soon expired; do
  cat "pki/$name.pem" pki/client-ca.pem >"pki/$name-chain.pem"
done
cat pki/wrong.pem pki/other-root.pem >pki/wrong-chain.pem
cat pki/right-chain.pem pki/right.key >pki/both.pem
openssl pkey -in pki/right.key -aes256 -passout pass:x -out pki/locked.key
openssl pkcs12 -export -in pki/right.pem -inkey pki/right.key -passout pass:x \
  -out pki/right.pfx
cat pki/client-root.pem pki/client-ca.pem >pki/clients.pem
openssl ca -config pki/ca.cnf -revoke pki/revoked.pem -cert pki/client-ca.pem \
  -keyfile pki/client-ca.key 2>>openssl.txt
openssl ca -config pki/ca.cnf -gencrl -cert pki/client-ca.pem -keyfile \
  pki/client-ca.key -out pki/client-ca.crl 2>>openssl.txt
: >pki/index.txt
openssl ca -config pki/ca.cnf -gencrl -cert pki/client-root.pem -keyfile \
  pki/client-root.key -out pki/client-root.crl 2>>openssl.txt
cat pki/client-ca.crl pki/client-root.crl >pki/clients.crl

# --- nginx at .1, a port for each way ---
N_ON12=$(free_port $NET.0.1)
N_ON13=$(free_port $NET.0.1)
N_OPT=$(free_port $NET.0.1)
N_PLAIN=$(free_port $NET.0.1)
nginx_server() { # nginx_server PORT PROTOCOL LINES
  cat <<CONF
  server {
    listen $NET.0.1:$1 ssl;
    ssl_protocols $2;
    $3
    location / { return 200 "fine\n"; }
  }
CONF
}
verify="ssl_client_certificate $WORK/pki/clients.pem; ssl_verify_depth 3;"
cat >nginx.conf <<CONF
daemon off;
master_process off;
pid $WORK/tmp/nginx.pid;
error_log $WORK/logs/nginx.txt;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $WORK/tmp;
  proxy_temp_path $WORK/tmp;
  fastcgi_temp_path $WORK/tmp;
  uwsgi_temp_path $WORK/tmp;
  scgi_temp_path $WORK/tmp;
  ssl_certificate $WORK/pki/web.pem;
  ssl_certificate_key $WORK/pki/web.key;
$(nginx_server "$N_ON12" TLSv1.2 \
  "$verify ssl_verify_client on; ssl_crl $WORK/pki/clients.crl;")
$(nginx_server "$N_ON13" TLSv1.3 \
  "$verify ssl_verify_client on; ssl_crl $WORK/pki/clients.crl;")
$(nginx_server "$N_OPT" "TLSv1.2 TLSv1.3" "$verify ssl_verify_client optional;
    location /secret {
      if (\$ssl_client_verify != SUCCESS) {
        return 403 \"client certificate required\n\";
      }
      return 200 \"secret\n\";
    }")
$(nginx_server "$N_PLAIN" "TLSv1.2 TLSv1.3" "")
}
CONF
start nginx -p "$WORK" -e "$WORK/logs/nginx.txt" -c "$WORK/nginx.conf"

# --- Apache at .2: for a whole host, and for a folder ---
A_HOST=$(free_port $NET.0.2)
A_DIR12=$(free_port $NET.0.2)
A_DIR13=$(free_port $NET.0.2)
mkdir -p www/secret
echo fine >www/index.html
echo secret >www/secret/index.html
chmod -R a+rX www
modules=/usr/lib/apache2/modules
apache_host() { # apache_host PORT PROTOCOL LINES
  cat <<CONF
Listen $NET.0.2:$1
<VirtualHost $NET.0.2:$1>
  SSLEngine on
  SSLProtocol -all +$2
  SSLCertificateFile $WORK/pki/web.pem
  SSLCertificateKeyFile $WORK/pki/web.key
  SSLCACertificateFile $WORK/pki/clients.pem
  SSLVerifyDepth 3
  $3
</VirtualHost>
CONF
}
demand="<Directory $WORK/www/secret>
    SSLVerifyClient require
  </Directory>"
cat >apache.conf <<CONF
ServerRoot $WORK
PidFile $WORK/tmp/apache.pid
ErrorLog $WORK/logs/apache.txt
ServerName localhost
DefaultRuntimeDir $WORK/tmp
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule dir_module $modules/mod_dir.so
LoadModule ssl_module $modules/mod_ssl.so
SSLSessionCache none
StartServers 1
MinSpareThreads 4
MaxSpareThreads 64
ThreadsPerChild 16
MaxRequestWorkers 64
User nobody
Group nogroup
DocumentRoot $WORK/www
DirectoryIndex index.html
$(apache_host "$A_HOST" TLSv1.3 "SSLVerifyClient require")
$(apache_host "$A_DIR12" TLSv1.2 "$demand")
$(apache_host "$A_DIR13" TLSv1.3 "$demand")
CONF
# Its workers are nobody's and must come through every folder on the way.
if [ "$(id -u)" -eq 0 ]; then
  folder=$WORK/www/secret
  while [ "$folder" != / ]; do
    chmod a+x "$folder"
    folder=$(dirname "$folder")
  done
fi
start apache2 -X -f "$WORK/apache.conf"

# --- openssl at .3 and .4, gnutls everywhere ---
S12=$(free_port $NET.0.3)
S13=$(free_port $NET.0.3)
S_ROOT=$(free_port $NET.0.3)
s_server() { # s_server PORT OPTIONS...
  port=$1
  shift
  start openssl s_server -quiet -accept "$NET.0.3:$port" -cert pki/web.pem \
    -key pki/web.key -Verify 3 -verify_return_error -www "$@"
}
s_server "$S12" -tls1_2 -CAfile pki/clients.pem
s_server "$S13" -tls1_3 -CAfile pki/clients.pem
s_server "$S_ROOT" -tls1_3 -CAfile pki/client-root.pem
G12=$(free_port 0.0.0.0)
G13=$(free_port 0.0.0.0)
gnutls() { # gnutls PORT VERSION
  start gnutls-serv --quiet --http --port "$1" --x509certfile pki/web.pem \
    --x509keyfile pki/web.key --x509cafile pki/clients.pem \
    --require-client-cert --verify-client-cert \
    --priority "NORMAL:-VERS-ALL:+VERS-TLS$2"
}
gnutls "$G12" 1.2
gnutls "$G13" 1.3
for port in "$N_ON12" "$N_ON13" "$N_OPT" "$N_PLAIN"; do
  wait_port $NET.0.1 "$port"
done
for port in "$A_HOST" "$A_DIR12" "$A_DIR13"; do wait_port $NET.0.2 "$port"; done
for port in "$S12" "$S13" "$S_ROOT"; do wait_port $NET.0.3 "$port"; done
for port in "$G12" "$G13"; do wait_port $NET.0.5 "$port"; done

# --- what is asked, and what must come of it ---
# row URL CERT KEY VERDICT CAUSES: all of the causes about client certificates,
# in their order.
echo 'url,client_cert,client_key,want,causes_wanted' >fleet.csv
row() {
  echo "https://$1,$2,$3,$4,$5" >>fleet.csv
}
right=pki/right-chain.pem
required=tls_client_cert_required
rejected=tls_client_cert_rejected
mismatch=tls_client_ca_mismatch
optional=tls_client_cert_optional
for at in "1:$N_ON12" "1:$N_ON13" "2:$A_HOST" "3:$S12" "3:$S13" "5:$G12" \
  "5:$G13"; do
  row "$NET.0.$at" "" "" untrusted $required
  row "$NET.0.$at" $right pki/right.key trusted ""
  row "$NET.0.$at" pki/wrong-chain.pem pki/wrong.key untrusted \
    "$rejected $mismatch"
  row "$NET.0.$at" pki/expired-chain.pem pki/right.key untrusted \
    "client_cert_expired $required"
done
row "$NET.0.1:$N_ON12" pki/both.pem "" trusted ""
row "$NET.0.1:$N_ON13" pki/anything-chain.pem pki/anything.key trusted ""
row "$NET.0.1:$N_ON12" pki/soon-chain.pem pki/right.key trusted \
  client_cert_expires_soon
row "$NET.0.1:$N_ON12" pki/revoked-chain.pem pki/revoked.key untrusted $rejected
row "$NET.0.1:$N_ON13" pki/revoked-chain.pem pki/revoked.key untrusted $rejected
row "$NET.0.1:$N_ON13" pki/usage-chain.pem pki/usage.key untrusted \
  "client_cert_usage $required"
row "$NET.0.1:$N_ON13" $right pki/wrong.key untrusted \
  "client_key_mismatch $required"
row "$NET.0.1:$N_ON13" $right pki/missing.key untrusted \
  "client_key_denied $required"
row "$NET.0.1:$N_ON13" $right pki untrusted "client_key_denied $required"
row "$NET.0.1:$N_ON13" $right pki/locked.key untrusted \
  "client_cert_unusable $required"
row "$NET.0.1:$N_ON13" $right "" untrusted "client_cert_unusable $required"
row "$NET.0.1:$N_ON13" pki/missing.pem pki/right.key untrusted \
  "client_cert_unusable $required"
row "$NET.0.1:$N_ON13" pki/right.pfx "" untrusted \
  "client_cert_unusable $required"
# A request that is not refused, and paths that are.
row "$NET.0.1:$N_OPT" "" "" trusted $optional
row "$NET.0.1:$N_OPT" $right pki/right.key trusted ""
row "$NET.0.1:$N_OPT/secret" $right pki/right.key trusted ""
row "$NET.0.1:$N_OPT/secret" pki/expired-chain.pem pki/right.key untrusted \
  "client_cert_expired $required"
row "$NET.0.1:$N_PLAIN" $right pki/right.key trusted ""
row "$NET.0.1:$N_PLAIN" pki/expired-chain.pem pki/right.key trusted \
  client_cert_expired
# Asked too late: with the path the certificate is missed.
row "$NET.0.2:$A_DIR12/" $right pki/right.key trusted ""
row "$NET.0.2:$A_DIR12/secret/" $right pki/right.key untrusted \
  tls_client_cert_late
row "$NET.0.2:$A_DIR13/" $right pki/right.key trusted ""
row "$NET.0.2:$A_DIR13/secret/" $right pki/right.key untrusted \
  tls_client_cert_late
# Nobody asked in the handshake, and nobody has a certificate: no request.
row "$NET.0.2:$A_DIR12/secret/" "" "" trusted ""
# A server that has the root alone cannot check a certificate without its CA.
row "$NET.0.3:$S_ROOT" pki/right.pem pki/right.key untrusted \
  "$rejected $mismatch client_cert_incomplete"
row "$NET.0.3:$S_ROOT" $right pki/right.key trusted ""

cat >verdicts.py <<'PY'
import csv, sys
bad = 0
for row in csv.DictReader(open(sys.argv[1] + "/endpoints.csv", newline="")):
    causes = [c for c in row["causes"].split() if "client" in c]
    want = (row["causes_wanted"] or "").split()
    if causes != want or row["verdict"] != row["want"]:
        bad += 1
        print(row["url"], row["client_cert"], row["client_key"] + ":",
              row["verdict"], causes, "instead of", row["want"], want)
        print("   ", row["proof"])
sys.exit(bad > 0)
PY
check() { # check FOLDER OPTIONS...: scans fleet.csv
  folder=$1
  shift
  code=0
  "$CERTMUSTER" scan --quiet --db "$folder.db" --out "$folder" \
    --trust corp=pki/web-root.pem --loopback-ok --timeout-connect 4 \
    --timeout-tls 4 --no-aia "$@" 2>messages.txt || code=$?
  want_code 0
}
check report fleet.csv
python3 verdicts.py report || fail "causes of client certificates"

# What was said is quoted, and the CAs are named.
grep -q 'No required SSL certificate was sent' report/endpoints.jsonl ||
  fail "nginx is not quoted"
grep -q 'CN=client-root' report/endpoints.jsonl || fail "no CA is named"
grep -q 'unknown_ca (48)' report/endpoints.jsonl || fail "no alert is named"
grep -q 'Cannot perform Post-Handshake Auth' report/endpoints.jsonl ||
  fail "Apache is not quoted"
grep -q 'HelloRequest' report/endpoints.jsonl || fail "no late handshake"
# One file that is no good is one action, wherever it was to be sent.
python3 - report <<'PY' || fail "actions"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/actions.csv", newline="")))
own = [r for r in rows if r["resolution"] == "provide_client_certificate"
       and '"expired"' in r["subject"]]
assert len(own) == 1 and int(own[0]["endpoints_fixed"]) >= 8, (own, rows[0].keys())
assert any(r["resolution"] == "grant_key_access" for r in rows)
assert any(r["resolution"] == "ask_in_handshake" for r in rows)
PY

# Judged again from the store alone it is the same; for another day, another.
code=0
"$CERTMUSTER" rejudge --quiet --db report.db --out again \
  --trust corp=pki/web-root.pem --loopback-ok 2>messages.txt || code=$?
want_code 0
python3 verdicts.py again || fail "judged again"
code=0
"$CERTMUSTER" rejudge --quiet --db report.db --out later --at 2031-01-01 \
  --trust corp=pki/web-root.pem --loopback-ok 2>messages.txt || code=$?
want_code 0
grep -q '"right\\" (SHA-256 [0-9a-f]*) expired on' later/endpoints.jsonl ||
  fail "our certificate has no end"

# No key, and nothing of one, is written anywhere.
for key in right wrong revoked usage; do
  secret=$(sed -n 2p "pki/$key.key")
  if grep -rqF "$secret" report report.db messages.txt; then
    fail "the key of $key was written"
  fi
  sed '/-----/d' "pki/$key.key" | base64 -d |
    python3 -c 'import sys; sys.stdout.write(sys.stdin.buffer.read().hex())' \
      >secret.txt
  # The scalar stands at octets 36 to 67 of the PKCS#8 form.
  secret=$(cut -c73-136 secret.txt)
  if grep -rqiF "$secret" report messages.txt; then
    fail "the key of $key was written in hex"
  fi
  python3 - "$secret" report.db <<'PY' || fail "the key of $key is in the store"
import sys
sys.exit(bytes.fromhex(sys.argv[1]) in open(sys.argv[2], "rb").read())
PY
done

# For all rows, from the command line; a row may have its own, or none.
cat >fleet.csv <<CSV
url,client_cert,client_key,want,causes_wanted
https://$NET.0.1:$N_ON12,,,trusted,
https://$NET.0.1:$N_ON13,-,,untrusted,$required
https://$NET.0.3:$S13,pki/wrong-chain.pem,pki/wrong.key,untrusted,$rejected $mismatch
CSV
check all --client-cert $right --client-key pki/right.key fleet.csv
python3 verdicts.py all || fail "a certificate for all rows"

# The same endpoint with another certificate is another endpoint.
cat >fleet.csv <<CSV
url,client_cert,client_key,want,causes_wanted
https://$NET.0.1:$N_ON12,$right,pki/right.key,trusted,
https://$NET.0.1:$N_ON12,,,untrusted,$required
https://$NET.0.1:$N_ON12,$right,pki/right.key,trusted,
CSV
check twice fleet.csv
python3 verdicts.py twice || fail "the same endpoint with and without"

# The request is made when asked for, and not otherwise.
cat >fleet.csv <<CSV
url,client_cert,client_key,want,causes_wanted
https://$NET.0.2:$A_DIR12/secret/,,,untrusted,tls_client_cert_late
https://$NET.0.2:$A_DIR12/,,,trusted,
CSV
check always --http-check always fleet.csv
python3 verdicts.py always || fail "--http-check always"
cat >fleet.csv <<CSV
url,client_cert,client_key,want,causes_wanted
https://$NET.0.2:$A_DIR12/secret/,$right,pki/right.key,trusted,
https://$NET.0.1:$N_ON12,,,trusted,$optional
CSV
check never --http-check never fleet.csv
python3 verdicts.py never || fail "--http-check never"

# Servers that answer oddly, or never: bounded, and no verdict comes of it.
cat >odd.py <<'PY'
import socket, ssl, sys, threading
WAYS = ["flood", "silent", "close", "reset", "rubbish", "slow"]
def serve(listener, way, context):
    while True:
        try:
            conn = context.wrap_socket(listener.accept()[0], server_side=True)
            conn.recv(4096)
            if way == "flood":
                conn.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                for _ in range(10000):
                    conn.sendall(b"x" * 16000)
            elif way == "rubbish":
                conn.sendall(bytes(range(256)) * 8)
            elif way == "slow":
                conn.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Le")
            elif way == "reset":
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                b"\1\0\0\0\0\0\0\0")
            if way in ("silent", "slow"):
                conn.settimeout(30)
                conn.recv(4096)
            conn.close()
        except OSError:
            pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("pki/web.pem", "pki/web.key")
with open("odd.tmp", "w") as out:
    for way in WAYS:
        listener = socket.create_server((sys.argv[1], 0))
        threading.Thread(target=serve, args=(listener, way, context)).start()
        print(way, listener.getsockname()[1], file=out)
import os
os.rename("odd.tmp", "odd.txt")
PY
start python3 odd.py $NET.0.4
tries=0
until [ -s odd.txt ] || [ $tries -gt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
echo 'url,client_cert,client_key,want,causes_wanted' >fleet.csv
while read -r way port; do
  echo "https://$NET.0.4:$port/$way,,,trusted," >>fleet.csv
  [ "$way" != reset ] || # a sign of IIS, where a certificate is to be sent
    echo "https://$NET.0.4:$port/$way,$right,pki/right.key,trusted,\
tls_client_cert_late" >>fleet.csv
done <odd.txt
check odd --http-check always --timeout-tls 2 fleet.csv
python3 verdicts.py odd || fail "odd answers"
[ "$(wc -l <odd/endpoints.csv)" -eq 8 ] || fail "odd servers"

# As an account that may not read the key.
nobody() {
  setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
if [ "$(id -u)" -eq 0 ] && nobody test -x "$CERTMUSTER"; then
  mkdir nobody
  cp pki/right.key pki/web-root.pem nobody/
  cp $right nobody/right.pem
  chmod 644 nobody/*.pem
  chmod 777 nobody
  cat >nobody/fleet.csv <<CSV
url,client_cert,client_key,want,causes_wanted
https://$NET.0.3:$S13,right.pem,right.key,untrusted,client_key_denied $required
CSV
  chmod 644 nobody/fleet.csv
  code=0
  (cd nobody && nobody "$CERTMUSTER" scan --quiet --out report \
    --trust corp=web-root.pem --loopback-ok fleet.csv) 2>messages.txt ||
    code=$?
  want_code 0
  python3 verdicts.py nobody/report || fail "a key of another account"
  grep -q 'right.key cannot be read: Permission denied' \
    nobody/report/endpoints.jsonl || fail "the key is not named"
fi

# What cannot be: said before anything is asked.
code=0
"$CERTMUSTER" scan --client-key pki/right.key fleet.csv 2>messages.txt || code=$?
want_code 2
grep -q 'client-cert' messages.txt || fail "a key without a certificate"
code=0
"$CERTMUSTER" scan --http-check often fleet.csv 2>messages.txt || code=$?
want_code 2
finish
