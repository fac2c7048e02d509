#!/usr/bin/env python3
"""Two folders of reports say the same but for what two scans of one fleet may
differ in: when and by what they were made, and how long things took.

    same_reports.py ONE OTHER

Each allowed difference is named below. SPDX-License-Identifier: Apache-2.0"""
import base64
import csv
import io
import json
import re
import struct
import sys
import zlib
from pathlib import Path

# Of the run: its number, what made it, when, and which options were given
# (where things go, which part), in which order and in how many goes. Resolvers,
# trust, input, counts and the scanner's faults must agree.
RUN = {"id", "kind", "started", "finished", "options", "run", "seed", "shard",
       "shards", "resumed"}
# Of an endpoint: when it was seen, how long each step took, and the ids under
# which this store keeps things; of the trend: when a run began.
FIELDS = {"timestamp", "seen", "started", "dns_ms", "connect_ms", "tls_ms", "total_ms",
          "ms", "run", "fetched"}
# In sentences: durations, and times.
WORDS = [(re.compile(r"\b\d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC"), "TIME"),
         (re.compile(r"\b(DTSTAMP|SEQUENCE):\w+"), r"\1"),
         # Of the page: what RUN names.
         (re.compile(r'<th scope="row">(kind|started|finished|took|options)</th>'
                     r'<td>.*?</td>'), r"\1"),
         (re.compile(r'<tr><th scope="row">(made|order \(seed\))</th>'
                     r'<td>.*?</td></tr>'), "")]


def plain(text):
    # "after 12 ms" without a regular expression: there is much of it.
    *before, last = text.split(" ms")
    text = " ms".join([part.rstrip("0123456789.") for part in before] + [last])
    for pattern, word in WORDS:
        text = pattern.sub(word, text)
    return text


def without(value):
    """The value without what FIELDS names."""
    if isinstance(value, dict):
        return {k: without(v) for k, v in value.items() if k not in FIELDS}
    if isinstance(value, list):
        return [without(v) for v in value]
    return value


def read_json(path):
    document = json.loads(plain(path.read_text()))
    document["run"] = {k: v for k, v in document["run"].items() if k not in RUN}
    if path.name == "manifest.json":  # the files themselves are compared
        document["outputs"] = [output["file"] for output in document["outputs"]]
        del document["input"]["bytes"]  # of a merge: not known
        del document["clock"]  # against the times that were signed in the run
    return json.dumps(without(document), indent=1).splitlines()


def read_lines(path):
    return path.read_text().splitlines()


def same_jsonl(a, b):
    """Without reading what is the same to the letter: there is much of it."""
    a, b = (re.sub('"timestamp":"[^"]*",', "", x, count=1) for x in (a, b))
    return a == b or (without(json.loads(plain(a))) ==
                      without(json.loads(plain(b))))


def read_csv(path):
    rows = list(csv.reader(io.StringIO(plain(path.read_text()), newline="")))
    skip = {i for i, name in enumerate(rows[0]) if name in FIELDS}
    return [repr([cell for i, cell in enumerate(row) if i not in skip])
            for row in rows]


def column(texts, numbers):
    """A packed column's values, a line each: see report/html_columns.h."""
    lines, new, before, values = texts.decode("utf-8").split("\n"), 0, "", []
    for (number,) in struct.iter_unpack("<H", numbers):
        if number == 0:
            before, new = lines[new], new + 1
        elif number != 65535:
            before = lines[number - 1]
        values.append(before)
    return "\n".join(values)


def read_html(path):
    """The page with its packed columns unpacked."""
    def unpack(match):
        parts = (zlib.decompress(base64.b64decode(part), wbits=-15)
                 for part in match.groups())
        return ">" + column(*parts) + "<"

    text = re.sub(r">([A-Za-z0-9+/]*={0,2})\.([A-Za-z0-9+/]*={0,2})<(?=/script)",
                  unpack, path.read_text())
    return plain(text).splitlines()


def read_text(path):
    return plain(path.read_text()).splitlines()


def read(path):
    return {".json": read_json, ".jsonl": read_lines, ".csv": read_csv,
            ".html": read_html}.get(path.suffix, read_text)(path)


def main():
    one, other = Path(sys.argv[1]), Path(sys.argv[2])
    names = [{str(p.relative_to(folder)) for p in folder.rglob("*")
              if p.is_file()} for folder in (one, other)]
    bad = 0
    if names[0] != names[1]:
        print("files differ:", names[0] ^ names[1])
        bad = 1
    for name in sorted(names[0] & names[1]):
        left, right = read(one / name), read(other / name)
        if len(left) != len(right):
            bad = 1
            print(name, "has", len(left), "lines and", len(right))
        differ = [(a, b) for a, b in zip(left, right) if a != b and
                  not (name.endswith(".jsonl") and same_jsonl(a, b))]
        for a, b in differ[:5]:
            bad = 1
            print(f"{name}:\n-{a[:600]}\n+{b[:600]}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
