#!/bin/sh
# The demo fleet: more than thirty endpoints on loopback addresses of their own,
# each sound or broken in another way, and a DNS server for their names.
#
#   fleet.sh start FOLDER BADSERVER    fleet.sh stop FOLDER
#   fleet.sh change FOLDER             fleet.sh restore FOLDER
#
# "change" does to the running fleet what a week does: certificates are renewed,
# a chain is mended, another one is lost (changed_sites below). "restore" is how
# it was before. Scan before and after, and "certmuster diff" tells what changed.
#
# Needs nginx, openssl and knotd. Everything it starts is stopped by process id;
# nothing outside FOLDER and 127.42.0.0/16 is touched.
# SPDX-License-Identifier: Apache-2.0
set -eu

NET=127.42
PORT=8443
FLEET=$2
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/certs.sh"

# name, last octet of its address, certificate files in the order sent,
# further nginx directives
nginx_sites() {
  cat <<'SITES'
web 1 web,tls1
api 2 api,tls1 ssl_protocols TLSv1.2;
a.wild 3 wild,tls1
pay-1 4 pay
pay-2 5 pay
pay-3 6 pay
stale-chain 7 stale,tls3old
flipped 8 flipped,tls1
erp 9 erp,oldroot
hr 10 hr
orphan 11 orphan
printer 12 printer
ca-expired 13 caexp,expired
not-a-ca 14 notca,web,tls1
messy 15 messy,root,tls1
with-root 16 withroot,tls1,root
crm 17 crm,tls1
crm-eu 18 crm,tls1
future 19 future,tls1
soon 20 soon,tls1
renamed 21 renamed,tls1
x.y.wild 22 wild,tls1
old-style 23 cnonly,tls1
ingress 24 ingress
xn--bcher-kva 25 idn,tls1
client-only 26 clientonly,tls1
sha1 27 sha1,tls1
rsa1024 28 rsa1024,tls1
no-digsig 29 nodigsig,tls1
plc 30 plc,tls1 ssl_protocols TLSv1;
dhe-only 31 dhe,tls1 ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_dhparam dh.pem;
longer 32 longer,tls1
critical 33 critical,tls1
half 35 half,tls1
worst 36 worst
oversize 37 web,tls1,tls1,tls1,tls1,tls1,tls1,tls1,tls1,tls1,tls1,tls1
deep 38 deep,below,short
malformed 39 spaces,tls1
other 52 other,tls1
pair 54 pair,tls1
pair-b 55 pair,tls1
SITES
}

# What a change is: a renewal with the same key, one with a new key, one that one
# of two addresses got; a chain mended, and one lost; a certificate of two names
# renewed for one of them. asks.demo.test stops besides.
changed_sites() {
  sed -e 's/^api 2 api,/api 2 api-renewed,/' \
    -e 's/^soon 20 soon,/soon 20 soon-rekeyed,/' \
    -e 's/^pair-b 55 pair,/pair-b 55 pair-rekeyed,/' \
    -e 's/^pay-1 4 pay$/pay-1 4 pay,tls1/' \
    -e 's/^xn--bcher-kva 25 idn,tls1$/xn--bcher-kva 25 idn/' \
    -e 's/^\(crm\|crm-eu\) \(1[78]\) crm,/\1 \2 crm-renewed,/'
}

# Sites whose configuration is not an nginx one: name, last octet.
other_sites() {
  cat <<'SITES'
mtls13 40
mtls12 41
asks 42
unknown-sni 43
broken 44
plain 45
ssh 46
closes 47
resets 48
silent 49
stopped 50
firewalled 51
SITES
}

