#!/bin/sh
# What the calendar says breaks on a day does: the stored run, judged again for
# the day before, trusts the endpoint, and for the day after it does not. Servers
# whose leaf, intermediate, root or client certificate ends first, one that sends
# a cross-sign beside the path that lives on, one whose root is distrusted, one of
# a public CA whose certificate does for TLS clients, too.
. "$(dirname "$0")/lib.sh"

key() { # key NAME
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null
}
# ca NAME KEY SUBJECT DAYS [ISSUER]: a CA certificate, self-signed without one.
ca() {
  [ -e "$2.key" ] || key "$2"
  printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >ca.ext
  openssl req -new -key "$2.key" -subj "/CN=$3" -out ca.csr 2>/dev/null
  if [ $# -eq 4 ]; then
    openssl x509 -req -in ca.csr -signkey "$2.key" -days "$4" -extfile ca.ext \
      -out "$1.pem" 2>/dev/null
  else
    openssl x509 -req -in ca.csr -CA "$5.pem" -CAkey "$5.key" -CAcreateserial \
      -days "$4" -extfile ca.ext -out "$1.pem" 2>/dev/null
  fi
}
# leaf NAME DAYS ISSUER USAGE ADDRESS...
leaf() {
  name=$1 days=$2 issuer=$3 usage=$4
  shift 4
  key "$name"
  {
    printf 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nextendedKeyUsage=%s\nsubjectAltName=DNS:%s.test' "$usage" "$name"
    for address in "$@"; do
      printf ',IP:%s' "$address"
    done
    echo
    [ "$name" != both ] || echo "certificatePolicies=2.23.140.1.2.1"
  } >leaf.ext
  openssl req -new -key "$name.key" -subj "/CN=$name" -out leaf.csr 2>/dev/null
  openssl x509 -req -in leaf.csr -CA "$issuer.pem" -CAkey "$issuer.key" \
    -CAcreateserial -days "$days" -extfile leaf.ext -out "$name.pem" 2>/dev/null
}
# serve ADDRESS LEAF CERTIFICATE...: what is sent above the leaf.
serve() {
  address=$1 leaf=$2
  shift 2
  cat "$leaf.pem" >"$address.chain"
  for sent in "$@"; do
    cat "$sent.pem" >>"$address.chain"
  done
  cat >>servers.conf <<CONF
  server {
    listen $address:8443 ssl;
    ssl_certificate $WORK/$address.chain;
    ssl_certificate_key $WORK/$leaf.key;
    $(cat extra.conf)
  }
CONF
}

ca root root Root 3650
ca rootshort rootshort "Short root" 200
ca rootdis rootdis "Distrusted root" 3650
ca int int Intermediate 1500 root
ca short short "Short intermediate" 100 root
ca int2 int2 "Intermediate 2" 110 root
ca int2long int2 "Intermediate 2" 400 root
ca int3 int3 "Of the short root" 1000 rootshort
leaf soon 20 int serverAuth 127.73.0.1
leaf shared 90 int serverAuth 127.73.0.2 127.73.0.3
leaf above 300 short serverAuth 127.73.0.4
leaf top 300 int3 serverAuth 127.73.0.5
leaf crossed 250 int2 serverAuth 127.73.0.6
leaf asks 400 int serverAuth 127.73.0.7
leaf distrusted 60 rootdis serverAuth 127.73.0.8
leaf both 500 int serverAuth,clientAuth 127.73.0.10
leaf us 50 int clientAuth
: >extra.conf
: >servers.conf
serve 127.73.0.1 soon int
serve 127.73.0.2 shared int
serve 127.73.0.3 shared int
serve 127.73.0.4 above short
serve 127.73.0.5 top int3
serve 127.73.0.6 crossed int2 int2long
serve 127.73.0.8 distrusted
serve 127.73.0.10 both int
echo "ssl_verify_client on; ssl_client_certificate $WORK/int.pem;
  ssl_verify_depth 3; ssl_trusted_certificate $WORK/root.pem;" >extra.conf
serve 127.73.0.7 asks int
cat us.pem int.pem >us.chain
{
  echo "daemon off; pid nginx.pid; error_log stderr; events {}"
  echo "http { access_log off;"
  for kind in client_body proxy fastcgi uwsgi scgi; do
    echo "  ${kind}_temp_path $WORK/tmp-$kind;"
  done
  cat servers.conf
  echo "}"
} >nginx.conf
start nginx -c "$WORK/nginx.conf" -p "$WORK" -e stderr
wait_port 127.73.0.1 8443

cat root.pem rootshort.pem rootdis.pem >roots.pem
hash=$(openssl x509 -in rootdis.pem -outform DER | sha256sum)
printf 'sha256,kind,date,note\n%s,not_before,%s,the test\n' "${hash%% *}" \
  "$(date -u -d '+10 days' +%Y-%m-%d)" >distrust.csv
{
  echo host,port,owner
  for n in 1 2 3 4 5 6 7 8 9 10; do # nobody listens on the ninth
    echo "127.73.0.$n,8443,team $((n % 3))"
  done
} >fleet.csv
"$CERTMUSTER" scan --trust "own=roots.pem,distrust.csv" --timeout-connect 4 \
  --timeout-tls 4 --client-cert us.chain --client-key us.key --out report fleet.csv \
  >summary.txt 2>messages.txt || fail "scan: $(cat messages.txt)"
python3 "$SOURCE/tests/integration/calendar_comes_true.py" "$CERTMUSTER" ||
  fail "the calendar"

grep -q ' 5 more work today and will break on a known date, 1 within 30 days' \
  summary.txt ||
  fail "the terminal does not say what breaks: $(cat summary.txt)"
"$CERTMUSTER" rejudge --run 1 --at "$(date -u -d '+220 days' +%Y-%m-%d)" \
  --out later >later.txt 2>messages.txt || fail "rejudge: $(cat messages.txt)"
grep -q 'On .* 7 of 9 endpoints that run 1 found trusted on .* are not trusted:' \
  later.txt || fail "what breaks by then: $(cat later.txt)"
finish
