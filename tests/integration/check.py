"""Checks of a report folder, for the integration tests.

  check.py expected DIR        each row's primary cause is its column "expected"
  check.py accounting DIR N    N rows in every output, and they agree
  check.py causes DIR HOST ID ...   the row of HOST has these causes, in this
                                    order at the front if they begin with "="
  check.py harmless DIR FILE...     nothing in the outputs can act

SPDX-License-Identifier: Apache-2.0
"""
import csv
import json
import re
import sys
from html.parser import HTMLParser

bad = []


def rows_of(folder):
    with open(folder + "/endpoints.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def records_of(folder):
    with open(folder + "/endpoints.jsonl", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def expected(folder):
    for row in rows_of(folder):
        want = row["expected"] or ""
        if not row["owner"] or row["verdict"] == "invalid_row":
            want = "input_unparsable"
        primary = row["primary_cause"]
        if want == "" and row["verdict"] == "trusted" and primary in (
                "", "input_ip_literal", "name_reference_trailing_dot"):
            continue
        if primary != want:
            bad.append(f"line {row['line']} {row['host']}: {primary or '-'} "
                       f"instead of {want or '-'}: {row['proof']}")


def accounting(folder, num):
    num = int(num)
    rows = rows_of(folder)
    records = records_of(folder)
    with open(folder + "/report.json", encoding="utf-8") as f:
        report = json.load(f)
    if len(rows) != num or len(records) != num:
        bad.append(f"{num} rows in, {len(rows)} in endpoints.csv, "
                   f"{len(records)} in endpoints.jsonl")
    lines = [r["line"] for r in records]
    if lines != sorted(set(lines)) or \
            [str(n) for n in lines] != [r["line"] for r in rows]:
        bad.append("a row stands twice, or the outputs disagree on the lines")
    counts = {}
    for record in records:
        counts[record["verdict"]] = counts.get(record["verdict"], 0) + 1
    said = {k: v for k, v in report["verdicts"].items() if v}
    if counts != said:
        bad.append(f"verdicts differ: {counts} and {said}")
    not_trusted = num - counts.get("trusted", 0)
    with open(folder + "/actions.csv", newline="", encoding="utf-8") as f:
        fixed = sum(int(a["endpoints_fixed"]) for a in csv.DictReader(f))
    if fixed != not_trusted:
        bad.append(f"the actions fix {fixed} of {not_trusted} rows")


def causes(folder, host, *ids):
    found = [r for r in records_of(folder) if r["host"] == host]
    if not found:
        bad.append(f"no row of {host}")
    for record in found:
        got = record["causes"]
        want = [i.lstrip("=") for i in ids]
        missing = [i for i in want if i not in got]
        if missing:
            bad.append(f"{host}: {missing} not among {got}")
        if ids and ids[0].startswith("=") and got[:1] != want[:1]:
            bad.append(f"{host}: primary is {got[:1]}, not {want[0]}")
        for finding in record["findings"]:
            if not finding["proof"]:
                bad.append(f"{host}: {finding['id']} has no proof")


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Elements(HTMLParser):
    """Only the elements that the report itself uses, and no handlers."""
    KNOWN = set("""html head meta title style script body header h1 h2 h3 p main
        section div b br small span ul li svg rect line text title details
        summary meter ol pre table caption thead tbody tr th td label input
        select option button footer a nav code""".split())
    # Links lead into the page, to files in it that are saved, and to our own
    # files beside the report only.
    FIX = re.compile(r"fixes/[0-9a-f]{16}-[a-z]+\.(pem|cnf)|fixes/README\.txt|"
                     r"#[a-z0-9-]+|data:application/x-pem-file,"
                     r"[A-Za-z0-9._~+/=%-]+")

    def handle_starttag(self, tag, attrs):
        if tag not in self.KNOWN:
            bad.append(f"report.html: an element <{tag}>")
        for name, value in attrs:
            if tag == "a" and name == "href" and self.FIX.fullmatch(value):
                continue
            if name.startswith("on") or name in ("src", "href", "style") or \
                    (value or "").lower().startswith("javascript:"):
                bad.append(f"report.html: <{tag} {name}={value!r}>")


def harmless(folder, *others):
    for name in ("endpoints.csv", "actions.csv"):
        with open(folder + "/" + name, "rb") as f:
            text = f.read().decode("utf-8")  # fails when it is not UTF-8
        for row in csv.reader(text.splitlines(True)):
            for field in row:
                if re.match(r"\s*[=+@\t\r-]", field) and \
                        not re.fullmatch(r"[-+]?[0-9.]+", field):
                    bad.append(f"{name}: a formula: {field!r}")
                if CONTROL.search(field):
                    bad.append(f"{name}: a control character: {field!r}")
    records_of(folder)
    for name in ("report.json", "endpoints.jsonl"):
        with open(folder + "/" + name, "rb") as f:
            text = f.read().decode("utf-8")
        if "<" in text or CONTROL.search(text.replace("\n", "")):
            bad.append(f"{name}: raw markup or control characters")
    with open(folder + "/report.html", "rb") as f:
        html = f.read().decode("utf-8")
    if html.lower().count("<script") != html.lower().count("</script"):
        bad.append("report.html: script elements do not pair")
    Elements().feed(html)
    if CONTROL.search(html.replace("\n", "")):
        bad.append("report.html: a control character")
    for path in others:
        with open(path, "rb") as f:
            text = f.read().decode("utf-8")
        if CONTROL.search(text.replace("\n", "").replace("\r\x1b[K", "")):
            bad.append(f"{path}: control characters reach the terminal")


getattr(sys.modules[__name__], sys.argv[1])(*sys.argv[2:])
for line in bad:
    print("FAIL:", line)
sys.exit(1 if bad else 0)