write_nginx() {
  {
    echo "daemon off; master_process off; worker_processes 1;"
    echo "pid $FLEET/nginx.pid; error_log $FLEET/nginx.log;"
    echo "events { worker_connections 16384; }"
    echo "http { access_log off;"
    for temp in client_body proxy fastcgi uwsgi scgi; do
      echo "${temp}_temp_path $FLEET/tmp;"
    done
    echo "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;"
    nginx_sites | if [ -e "$FLEET/changed" ]; then changed_sites; else cat; fi |
      while read -r name octet files more; do
      : >"$FLEET/$name.chain"
      key=$(cat "$FLEET/pki/${files%%,*}.keyname")
      for file in $(echo "$files" | tr , ' '); do
        cat "$FLEET/pki/$file.pem" >>"$FLEET/$name.chain"
      done
      case $more in
        *ssl_ciphers*) ;;
        *) more="$more ssl_ciphers ALL:@SECLEVEL=0;" ;;
      esac
      echo "server { listen $NET.1.$octet:$PORT ssl;"
      echo "  ssl_certificate $FLEET/$name.chain;"
      echo "  ssl_certificate_key $FLEET/pki/$key.key;"
      echo "  $more return 200 'demo'; }" | sed "s#dh.pem#$FLEET/dh.pem#"
    done
    # A balancer that knows other names only.
    echo "server { listen $NET.1.43:$PORT ssl default_server;"
    echo "  ssl_ciphers ALL:@SECLEVEL=0; ssl_reject_handshake on; }"
    echo "}"
  } >"$FLEET/nginx.conf"
}

# The distribution's OpenSSL refuses old versions and weak certificates: this
# fleet has them on purpose.
write_openssl() {
  cat >"$FLEET/openssl.cnf" <<'CNF'
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = weak
[weak]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
CNF
}

# write_zone OCTET: the view in which split.demo.test leads to that address.
write_zone() {
  echo "\$ORIGIN demo.test."
  echo "\$TTL 60"
  echo "@ SOA ns.demo.test. admin.demo.test. 1 60 60 60 60"
  echo "@ NS ns"
  echo "ns A $NET.0.53"
  { nginx_sites; other_sites; } | while read -r name octet _; do
    echo "$name A $NET.1.$octet"
  done
  echo "half A $NET.1.250" # nothing listens there
  echo "pair A $NET.1.55"
  echo "mail-only MX 10 mail.elsewhere.test."
  echo "alias CNAME deleted"
  echo "v6-broken A $NET.1.35"
  echo "v6-broken AAAA ::1" # nothing listens there either
  echo "broadcast A 127.255.255.255"
  echo "split A $NET.1.$1"
}

# write_dns NAME ADDRESS OCTET: one DNS server's folder and configuration.
write_dns() {
  mkdir -p "$FLEET/$1"
  write_zone "$3" >"$FLEET/$1/demo.test.zone"
  cat >"$FLEET/$1/corp.internal.zone" <<ZONE
\$ORIGIN corp.internal.
\$TTL 60
@ SOA ns.corp.internal. admin.corp.internal. 1 60 60 60 60
@ NS ns
ns A $2
scanner A $NET.1.52
ZONE
  cat >"$FLEET/$1/knot.conf" <<CNF
server:
    listen: $2@5353
    rundir: $FLEET/$1
    pidfile: $FLEET/$1/knot.pid
log:
  - target: $FLEET/$1/knot.log
    any: warning
database:
    storage: $FLEET/$1
zone:
  - domain: demo.test
    file: $FLEET/$1/demo.test.zone
  - domain: corp.internal
    file: $FLEET/$1/corp.internal.zone
  - domain: broken.test
    file: $FLEET/$1/no-such-file.zone
CNF
}

# When a process began, in clock ticks: an id alone may be another's by now.
began() { cut -d ' ' -f 22 "/proc/$1/stat" 2>/dev/null || echo gone; }

# note NAME PID: what stop is to end.
note() { echo "$2 $(began "$2")" >"$FLEET/$1.run"; }

# run NAME COMMAND...: in the background
run() {
  name=$1
  shift
  "$@" </dev/null >"$FLEET/$name.out" 2>&1 &
  note "$name" $!
}

s_server() { # s_server NAME OCTET ARGUMENTS...
  name=$1 octet=$2
  shift 2
  # It ends when its standard input does.
  run "$name" openssl s_server -accept "$NET.1.$octet:$PORT" -www \
    -cert "$FLEET/pki/mtls.pem" -key "$FLEET/pki/mtls.key" \
    -cert_chain "$FLEET/pki/tls1.pem" -CAfile "$FLEET/pki/root.pem" "$@"
}

run_nginx() {
  OPENSSL_CONF=$FLEET/openssl.cnf run nginx nginx -c "$FLEET/nginx.conf" \
    -p "$FLEET" -e "$FLEET/nginx.log"
}

run_asks() { s_server asks 42 -verify 1; }

