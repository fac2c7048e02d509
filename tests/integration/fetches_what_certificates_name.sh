#!/bin/sh
# AIA, CRL and OCSP: what certificates name is fetched from real servers (nginx,
# Python's http.server, OpenSSL's responder), judged, and told; what leads where
# it must not is refused.
. "$(dirname "$0")/lib.sh"

NET=127.43
TLS=$(free_port $NET.1.1)  # nginx with TLS, an address for each endpoint
WEB=$(free_port $NET.2.1)  # nginx without, where AIA and CRL points lead
FILES=$(free_port $NET.2.2) # Python's server
OCSP=$(free_port 0.0.0.0)  # OpenSSL's responder listens everywhere
NONE=$(free_port $NET.2.3) # nobody
MUTE=$(free_port $NET.2.4) # says nothing
DRIP=$(free_port $NET.2.5) # says a little, now and then, for ever
FLOOD=$(free_port $NET.2.6) # says too much
web=http://$NET.2.1:$WEB
files=http://$NET.2.2:$FILES

# --- certificates ---
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

# authority NAME ISSUER SERIAL [AIA]: pki/NAME.pem and .key.
authority() {
  new_key "pki/$1.key"
  cp pki/ca.cnf pki/ext.cnf
  [ $# -lt 4 ] || echo "authorityInfoAccess = $4" >>pki/ext.cnf
  openssl req -new -config pki/ca.cnf -key "pki/$1.key" -subj "/CN=$1" \
    -out pki/request.pem
  if [ "$2" = "$1" ]; then
    set -- "$1" "$2" "$3" -signkey "pki/$1.key"
  else
    set -- "$1" "$2" "$3" -CA "pki/$2.pem" -CAkey "pki/$2.key"
  fi
  name=$1 serial=$3
  shift 3
  openssl x509 -req -in pki/request.pem -sha256 -days 60 -set_serial "$serial" \
    -extfile pki/ext.cnf -extensions authority "$@" -out "pki/$name.pem" \
    2>>openssl.txt
}

# leaf N ISSUER CHAIN [EXTENSION...]: the endpoint at 127.43.1.N, with serial N;
# CHAIN: what is sent after the leaf, "" or names.
endpoints=
leaf() {
  n=$1 issuer=$2 chain=$3
  shift 3
  {
    printf '%s\n' 'basicConstraints = critical,CA:FALSE' \
      'keyUsage = critical,digitalSignature' 'extendedKeyUsage = serverAuth' \
      'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' \
      "subjectAltName = IP:$NET.1.$n" "$@"
  } >pki/ext.cnf
  openssl req -new -config pki/ca.cnf -key pki/leaf.key \
    -subj "/CN=endpoint $n" -out pki/request.pem
  openssl x509 -req -in pki/request.pem -sha256 -days 30 -set_serial "$n" \
    -CA "pki/$issuer.pem" -CAkey "pki/$issuer.key" -extfile pki/ext.cnf \
    -out "pki/leaf$n.pem" 2>>openssl.txt
  cp "pki/leaf$n.pem" "pki/chain$n.pem"
  for cert in $chain; do
    cat "pki/$cert.pem" >>"pki/chain$n.pem"
  done
  endpoints="$endpoints $n"
}

new_key pki/leaf.key
authority root root 100
authority mid root 101
authority high root 102
authority low high 103 "caIssuers;URI:$files/high.p7c"
authority lost root 104 # whose certificate is to be had nowhere
authority quiet root 105 # as its revocation list
aia() { echo "authorityInfoAccess = caIssuers;URI:$1"; }
crl() { echo "crlDistributionPoints = URI:$1"; }
ocsp() { echo "authorityInfoAccess = OCSP;URI:$1"; }

leaf 1 mid "" "$(aia "$web/mid.der")"
leaf 2 mid "" "$(aia "$files/mid.pem")"
leaf 3 mid "" "$(aia "$web/mid.p7c")"
leaf 4 low "" "$(aia "$web/low.der")" # whose own AIA leads on
leaf 5 mid "" "$(aia "$web/moved")"
leaf 6 mid "" "$(aia "ldap:///CN=mid"),caIssuers;URI:$web/missing,caIssuers;URI:$web/mid.der"
leaf 7 lost "" "$(aia "$web/to-private")"
leaf 8 lost "" "$(aia http://10.43.0.1/mid.der)"
leaf 9 lost "" "$(aia "$web/round")"
leaf 10 lost "" "$(aia "$web/to-https")"
leaf 11 lost "" "$(aia "$web/page.html")"
leaf 12 lost "" "$(aia "http://$NET.2.3:$NONE/mid.der")"
leaf 13 lost "" "$(aia "http://$NET.2.4:$MUTE/mid.der")"
leaf 14 lost "" "$(aia "http://$NET.2.5:$DRIP/mid.der")"
leaf 15 lost "" "$(aia "http://$NET.2.6:$FLOOD/mid.der")"
leaf 16 lost "" "$(aia "http://169.254.169.254/latest/meta-data/")"
leaf 20 mid mid "$(crl "$web/mid.crl")"
leaf 21 mid mid "$(crl "$web/mid.crl")" # revoked
leaf 22 quiet quiet "$(crl "$web/missing.crl")"
leaf 23 mid mid "$(ocsp "http://$NET.2.7:$OCSP/")"
leaf 24 mid mid "$(ocsp "http://$NET.2.7:$OCSP/")" # revoked
leaf 25 mid mid "$(ocsp "http://$NET.2.7:$OCSP/")" # unknown
leaf 26 quiet quiet "$(ocsp "http://$NET.2.3:$NONE/")"

# What is revoked, and what the responder knows.
entry() { # entry STATE N
  when=$(date -u -d '40 days' +%y%m%d%H%M%SZ)
  since=
  [ "$1" = V ] || since=$(date -u -d '2 days ago' +%y%m%d%H%M%SZ),keyCompromise
  printf '%s\t%s\t%s\t%02X\tunknown\t/CN=endpoint %s\n' "$1" "$when" "$since" \
    "$2" "$2"
}
{
  entry V 20
  entry R 21
  entry V 23
  entry R 24
} >pki/index.txt
openssl ca -config pki/ca.cnf -gencrl -cert pki/mid.pem -keyfile pki/mid.key \
  -out pki/mid.crl.pem 2>>openssl.txt
openssl crl -in pki/mid.crl.pem -outform DER -out www/mid.crl

# --- servers ---
openssl x509 -in pki/mid.pem -outform DER -out www/mid.der
openssl x509 -in pki/low.pem -outform DER -out www/low.der
openssl crl2pkcs7 -nocrl -certfile pki/high.pem -outform DER -out www/high.p7c
openssl crl2pkcs7 -nocrl -certfile pki/mid.pem -outform DER -out www/mid.p7c
cp pki/mid.pem www/mid.pem
echo '<html>Welcome to the intranet</html>' >www/page.html
{
  echo "daemon off; master_process off; worker_processes 1;"
  echo "pid $WORK/nginx.pid; error_log $WORK/nginx.log;"
  echo "events { worker_connections 1024; }"
  echo "http { access_log $WORK/access.log;"
  for temp in client_body proxy fastcgi uwsgi scgi; do
    echo "${temp}_temp_path $WORK/tmp;"
  done
  for n in $endpoints; do
    echo "server { listen $NET.1.$n:$TLS ssl; return 200 'x';"
    echo "  ssl_certificate $WORK/pki/chain$n.pem;"
    echo "  ssl_certificate_key $WORK/pki/leaf.key; }"
  done
  echo "server { listen $NET.2.1:$WEB; root $WORK/www;"
  echo "  location = /moved { return 301 $files/mid.pem; }"
  echo "  location = /to-private { return 302 http://10.43.0.1/mid.der; }"
  echo "  location = /to-https { return 302 https://$NET.2.1:$WEB/mid.der; }"
  echo "  location = /round { return 302 /about; }"
  echo "  location = /about { return 302 /round; } } }"
} >nginx.conf
start nginx -c "$WORK/nginx.conf" -p "$WORK"
start python3 -m http.server --bind $NET.2.2 --directory www "$FILES"
start openssl ocsp -port "$OCSP" -index pki/index.txt -CA pki/mid.pem \
  -rsigner pki/mid.pem -rkey pki/mid.key -ndays 1 -ignore_err
cat >odd.py <<'PY'
import socket, sys, threading, time
def serve(at, first, more, pause):
    listener = socket.create_server(at)
    def talk(peer):
        try:
            peer.sendall(first)
            while True:
                peer.sendall(more)
                time.sleep(pause)
        except OSError:
            pass
    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],),
                         daemon=True).start()
