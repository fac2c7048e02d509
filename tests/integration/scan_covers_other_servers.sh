#!/bin/sh
# Other servers than nginx: gnutls-serv, openssl s_server on ::1, a proxy, all
# addresses of a name, and the ways of the misbehaving server.
. "$(dirname "$0")/lib.sh"

cat "$FLEET/pki/mtls.pem" "$FLEET/pki/tls1.pem" >chain.pem
cat "$FLEET/pki/web.pem" "$FLEET/pki/tls1.pem" >web.pem

gnutls() { # gnutls PORT PRIORITY OPTIONS...
  port=$1 priority=$2
  shift 2
  start gnutls-serv --quiet --echo --port "$port" --x509certfile chain.pem \
    --x509keyfile "$FLEET/pki/mtls.key" --x509cafile "$FLEET/pki/root.pem" \
    --priority "NORMAL:-VERS-ALL:+VERS-TLS$priority" "$@"
}
p1=$(free_port 0.0.0.0)
gnutls "$p1" 1.3 --require-client-cert
p2=$(free_port 0.0.0.0)
gnutls "$p2" 1.2 --require-client-cert
p3=$(free_port 0.0.0.0)
gnutls "$p3" 1.3 --disable-client-cert
p6=$(free_port ::1)
start openssl s_server -6 -accept "[::1]:$p6" -cert web.pem -cert_chain \
  "$FLEET/pki/tls1.pem" -key "$FLEET/pki/web.key" -www
p7=$(free_port ::1)
start openssl s_server -6 -tls1_2 -accept "[::1]:$p7" -cert web.pem \
  -cert_chain "$FLEET/pki/tls1.pem" -key "$FLEET/pki/web.key" -www
start_bad alert:112=127.42.3.1:8443 alert:70=127.42.3.2:8443 \
  alert:120=127.42.3.3:8443 alert:50=127.42.3.4:8443 garbage=127.42.3.5:8443 \
  drip=127.42.3.6:8443 smtp=127.42.3.7:8443 alert:71=127.42.3.8:8443
wait_port 127.42.3.8 8443
for port in "$p1" "$p2" "$p3"; do wait_port 127.0.0.1 "$port"; done
wait_port ::1 "$p6"
wait_port ::1 "$p7"

cat >fleet.csv <<CSV
host,port,sni,expected
127.0.0.1,$p1,mtls13.demo.test,tls_client_cert_required
127.0.0.1,$p2,mtls12.demo.test,tls_client_cert_required
127.0.0.1,$p3,,name_ip_not_in_san
[::1]:$p6,,web.demo.test,name_ip_not_in_san
::1,$p7,web.demo.test,name_ip_not_in_san
127.42.3.1,8443,,tls_sni_unrecognized
127.42.3.2,8443,,tls_alert_other
127.42.3.3,8443,,tls_alpn_failure
127.42.3.4,8443,,tls_alert_other
127.42.3.5,8443,,tls_plaintext_other
127.42.3.6,8443,,tls_handshake_timeout
127.42.3.7,8443,,tls_plaintext_other
127.42.3.8,8443,,tls_alert_other
CSV
scan --out report fleet.csv
want_code 0
sed -i 's/^host/host/; 1s/$//' fleet.csv
python3 - report <<'PY' || fail "primary causes"
import csv, sys
bad = 0
for row in csv.DictReader(open(sys.argv[1] + "/endpoints.csv", newline="")):
    causes = row["causes"].split()
    if row["expected"] not in causes[:2]:
        print(row["host"], row["port"], causes, row["proof"])
        bad = 1
sys.exit(bad)
PY
n=$(sqlite3 certmuster.db "SELECT group_concat(DISTINCT tls_version) FROM
  v_endpoint WHERE host = '::1' ORDER BY tls_version")
case $n in
  772,771 | 771,772) ;;
  *) fail "TLS 1.2 and 1.3 over IPv6: got $n" ;;
esac

# Through a proxy: what it lets through, and what it refuses.
pp=$(free_port 127.0.0.1)
cat >tinyproxy.conf <<CONF
Port $pp
Listen 127.0.0.1
Timeout 10
MaxClients 20
ConnectPort 8443
CONF
start tinyproxy -d -c tinyproxy.conf
wait_port 127.0.0.1 "$pp"
printf 'host,port,sni\n127.42.1.1,8443,web.demo.test\n127.42.1.2,9,\n' >proxy.csv
scan --out proxied --proxy "127.0.0.1:$pp" proxy.csv
python3 "$CHECK" causes proxied 127.42.1.2 =connect_proxy_failed ||
  fail "a refusing proxy"
python3 "$CHECK" causes proxied 127.42.1.1 =name_ip_not_in_san ||
  fail "through a proxy"
scan --out noproxy --proxy "127.0.0.1:1" proxy.csv
python3 "$CHECK" causes noproxy 127.42.1.1 =connect_proxy_failed ||
  fail "a dead proxy"

# All addresses, and a resolver that is not there.
printf 'host,port\nhalf.demo.test,8443\n' >half.csv
scan --out all --all-addresses half.csv
python3 "$CHECK" causes all half.demo.test connect_partial || fail "half"
scan --out lost --resolver 127.42.0.54:5353 --timeout-dns 1 half.csv
python3 "$CHECK" causes lost half.demo.test =dns_timeout_refused ||
  fail "no resolver"
# A strict user: names that lead to this machine are wrong.
code=0
"$CERTMUSTER" scan --quiet --trust "$FLEET/roots.pem" --resolver \
  127.42.0.53:5353 --out strict half.csv || code=$?
want_code 0
python3 "$CHECK" causes strict half.demo.test dns_special_address ||
  fail "special addresses"
finish
