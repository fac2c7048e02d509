#!/usr/bin/env python3
"""CPU and memory of comparing two runs: stores with two runs of made-up rows,
of which one in twenty changed, the second in another order than the first.

    bench_changes.py [--rows 10000,1000000] PROGRAM

SPDX-License-Identifier: Apache-2.0"""
import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = HERE + "/../../scanner/store/schema.sql"
FORMATS = ("text", "csv", "json", "html")

# `n` is the place in the file, `h` the host: in the second run it is turned
# around. `was` and `now` differ for each twentieth host.
FILL = """
INSERT INTO run (id, state, started, finished, judged_at, input_name, rows_read,
 rows_recorded, columns, options, version, tls_library, trust, resolvers)
 VALUES (:run, 'complete', :run * 86400, :run * 86400, :run * 86400,
 'fleet.csv', :rows, :rows, '["host","owner"]', '{}', '0', '0', 'system', '');
INSERT INTO trust_view VALUES (:run, 0, 'system', NULL, 'aa', 1, 0);
CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL
 SELECT n + 1 FROM c WHERE n < :rows) SELECT n,
 CASE :run WHEN 1 THEN n ELSE :rows + 1 - n END AS h FROM c;
INSERT INTO row SELECT :run, n, n + 1,
 json_array('host-' || h || '.example.com', 'team ' || h % 40),
 'team ' || h % 40, n, n + 1 FROM n;
INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags)
 SELECT :run, n, 'host-' || h || '.example.com', 443, 'tls',
 'host-' || h || '.example.com', 0, 0 FROM n;
INSERT OR IGNORE INTO certificate (id, sha256, der, spki_sha256, not_after,
 names) SELECT h, printf('%064x', h), zeroblob(1000), printf('%064x', h),
 2000000000, '[]' FROM n;
INSERT OR IGNORE INTO certificate (id, sha256, der, spki_sha256, not_after,
 names) SELECT :rows + h, printf('%064x', :rows + h), zeroblob(1000),
 printf('%064x', h), 2000000000, '[]' FROM n WHERE h % 20 = 1 AND :run = 2;
INSERT INTO result (run, endpoint, verdict, primary_cause, severity, causes,
 path, main_probe) SELECT :run, n,
 CASE WHEN h % 10 = 0 OR h % 20 = :run + 1 THEN 'untrusted' ELSE 'trusted' END,
 CASE WHEN h % 10 = 0 OR h % 20 = :run + 1 THEN 'leaf_expired' END,
 'breaks_now', '[]', '[]', 0 FROM n;
INSERT INTO probe (run, endpoint, ord, address, reached, ended, sys_errno,
 tries, connect_ms, tls_ms, total_ms, proxy_status, error, kex_group,
 signature, alpn, flags, num_tickets, sct_bytes, client_auth, chain_bytes,
 num_chain_sent, chain, leaf) SELECT :run, n, 0, '192.0.2.1:443', 'recorded',
 'complete', 0, 1, 1, 1, 2, 0, '', 0, 0, '', 0, 0, 0, 'none', 900, 1,
 '[' || h || ']', CASE WHEN h % 20 = 1 AND :run = 2 THEN :rows + h ELSE h END
 FROM n;
INSERT INTO finding (run, endpoint, ord, cause, severity, confidence, blocks,
 proof, rule, resolution, action, subject_key, subject) SELECT :run, n, 0,
 CASE WHEN h % 10 = 0 OR h % 20 = :run + 1 THEN 'leaf_expired'
 ELSE 'revocation_no_info' END, 'hygiene', 'certain', 0, 'proof ' || h, '',
 'renew_certificate', printf('%016x', h), printf('%064x', h), 'CN=' || h
 FROM n;
DROP TABLE n;
"""


def fill(path, rows):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    with open(SCHEMA, encoding="utf-8") as file:
        db.executescript(file.read())
    db.execute("PRAGMA user_version = 5")
    db.execute("BEGIN")
    for run in (1, 2):
        for statement in FILL.split(";\n"):
            if statement.strip():
                db.execute(statement, {"rows": rows, "run": run})
    db.execute("COMMIT")
    db.close()


def cost(program, path, form):
    """Seconds of CPU, MB of memory."""
    with subprocess.Popen([program, "diff", "--db", path, "--format", form],
                          stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = status
    if status != 0:
        sys.exit("failed: diff --format " + form)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("program")
    given = parser.parse_args()
    print("     rows  format  seconds      MB", flush=True)
    for rows in map(int, given.rows.split(",")):
        with tempfile.TemporaryDirectory(prefix="bench_changes.") as folder:
            fill(folder + "/store.db", rows)
            for form in FORMATS:
                cpu, memory = cost(given.program, folder + "/store.db", form)
                print(f"{rows:9}  {form:6}{cpu:9.2f}{memory:8.0f}", flush=True)


main()
