#!/bin/sh
# A DNS server that answers in every way that it should not. Each name ends in
# its cause, in bounded time, and the names beside it are as they would be alone.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # want_code reads it
. "$(dirname "$0")/lib.sh"

NET=127.82
DNS=$SOURCE/tests/integration/hostile_dns.py
mkdir pki
port=$(free_port $NET.60.1)
dns=$(free_port $NET.60.53)
no_tcp=$(free_port $NET.60.54)
cat >orders.txt <<END
root ca=1
leaf issuer=root names=*.dns.test at=$NET.60.1:$port
END
start "$FORGESERVER" orders.txt pki
# The same certificate where IPv6 leads.
six=
if python3 -c 'import socket
socket.create_server(("::1", '"$port"'), family=socket.AF_INET6)' 2>six.txt
then
  start openssl s_server -accept "[::1]:$port" -cert pki/leaf.pem -key \
    pki/leaf.key -quiet
else
  six=without # this machine has none
fi
start python3 "$DNS" serve $NET.60.53 "$dns" $NET.60.1 ::1
start python3 "$DNS" serve $NET.60.54 "$no_tcp" $NET.60.1 ::1 without
wait_port $NET.60.1 "$port"
wait_port $NET.60.53 "$dns"
[ -n "$six" ] || wait_port ::1 "$port"

# look FILE RESOLVER FOLDER: whatever the server does, it ends.
look() {
  code=0
  timeout 60 "$CERTMUSTER" scan --quiet --trust root=pki/root.pem \
    --no-hosts-file --resolver "$2" --timeout-dns 1 --timeout-connect 1 \
    --retries 0 --out "$3" --db "$3.db" "$1" 2>messages.txt || code=$?
  want_code 0
  python3 "$DNS" check "$3" messages.txt $six || fail "$3"
}
{
  echo host,port
  python3 "$DNS" names | sed "s/$/,$port/"
} >names.csv
look names.csv $NET.60.53:"$dns" report
python3 "$CHECK" accounting report "$(($(wc -l <names.csv) - 1))" ||
  fail "a row is lost"

# Answers that do not fit, and nobody who takes TCP: of the names, not of the
# server.
{
  echo host,port
  for n in 1 2 3 4 5; do
    echo "ok$n.dns.test,$port"
  done
  echo "tc-refused.dns.test,$port"
} >refused.csv
look refused.csv $NET.60.54:"$no_tcp" refused
finish