head = b"HTTP/1.1 200 OK\r\n"
for i, (first, more, pause) in enumerate([
        (b"", b"", 0.1), (head + b"\r\n", b"0", 0.1),
        (head + b"\r\n", b"0" * 65536, 0)]):
    at = (sys.argv[1 + 2 * i], int(sys.argv[2 + 2 * i]))
    threading.Thread(target=serve, args=(at, first, more, pause)).start()
PY
start python3 odd.py $NET.2.4 "$MUTE" $NET.2.5 "$DRIP" $NET.2.6 "$FLOOD"
wait_port $NET.1.1 "$TLS"
wait_port $NET.2.2 "$FILES"
# A connection that asks nothing would stop OpenSSL's responder for good.
for _ in $(seq 200); do
  ! grep -q 'waiting for OCSP client' servers.log || break
  sleep 0.05
done
wait_port $NET.2.6 "$FLOOD"

# --- scans ---
{
  echo host,port
  for n in $endpoints; do
    echo "$NET.1.$n,$TLS"
  done
} >fleet.csv

fetch() { # fetch NAME OPTIONS...: a scan into the store and folder NAME
  name=$1
  shift
  code=0
  "$CERTMUSTER" scan --quiet --trust "test=pki/root.pem" --loopback-ok \
    --timeout-fetch 4 \
    --db "$name.db" --out "$name" "$@" fleet.csv 2>messages.txt || code=$?
  want_code 0
}
causes() { # causes NAME N CAUSE...
  name=$1 host=$NET.1.$2
  shift 2
  python3 "$CHECK" causes "$name" "$host" "$@" || fail "$name $host: $*"
}
verdict() { # verdict NAME N VERDICT
  got=$(sqlite3 "$1.db" "SELECT verdict FROM v_endpoint
    WHERE host = '$NET.1.$2'")
  [ "$got" = "$3" ] || fail "$1 $NET.1.$2: $got instead of $3"
}
confidence_of() { # confidence_of NAME N CAUSE
  sqlite3 "$1.db" "SELECT f.confidence FROM v_finding f
    JOIN v_endpoint e ON e.run = f.run AND e.endpoint = f.endpoint
    WHERE e.host = '$NET.1.$2' AND f.cause = '$3'"
}
confidence() { # confidence NAME N CAUSE CONFIDENCE
  got=$(confidence_of "$1" "$2" "$3")
  [ "$got" = "$4" ] || fail "$1 $NET.1.$2: $3 is $got, not $4"
}
download() { # download NAME URL RESULT DETAIL
  got=$(sqlite3 "$1.db" "SELECT result || ': ' || detail FROM v_download
    WHERE url = '$2'")
  case $got in
    "$3: "*"$4"*) ;;
    *) fail "$1: $2 is told as '$got', not '$3: $4'" ;;
  esac
}

