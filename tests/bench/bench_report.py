#!/usr/bin/env python3
"""CPU and memory of the reports, by format and by number of rows.

usage: bench_report.py [--rows N,N...] [--mixed] [--owners N] [--only NAME,...]
                       CERTMUSTER

Fills a store with N rows by SQL: names of their own, TLS 1.3, a chain for every
50 endpoints, all trusted; with --mixed every third row is not, for a cause that
800 actions fix, and every tenth repeats the row before it. Then writes each
format by itself and all of them, a report for each of 500 owners ("split", as
HTML, JSON and CSV), the story of the row in the middle ("story"), of a name that is
not there ("no story"), and the views ("sql"). Prints for each the microseconds of
user and system time for a row, the most memory in MB, and the seconds that passed.
What a report costs without rows is taken off the first. Neither passes nor fails;
it needs 2 kB of disk for a row.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../scanner/store/schema.sql")
FORMATS = ("html", "json", "actions", "endpoints", "jsonl", "calendar", "ics", "fixes",
           None)
PER_CHAIN = 50
# What is no format of one report: the options, and the exit codes that are fine.
OTHERS = {
    "split": (["--split-by", "owner", "--formats", "html,json,endpoints"], (0,)),
    "story": (["--endpoint", "h{middle}.bench.test:443"], (0, 1)),
    "no story": (["--endpoint", "h{middle}x.bench.test:443"], (2,)),
    "sql": (["--sql"], (0,)),
}

FILL = """
INSERT INTO run (id, state, started, finished, judged_at, input_name,
 rows_read, rows_recorded, columns, owner_column, has_header, options, version,
 tls_library, trust, resolvers) VALUES (1, 'complete', 1795247330, 1795247340,
 1795247336, 'bench.csv', :rows, :rows, '["host","port","owner"]', 2, 1, '{}',
 'bench', 'BoringSSL', 'bench: 1 anchor', '127.0.0.1');
INSERT INTO trust_view VALUES (1, 0, 'bench', 'root.pem', NULL, 1, NULL);
CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1
 FROM c WHERE n < :rows) SELECT n, CASE WHEN :mixed AND n % 10 = 0 THEN n - 1
 ELSE n END AS e, :mixed AND n % 3 = 1 AS bad FROM c WHERE n <= :rows;
INSERT INTO certificate (id, sha256, der, subject, subject_cn, issuer,
 issuer_cn, serial, not_before, not_after, key_alg, key_bits, sig_alg,
 spki_sha256, is_ca, self_issued, names, names_total) VALUES
 (1, printf('%064x', 1), zeroblob(400), 'CN=Bench Root', 'Bench Root',
  'CN=Bench Root', 'Bench Root', '01', 1790000000, 1890000000, 'ec', 256,
  'ecdsa-with-SHA256', printf('%064x', 1001), 1, 1, '[]', 0),
 (2, printf('%064x', 2), zeroblob(400), 'CN=Bench Mid', 'Bench Mid',
  'CN=Bench Root', 'Bench Root', '02', 1790000000, 1880000000, 'ec', 256,
  'ecdsa-with-SHA256', printf('%064x', 1002), 1, 0, '[]', 0);
INSERT INTO certificate (id, sha256, der, subject, subject_cn, issuer,
 issuer_cn, serial, not_before, not_after, key_alg, key_bits, sig_alg,
 spki_sha256, is_ca, self_issued, names, names_total)
 SELECT 3 + n / :per, printf('%064x', 3 + n / :per), zeroblob(600),
 'CN=c' || (n / :per) || '.bench.test', 'c' || (n / :per) || '.bench.test',
 'CN=Bench Mid', 'Bench Mid', printf('%032x', n), 1790000000, 1800000000 + n,
 'ec', 256, 'ecdsa-with-SHA256', printf('%064x', 2000 + n), 0, 0,
 json_array('c' || (n / :per) || '.bench.test', '*.bench.test'), 2
 FROM n WHERE n % :per = 0 OR n = 1;
INSERT INTO row SELECT 1, n, n + 1, json_array('h' || e || '.bench.test',
 '443', 'team ' || (n % :owners)), 'team ' || (n % :owners), e, e + 1 FROM n;
INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags)
 SELECT 1, n, 'h' || n || '.bench.test', 443, 'tls',
 'h' || n || '.bench.test', 0, 0 FROM n WHERE n = e;
