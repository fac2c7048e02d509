#!/usr/bin/env python3
"""A store with two runs for the browser tests, made without a network.

usage: make_store.py FOLDER

Writes FOLDER/store.db: run 1 is what run 2 has changed from; run 2 has 260 rows
of all verdicts, two trust views, two clients, a policy, inventories,
certificates that openssl made (root.pem, mid.pem and leaf-N.pem beside the
store), and rows whose every text is hostile. SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import json
import os
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(HERE, "../../scanner/store/schema.sql")
NOW = 1795247336  # 21 Nov 2026
DAY = 86400
PLAIN = 240
POISONS = [
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    "' onmouseover='document.title=1",
    "<svg onload=document.title='owned'>",
    "</title></style></table><h1 id=owned>x",
    "javascript:document.title='owned'",
    "=cmd|' /C calc'!A0",
    "a;=cmd|' /C calc'!A0;-5;\"@b",
    "@SUM(1)",
    "+1+1",
    "-2+3",
    "\u2028line\u2029separators",
    "\u202egpj.exe right to left",
    "a\r\nb\tc \"quoted\", and; more",
    "\\n\\ \x1b[31m \x07 \x7f",
    "__proto__",
    "constructor",
    "&lt;b&gt; &amp &#60; ${alert(1)} {{7*7}}",
    "\x1f one \x1f two",
    "  blanks around  ",
]
OWNERS = ["shop", "payments", "hr", "plants", ""]
# verdict, primary cause, severity, resolution, action's subject, blocks
SITUATIONS = [
    ("trusted", None, None, None, None),
    ("untrusted", "chain_incomplete", "breaks_some_clients", "install_chain",
     "CN=Browser Test Issuing"),
    ("untrusted", "leaf_expired", "breaks_now", "renew_certificate", "CN=leaf"),
    ("unreachable", "connect_refused", "breaks_now", "open_port",
     "nothing listens"),
    ("trusted", "leaf_expires_soon", "breaks_by_date", "renew_certificate",
     "CN=soon"),
    ("untrusted", "name_mismatch", "breaks_now", "add_names", "CN=name"),
]
FACTS = {version: {"served": "yes" if version > "TLSv1.1" else "no",
                   "complete": 1, "order": "yes",
                   "suites": [4865] if version == "TLSv1.3" else
                   [49199, 49200] if version == "TLSv1.2" else []}
         for version in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2",
                         "TLSv1.3")}


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificate(folder, name, issuer, days):
    """An EC certificate, signed by the issuer's (its own, when it is None)."""
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", name + ".key",
            "-subj", "/CN=" + name, "-out", name + ".csr")
    signer = ["-signkey", name + ".key"] if issuer is None else [
        "-CA", issuer + ".pem", "-CAkey", issuer + ".key", "-CAcreateserial"]
    openssl(folder, "x509", "-req", "-in", name + ".csr", "-days", str(days),
            *signer, "-out", name + ".pem")


def add_certificates(db, folder):
    """1 the root, 2 the intermediate, 3 ... 8 a leaf for each situation."""
    names = ["root", "mid"] + [f"leaf-{i}" for i in range(len(SITUATIONS))]
    for number, name in enumerate(names, 1):
        issuer = None if name == "root" else "root" if name == "mid" else "mid"
        make_certificate(folder, name, issuer, 300)
        with open(os.path.join(folder, name + ".pem"), encoding="ascii") as file:
            der = subprocess.run(
                ["openssl", "x509", "-outform", "DER"], check=True,
                input=file.read().encode(), stdout=subprocess.PIPE).stdout
        ends = {"leaf-2": NOW - 3 * DAY, "leaf-4": NOW + 9 * DAY}.get(
            name, NOW + (90 + 10 * number) * DAY)
        db.execute(
            "INSERT INTO certificate (id, sha256, der, subject, subject_cn,"
            " issuer, issuer_cn, serial, not_before, not_after, key_alg,"
            " key_bits, sig_alg, spki_sha256, is_ca, self_issued, names,"
            " names_total) VALUES (?,?,?,?,?,?,?,?,?,?,'ec',256,"
            "'ecdsa-with-SHA256',?,?,?,?,1)",
            (number, hashlib.sha256(der).hexdigest(), der, "CN=" + name, name,
             "CN=" + (issuer or name), issuer or name, "%02x" % number,
             NOW - 100 * DAY, ends, hashlib.sha256(name.encode()).hexdigest(),
             number < 3, number == 1, json.dumps([name + ".browser.test"])))


