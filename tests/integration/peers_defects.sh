#!/bin/sh
# What other scanners were found to do, in their sources and issues, must not
# happen here. One scan of servers of all those kinds; peers_defects.py looks at
# what came out, one check for each defect, named after what must not happen.
#
# Seen in others, and looked for by other tests:
#   suites without authentication are offered: test_hello.c,
#     offers_only_authenticated_suites
#   trusted roots are called untrusted: test_pki_oracle_bundle.c
#   TLS 1.3 servers that want a client certificate are called fine:
#     test_client_auth.c; presents_client_certificates.sh
#   lists without end fill the memory, or are fetched again for each row:
#     fetches_what_certificates_name.sh
#   results are lost when the process dies: interrupted_scan_keeps_every_row.sh
#   output is no JSON when a host fails, or cannot be imported:
#     scan_loses_no_row.sh, outputs_are_harmless.sh
#   identical servers behind one name, one looked at: test_judge_addresses.c
#   servers that mind long hellos are called dead: diagnoses_odd_servers.sh
#   findings without what to do: test_report_catalogue.c
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

NET=127.67.0
PORT=8443
SUITE=$SOURCE/tests/integration/peers_defects.py
mkdir pki

# --- certificates ---
cat >pki/ca.cnf <<CNF
[ca]
default_ca = any
[any]
database = $WORK/pki/index.txt
rand_serial = yes
default_md = sha256
policy = any_name
email_in_dn = no
unique_subject = no
new_certs_dir = $WORK/pki
[any_name]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[old]
basicConstraints = critical,CA:FALSE
CNF
: >pki/index.txt

# issue NAME ISSUER EXTENSIONS SUBJECT START END: pki/NAME.pem and .key; an
# issuer of the same name signs itself. EXTENSIONS: a section, or alternative names.
issue() {
  name=$1 issuer=$2 section=$3
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "pki/$name.key"
  openssl req -new -config pki/ca.cnf -key "pki/$name.key" -subj "/CN=$4" \
    -out pki/request.pem
  cp pki/ca.cnf pki/this.cnf
  case $section in
    *:*)
      cat >>pki/this.cnf <<CNF
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $section
CNF
      section=leaf
      ;;
  esac
  if [ "$issuer" = "$name" ]; then
    set -- "$5" "$6" -selfsign
  else
    set -- "$5" "$6" -cert "pki/$issuer.pem"
  fi
  start=$1 end=$2
  shift 2
  openssl ca -batch -notext -config pki/this.cnf -extensions "$section" \
    -in pki/request.pem -keyfile "pki/$issuer.key" -startdate "$start" \
    -enddate "$end" -out "pki/$name.pem" "$@" 2>>openssl.txt
}
day() { date -u -d "$1 days" +%Y%m%d000000Z; }
past=$(day -90) ago=$(day -30) soon=$(day 60) far=$(day 400)
since=$(day -10)

issue root root authority "Peers Root" "$past" "$far"
issue int root authority "Peers CA" "$past" "$far"
issue old root authority "Peers Old CA" "$past" "$ago"
issue far-root far-root authority "Elsewhere Root" "$past" "$far"
issue far-int far-root authority "Elsewhere CA" "$past" "$far"
issue same-root same-root authority same.peers.test "$past" "$far"
issue by-address int "IP:$NET.1" good.peers.test "$since" "$soon"
issue elsewhere far-int DNS:elsewhere.peers.test elsewhere.peers.test \
  "$since" "$soon"
issue gap int DNS:gap.peers.test gap.peers.test "$since" "$soon"
issue self self DNS:self.peers.test self.peers.test "$since" "$soon"
issue over over DNS:over.peers.test over.peers.test "$past" "$ago"
issue below old DNS:below.peers.test below.peers.test "$since" "$soon"
issue expired int DNS:expired.peers.test expired.peers.test "$past" "$ago"
issue future int DNS:future.peers.test future.peers.test "$soon" "$far"
issue plain root old plain.peers.test "$since" "$soon"
issue same same-root DNS:same.peers.test same.peers.test "$since" "$soon"
issue wild int 'DNS:*.w.peers.test' w.peers.test "$since" "$soon"
issue new int DNS:new.peers.test new.peers.test "$since" "$soon"
issue revoked int DNS:revoked.peers.test revoked.peers.test "$since" "$soon"
cat pki/root.pem pki/same-root.pem >pki/roots.pem

