"""Judges a stored run again around each date of its calendar.

The store, report/calendar.csv and the certificates are in the working folder.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import datetime
import sqlite3
import subprocess
import sys

DAY = 86400
PROGRAM = sys.argv[1]
# Which certificate ends first, by construction.
ENDS = {
    "127.73.0.1": ("CN=soon", "leaf_expired"),
    "127.73.0.2": ("CN=shared", "leaf_expired"),
    "127.73.0.3": ("CN=shared", "leaf_expired"),
    "127.73.0.4": ("CN=Short intermediate", "ca_cert_expired"),
    "127.73.0.5": ("CN=Short root", "root_expired"),
    "127.73.0.6": ("CN=crossed", "leaf_expired"),
    "127.73.0.7": ("CN=us", "client_cert_expired"),
    "127.73.0.8": ("CN=distrusted", "leaf_expired"),
    "127.73.0.10": ("CN=both", "leaf_expired"),
}
failures = []
store = sqlite3.connect("certmuster.db")


def check(fine, what):
    if not fine:
        failures.append(what)


def end_of(subject):
    """The sooner one, of two with one name."""
    return store.execute("SELECT min(not_after) FROM v_certificate WHERE"
                         " subject = ?", (subject,)).fetchone()[0]


def text(unix):
    return datetime.datetime.fromtimestamp(
        unix, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def trusted_in(run):
    return {host for host, in store.execute(
        "SELECT host FROM v_endpoint WHERE run = ? AND verdict = 'trusted'",
        (run,))}


def judged_at(unix):
    done = subprocess.run(
        [PROGRAM, "rejudge", "--run", "1", "--at", text(unix), "--quiet",
         "--formats", "actions", "--out", "again"],
        capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"rejudge for {text(unix)}: {done.stderr}")
    run, = store.execute("SELECT max(run) FROM v_run").fetchone()
    return run


def main():
    with open("report/calendar.csv", encoding="utf-8", newline="") as file:
        calendar = list(csv.DictReader(file))
    check(trusted_in(1) == set(ENDS), f"trusted are {sorted(trusted_in(1))}")

    wanted = {}
    for subject, cause in ENDS.values():
        key = (text(end_of(subject)), subject, cause)
        wanted[key] = wanted.get(key, 0) + 1
    found = {(e["at"], e["subject"], e["cause"]): int(e["endpoints"])
             for e in calendar if e["effect"] == "breaks"}
    check(found == wanted, f"the calendar has\n{found}\nnot\n{wanted}")
    others = {(e["effect"], e["cause"], e["subject"], e["endpoints"])
              for e in calendar if e["effect"] != "breaks"}
    check(others == {
        ("some_clients", "chain_expired_cross", "CN=Intermediate 2", "1"),
        ("renewal", "ca_distrust_after", "CN=distrusted", "1"),
        ("renewal", "renewal_not_automated", "CN=both", "1"),
        ("renewal", "public_client_auth_eku", "CN=both", "1"),
    }, f"the other dates are {others}")

    for n, end in enumerate(sorted({end_of(s) for s, _ in ENDS.values()})):
        days = (end - DAY, end + DAY)
        for at in days if n > 0 else days + (end, end + 1):
            run = judged_at(at)
            want = {host for host, (subject, _) in ENDS.items()
                    if end_of(subject) >= at}
            got = trusted_in(run)
            check(got == want, f"for {text(at)} {sorted(got ^ want)} differ")
            if at != end + DAY:
                continue
            for host, (subject, cause) in ENDS.items():
                if end_of(subject) != end:
                    continue
                said, = store.execute(
                    "SELECT primary_cause FROM v_endpoint WHERE run = ? AND"
                    " host = ?", (run, host)).fetchone()
                check(said == cause, f"{host} then has {said}, not {cause}")
                key, = store.execute(
                    "SELECT action FROM v_finding f JOIN v_endpoint e ON"
                    " e.run = f.run AND e.endpoint = f.endpoint WHERE f.run ="
                    " ? AND host = ? AND ord = 0", (run, host)).fetchone()
                foretold = [e["action"] for e in calendar
                            if e["effect"] == "breaks" and
                            e["subject"] == subject]
                check(foretold == [key],
                      f"{host} needs {key}, the calendar said {foretold}")
    for what in failures:
        print(what, file=sys.stderr)
    return 1 if failures else 0


sys.exit(main())
