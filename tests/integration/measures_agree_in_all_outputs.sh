# An inventory, clients and policies of two servers and a closed port: every
# output says the same, and so does the run when it is judged again without
# network. The addresses are of this test alone.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
. "$SOURCE/tests/integration/lib.sh"

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
  -subj /CN=measured.example -days 30 \
  -addext "subjectAltName=DNS:measured.example,IP:127.51.0.1,IP:127.51.0.2" \
  2>/dev/null
old=$(free_port 127.51.0.1)
new=$(free_port 127.51.0.2)
closed=$(free_port 127.51.0.3)
start openssl s_server -accept "127.51.0.1:$old" -cert cert.pem -key key.pem \
  -tls1_2 -cipher AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256 -www -quiet
start openssl s_server -accept "127.51.0.2:$new" -cert cert.pem -key key.pem \
  -tls1_3 -groups X25519:P-256 -www -quiet
wait_port 127.51.0.1 "$old"
wait_port 127.51.0.2 "$new"
cat >fleet.csv <<END
host,port,owner
127.51.0.1,$old,one
127.51.0.2,$new,two
127.51.0.3,$closed,nobody
127.51.0.1,$old,again
END

"$CERTMUSTER" scan fleet.csv --trust "own=cert.pem" --loopback-ok \
  --inventory --profile java8,openssl111 --policy mozilla-intermediate \
  --policy pq-readiness --db store.db --out out >summary.txt 2>messages.txt ||
  fail "scan: $(cat messages.txt)"
python3 - <<'END' || fail "the outputs do not agree"
import csv, json, re, sqlite3
rows = [json.loads(line) for line in open("out/endpoints.jsonl")]
table = list(csv.DictReader(open("out/endpoints.csv", newline="")))
report = json.load(open("out/report.json"))
html = open("out/report.html").read()
screen = open("summary.txt").read()
db = sqlite3.connect("store.db")
first, second, third, again = rows

def suites(row, version):
    return row["inventory"]["versions"][version]["suites"]

assert first["tls_versions"] == ["TLSv1.2"], first["tls_versions"]
assert sorted(suites(first, "TLSv1.2")) == [
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"]
assert first["inventory"]["versions"]["TLSv1.2"]["complete"]
assert second["tls_versions"] == ["TLSv1.3"]
assert set(second["inventory"]["groups"]) == {"x25519", "secp256r1"}
assert third["inventory"] is None and third["grade"] is None
assert {**again, "line": 0, "input": 0, "owner": 0, "causes": 0,
        "findings": 0, "duplicate_of_line": 0} == {
    **first, "line": 0, "input": 0, "owner": 0, "causes": 0,
    "findings": 0, "duplicate_of_line": 0}

for kind, key, column in (("clients", "clients", "client_"),
                          ("policies", "policies", "policy_")):
    for of in report[kind]:
        name = of["name"]
        counts = {}
        for row, line in zip(rows, table):
            outcome = row[key][name]["outcome"]
            assert line[column + name] == outcome, (name, line, outcome)
            counts[outcome] = counts.get(outcome, 0) + 1
        for outcome in ("works", "fails", "pass", "fail", "unknown"):
            if outcome in of:
                assert of[outcome] == counts.get(outcome, 0), (name, of)
        assert name in html
        if kind == "policies":
            assert re.search(r"policy %s: %d pass, %d fail, %d unknown" % (
                re.escape(name), of["pass"], of["fail"], of["unknown"]),
                screen), screen
        view = "v_profile" if kind == "clients" else "v_policy"
        stored = dict(db.execute(
            "SELECT outcome, count(*) FROM v_endpoint AS e JOIN %s AS p"
            " ON p.run = e.run AND p.endpoint = e.endpoint"
            " AND p.%s = ? GROUP BY outcome" % (
                view, "profile" if kind == "clients" else "policy"), (name,)))
        assert stored == counts, (stored, counts)

assert rows[0]["policies"]["mozilla-intermediate"]["outcome"] == "fail"
broken = {rule["rule"] for rule in
          rows[0]["policies"]["mozilla-intermediate"]["failed"]}
top = {rule["rule"]: rule["fail"] for rule in next(
    p for p in report["policies"]
    if p["name"] == "mozilla-intermediate")["rules"]}
assert broken and all(top[rule] >= 2 for rule in broken), (broken, top)
for line, row in zip(table, rows):
    assert line["grade"] == (row["grade"] or ""), line
    assert line["tls_versions"].split() == row["tls_versions"]
served = report["protocols"]["inventory"]
assert served["endpoints"] == 3
assert served["versions_served"]["TLSv1.2"] == 2
assert served["versions_served"]["TLSv1.3"] == 1
assert served["suite_classes"]["no_forward_secrecy"] == 2
assert sum(served["grades"].values()) == 3
END

"$CERTMUSTER" rejudge --db store.db --out again >again.txt 2>messages.txt ||
  fail "rejudge: $(cat messages.txt)"
python3 - <<'END' || fail "judging again says something else"
import json
def read(folder):
    return [json.loads(line) for line in open(folder + "/endpoints.jsonl")]
for before, after in zip(read("out"), read("again")):
    for key in ("inventory", "asked", "clients", "policies", "grade",
                "grade_details", "tls_versions", "verdict", "http",
                "client_certificate"):
        assert before[key] == after[key], (key, before[key], after[key])
END
follows_schema out
follows_schema again
finish