# A response that says "revoked", signed by the issuer as it should be.
openssl ca -config pki/ca.cnf -revoke pki/revoked.pem -keyfile pki/int.key \
  -cert pki/int.pem 2>>openssl.txt
openssl ocsp -index pki/index.txt -CA pki/int.pem -rsigner pki/int.pem \
  -rkey pki/int.key -issuer pki/int.pem -cert pki/revoked.pem -ndays 5 \
  -respout pki/staple.der >>openssl.txt 2>&1
[ -s pki/staple.der ] || fail "no OCSP response: $(tail -3 openssl.txt)"

# --- servers ---
cat >servers.txt <<TXT
$NET.1 by-address int
$NET.2 elsewhere far-int
$NET.3 gap -
$NET.4 self -
$NET.5 over -
$NET.6 below old
$NET.7 expired int
$NET.8 future int
$NET.9 plain -
$NET.10 same -
$NET.11 wild int
$NET.12 new int tls1.3
$NET.15 - - silent
$NET.16 - - closes
TXT
cat >names.txt <<TXT
elsewhere.peers.test $NET.2
gap.peers.test $NET.3
self.peers.test $NET.4
over.peers.test $NET.5
below.peers.test $NET.6
expired.peers.test $NET.7
future.peers.test $NET.8
plain.peers.test $NET.9
same.peers.test $NET.10
a.w.peers.test $NET.11
new.peers.test $NET.12
revoked.peers.test $NET.13
anonymous.peers.test $NET.14
silent.peers.test $NET.15
closes.peers.test $NET.16
dead.peers.test $NET.17
bare.peers.test $NET.17
TXT
start python3 "$SUITE" serve $PORT servers.txt $NET.53 names.txt
start openssl s_server -accept $NET.13:$PORT -cert pki/revoked.pem -key \
  pki/revoked.key -cert_chain pki/int.pem -status_file pki/staple.der -quiet
start openssl s_server -accept $NET.14:$PORT -nocert -tls1_2 -quiet -cipher \
  aNULL:@SECLEVEL=0
for last in 1 13 14 16; do
  wait_port $NET.$last $PORT || fail "no server on $NET.$last"
done

# --- the scan ---
# Rows that are none stand between good ones; a row with a port before one
# without; nowhere.peers.test gets no answer from the DNS server.
{
  printf 'host,note\n'
  printf '%s:%s,\nnot a host at all,\n:::,\n,no host\n' $NET.1 $PORT
  while read -r name _; do
    case $name in bare.*) echo "$name," ;; *) echo "$name:$PORT," ;; esac
  done <names.txt
  printf 'nowhere.peers.test,\n'
} >rows.csv
peers_scan() {
  code=0
  timeout 60 "$CERTMUSTER" scan --quiet --loopback-ok --no-hosts-file \
    --trust "peers=pki/roots.pem" --resolver $NET.53:$PORT --concurrency 1 \
    --no-shuffle --diagnose-probes 1 --retries 0 --timeout-dns 1 \
    --timeout-connect 1 --timeout-tls 2 "$@" 2>messages.txt || code=$?
}
peers_scan --out report rows.csv
want_code 0
python3 "$CHECK" accounting report "$(($(wc -l <rows.csv) - 1))" ||
  fail "a row is lost, or an output is no JSON"
python3 "$SUITE" check report pki $NET || fail "a defect of a peer"

# sslyze: exit code 0 when nothing answered at all.
printf 'host\ndead.peers.test:%s\n' $PORT >dead.csv
peers_scan --out dead --fail-on breaks_now dead.csv
want_code 1
finish
