"""Whether what a scan says is what the fleet was.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import os
import subprocess
import sys
from datetime import datetime

SAME = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                    "integration", "same_reports.py")
TRUSTED = "trusted"


class Row:
    """A line of the input, and whose it is; site None: it makes no sense."""

    def __init__(self, line, host, port, protocol, owner, site):
        self.line, self.host, self.port = line, host, port
        self.protocol, self.owner, self.site = protocol, owner, site


def write_list(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("host", "port", "protocol", "owner"))
        for row in rows:
            out.writerow((row.host, row.port, row.protocol, row.owner))


def records_of(folder):
    with open(folder + "/endpoints.jsonl", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def cause_of(record):
    """Hints beside a good verdict are no cause."""
    if record["verdict"] == TRUSTED:
        return TRUSTED
    return record["primary"]


def seconds_of(timestamp):
    return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()


def check_rows(folder, rows, judged_at):
    """(what is wrong, how many rows could have one cause only)"""
    bad, certain, index = [], 0, 0
    counts = {}
    for record in records_of(folder):
        if index >= len(rows):
            bad.append(f"line {record['line']} was never in the input")
            break
        row = rows[index]
        index += 1
        counts[record["verdict"]] = counts.get(record["verdict"], 0) + 1
        if record["line"] != row.line:
            bad.append(f"line {record['line']} where {row.line} should be")
            break
        bad += check_row(record, row, judged_at)
        if row.site is not None and record["timestamp"] is not None:
            certain += row.site.certain(seconds_of(record["timestamp"]))
    if index < len(rows):
        bad.append(f"{len(rows) - index} rows are missing")
    with open(folder + "/report.json", encoding="utf-8") as file:
        report = json.load(file)
    said = {k: n for k, n in report["verdicts"].items() if n}
    if said != counts:
        bad.append(f"report.json counts {said}, the rows {counts}")
    if not report["accounting"]["balanced"]:
        bad.append("report.json does not balance")
    with open(folder + "/endpoints.csv", encoding="utf-8", newline="") as file:
        lines = [record["line"] for record in csv.DictReader(file)]
    if lines != [str(row.line) for row in rows]:
        bad.append("endpoints.csv has other lines")
    return bad, certain


def check_row(record, row, judged_at):
    where = f"line {row.line} {row.host}"
    if record["input"]["owner"] != row.owner:
        return [f"{where}: owner {record['input']['owner']!r} and not "
                f"{row.owner!r}"]
    if row.site is None:
        return [] if record["verdict"] == "invalid_row" else \
            [f"{where}: {record['verdict']}, and makes no sense"]
    cause = cause_of(record)
    if record["host"] != row.host or record["timestamp"] is None:
        return [f"{where}: is {record['host']}, scanned "
                f"{record['timestamp']}, {cause}"]
    at = seconds_of(record["timestamp"])
    if row.site.agrees(cause, at, judged_at):
        return []
    proof = [f["proof"] for f in record["findings"][:2]]
    return [f"{where}: {cause} at {record['timestamp']}; it was "
            f"{row.site.was(at)} {proof}"]


def outcome(folder):
    """By line: verdict, cause and certificate, to compare runs."""
    return {r["line"]: (r["verdict"], r["primary"], r["fingerprint_sha256"])
            for r in records_of(folder)}


FAILS = {"new_failure", "regressed"}
STAYS = {"unchanged", "renewed_partly"}
RENEWED = {"renewed_new_key", "renewed_same_key", "renewed_partly"}


def expected_changes(before, after):
    """What a row may be called that had the one outcome, and has the other."""
    was, old_cause, old_cert = before
    now, cause, cert = after
    if was == now == TRUSTED:
        return RENEWED if old_cert != cert else STAYS
    if was == TRUSTED:
        return FAILS
    if now == TRUSTED:
        return {"fixed"}
    return {"still_failing"} if old_cause == cause else {"other_cause"}


def check_diff(text, before, after, scanned):
    """`diff --format csv` against two outcomes; `scanned`: the lines whose
    rows make sense."""
    said = {int(row["line"]): row["change"]
            for row in csv.DictReader(io.StringIO(text))}
    bad = []
    for line in scanned:
        change = said.get(line, "unchanged")
        may = expected_changes(before[line], after[line])
        if change not in may:
            bad.append(f"diff: line {line} is {change} and not {sorted(may)}: "
                       f"{before[line]}, {after[line]}")
    return bad


def same_reports(one, other):
    done = subprocess.run([sys.executable, SAME, one, other], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    return [] if done.returncode == 0 else \
        [f"{one} and {other} differ: {done.stdout[:2000]}"]
