#!/bin/sh
# Causes that the demo's rows do not have first: options and odd certificates.
. "$(dirname "$0")/lib.sh"

cat >fleet.csv <<'CSV'
host,port,sni
http://plain.demo.test:8443/soap,,
malformed.demo.test,8443,
oversize.demo.test,8443,
scanner.corp.internal,8443,
broadcast.demo.test,8443,
v6-broken.demo.test,8443,
api.demo.test.,8443,
mail.demo.test..,443,
bü€cher.demo.test,8443,
xn--zzzzzzzzzz-.demo.test,8443,
CSV
scan --out report fleet.csv
want_code 0
causes() { python3 "$CHECK" causes "$@" || fail "$*"; }
causes report plain.demo.test =tls_plaintext_http input_scheme_not_tls
causes report malformed.demo.test name_san_malformed
causes report oversize.demo.test =name_mismatch chain_oversize chain_duplicate
causes report scanner.corp.internal name_internal
causes report broadcast.demo.test =connect_unreachable
causes report api.demo.test name_reference_trailing_dot
causes report v6-broken.demo.test connect_ipv6_broken

# A certificate that is itself an anchor.
printf 'host,port\nprinter.demo.test,8443\n' >printer.csv
code=0
"$CERTMUSTER" scan --quiet --loopback-ok --resolver 127.42.0.53:5353 --trust \
  "pinned=$FLEET/pki/printer.pem" --out pinned printer.csv || code=$?
want_code 0
causes pinned printer.demo.test self_signed_pinned
n=$(sqlite3 certmuster.db "SELECT count(*) FROM v_endpoint WHERE run = 2 AND
  verdict = 'trusted'")
[ "$n" -eq 1 ] || fail "a pinned certificate is not trusted"

# Two resolvers that lead to servers with other certificates.
printf 'host,port\nsplit.demo.test,8443\nweb.demo.test,8443\n' >split.csv
scan --out split --second-resolver 127.42.0.55:5353 split.csv
causes split split.demo.test dns_split_horizon
python3 - split <<'PY' || fail "the same answer is no split"
import json, sys
for line in open(sys.argv[1] + "/endpoints.jsonl"):
    row = json.loads(line)
    if row["host"] == "web.demo.test" and row["causes"]:
        sys.exit(str(row["causes"]))
PY

# Clients in a cloud cannot reach a private address. In a network namespace of
# its own, with nothing but a hosts file, no packet can leave.
echo "10.42.0.1 private.demo.test" >hosts
printf 'host,port\nprivate.demo.test,8443\n' >cloud.csv
alone=-rnm
[ "$(id -u)" -ne 0 ] || alone=-nm
if unshare $alone true 2>unshare.txt; then
  unshare $alone sh -c 'mount --bind hosts /etc/hosts && exec "$@"' sh \
    "$CERTMUSTER" scan --quiet --trust "$FLEET/roots.pem" --cloud-clients \
    --resolver 127.0.0.1:5353 --retries 0 --db cloud.db --out cloud \
    cloud.csv 2>messages.txt || code=$?
  want_code 3 # this machine has no route, and says so
  causes cloud private.demo.test =dns_private_for_cloud scanner_no_route
elif [ "${CI:-}" = true ]; then
  fail "no namespaces here: $(cat unshare.txt)"
else
  echo "not tested, no namespaces here: dns_private_for_cloud"
fi
follows_schema report
follows_schema split
finish
