#!/bin/sh
# A stored run is judged again when its servers are gone: at another time, with
# other anchors and intermediates; without anything else, as it was.
. "$(dirname "$0")/lib.sh"

rejudge() { # rejudge OPTIONS...: its exit code in $code
  code=0
  "$CERTMUSTER" rejudge "$@" >summary.txt 2>messages.txt || code=$?
}
ask() { sqlite3 certmuster.db "$1"; }

# The whole fleet, judged again for the moment of the scan: nothing changes.
scan --all-addresses --out fleet --db fleet.db "$SOURCE/samples/demo.csv"
want_code 0
at=$(sqlite3 fleet.db "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', judged_at,
  'unixepoch') FROM v_run")
rejudge --db fleet.db --at "$at" --out again
want_code 0
sqlite3 fleet.db "SELECT row, verdict, primary_cause, causes, remaining,
  path_valid FROM v_endpoint WHERE run = 1 ORDER BY row" >first.txt
sqlite3 fleet.db "SELECT row, verdict, primary_cause, causes, remaining,
  path_valid FROM v_endpoint WHERE run = 2 ORDER BY row" >second.txt
diff first.txt second.txt || fail "the same judgement differs"
diff fleet/endpoints.csv again/endpoints.csv >/dev/null || fail "the reports differ"
python3 "$CHECK" expected again || fail "primary causes"

# Servers of our own, which are stopped before anything is judged again.
for name in web erp pay; do
  port=$(free_port 127.42.4.1)
  cat "$FLEET/pki/$name.pem" >"$name.chain"
  [ $name = pay ] || cat "$FLEET/pki/tls1.pem" >>"$name.chain"
  start openssl s_server -accept "127.42.4.1:$port" -cert "$name.chain" \
    -cert_chain "$name.chain" -key "$FLEET/pki/$name.key" -www
  wait_port 127.42.4.1 "$port"
  echo "127.42.4.1,$port,$name" >>servers.txt
done
{
  echo host,port,sni,owner
  awk -F, '{ print $1 "," $2 "," $3 "-1.demo.test," $3 }' servers.txt |
    sed 's/web-1/web/; s/erp-1/erp/'
  echo "127.42.4.1,99999,,broken"
} >fleet.csv
scan --out report fleet.csv
want_code 0
stop_started
: >started

rejudge --at 2040-01-01 --out later
want_code 0
[ "$(ask "SELECT count(*) FROM v_endpoint WHERE run = 2
  AND primary_cause = 'leaf_expired'")" -eq 3 ] ||
  fail "not all have expired: $(ask "SELECT owner, primary_cause FROM v_endpoint
    WHERE run = 2")"
[ "$(ask "SELECT verdict FROM v_endpoint WHERE run = 2
  AND owner = 'broken'")" = invalid_row ] || fail "the invalid row"
python3 "$CHECK" accounting later 4 || fail "accounting"
[ "$(ask "SELECT kind || source_run || state FROM v_run WHERE run = 2")" = \
  rejudge1complete ] || fail "what kind of run it is"

# The private root as an anchor, beside the one of the scan.
rejudge --run 1 --trust "demo=$FLEET/roots.pem" \
  --trust "corp=$FLEET/pki/oldroot.pem" --out corp
want_code 0
ask "SELECT owner, views FROM v_endpoint WHERE run = 3 AND owner = 'erp'" |
  grep -q '"demo":"untrusted","corp":"untrusted"' || fail "names still differ"
ask "SELECT v.view, v.primary_cause FROM v_verdict v JOIN v_endpoint e
  ON e.run = v.run AND e.endpoint = v.endpoint
  WHERE v.run = 3 AND e.owner = 'erp' ORDER BY v.view" >erp.txt
printf 'corp|name_ip_not_in_san\ndemo|root_not_in_client_store\n' |
  diff - erp.txt || fail "the private root is an anchor now"

# The options of the run hold on: the view is still called demo, and run 1 is
# what run 4 is made of.
rejudge --run 3 --at 2040-01-01 --out on
want_code 0
[ "$(ask "SELECT group_concat(view) FROM v_view WHERE run = 4")" = demo,corp ] ||
  fail "the views of the run"

# What cannot be.
rejudge --run 99
want_code 2
grep -q "no run 99" messages.txt || fail "$(cat messages.txt)"
rejudge --db none.db
want_code 2
[ ! -e none.db ] || fail "rejudge made a store"
rejudge extra
want_code 2
follows_schema fleet
follows_schema again
follows_schema corp
follows_schema later
finish
