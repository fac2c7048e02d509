#!/bin/sh
# Real servers, set up as Mozilla's guidelines say (nginx), held against the
# policies: each passes its own configuration and fails the stricter ones, by
# the rules that it breaks. What was not measured is unknown. Then a policy of
# one's own, and mistakes in it.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

ip=127.50.0
port=8443

# Two roots, and leaves of 89 days: who signs matters, too.
root() { # root NAME KEY-OPTIONS...
  root=$1
  shift
  openssl req -x509 -nodes -days 900 -subj "/CN=Policy Root $root" \
    -keyout "$root.key" -out "$root.pem" "$@" 2>/dev/null
}
root ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
root rsa -newkey rsa:2048
cat ec.pem rsa.pem >roots.pem
leaf() { # leaf NAME ROOT KEY-OPTIONS...
  leaf=$1 root=$2
  shift 2
  openssl req -new -nodes -subj "/CN=$leaf.policy.test" -keyout "$leaf.key" \
    -out "$leaf.csr" "$@" 2>/dev/null
  printf 'subjectAltName=DNS:%s.policy.test\nextendedKeyUsage=serverAuth\n' \
    "$leaf" >"$leaf.ext"
  openssl x509 -req -in "$leaf.csr" -CA "$root.pem" -CAkey "$root.key" \
    -days 89 -sha256 -CAcreateserial -extfile "$leaf.ext" -out "$leaf.pem" \
    2>/dev/null
}
leaf modern ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
leaf intermediate ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
leaf old rsa -newkey rsa:2048
leaf dhe rsa -newkey rsa:2048
openssl dhparam -dsaparam -out dh2048.pem 2048 2>/dev/null

# The lists of https://ssl-config.mozilla.org/guidelines/5.7.json, in OpenSSL's
# names. OpenSSL 3 serves TLS 1.0 and 1.1 at security level 0 only.
intermediate=ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
dhe=$intermediate:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384
old=$dhe:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:\
AES128-GCM-SHA256:AES128-SHA256:AES128-SHA:AES256-SHA

server() { # server NAME ADDRESS VERSIONS CIPHERS ORDER
  cat <<CONF
  server {
    listen $ip.$2:$port ssl;
    server_name $1.policy.test;
    ssl_certificate $WORK/$1.pem;
    ssl_certificate_key $WORK/$1.key;
    ssl_protocols $3;
    ssl_ciphers "$4";
    ssl_prefer_server_ciphers $5;
    ssl_dhparam $WORK/dh2048.pem;
    ssl_ecdh_curve X25519:prime256v1:secp384r1;
    return 200 "well\n";
  }
CONF
}
{
  printf 'daemon off;\npid %s/nginx.pid;\nerror_log %s/nginx.log;\n' "$WORK" \
    "$WORK"
  printf 'events {}\nhttp {\n  access_log off;\n'
  for kind in client_body proxy fastcgi uwsgi scgi; do
    printf '  %s_temp_path %s/tmp;\n' "$kind" "$WORK"
  done
  server modern 1 TLSv1.3 DEFAULT off
  server intermediate 2 "TLSv1.2 TLSv1.3" "$intermediate" off
  server old 3 "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3" "$old:@SECLEVEL=0" on
  server dhe 4 "TLSv1.2 TLSv1.3" "$dhe" off
  printf '}\n'
} >nginx.conf
start nginx -c "$WORK/nginx.conf"
for n in 1 2 3 4; do wait_port $ip.$n $port; done

# Names without DNS: by address, with the name to send.
{
  printf 'host,port,sni,owner\n'
  n=0
  for name in modern intermediate old dhe; do
    n=$((n + 1))
    owner="Web team"
    [ $n -ne 4 ] || owner=
    printf '%s.%d,%d,%s.policy.test,%s\n' $ip $n $port $name "$owner"
  done
  printf '%s.9,%d,,Web team\n' $ip $port # nobody is there
} >fleet.csv

run() { # run OPTIONS...: the scan of the fleet; its exit code in $code
  code=0
  "$CERTMUSTER" scan --trust roots.pem --loopback-ok --timeout-connect 2 \
    --timeout-tls 5 --db policies.db "$@" fleet.csv >summary.txt \
    2>messages.txt || code=$?
}

want() { # want RUN ADDRESS POLICY OUTCOME [FAILED-RULES]
  python3 - "$@" <<'PY' || fail "run $1: $2 and $3"
import json, sqlite3, sys
run, host, policy, outcome = sys.argv[1:5]
failed = sys.argv[5].split() if len(sys.argv) > 5 else []
got = sqlite3.connect("policies.db").execute(
    "SELECT p.outcome, p.failed, p.unknown FROM v_policy p JOIN v_endpoint e "
    "ON e.run = p.run AND e.endpoint = p.endpoint "
    "WHERE p.run = ? AND e.host = ? AND p.policy = ?",
    (run, host, policy)).fetchone()
if got is None or got[0] != outcome or json.loads(got[1]) != failed:
    sys.exit(f"{host} {policy}: wanted {outcome} {failed}, got {got}")
if outcome == "unknown" and not json.loads(got[2]):
    sys.exit(f"{host} {policy}: what is unknown?")
PY
}

