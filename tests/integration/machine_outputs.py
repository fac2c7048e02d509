#!/usr/bin/env python3
"""SARIF, Prometheus' text, the manifest and the split reports of
machine_outputs.sh, against each other and against endpoints.jsonl.

SPDX-License-Identifier: Apache-2.0"""
import csv
import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path

LEVELS = {"error", "warning", "note"}
whole = Path("whole")
parts = Path("parts")
rows = [json.loads(line) for line in (whole / "endpoints.jsonl").open()]
firsts = [r for r in rows if r["duplicate_of_line"] is None]


def sarif():
    """The structure that SARIF 2.1.0 and its readers insist on."""
    log = json.load((whole / "results.sarif").open())
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] and len(rules) < 25000
    assert len({r["id"] for r in rules}) == len(rules)
    for rule in rules:
        assert rule["defaultConfiguration"]["level"] in LEVELS
        for key in ("shortDescription", "fullDescription", "help"):
            assert rule[key]["text"].strip(), (rule["id"], key)
        assert rule["help"]["markdown"] and len(rule["properties"]["tags"]) <= 10
    wanted = Counter()
    for row in rows:
        for finding in row["findings"]:
            if row["duplicate_of_line"] is None or \
                    finding["id"] == "input_duplicate":
                wanted[(row["line"], finding["id"], finding["proof"])] += 1
    assert len(run["results"]) == sum(wanted.values()) > 5, \
        (len(run["results"]), wanted)
    prints = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS and result["message"]["text"]
        (place,) = result["locations"]
        physical = place["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "fleet.csv", "index": 0}
        line = physical["region"]["startLine"]
        assert any(l == line and c == result["ruleId"] for l, c, _ in wanted)
        prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
        assert re.fullmatch(r"[0-9a-f]{16}:1", result["partialFingerprints"]
                            ["primaryLocationLineHash"])
    assert len(prints) > len(run["results"]) / 2
    uri = run["artifacts"][0]["location"]["uri"]
    assert uri == "fleet.csv" and run["columnKind"] == "unicodeCodePoints"
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["toolExecutionNotifications"] == []


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{((?:{LABEL})(?:,{LABEL})*)\}})? (\S+)")


