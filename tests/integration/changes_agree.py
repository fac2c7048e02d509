#!/usr/bin/env python3
"""Every output of a run tells the changes that are wanted, and no others.

    changes_agree.py WANTED.csv REPORT_FOLDER BASELINE.jsonl PROGRAM

SPDX-License-Identifier: Apache-2.0"""
import collections
import csv
import io
import json
import re
import subprocess
import sys


def agree(what, got, want):
    if got != want:
        sys.exit(f"{what}:\n got {got}\nwant {want}")


def diff(program, form):
    return subprocess.run([program, "diff", "2", "3", "--format", form],
                          check=True, capture_output=True).stdout.decode()


def records(path):
    with open(path, encoding="utf-8") as file:
        return {r["host"]: r for r in map(json.loads, file)}


def check_lists(wanted, folder, program):
    columns = wanted[0].keys()
    with open(folder + "/changes.csv", encoding="utf-8", newline="") as file:
        text = file.read()
    rows = list(csv.DictReader(io.StringIO(text)))
    agree("changes.csv", [{c: r[c] for c in columns} for r in rows], wanted)
    agree("diff csv", diff(program, "csv"), text.replace("\r\n", "\n")
          if "\r" not in diff(program, "csv") else text)
    document = json.loads(diff(program, "json"))
    names = {"flapping": lambda v: "yes" if v else "no"}
    agree("diff json", [{c: names.get(c, lambda v: "" if v is None else str(v))(
        r[c]) for c in columns} for r in document["endpoints"]], wanted)
    return document


def check_counts(wanted, folder, document):
    with open(folder + "/report.json", encoding="utf-8") as file:
        changes = json.load(file)["changes"]
    agree("both JSON", changes, document["changes"])
    want = collections.Counter(r["change"] for r in wanted)
    want["unchanged"] = 1
    got = {k: v for k, v in changes["endpoints_by_change"].items() if v}
    agree("counts", got, dict(want))
    agree("headline", [changes[k] for k in ("new_failures", "fixed",
                                            "still_failing")], [3, 1, 2])
    agree("renewals", changes["certificates_renewed"],
          {"not_on_all_addresses": 1, "same_key": 5, "new_key": 1})
    agree("gates", changes["endpoints_with_new_causes"]["breaks_now"], 4)
    agree("baseline", changes["baseline"]["run"], 2)


def check_records(wanted, folder, baseline):
    now, before = records(folder + "/endpoints.jsonl"), records(baseline)
    want = {r["host"]: r["change"] for r in wanted if r["change"] != "gone"}
    want["same.test"] = "unchanged"
    agree("endpoints.jsonl", {h: r["change"] for h, r in now.items()}, want)
    ids = [{f["finding_id"]: f["id"] for f in r["still.test"]["findings"]}
           for r in (now, before)]
    agree("finding ids", ids[0], ids[1])
    for host, record in now.items():
        known = {f["finding_id"] for f in before.get(host, {}).get(
            "findings", [])}
        for finding in record["findings"]:
            agree(f"finding of {host}", finding["change"],
                  "persisting" if finding["finding_id"] in known else "new")
    every = [f["finding_id"] for r in now.values() for f in r["findings"]]
    agree("distinct ids", len(set(every)), len(every))


def check_pages(wanted, folder, program):
    with open(folder + "/report.html", encoding="utf-8") as file:
        page = file.read()
    section = page[page.index('<section id="changes"'):]
    section = section[:section.index("</section>")]
    for name, text in (("report", section), ("diff", diff(program, "html"))):
        for row in wanted:
            listed = f'>{row["host"]}:' in text
            agree(f"{name}.html: {row['host']}", listed,
                  row["change"] != "still_failing")
        agree(f"{name}.html", "same.test" in text, False)
        agree(f"{name}.html scripts", "<script" in text, False)
    agree("picks", sorted(re.findall(r'data-pick="change:(\w+)"', section)),
          sorted({r["change"] for r in wanted} - {"gone"} | {"unchanged"}))
    text = diff(program, "text")
    for row in wanted:
        agree(f"diff text: {row['host']}", row["host"] + ":" in text, True)
    agree("diff text", "same.test" in text, False)


def main():
    wanted_path, folder, baseline, program = sys.argv[1:]
    with open(wanted_path, encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    document = check_lists(wanted, folder, program)
    check_counts(wanted, folder, document)
    check_records(wanted, folder, baseline)
    check_pages(wanted, folder, program)


main()