run --inventory --policy all --out all
want_code 0
want 1 $ip.1 mozilla-modern pass
want 1 $ip.1 mozilla-intermediate fail "MOZ-I1"
want 1 $ip.2 mozilla-intermediate pass
want 1 $ip.2 mozilla-intermediate-5.7 pass
want 1 $ip.2 mozilla-modern fail "MOZ-M1"
want 1 $ip.3 mozilla-old pass
want 1 $ip.3 mozilla-intermediate fail "MOZ-I1 MOZ-I2"
want 1 $ip.3 mozilla-modern fail "MOZ-M1 MOZ-M3"
want 1 $ip.3 bcp-195 fail "BCP-1 BCP-6"
want 1 $ip.3 bsi-tr-02102-2 fail "BSI-1 BSI-2 BSI-3 BSI-3b BSI-3c"
want 1 $ip.4 mozilla-intermediate fail "MOZ-I2"
want 1 $ip.4 mozilla-intermediate-5.7 pass
want 1 $ip.2 bcp-195 pass
want 1 $ip.1 pci-dss fail "PCI-3" # its name does not fit, but it has an owner
want 1 $ip.2 cabf-br pass
want 1 $ip.2 dataverse fail "DV-4"
want 1 $ip.4 pci-dss fail "PCI-3 PCI-4" # nobody owns it
want 1 $ip.9 mozilla-modern unknown
want 1 $ip.9 bcp-195 unknown

# The same in the reports.
python3 - $ip <<'PY' || fail "endpoints.jsonl"
import json, sys
rows = [json.loads(line) for line in open("all/endpoints.jsonl",
                                          encoding="utf-8")]
old = [row for row in rows if row["host"] == sys.argv[1] + ".3"][0]
got = old["policies"]["mozilla-intermediate"]
if got["outcome"] != "fail" or \
   [rule["rule"] for rule in got["failed"]] != ["MOZ-I1", "MOZ-I2"] or \
   got["failed"][0]["why"] != "protocol versions served: TLSv1, TLSv1.1" or \
   [rule["rule"] for rule in got["warnings"]] != ["MOZ-I5b", "MOZ-I5c",
                                                  "MOZ-I6"] or \
   got["unknown"] != []:
    sys.exit(str(got))
if "policy_violation" not in old["causes"] or old["primary"] in (
        "policy_violation", None):
    sys.exit(str(old["causes"]))
PY

# Failed rules are findings that people can work through, rule by rule.
n=$(sqlite3 policies.db "SELECT count(*) FROM v_action WHERE subject =
  'rule MOZ-M1 of the policy mozilla-modern' AND touches_rows = 3")
[ "$n" = 1 ] || fail "one action for the rule that three servers break"
n=$(sqlite3 policies.db "SELECT count(*) FROM v_endpoint WHERE
  cause = 'policy_violation'" 2>/dev/null || echo 0)
[ "$n" = 0 ] || fail "a broken rule is never the first cause"

# Without an inventory a scan knows less, and says so.
run --policy mozilla-intermediate,mozilla-modern --out less
want_code 0
want 2 $ip.2 mozilla-intermediate unknown
want 2 $ip.3 mozilla-modern fail "MOZ-M3"

# Later, without the network, against a policy of one's own.
cat >ours.ini <<'INI'
[policy]
id = ours
title = Our own
version = 1
source = the security team

[OUR-1]
kind = forbid
predicate = suites intersects {TLS_RSA_*}
text = The RSA key exchange is off.

[OUR-3]
kind = require
predicate = row.owner = "web team" and host.port = 8443
text = Everything has an owner.

[OUR-2]
kind = warn
predicate = leaf.key = RSA
text = Keys are of elliptic curves.
INI
code=0
"$CERTMUSTER" rejudge --db policies.db --run 1 --policy ./ours.ini --out ours \
  >summary.txt 2>messages.txt || code=$?
want_code 0
want 3 $ip.2 ours pass
want 3 $ip.3 ours fail "OUR-1"
want 3 $ip.4 ours fail "OUR-3"
want 3 $ip.9 ours unknown

# Mistakes are named before anything is scanned.
sed -i 's/predicate = suites intersects/predicate = suits intersects/' ours.ini
run --policy ./ours.ini --out never
want_code 2
grep -q 'ours.ini, line 9: \[OUR-1\] predicate: "suits" is no fact' \
  messages.txt || fail "the mistake is not named: $(cat messages.txt)"
grep -q 'did you mean "suites"' messages.txt || fail "what was meant"
[ ! -e never ] || fail "a report of a policy that cannot be read"

# What the rules are.
"$CERTMUSTER" explain policies >explained.txt || fail "explain policies"
grep -q '^  mozilla-intermediate ' explained.txt || fail "the list of policies"
"$CERTMUSTER" explain mozilla-intermediate >explained.txt || fail "explain"
grep -q 'https://ssl-config.mozilla.org/guidelines/' explained.txt ||
  fail "a policy's source"
grep -q '^  MOZ-I5b$' explained.txt || fail "a policy's rules"
"$CERTMUSTER" explain facts | grep -q '^  leaf.lifetime ' || fail "the facts"
code=0
"$CERTMUSTER" explain ./ours.ini >explained.txt 2>messages.txt || code=$?
want_code 2 # the mistake is still there
finish
