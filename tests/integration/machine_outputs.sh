# What programs read: SARIF, Prometheus' text, SQL, the manifest, and the reports
# of each owner. Servers and addresses are of this test alone.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
. "$SOURCE/tests/integration/lib.sh"

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
  -subj /CN=machine.example -days 30 \
  -addext "subjectAltName=DNS:machine.example,IP:127.76.0.1" 2>/dev/null
port=$(free_port 127.76.0.1)
closed=$(free_port 127.76.0.2)
start openssl s_server -accept "127.76.0.1:$port" -cert cert.pem -key key.pem \
  -www -quiet
wait_port 127.76.0.1 "$port"
cat >fleet.csv <<END
host,port,Team,note
127.76.0.1,$port,ops,trusted
127.76.0.2,$closed,Ops,"another case of the same letters"
127.76.0.1,$port,../../etc,"repeats the first row"
bad host name,1,,"no team at all"
127.76.0.2,$closed,"a ""quoted"" <b>name</b>
of two lines",x
127.76.0.2,$closed,CON,x
127.76.0.1,$port,$(printf 'long%.0s' $(seq 100)),x
127.76.0.2,$closed,=cmd|' /C calc'!A0,x
END
cat >other.csv <<END
host,port,Team,note
127.76.0.1,$port,ops,trusted
127.76.0.2,$closed,ops,moved
END
run() {
  "$CERTMUSTER" "$@" >out.txt 2>messages.txt ||
    fail "$*: exit code $?: $(cat messages.txt)"
}

run scan fleet.csv --trust own=cert.pem --trust none=system --loopback-ok \
  --profile java8 --policy pq-readiness --db store.db --out whole \
  --formats html,json,actions,endpoints,jsonl,fixes,manifest,sarif,prometheus \
  --metrics scan.prom
run report --db store.db --out parts --split-by team
run report --db store.db --sql
cp out.txt queries.sql
run verify whole
run verify parts
follows_schema whole
grep -q '<h1>Fleet trust report</h1>' whole/report.html || fail "no heading"
for page in parts/*/report.html; do # says whose it is
  grep -Eq '<h1>Fleet trust report: (rows without )?team' "$page" || fail "$page"
done

python3 "$SOURCE/tests/integration/machine_outputs.py" || fail "see above"
# Each query by itself, so that one that finds nothing is seen to run.
python3 - queries.sql store.db <<'END' || fail "a query of --sql does not run"
import subprocess, sys
text = open(sys.argv[1]).read()
queries = [q for q in text.split(";\n") if "SELECT" in q]
assert len(queries) >= 10, len(queries)
for query in queries:
    subprocess.run(["sqlite3", "-readonly", "-bail", sys.argv[2]], check=True,
                   input=query + ";", text=True, capture_output=True)
stored = subprocess.run(
    ["sqlite3", sys.argv[2], "SELECT name FROM sqlite_schema WHERE type ="
     " 'view' AND name LIKE 'v!_%' ESCAPE '!'"], check=True,
    capture_output=True, text=True).stdout.split()
for view in stored:
    line = [l for l in text.splitlines() if l.startswith(f"-- {view}:")]
    assert line and len(line[0]) > len(view) + 8, f"--sql does not say what " \
        f"{view} is: add it to report/sql.c"
END

# What was changed, removed or added afterwards is told.
changed() { # changed WORDS FOLDER
  code=0
  "$CERTMUSTER" verify "$2" >out.txt 2>messages.txt || code=$?
  want_code 1
  grep -q "^$1" out.txt || fail "verify does not say $1: $(cat out.txt)"
}
cp -r whole tampered
echo >>tampered/report.json
changed 'changed     report.json' tampered
rm -r tampered && cp -r whole tampered && rm tampered/actions.csv
changed 'missing     actions.csv' tampered
ln -s /etc/passwd tampered/actions.csv
changed 'unreadable  actions.csv' tampered
sed 's,"report.html","../../../etc/passwd",' whole/manifest.json \
  >tampered/manifest.json
changed 'refused     ../../../etc/passwd' tampered
cp -r parts tampered-parts
echo >>"$(ls -d tampered-parts/con-*)/endpoints.csv"
changed 'changed     con-' tampered-parts
cp -r whole added && echo x >added/more.txt
run verify added
grep -q '^not covered more.txt' out.txt || fail "more.txt is not told of"
echo '{}' >added/manifest.json
code=0
"$CERTMUSTER" verify added >out.txt 2>messages.txt || code=$?
want_code 2

# All rows have the same value: the part is the whole report, to the byte.
run report --db store.db --out all --formats html,json,actions,jsonl,fixes
sqlite3 store.db "UPDATE row SET fields = json_set(fields, '\$[3]', 'same')"
run report --db store.db --out all --formats html,json,actions,jsonl,fixes
run report --db store.db --out one --formats html,json,actions,jsonl,fixes \
  --split-by note
diff -r all one/same-* >diff.txt || fail "a part of all rows differs:
$(head -c 2000 diff.txt)"

code=0
"$CERTMUSTER" report --db store.db --split-by nobody >out.txt 2>messages.txt ||
  code=$?
want_code 2
grep -q 'it has host, port, Team, note' messages.txt || fail "no columns named"

# Tickets follow an action from run to run.
cp other.csv fleet.csv
run scan fleet.csv --trust own=cert.pem --loopback-ok --db two.db --out first
sed -i '$d' fleet.csv
run scan fleet.csv --trust own=cert.pem --loopback-ok --db two.db --out second
run report --db two.db --out tickets --split-by Team
python3 - <<'END' || fail "the states of tickets are wrong"
import csv
tickets = list(csv.DictReader(open("tickets/tickets.csv", newline="")))
states = {t["title"].split(":")[0]: t["state"] for t in tickets}
gone = [t for t in tickets if t["state"] == "fixed"]
assert gone and all(t["rows"] == "0" for t in gone), states
assert all(t["state"] in ("still", "fixed") for t in tickets), states
END
finish