wait_for() { # wait_for ADDRESS PORT: up to ten seconds
  tries=0
  until timeout 5 openssl s_client -connect "$1:$2" </dev/null 2>&1 |
    grep -q "^CONNECTED"; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ]; then
      echo "fleet: nothing answers at $1:$2; see $FLEET" >&2
      exit 1
    fi
    sleep 0.1
  done
}

start() {
  if timeout 5 openssl s_client -connect "$NET.1.1:$PORT" </dev/null 2>&1 |
    grep -q "^CONNECTED"; then
    echo "fleet: something serves $NET.1.1:$PORT already: another demo fleet?" >&2
    echo "Stop it: sh samples/demo/fleet.sh stop ITS-FOLDER" >&2
    exit 1
  fi
  # A fleet under test has thousands of connections at once.
  # shellcheck disable=SC3045
  ulimit -n "$(ulimit -Hn)" 2>/dev/null || :
  mkdir -p "$FLEET/tmp"
  make_certificates
  # A group of RFC 7919: making one of our own would take minutes.
  openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 \
    -out "$FLEET/dh.pem" 2>/dev/null
  cp "$FLEET/pki/root.pem" "$FLEET/roots.pem"
  write_openssl
  write_nginx
  write_dns dns $NET.0.53 35
  write_dns dns2 $NET.0.55 52 # another view of the same names
  run knotd knotd -c "$FLEET/dns/knot.conf"
  run knotd2 knotd -c "$FLEET/dns2/knot.conf"
  run_nginx
  s_server mtls13 40 -Verify 1 -tls1_3
  s_server mtls12 41 -Verify 1 -tls1_2
  run_asks
  mkfifo "$FLEET/bad.in"
  sleep 1000000 >"$FLEET/bad.in" 2>/dev/null &
  note bad-in $!
  "$BADSERVER" "alert:80=$NET.1.44:$PORT" "http=$NET.1.45:$PORT" \
    "ssh=$NET.1.46:$PORT" "close=$NET.1.47:$PORT" "reset=$NET.1.48:$PORT" \
    "silent=$NET.1.49:$PORT" "blackhole=$NET.1.51:$PORT" \
    <"$FLEET/bad.in" >"$FLEET/bad.out" 2>&1 &
  note bad $!
  wait_for $NET.1.1 $PORT
  wait_for $NET.1.40 $PORT
  wait_for $NET.1.41 $PORT
  wait_for $NET.1.42 $PORT
  wait_for $NET.1.46 $PORT
}

stop() {
  for file in "$FLEET"/*.run; do
    [ -e "$file" ] || continue
    read -r pid ticks <"$file"
    [ "$(began "$pid")" != "$ticks" ] || kill "$pid" 2>/dev/null || :
    rm -f "$file"
  done
}

# end NAME: stops one of them, and waits until its address is free.
end() {
  [ -e "$FLEET/$1.run" ] || return 0
  read -r pid ticks <"$FLEET/$1.run"
  [ "$(began "$pid")" != "$ticks" ] || kill "$pid" 2>/dev/null || :
  tries=0
  while [ "$(began "$pid")" = "$ticks" ] && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  rm -f "$FLEET/$1.run"
}

serve_anew() {
  end nginx
  write_nginx
  run_nginx
  wait_for $NET.1.1 $PORT
}

change() {
  PKI=$FLEET/pki
  if [ ! -e "$PKI/crm-renewed.pem" ]; then
    server api-renewed "DNS:api.demo.test" tls1 "" "" api
    server soon-rekeyed "DNS:soon.demo.test" tls1
    server pair-rekeyed "DNS:pair.demo.test" tls1
    server crm-renewed "DNS:crm.demo.test" tls1 "" "" crm
  fi
  : >"$FLEET/changed"
  serve_anew
  end asks
}

restore() {
  rm -f "$FLEET/changed"
  serve_anew
  [ -e "$FLEET/asks.run" ] || run_asks
  wait_for $NET.1.42 $PORT
}

case $1 in
  start)
    BADSERVER=$3
    start
    ;;
  stop) stop ;;
  change | restore)
    [ -e "$FLEET/nginx.run" ] || {
      echo "fleet: no fleet runs in $FLEET" >&2
      exit 1
    }
    "$1"
    ;;
  *)
    echo "usage: fleet.sh start FOLDER BADSERVER | stop FOLDER |" \
      "change FOLDER | restore FOLDER" >&2
    exit 2
    ;;
esac