fetch aia
for n in 1 2 3 4 5 6; do
  causes aia $n =chain_incomplete
  confidence aia $n chain_incomplete certain
done
for n in 7 8 9 10 11 12 13 14 15 16; do
  verdict aia $n untrusted
  got=$(confidence_of aia $n chain_incomplete)
  [ "$got" != certain ] || fail "aia $n: certain without proof"
done
download aia "$web/mid.der" ok ''
download aia "$web/mid.p7c" ok ''
download aia "$files/high.p7c" ok ''
download aia ldap:///CN=mid bad_url 'not an http URL'
download aia "$web/missing" http_status 'HTTP status 404'
download aia "$web/to-private" refused_address 'private address, 10.43.0.1'
download aia http://10.43.0.1/mid.der refused_address 'private address'
download aia http://169.254.169.254/latest/meta-data/ refused_address \
  'link-local address'
download aia "$web/round" redirects circle
download aia "$web/to-https" redirects 'other than http'
download aia "$web/page.html" ok 'no certificate'
download aia "http://$NET.2.3:$NONE/mid.der" no_connection refused
download aia "http://$NET.2.4:$MUTE/mid.der" timeout waiting
download aia "http://$NET.2.5:$DRIP/mid.der" timeout waiting
download aia "http://$NET.2.6:$FLOOD/mid.der" too_big body
n=$(grep -c 'GET /mid.der ' access.log)
[ "$n" -eq 1 ] || fail "one URL was fetched $n times"
n=$(grep -cE '\.crl|POST' access.log || :)
[ "$n" -eq 0 ] || fail "revocation was asked for though nobody wanted it"

# Without --fetch-private an address inside is for endpoints inside only; with
# --no-aia nobody is asked at all.
: >access.log
fetch offline --no-aia
verdict offline 1 untrusted
n=$(sqlite3 offline.db 'SELECT count(*) FROM v_download')
[ "$n" -eq 0 ] || fail "--no-aia tells of downloads"
[ ! -s access.log ] || fail "--no-aia fetches"

fetch crl --no-aia --revocation crl
verdict crl 20 trusted
verdict crl 21 untrusted
causes crl 21 =revoked
causes crl 22 revocation_unreachable
download crl "$web/mid.crl" ok ''
download crl "$web/missing.crl" http_status 'HTTP status 404'
n=$(sqlite3 crl.db "SELECT count(*) FROM v_download WHERE kind <> 'crl'")
[ "$n" -eq 0 ] || fail "--revocation crl asks for more"

fetch ocsp --no-aia --revocation ocsp
verdict ocsp 23 trusted
verdict ocsp 24 untrusted
causes ocsp 24 =revoked
causes ocsp 26 revocation_unreachable
verdict ocsp 25 trusted
n=$(sqlite3 ocsp.db "SELECT count(*) FROM v_download WHERE kind = 'ocsp'
  AND result = 'ok'")
[ "$n" -eq 3 ] || fail "$n OCSP responses instead of 3"

# The store holds what a judgement without network needs.
code=0
"$CERTMUSTER" rejudge --db crl.db --trust "test=pki/root.pem" --out again \
  --quiet 2>messages.txt || code=$?
want_code 0
n=$(sqlite3 crl.db "SELECT count(*) FROM v_endpoint WHERE primary_cause =
  'revoked' AND host = '$NET.1.21'")
[ "$n" -eq 2 ] || fail "the rejudged run does not know what was revoked"
finish
