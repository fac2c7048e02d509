#!/usr/bin/env python3
"""A store for bench_html.sh: bench_report's rows with texts as various as a
fleet's own.

usage: bench_html_store.py ROWS FILE

Names have four words' worth of chance in them, addresses are spread over 2^24,
six columns of the input describe each row, every row has a finding, every third
two more, and their proofs name hosts, addresses and certificates.
SPDX-License-Identifier: Apache-2.0
"""
import random
import sqlite3
import sys

import bench_report

SERVICES = "pay crm erp hr mail api shop files vpn sso wiki build logs".split()
SITES = "eu-1 eu-2 us-east us-west ap-1 plant-3 plant-7 dc-a dc-b".split()
STAGES = "production production production staging test".split()


def host_of(n):
    pick = random.Random(n)
    return (f"{pick.choice(SERVICES)}-{pick.randrange(1 << 20):05x}."
            f"{pick.choice(SITES)}.example.com")


def fields_of(n):
    pick = random.Random(-n)
    return (f'["{host_of(n)}","443","team {pick.randrange(60)}",'
            f'"{pick.choice(STAGES)}","APP-{pick.randrange(4000):05}",'
            f'"contact-{pick.randrange(300)}@example.com"]')


def address_of(n):
    a = random.Random(n + 1).randrange(1 << 24)
    return f"10.{a >> 16}.{a >> 8 & 255}.{a & 255}:443"


EXTRA = """
UPDATE run SET columns =
 '["host","port","owner","stage","application","contact"]';
UPDATE endpoint SET host = host_of(id), sni = host_of(id);
UPDATE row SET fields = fields_of(endpoint);
UPDATE row SET owner = json_extract(fields, '$[2]');
UPDATE probe SET address = address_of(endpoint);
UPDATE certificate SET not_after = 1795300000 + abs(random()) % 40000000;
UPDATE finding SET proof = 'the chain verifies only with 1 certificate that '
 || 'the server does not send: "O=Bench,CN=Bench Mid ' || substr(action, 13)
 || '" (SHA-256 ' || action || lower(hex(substr(action || action || action,
 1, 24))) || ')';
INSERT INTO finding SELECT 1, id, 1, 'pq_kex_missing', 'hygiene', 'certain', 0,
 address_of(id) || ' takes ' || (3 + id % 8) || ' groups and refuses '
 || 'X25519MLKEM768 and every other one with ML-KEM', 'no RFC', NULL, NULL,
 'nothing_to_do', '', 'k', 's' FROM endpoint;
INSERT INTO finding SELECT 1, endpoint, 2, 'tls_legacy_version_on', 'hygiene',
 'certain', 0, address_of(endpoint) || ' serves TLSv1 (' || (1 + endpoint % 9)
 || ' suites) besides newer versions', 'RFC 8996', NULL, NULL, 'nothing_to_do',
 '', 'k', 's' FROM finding WHERE cause = 'chain_incomplete';
"""


def main():
    rows, path = int(sys.argv[1]), sys.argv[2]
    bench_report.fill(path, rows, True)
    db = sqlite3.connect(path, isolation_level=None)
    for make in (host_of, fields_of, address_of):
        db.create_function(make.__name__, 1, make, deterministic=True)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for statement in EXTRA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute("COMMIT")
    db.close()


main()