def add_run(db, run, rows):
    db.execute(
        "INSERT INTO run (id, state, started, finished, judged_at, input_name,"
        " input_sha256, rows_read, rows_recorded, columns, owner_column,"
        " has_header, options, version, tls_library, trust, resolvers) VALUES"
        " (?,'complete',?,?,?,?,?,?,?,?,2,1,'{}','test','BoringSSL',"
        "'system: roots.pem: 1 anchor','192.0.2.53')",
        (run, NOW - 7 * DAY * (2 - run), NOW + 60 - 7 * DAY * (2 - run),
         NOW - 7 * DAY * (2 - run), "fleet.csv", "ab" * 32, rows, rows,
         json.dumps(["host", "port", "owner", "note"])))
    for ord_, view in enumerate(("system", "corp")):
        db.execute("INSERT INTO trust_view VALUES (?,?,?,?,?,1,NULL)",
                   (run, ord_, view, view + ".pem", "cd" * 32))
    rules = json.dumps([{"id": "M1", "text": "No TLS 1.1.", "source": "test",
                         "warning": False}])
    for kind, ord_, name, title in (("profile", 0, "java8", "Java 8"),
                                    ("profile", 1, "curl", "curl 8"),
                                    ("policy", 0, "ours", "Our rules")):
        db.execute("INSERT INTO measure VALUES (?,?,?,?,?,'test','high',?,?,?)",
                   (run, kind, ord_, name, title,
                    "java" if kind == "profile" else "", "ef" * 32,
                    rules if kind == "policy" else ""))


def add_handshake(db, run, row, kind):
    """What was seen of an endpoint that answered."""
    chain = [3 + kind] if kind == 1 else [3 + kind, 2]
    db.execute(
        "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
        " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status, error,"
        " version, cipher, kex_group, signature, alpn, flags, num_tickets,"
        " sct_bytes, client_auth, chain_bytes, num_chain_sent, chain, leaf)"
        " VALUES (?,?,0,?,'recorded','complete',0,1,3,9,12,0,'',?,?,29,1027,"
        "'h2',4,2,0,'none',900,?,?,?)",
        (run, row, f"192.0.2.{row % 250}:443", 771 + row % 2,
         4865 if row % 2 else 49199, len(chain), json.dumps(chain), 3 + kind))
    fails = kind in (1, 2, 5)
    db.execute("INSERT INTO measured (run, endpoint, clients, policies, grade,"
               " grade_without_trust, grade_at_best, grade_score, grade_parts,"
               " grade_rules) VALUES (?,?,?,?,?,'A',0,95,'[100,90,90]','[]')",
               (run, row, "fw" if fails else "ww", "f" if kind == 1 else "p",
                "T" if fails else "A"))
    if fails:
        db.execute("INSERT INTO profile_result VALUES (?,?,0,?,'as judged',"
                   "'PKIX path building failed')",
                   (run, row, SITUATIONS[kind][1]))
    if kind == 1:
        db.execute("INSERT INTO policy_result VALUES"
                   " (?,?,0,0,'M1','fail',0,'TLS 1.1 is served')", (run, row))
    db.execute("INSERT INTO inventory (run, endpoint, ssl2, ssl3, tls1_0,"
               " tls1_1, tls1_2, tls1_3, facts) VALUES"
               " (?,?,'no','no','no','no','yes','yes',?)",
               (run, row, json.dumps({
                   **FACTS, "groups": [4588, 29] if row % 3 else [29],
                   "groups_complete": 1, "schemes": [1027],
                   "schemes_complete": 1, "min_dh_bits": 0,
                   "secure_renegotiation": "yes",
                   "extended_master_secret": "yes", "compression": "no",
                   "fallback_scsv": "yes", "stapling": "no",
                   "sni_needed": "no", "alpn": ["h2"], "connections": 17},
                   separators=(",", ":"))))


