#!/usr/bin/env python3
"""Every output of the second run tells the changes that are wanted, and no
others: what failed and was let alone still fails, all else is unchanged.

    demo_changes_agree.py PROGRAM WANTED.csv

The working folder has the reports "before" and "after", and the store.
SPDX-License-Identifier: Apache-2.0"""
import collections
import csv
import io
import json
import re
import subprocess
import sys

PROGRAM, WANTED = sys.argv[1:]
COLUMNS = ("change", "renewal", "verdict_before", "verdict", "cause_before",
           "cause")


def agree(what, got, want):
    if got != want:
        sys.exit(f"{what}:\n got {got}\nwant {want}")


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def diff(form):
    return subprocess.run([PROGRAM, "diff", "1", "2", "--format", form],
                          check=True, capture_output=True).stdout.decode()


def plain(value):
    return "" if value is None else str(value)


def told(rows):
    """Without those that still fail: host -> what is said of it."""
    return {r["host"]: tuple(plain(r[c]) for c in COLUMNS)
            for r in rows if r["change"] != "still_failing"}


def records(folder):
    return [json.loads(line) for line in
            read(folder + "/endpoints.jsonl").splitlines()]


def fails(record):
    return record["verdict"] not in ("trusted", "not_checked")


def main():
    wanted = {r["host"]: tuple(r[c] for c in COLUMNS)
              for r in table(read(WANTED))}
    before, after = records("before"), records("after")
    still = sorted(r["host"] or "" for r in after
                   if fails(r) and (r["host"] or "") not in wanted)
    agree("still failing by the first run", still,
          sorted(r["host"] or "" for r in before
                 if fails(r) and (r["host"] or "") not in wanted))
    counts = collections.Counter(change for change, *_ in wanted.values())
    counts["still_failing"] = len(still)
    counts["unchanged"] = len(after) - sum(counts.values()) + counts["gone"]

    # Lists: the file, and what diff prints.
    text = read("after/changes.csv")
    document = json.loads(diff("json"))
    for what, rows in (("changes.csv", table(text)),
                       ("diff --format csv", table(diff("csv"))),
                       ("diff --format json", document["endpoints"])):
        agree(what, told(rows), wanted)
        agree(what + ", still failing",
              sorted(plain(r["host"]) for r in rows
                     if r["change"] == "still_failing"), still)

    # Numbers.
    changes = json.loads(read("after/report.json"))["changes"]
    agree("report.json and diff", changes, document["changes"])
    agree("numbers", {k: v for k, v in changes["endpoints_by_change"].items()
                      if v}, {k: v for k, v in counts.items() if v})
    agree("headline", [changes[k] for k in ("new_failures", "fixed",
                                            "still_failing")],
          [2, 2, counts["still_failing"] + counts["other_cause"]])
    agree("baseline", changes["baseline"]["run"], 1)
    agree("renewals", changes["certificates_renewed"],
          {"not_on_all_addresses": 1, "same_key": 3, "new_key": 1})

    # Each row by itself.
    got = collections.Counter(r["change"] for r in after)
    agree("endpoints.jsonl", got, counts - collections.Counter(gone=1))
    for record in after:
        change = wanted.get(record["host"], (None,))[0]
        agree(f"endpoints.jsonl: {record['host']}", record["change"],
              change or ("still_failing" if fails(record) else "unchanged"))

    # Pages and words.
    page = read("after/report.html")
    section = page[page.index('<section id="changes"'):]
    section = section[:section.index("</section>")]
    picks = {kind: int(number) for kind, number in re.findall(
        r'data-pick="change:(\w+)"[^>]*>(\d+)<', section)}
    agree("report.html", picks, {k: v for k, v in counts.items()
                                 if v and k != "gone"})
    for name, text in (("report.html", section), ("diff html", diff("html")),
                       ("diff text", diff("text"))):
        for host in wanted:
            agree(f"{name} names {host}", f"{host}:" in text, True)
        agree(f"{name} names what is as it was", "a.wild.demo.test" in text,
              False)


main()