INSERT INTO result (run, endpoint, verdict, primary_cause, severity, causes,
 path, seen, dns_result, dns_ms, dns, main_probe, remaining, path_valid)
 SELECT 1, n, CASE WHEN bad THEN 'untrusted' ELSE 'trusted' END,
 CASE WHEN bad THEN 'chain_incomplete' END,
 CASE WHEN bad THEN 'breaks_some_clients' END,
 CASE WHEN bad THEN '["chain_incomplete"]' ELSE '[]' END,
 '[' || (3 + n / :per) || ',2,1]', 1795247331 + n / 10000, 'ok', n % 9,
 '{"addresses":["127.0.0.1"]}', 0, '[]', NOT bad FROM n WHERE n = e;
INSERT INTO probe (run, endpoint, ord, address, reached, ended, sys_errno,
 tries, connect_ms, tls_ms, total_ms, proxy_status, error, version, cipher,
 kex_group, signature, alpn, flags, num_tickets, sct_bytes, client_auth,
 chain_bytes, num_chain_sent, chain, leaf)
 SELECT 1, n, 0, '127.' || (n / 65536 % 256) || '.' || (n / 256 % 256) || '.'
 || (n % 256) || ':443', 'handshaking', 'complete', 0, 1, n % 30, n % 50,
 n % 90, 0, '', 772, 4865, 29, 1027, 'h2', 4, 2, 0, 'none', 900, 2,
 '[' || (3 + n / :per) || ',2]', 3 + n / :per FROM n WHERE n = e;
INSERT INTO finding SELECT 1, n, 0, 'chain_incomplete', 'breaks_some_clients',
 'certain', 1, 'proof ' || n, 'RFC 8446 section 4.4.2', 2, NULL,
 'install_chain', printf('%016x', n % 800), 'k', 'CN=' || (n % 800)
 FROM n WHERE n = e AND bad;
CREATE INDEX made ON row (run, endpoint);
INSERT INTO action SELECT 1, f.action, 'install_chain', 'k', f.subject,
 'breaks_some_clients', count(*), count(*), '["chain_incomplete"]', '[]', 0, 2,
 min(r.id), row_number() OVER (ORDER BY count(*) DESC, f.action)
 FROM finding f JOIN row r ON r.run = 1 AND r.endpoint = f.endpoint
 GROUP BY f.action;
DROP INDEX made;
"""


def fill(path, rows, mixed, owners=7):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    with open(SCHEMA, encoding="utf-8") as file:
        db.executescript(file.read())
    db.execute("PRAGMA user_version = 5")
    db.execute("BEGIN")
    values = {"rows": rows, "per": PER_CHAIN, "mixed": mixed, "owners": owners}
    for statement in FILL.split(";\n"):
        if statement.strip():
            db.execute(statement, values)
    db.execute("COMMIT")
    db.close()


def cost(program, folder, name, rows):
    """Seconds of CPU, MB of memory, seconds."""
    words = [program, "report", "--db", folder + "/store.db"]
    codes = (0,)
    if name in OTHERS:
        options, codes = OTHERS[name]
        words += [w.format(middle=rows // 2 - rows // 2 % 10 + 1)
                  for w in options]
    elif name is not None:
        words += ["--formats", name]
    if name not in ("story", "no story", "sql"):
        words += ["--out", folder + "/out", "--quiet"]
    began = time.monotonic()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes and rows > 0:
        sys.exit("failed: " + " ".join(words) + ": " + said)
    return (used.ru_utime + used.ru_stime, used.ru_maxrss / 1024,
            time.monotonic() - began)


def measure(program, rows, given):
    names = given.only or [*FORMATS, *OTHERS]
    costs = {}
    with tempfile.TemporaryDirectory(prefix="bench_report.") as folder:
        fill(folder + "/store.db", rows, given.mixed, given.owners)
        for name in names:
            costs[name] = cost(program, folder, name, rows)
            shutil.rmtree(folder + "/out", ignore_errors=True)
    return costs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--owners", type=int, default=500)
    parser.add_argument("--only", type=lambda text: text.split(","),
                        help="formats, and split, story, no story, sql")
    parser.add_argument("program")
    given = parser.parse_args()
    empty = measure(given.program, 0, given)
    print("     rows  format     us/row      MB       s", flush=True)
    for rows in map(int, given.rows.split(",")):
        costs = measure(given.program, rows, given)
        for name, (cpu, memory, seconds) in costs.items():
            print(f"{rows:9}  {name or 'all':9}"
                  f"{(cpu - empty[name][0]) * 1e6 / rows:8.2f}{memory:8.0f}"
                  f"{seconds:8.2f}", flush=True)


if __name__ == "__main__":
    main()
