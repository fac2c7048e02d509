"""Running programs of the benchmark and taking their costs.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re
import shutil
import statistics
import subprocess

ALL = sorted(os.sched_getaffinity(0))
HOST = re.compile(rb'"host":"([^"]*)"')
CLIENT, SERVERS = ALL[:1], ALL[1:] or ALL


class Failed(Exception):
    """A line of the table cannot be measured; the others can."""


class Bench:
    """The programs of one build, a folder for what they write, and the lines
    of the table."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.lines, self.notes = [], []

    def cost(self, words, cpus=CLIENT, **options):
        """What running the words costs (cost.c): user_s, sys_s, wall_s ..."""
        path = self.folder + "/cost.json"
        subprocess.run([self.build + "/tests/bench/cost", path,
                        ",".join(map(str, cpus)), *words], check=True,
                       **options)
        with open(path, encoding="ascii") as file:
            got = json.load(file)
        got["cpu_s"] = got["user_s"] + got["sys_s"]
        return got

    def loop(self, rows, concurrency, timeout=5):
        """One run of the bare loop over ROWS.txt."""
        out = self.folder + "/loop.json"
        with open(out, "w", encoding="ascii") as file:
            got = self.cost([self.build + "/tests/bench/bare_loop", "-c",
                             str(concurrency), "-t", str(timeout),
                             rows + ".txt"], stdout=file)
        with open(out, encoding="ascii") as file:
            got.update(json.load(file))
        got["us"] = 1e6 * got["cpu_s"] / got["rows"]
        return got

    def scan(self, fleet, rows, truth, *options, jobs=1, cpus=CLIENT,
             program=None):
        """One scan of ROWS.csv into a new store, with all reports."""
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.store + end):
                os.unlink(self.store + end)
        shutil.rmtree(self.out, ignore_errors=True)
        got = self.cost([
            program or self.build + "/certmuster", "scan", "--quiet", "--jobs",
            str(jobs), "--loopback-ok", "--trust", "bench=" + fleet.root,
            "--resolver", fleet.dns, "--no-hosts-file", "--db", self.store,
            "--out", self.out, *map(str, options), rows + ".csv"], cpus)
        if got["exit"] != 0:
            raise Failed(f"{os.path.basename(rows)}: certmuster ended with "
                         f"{got['exit']}")
        num = sum(truth.values())
        got["us"] = 1e6 * got["cpu_s"] / num
        self._check(rows, truth)
        return got

    @property
    def store(self):
        return self.folder + "/scan.db"

    @property
    def out(self):
        return self.folder + "/report"

    def _check(self, rows, truth):
        """Every row is in the reports once, and was called what it is."""
        with open(self.out + "/report.json", encoding="utf-8") as file:
            report = json.load(file)
        seen = {c["id"]: c["endpoints_primary"] for c in report["causes"]
                if c["endpoints_primary"] and c["severity"] != "hygiene"}
        seen["trusted"] = report["verdicts"]["trusted"]
        count = report["accounting"]
        num = sum(truth.values())
        if not count["balanced"] or {count["rows_read"],
                                     count["rows_reported"]} != {num}:
            self.notes.append(f"{os.path.basename(rows)}: {num} rows, but "
                              f"{count['rows_reported']} in report.json")
        self._check_rows(rows)
        if any(seen.get(cause, 0) != truth.get(cause, 0)
               for cause in {*truth, *seen}):
            self.notes.append(f"{os.path.basename(rows)}: {truth}, but "
                              f"certmuster says {seen}")

    def _check_rows(self, rows):
        """The hosts of ROWS.csv are those of endpoints.jsonl, each once."""
        with open(rows + ".csv", "rb") as file:
            missing = {line.split(b",", 1)[0] for line in file} - {b"host"}
        with open(self.out + "/endpoints.jsonl", "rb") as file:
            for line in file:
                host = HOST.search(line).group(1)
                if host not in missing:
                    self.notes.append(f"{host.decode()} is reported twice, or "
                                      "was never asked for")
                missing.discard(host)
        if missing:
            self.notes.append(f"{len(missing)} rows are not in "
                              "endpoints.jsonl")

    def line(self, key, what, value, target="", met=None, **figures):
        self.lines.append({"key": key, "what": what, "value": value,
                           "target": target, "met": met, **figures})
        print(f"{key}  {what}: {value}"
              + (f"  [{target}: {'met' if met else 'missed'}]" if target
                 else ""), flush=True)


def median(values):
    return statistics.median(values)


def text_table(lines):
    """The table of a run as Markdown, which is also easy on the eye."""
    rows = [("", "measured", "result", "target", "")]
    rows += [(line["key"], line["what"], line["value"], line["target"],
              "" if line["met"] is None else
              "met" if line["met"] else "missed")
             for line in sorted(lines, key=lambda line: line["key"])]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    out = []
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths))
        out.append("| " + " | ".join(cells) + " |")
        if number == 0:
            out.append("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(out) + "\n"
