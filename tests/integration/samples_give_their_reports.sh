#!/bin/sh
# The samples for an audit, a migration and a compliance report, as they are, on
# the demo fleet: what each of them promises is there.
. "$(dirname "$0")/lib.sh"

export CERTMUSTER_FLEET="$FLEET" CERTMUSTER_BUILD="$WORK/build"
# sample CODE NAME ARGUMENTS...
sample() {
  want=$1 name=$2
  shift 2
  code=0
  sh "$SOURCE/samples/$name.sh" "$@" >$name.txt 2>&1 || code=$?
  [ $code -eq $want ] || fail "$name.sh $*: exit $code: $(cat $name.txt)"
}
# value FILE PATH: of a JSON file, by keys and numbers with dots between
value() {
  python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[int(key) if key.isdigit() else key]
print(value)' "$1" "$2"
}
# holds FILE TEXT
holds() { grep -q -e "$2" "$1" || fail "$1 lacks '$2'"; }

# The audit. The first has nothing to compare with: all that fails is new. Then
# nothing changes; then endpoints are added that fail.
options="--trust demo=$FLEET/roots.pem --resolver 127.42.0.53:5353 --loopback-ok"
audit() { # audit CODE FILE
  want=$1 file=$2
  sample $want audit audits $file $options
  sleep 1 # the folders' names have seconds
}
grep -v '^crm\|^printer' "$SOURCE/samples/audit.csv" >fleet.csv
export KEEP=2
audit 1 fleet.csv
holds audit.txt "This is the first audit"
grep -q "did not fail before" audit.txt && fail "the first audit knows a before"
audit 0 fleet.csv
[ ! -s audit.txt ] || fail "an audit without news talks: $(cat audit.txt)"
cat "$SOURCE/samples/audit.csv" >fleet.csv
audit 1 fleet.csv
holds audit.txt "Something fails that did not fail before"
sed -n '/^ new in the input/,$p' audits/latest/changes.txt >news.txt
for host in crm.demo.test crm-eu.demo.test printer.demo.test; do
  holds news.txt "$host"
done
grep -q "stopped.demo.test" news.txt && fail "what failed before is told as news"
[ "$(value audits/latest/report.json accounting.rows_reported)" = 10 ] ||
  fail "the latest audit is not the last one"
[ "$(find audits -mindepth 1 -maxdepth 1 -type d | wc -l)" = 2 ] ||
  fail "not the last two audits are kept: $(ls audits)"
[ "$("$CERTMUSTER" runs --db audits/audit.db | grep -c complete)" = 3 ] ||
  fail "the store forgot an audit"
unset KEEP

# Before the migration: the old corporate root is not on the new platform, and a
# certificate will have ended by then.
sample 0 migration
moved=build/demo/migration
today=$moved/today/report.json later=$moved/on-the-day/report.json
[ "$(value $today trust_views.0.name)" = today ] || fail "no view of today"
[ "$(value $today view_differences.endpoints)" = 2 ] ||
  fail "erp and hr fail on the new platform only"
[ "$(value $later verdicts.trusted)" -lt "$(value $today verdicts.trusted)" ] ||
  fail "nothing ends before the move"
holds $moved/today/endpoints.csv "client_netfx48_w2022"
holds $moved/today/endpoints.csv "policy_outsystems"
[ "$(value $today protocols.inventory.endpoints)" = 10 ] || fail "no inventory"
holds $moved/on-the-day/summary.txt "renew the certificate"
for file in today/report.html on-the-day/report.html today/fixes/README.txt; do
  [ -s $moved/$file ] || fail "no $file"
done

# The compliance report: every row accounted for, every file's digest right.
sample 0 compliance
signed=build/demo/compliance
holds $signed/sign-off.txt "Rows read from the input: 10. Rows reported: 10."
holds $signed/sign-off.txt "1  invalid_row"
holds $signed/sign-off.txt "$(sha256sum <"$SOURCE/samples/compliance.csv" |
  cut -d ' ' -f 1)"
holds $signed/sign-off.txt "policy pci-dss:"
(cd $signed && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS is wrong"
holds $signed/SHA256SUMS "all/report.html"
holds $signed/sign-off.txt "$(sha256sum <$signed/SHA256SUMS | cut -d ' ' -f 1)"
"$CERTMUSTER" verify $signed/all >verified.txt || fail "$(cat verified.txt)"
"$CERTMUSTER" verify $signed/by-owner >verified.txt || fail "$(cat verified.txt)"
for owner in crm iot payments plants shop web; do
  grep -q "/$owner-.*/report.html" $signed/SHA256SUMS ||
    fail "no report for $owner: $(ls $signed/by-owner)"
done
holds $signed/by-owner/tickets.csv "payments"
echo >>$signed/all/actions.csv
(cd $signed && sha256sum --quiet -c SHA256SUMS >/dev/null 2>&1) &&
  fail "a file was changed, and SHA256SUMS does not tell"
"$CERTMUSTER" verify $signed/all >/dev/null 2>&1 &&
  fail "a file was changed, and verify does not tell"
finish
