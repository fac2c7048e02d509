#!/bin/sh
# A row with several causes at once reports all of them, the worst first.
. "$(dirname "$0")/lib.sh"

printf 'host,port\nworst.demo.test,8443\npay-1.demo.test,8443\nweb.demo.test,8443\nrsa1024.demo.test,8443\nplc.demo.test,8443\n' >fleet.csv
scan --out report fleet.csv
want_code 0
python3 "$CHECK" causes report worst.demo.test =leaf_expired chain_incomplete \
  name_mismatch || fail "worst"
python3 "$CHECK" causes report pay-1.demo.test =chain_incomplete || fail "pay"
python3 "$CHECK" causes report plc.demo.test =tls_version_too_old || fail "plc"

# Judged for a later time, more is wrong; the same scan fails the gate.
scan --out later --at 2040-01-01 --fail-on breaks_now fleet.csv
want_code 1
python3 "$CHECK" causes later web.demo.test =leaf_expired ca_cert_expired ||
  fail "later"

# Without the fleet, a leaf alone stays undecided; with --intermediates it is
# complete again, and so it is in a store that knows the fleet from before.
printf 'host,port\npay-1.demo.test,8443\n' >alone.csv
scan --out alone --db alone.db alone.csv
python3 "$CHECK" causes alone pay-1.demo.test =issuer_unknown || fail "alone"
scan --out given --db given.db --intermediates "$FLEET/pki/tls1.pem" alone.csv
python3 "$CHECK" causes given pay-1.demo.test =chain_incomplete || fail "given"
scan --out known alone.csv
python3 "$CHECK" causes known pay-1.demo.test =chain_incomplete || fail "known"
finish