def add_row(db, run, row, kind, texts):
    """texts: host, owner, note, proof, subject."""
    host, owner, note, proof, subject = texts
    verdict, cause, severity, resolution, _ = SITUATIONS[kind]
    causes = json.dumps([cause] if cause else [])
    db.execute("INSERT INTO row VALUES (?,?,?,?,?,?,?)",
               (run, row, row + 1, json.dumps([host, "443", owner, note]),
                owner, row, row + 1))
    db.execute("INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
               " flags) VALUES (?,?,?,443,'tls',?,0,0)", (run, row, host, host))
    db.execute(
        "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
        " causes, path, seen, dns_result, dns_ms, dns, main_probe, remaining,"
        " path_valid) VALUES (?,?,?,?,?,?,?,?,'ok',2,'{}',?,'[]',?)",
        (run, row, verdict, cause if verdict != "trusted" else None, severity,
         causes, "[]" if kind == 3 else json.dumps([3 + kind, 2, 1]), NOW,
         None if kind == 3 else 0, None if kind == 3 else 1))
    if kind != 3:
        add_handshake(db, run, row, kind)
    if kind == 1:
        db.execute("INSERT INTO view_verdict VALUES (?,?,'corp','trusted',NULL)",
                   (run, row))
    if cause:
        key = hashlib.sha256((cause + subject).encode()).hexdigest()[:16]
        db.execute(
            "INSERT INTO finding VALUES (?,?,0,?,?,'certain',?,?,"
            "'RFC 5280 section 6.1',?,0,?,?,?,?)",
            (run, row, cause, severity, verdict != "trusted", proof,
             None if kind == 3 else 2 if kind == 1 else 3 + kind, resolution,
             key, "k" + key, subject))


ACTIONS = """
INSERT INTO action SELECT f.run, f.action, f.resolution, f.subject_key,
 f.subject, f.severity, sum(f.blocks), count(*), json_array(f.cause),
 json_group_array(DISTINCT r.owner), count(DISTINCT r.owner), f.certificate,
 min(r.id), row_number() OVER (PARTITION BY f.run ORDER BY sum(f.blocks) DESC,
 f.action) FROM finding f JOIN row r ON r.run = f.run AND r.endpoint = f.endpoint
 GROUP BY f.run, f.action;
"""


def add_rows(db, run):
    """In the earlier run every ninth row failed otherwise, and the last are
    not there."""
    rows = PLAIN - 20 if run == 1 else PLAIN
    for row in range(1, rows + 1):
        kind = (row + 1 if run == 1 and row % 9 == 0 else row) % len(SITUATIONS)
        add_row(db, run, row, kind, (
            f"h{row:03}.browser.test", OWNERS[row % len(OWNERS)],
            f"note {row}", f"proof of row {row}", SITUATIONS[kind][4]))
    for i, poison in enumerate(POISONS if run == 2 else []):
        add_row(db, run, rows + 1 + i, 1 + i % 5, [poison] * 5)
    return rows + (len(POISONS) if run == 2 else 0)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "store.db")
    if os.path.exists(path):
        os.remove(path)
    db = sqlite3.connect(path, isolation_level=None)
    with open(SCHEMA, encoding="utf-8") as file:
        schema = file.read()
    db.executescript("PRAGMA synchronous = OFF;" + schema)
    db.execute("PRAGMA user_version = "
               + schema.split("version ", 1)[1].split(".", 1)[0])
    db.execute("BEGIN")
    add_certificates(db, folder)
    for run in (1, 2):
        add_run(db, run, PLAIN - 20 if run == 1 else PLAIN + len(POISONS))
        add_rows(db, run)
    db.execute(ACTIONS)
    db.execute("COMMIT")
    db.close()


main()
