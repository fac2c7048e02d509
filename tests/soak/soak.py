#!/usr/bin/env python3
"""The soak test: see run.sh, which calls it inside namespaces of its own.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

from fleet import Fleet
from lanes import Killed, Long, Shards
from scans import Count
from watch import median, more_memory_kb, processor_seconds

MOST_CPU = 0.45       # of one processor, on average: the lanes wait for it
SHOWN = 40            # mismatches that are shown
CHANGE_EVERY_S = 4.0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--rate", type=int, default=20, metavar="N")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


class Soak:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.count = Count()
        self.seconds = args.minutes * 60
        self.fleet = Fleet(folder, os.path.abspath(args.build), args.seed,
                           self.seconds)
        self.began = time.time()
        self.stopping = threading.Event()
        self.crashed = []

    def until(self):
        return self.began + self.seconds

    def used(self):
        """Processors, on average, since the beginning."""
        return (processor_seconds() - self.cpu_before) / \
            (time.time() - self.began)

    def pace(self):
        """Between two runs of a lane."""
        self.stopping.wait(1)
        while self.used() > MOST_CPU and time.time() < self.until():
            self.stopping.wait(2)

    def keep_changing(self):
        pick = random.Random(self.args.seed + 1)
        number = 0
        while not self.stopping.wait(pick.uniform(0.3, 1.7) * CHANGE_EVERY_S):
            self.fleet.change()
            number += 1
            if number % 12 == 0:
                self.fleet.outage(pick.choice((2, 4, 12)))

    def guard(self, work):
        """A thread that ends early is a failure of the test, and said."""
        def run():
            try:
                work()
            except (Exception, SystemExit):
                self.crashed.append(traceback.format_exc())
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def run(self):
        program = os.path.abspath(self.args.build) + "/certmuster"
        self.fleet.start()
        self.began, self.cpu_before = time.time(), processor_seconds()
        common = (self.fleet, program, self.count)
        # Q4 of a short trial has its samples, too.
        every = min(10, self.seconds / 60)
        seed = self.args.seed
        self.long = Long("long", *common, random.Random(seed + 2), self.until,
                         rate=self.args.rate, seconds=self.seconds, every=every)
        self.killed = Killed("killed", *common, random.Random(seed + 3),
                             self.until)
        self.shards = Shards("shards", *common, random.Random(seed + 4),
                             self.until)
        changing = self.guard(self.keep_changing)
        lanes = [self.guard(lambda lane=lane: lane.loop(self.pace))
                 for lane in (self.long, self.killed, self.shards)]
        told = time.time()
        while any(lane.is_alive() for lane in lanes):
            time.sleep(1)
            if self.crashed:
                break
            if time.time() - told >= 60:
                told = time.time()
                print(self.progress(), flush=True)
        self.stopping.set()
        changing.join(60)
        self.cpu = self.used()
        self.took = time.time() - self.began

    def progress(self):
        count = self.count
        return (f"{(time.time() - self.began) / 60:.0f} min: {count.runs} runs,"
                f" {count.merges} merges, {sum(count.kills.values())} kills, "
                f"{self.fleet.changes} changes, {len(count.bad)} mismatches, "
                f"{self.used():.2f} processors")

    def table(self):
        count = self.count
        kills = ", ".join(f"{name} {num}"
                          for name, num in sorted(count.kills.items()))
        lines = [
            ("time; processors used", f"{self.took / 60:.1f} min; "
             f"{self.cpu:.2f}"),
            ("seed", str(self.args.seed)),
            ("changes of the fleet; outages of DNS",
             f"{self.fleet.changes}; {self.fleet.outages}"),
            ("runs; shards; merges",
             f"{count.runs}; {count.shards}; {count.merges}"),
            ("rows compared; that could be one thing only",
             f"{count.rows:,}; {count.certain:,}"),
            ("kills", f"{sum(count.kills.values())} ({kills})"),
            ("resumed, or run again", str(count.resumes)),
            ("reports again; judged again; diffs",
             f"{count.reports}; {count.judged}; {count.diffs}"),
        ]
        for lane in (self.long, self.killed, self.shards):
            sizes = lane.sizes or [0]
            lines.append((f"store of \"{lane.name}\": start; middle; end",
                          "; ".join(f"{size / 1e6:.1f}" for size in (
                              sizes[0], sizes[len(sizes) // 2], sizes[-1]))
                          + " MB"))
        lines += self.flatness()
        lines.append(("mismatches (must be 0)", str(len(count.bad))))
        return lines

    def flatness(self):
        watch = self.long.watch
        quarters = watch.quarters() if watch else []
        if not quarters or not all(quarters):
            return [("the long scan", "too short to be looked at")]
        first, second, third, last = quarters

        def of(key, scale=1, most=False):
            show = (lambda part: max(s[key] for s in part)) if most else \
                (lambda part: median(part, key))
            return "; ".join(f"{show(part) / scale:.{1 if scale > 1 else 0}f}"
                             for part in (first, second, third, last))
        peak = max(s["VmRSS"] for s in watch.samples)
        return [
            (f"the long scan: rows; samples, {watch.every:.0f} s apart",
             f"{len(self.long.rows):,}; {len(watch.samples)}"),
            ("its memory by quarters (last at most "
             f"{more_memory_kb(len(self.long.rows)) // 1024} above second)",
             of("VmRSS", 1024) + " MB"),
            ("its heap by quarters", of("RssAnon", 1024) + " MB"),
            ("its largest, with the reports", f"{peak / 1024:.1f} MB"),
            ("its sockets: median by quarters", of("sockets")),
            ("its sockets: most by quarters", of("sockets", most=True)),
            ("its other descriptors: most by quarters",
             of("others", most=True)),
            ("its threads: most by quarters", of("Threads", most=True)),
        ]

    def report(self):
        for text in self.crashed:
            print("the soak test itself failed:\n" + text)
        for text in self.count.bad[:SHOWN]:
            print("WRONG " + text)
        if len(self.count.bad) > SHOWN:
            print(f"... and {len(self.count.bad) - SHOWN} more")
        lines = self.table()
        width = max(len(name) for name, _ in lines)
        for name, value in lines:
            print(f"{name.ljust(width)}  {value}")
        if self.args.json:
            with open(self.args.json, "w", encoding="utf-8") as file:
                json.dump({"table": dict(lines), "wrong": self.count.bad,
                           "samples": self.long.watch.samples}, file, indent=1)
        return 1 if self.count.bad or self.crashed else 0


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="certmuster-soak-")
    print(f"seed {args.seed}, {args.minutes:g} minutes, in {folder}", flush=True)
    soak = Soak(args, folder)
    code = 1
    try:
        soak.run()
        code = soak.report()
    finally:
        soak.fleet.stop()
        if args.keep or code == 1 and soak.count.bad + soak.crashed:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)


main()
