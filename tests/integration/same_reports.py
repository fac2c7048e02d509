#!/usr/bin/env python3
"""Two folders of reports say the same but for what two scans of one fleet may
differ in: when and by what they were made, and how long things took.

    same_reports.py ONE OTHER

Each allowed difference is named below. SPDX-License-Identifier: Apache-2.0"""
import base64
import csv
import difflib
import json
import re
import sys
import zlib
from pathlib import Path

# Of the run: its number, what made it, when, and which options were given
# (where things go, which part). Resolvers, trust, input and counts must agree.
RUN = {"id", "kind", "started", "finished", "options", "run"}
# Of an endpoint: when it was seen, how long each step took, and the ids under
# which this store keeps things.
FIELDS = {"timestamp", "seen", "dns_ms", "connect_ms", "tls_ms", "total_ms",
          "ms", "run", "fetched"}
# In sentences: durations, and times.
WORDS = [(re.compile(r"\b\d+(\.\d+)? m?s\b"), "N ms"),
         (re.compile(r"\b\d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC"), "TIME"),
         # Of the page: what RUN names.
         (re.compile(r'<th scope="row">(started|finished|options)</th>'
                     r'<td>.*?</td>'), r"\1")]


def plain(value, key=None):
    if key in FIELDS:
        return None
    if isinstance(value, dict):
        return {k: plain(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, str):
        for pattern, word in WORDS:
            value = pattern.sub(word, value)
    return value


def lines_of(document):
    return json.dumps(document, indent=1, sort_keys=False).splitlines()


def read_json(path):
    document = json.loads(path.read_text())
    document["run"] = {k: v for k, v in document["run"].items() if k not in RUN}
    return lines_of(plain(document))


def read_jsonl(path):
    return [json.dumps(plain(json.loads(line)))
            for line in path.read_text().splitlines()]


def read_csv(path):
    with path.open(newline="") as f:
        rows = list(csv.reader(f))
    skip = {i for i, name in enumerate(rows[0]) if name in FIELDS}
    return [repr([plain(cell) for i, cell in enumerate(row) if i not in skip])
            for row in rows]


def read_html(path):
    """The page with its packed table unpacked."""
    text = path.read_text()

    def unpack(match):
        packed = zlib.decompress(base64.b64decode(match.group(0)), wbits=-15)
        return packed.decode("utf-8", "replace")

    return plain(re.sub(r"[A-Za-z0-9+/]{200,}={0,2}", unpack, text)).splitlines()


def read_text(path):
    return plain(path.read_text()).splitlines()


def read(path):
    return {".json": read_json, ".jsonl": read_jsonl,
            ".csv": read_csv, ".html": read_html}.get(path.suffix, read_text)(path)


def main():
    one, other = Path(sys.argv[1]), Path(sys.argv[2])
    names = [sorted(str(p.relative_to(d)) for d in [folder]
                    for p in folder.rglob("*") if p.is_file())
             for folder in (one, other)]
    bad = 0
    if names[0] != names[1]:
        print("files differ:", set(names[0]) ^ set(names[1]))
        bad = 1
    for name in sorted(set(names[0]) & set(names[1])):
        difference = list(difflib.unified_diff(
            read(one / name), read(other / name), str(one / name),
            str(other / name), lineterm="", n=0))
        if difference:
            bad = 1
            print("\n".join(line[:600] for line in difference[:20]))
    return bad


if __name__ == "__main__":
    sys.exit(main())