def samples(path):
    """Every line is as the text format has it; the samples by name."""
    found, types, closed = {}, {}, set()
    text = path.read_text()
    assert text.endswith("\n")
    last = None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            last = line.split(" ", 3)[2]
            assert last not in closed, f"{last} comes twice"
            closed.add(last)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == last and kind in ("gauge", "counter"), line
            assert (kind == "counter") == name.endswith("_total"), line
            types[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match and match[1] == last and match[1] in types, line
            key = (match[1], match[2] or "")
            assert key not in found, line
            found[key] = float(match[3])
    return found


def prometheus():
    ours = samples(whole / "metrics.prom")
    scans = samples(Path("scan.prom"))
    verdicts = Counter(r["verdict"] for r in firsts)
    causes = Counter(r["primary"] for r in firsts if r["primary"])
    for verdict, num in verdicts.items():
        assert ours[("certmuster_endpoints", f'verdict="{verdict}"')] == num
    for cause, num in causes.items():
        key = ("certmuster_endpoints_by_cause", f'cause="{cause}"')
        assert ours[key] == num
    for key, value in scans.items():
        if key[0] in ("certmuster_endpoints", "certmuster_endpoints_by_cause",
                      "certmuster_actions", "certmuster_rows",
                      "certmuster_earliest_expiry_timestamp_seconds"):
            assert ours[key] == value, (key, value, ours.get(key))
    by_owner = sum(v for (name, _), v in ours.items()
                   if name == "certmuster_rows_by_verdict")
    assert by_owner == len(rows)
    shown = {r["fingerprint_sha256"] for r in rows} - {None}
    expiry = [k for k in ours
              if k[0] == "certmuster_certificate_expiry_timestamp_seconds"]
    assert len(expiry) == len(shown) >= 1


def manifest():
    found = json.load((whole / "manifest.json").open())
    listed = {o["file"]: o for o in found["outputs"]}
    there = {str(p.relative_to(whole)) for p in whole.rglob("*")
             if p.is_file()} - {"manifest.json"}
    assert set(listed) == there, set(listed) ^ there
    for name, output in listed.items():
        data = (whole / name).read_bytes()
        assert len(data) == output["bytes"], name
        assert hashlib.sha256(data).hexdigest() == output["sha256"], name
    given = Path("fleet.csv").read_bytes()
    assert found["input"] == {
        "name": "fleet.csv", "sha256": hashlib.sha256(given).hexdigest(),
        "bytes": len(given), "rows": len(rows)}
    assert found["accounting"]["balanced"] is True
    assert [v["name"] for v in found["trust_views"]] == ["own", "none"]
    assert found["trust_views"][0]["anchors"] == 1
    assert [p["name"] for p in found["profiles"]] == ["java8"]
    assert [p["name"] for p in found["policies"]] == ["pq-readiness"]
    assert found["clock"]["result"] == "not_checked" and found["run"]["seed"]
    assert found["program"]["version"] == found["run"]["version"]


def of_part(folder):
    report = json.load((folder / "report.json").open())
    actions = {a["key"]: a for r in report["resolutions"]
               for a in r["actions"]}
    mine = [json.loads(line) for line in (folder / "endpoints.jsonl").open()]
    return report, actions, mine


def split():
    index = json.load((parts / "index.json").open())
    table = list(csv.DictReader((parts / "index.csv").open(newline="")))
    tickets = list(csv.DictReader((parts / "tickets.csv").open(newline="")))
    _, everything, _ = of_part(whole)
    values = [p["value"] for p in index["parts"]]
    assert sorted(values) == sorted({r["input"]["Team"] for r in rows})
    folders = [p["folder"] for p in index["parts"]]
    assert len({f.lower() for f in folders}) == len(folders)
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}", f) for f in folders), folders
    assert set(os.listdir(parts)) == set(folders) | {
        "index.html", "index.json", "index.csv", "tickets.csv", "manifest.json"}
    assert index["rows"] == len(rows) == sum(p["rows"] for p in index["parts"])
    page = (parts / "index.html").read_text()
    assert "<b>name</b>" not in page and "&lt;b&gt;name" in page
    assert all(f'href="{f}/report.html"' in page for f in folders)
    for part, line in zip(index["parts"], table):
        report, actions, mine = of_part(parts / part["folder"])
        wanted = [r for r in rows if r["input"]["Team"] == part["value"]]
        assert mine == wanted, part
        counts = Counter(r["verdict"] for r in wanted)
        for verdict, num in report["verdicts"].items():
            assert num == counts[verdict] == int(line[verdict]), part
        assert report["accounting"]["balanced"] and part["actions"] == \
            len(actions) == len([t for t in tickets
                                 if t["report"] == part["folder"]])
        touched, fixed = Counter(), Counter()
        for row in wanted:
            first = {}
            for i, finding in enumerate(row["findings"]):
                if finding["action"]:
                    first.setdefault(finding["action"],
                                     i == 0 and finding["blocks"])
            touched.update(first.keys())
            fixed.update(k for k, v in first.items() if v)
        assert set(actions) == set(touched) <= set(everything)
        ranks = sorted(actions.values(), key=lambda a: a["rank"])
        assert [a["rank"] for a in ranks] == list(range(1, len(ranks) + 1))
        for key, action in actions.items():
            assert action["endpoints_touched"] == touched[key], (part, key)
            assert action["endpoints_fixed"] == fixed[key], (part, key)
            assert action["subject"] == everything[key]["subject"]
        done = [a["endpoints_fixed"] for a in ranks]
        assert done == sorted(done, reverse=True)
    assert len({t["ticket"] for t in tickets}) == len(tickets)
    assert {t["action"] for t in tickets} == set(everything)
    assert not any(f.startswith(("=", "+", "@")) for t in tickets
                   for f in t.values())


sarif()
prometheus()
manifest()
split()
