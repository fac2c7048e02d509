"""What is done with the fleet at the same time: scans that are killed, shards
that are lost and merged, and one scan that lives for most of the time.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import shutil
import signal
import subprocess
import time

from checks import (Row, check_diff, check_rows, outcome, same_reports,
                    write_list)
from scans import AGAIN, INTERRUPTED, Lane, Wrong
from watch import Watch

LONG_CONCURRENCY = 100
LONG_SHARE = 0.85  # of the time, in which the long scan has rows to start


def make_rows(fleet, pick, num, slow=True):
    """A list: sites at random, some rows twice, some without sense."""
    dead = [site for site in fleet.dead if slow or site not in fleet.slow]
    sites = [*fleet.web * 4, *fleet.steady * 2, *fleet.ending * 2, *dead,
             *fleet.openssl * 2, fleet.smtp, fleet.smtp]
    sites += [fleet.throttled] * (8 if slow else 2)
    rows = []
    for site in fleet.steady:
        rows.append((fleet.host(site, "first"), site))
    while len(rows) < num:
        what = pick.random()
        if what < 0.03:
            rows.append((f"bad name {len(rows)}", None))
        elif what < 0.08:
            rows.append(pick.choice(rows))
        else:
            site = pick.choice(sites)
            rows.append((fleet.host(site, f"r{len(rows)}"), site))
    pick.shuffle(rows)
    return [Row(line, host, site.port if site else 443,
                site.protocol if site else "", f"team, {line % 7}", site)
            for line, (host, site) in enumerate(rows, 2)]


class Killed(Lane):
    """Scans one list some times, then another; kills them, takes them up,
    judges them again, and compares all there is to compare."""

    def loop(self, pace):
        number = 0
        while time.time() < self.until():
            if number % 5 == 0:
                rows = make_rows(self.fleet, self.pick,
                                 self.pick.randint(60, 400),
                                 slow=self.pick.random() < 0.5)
                file = f"{self.folder}/list{number}.csv"
                write_list(file, rows)
                before = None
            number += 1
            try:
                before = self.once(file, rows, before, number)
            except Wrong as wrong:
                self.count.bad.append(f"{self.name}, run {number}: {wrong}")
                before = None
                if self.newest() is not None and self.newest()[1] != "complete":
                    self.start_anew(number)
            self.note_size()
            pace()
        self.sound(self.store)

    def start_anew(self, number):
        """After a failure: what is half done is kept to be looked at."""
        os.rename(self.store, f"{self.folder}/failed{number}.db")
        for end in ("-wal", "-shm"):
            if os.path.exists(self.store + end):
                os.rename(self.store + end,
                          f"{self.folder}/failed{number}.db{end}")

    def once(self, file, rows, before, number):
        options = ["--jobs", str(self.pick.randint(1, 3)), "--concurrency",
                   str(self.pick.choice((20, 100, 400))), "--rate",
                   str(self.pick.choice((30, 60, 150)))]
        if self.pick.random() < 0.2:
            options.append("--all-addresses")
        if self.pick.random() < 0.1:
            options += ["--profile", "java17,chrome", "--policy",
                        "mozilla-intermediate"]
        out = self.folder + "/report"
        kills = self.pick.choice((0, 1, 1, 2, 3, 5))
        run = self.scan_until_whole(file, out, options, kills,
                                    self.pick.choice((1, 5, 15)))
        self.count.runs += 1
        self.compare(out, rows, self.judged_at(run))
        seen = outcome(out)
        if before is not None:
            text = self.run("diff", str(before[0]), str(run), "--db",
                            self.store, "--format", "csv")
            self.wrong(check_diff(text, before[1], seen, [
                row.line for row in rows if row.site is not None]))
            self.count.diffs += 1
        if number % 3 == 0:
            self.run("verify", out)
            self.run("report", "--db", self.store, "--run", str(run), "--out",
                     self.folder + "/again")
            self.wrong(same_reports(out, self.folder + "/again"))
            self.count.reports += 1
        if number % 4 == 0:
            self.judge_again(run, seen)
        return run, seen

    def judge_again(self, run, seen):
        """For its own time nothing changes, whatever the fleet is now."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                           time.gmtime(self.judged_at(run)))
        out = self.folder + "/judged"
        self.run("rejudge", "--db", self.store, "--run", str(run), "--at", at,
                 "--out", out, "--progress", "none")
        if outcome(out) != seen:
            self.wrong(["judged again for its own time, it is another"])
        self.count.judged += 1

    def compare(self, out, rows, judged_at):
        bad, certain = check_rows(out, rows, judged_at)
        self.count.rows += len(rows)
        self.count.certain += certain
        self.wrong(bad)

    def wrong(self, bad):
        self.count.bad += [f"{self.name}: {text}" for text in bad]


class Shards(Killed):
    """Shards that are killed and run again, and merged."""

    def loop(self, pace):
        number = 0
        while time.time() < self.until():
            number += 1
            try:
                self.once_merged(number)
            except Wrong as wrong:
                self.count.bad.append(f"{self.name}, merge {number}: {wrong}")
            self.note_size()
            pace()
        self.sound(self.store)

    def once_merged(self, number):
        rows = make_rows(self.fleet, self.pick, self.pick.randint(60, 250),
                         slow=False)
        file, parts = f"{self.folder}/list.csv", f"{self.folder}/parts"
        write_list(file, rows)
        shutil.rmtree(parts, ignore_errors=True)
        shards = self.pick.randint(2, 4)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        order = list(range(shards))
        self.pick.shuffle(order)
        for shard in order:
            self.one_shard(["scan", "--shard", f"{shard}/{shards}",
                            "--shard-dir", parts, "--at", at, "--rate", "60",
                            *self.options(), file])
        out = f"{self.folder}/merged"
        words = ["merge", self.store, parts, "--out", out, "--progress", "none"]
        code, sent = self.end(self.start(*words), self.pick.random() < 0.3, 0.3)
        while code != 0:
            if sent is None or code not in (-sent, INTERRUPTED, AGAIN):
                raise Wrong(f"merge ended with {code} after signal {sent}")
            self.count.resumes += 1
            code, sent = self.end(self.start(*words), False, 0)
        self.count.merges += 1
        run = self.newest()[0]
        self.compare(out, rows, self.judged_at(run))
        if number % 3 == 0:
            self.judge_again(run, outcome(out))

    def one_shard(self, words):
        kills = self.pick.choice((0, 0, 1, 2))
        while True:
            self.fleet.may_start()
            code, sent = self.end(self.start(*words), kills > 0, 6)
            kills -= sent is not None
            if code == 0:
                break
            if sent is None or code not in (-sent, AGAIN):
                raise Wrong(f"a shard ended with {code} after signal {sent}")
            self.count.resumes += 1
        self.count.shards += 1


class Long(Killed):
    """One scan, which is left in peace and looked at."""

    def __init__(self, *words, rate, seconds, every):
        super().__init__(*words)
        self.rate, self.every = rate, every
        self.rows = make_rows(self.fleet, self.pick,
                              max(100, int(rate * seconds * LONG_SHARE)))
        self.file = self.folder + "/list.csv"
        write_list(self.file, self.rows)
        self.watch = None
        self.progress = self.folder + "/progress.txt"

    def stage(self):
        """As its last line of progress says."""
        with open(self.progress, "rb") as file:
            file.seek(max(0, os.path.getsize(self.progress) - 4000))
            lines = [line for line in file.read().split(b"\n")[:-1]
                     if line.startswith(b"{")]
        if os.path.isdir(self.folder + "/report") and \
                os.listdir(self.folder + "/report"):
            return "reports"
        return json.loads(lines[-1])["stage"] if lines else "start"

    def loop(self, pace):
        del pace
        self.fleet.may_start()
        words = [self.program, "scan", "--db", self.store, "--out",
                 self.folder + "/report", *self.options(), "--progress", "json",
                 "--rate", str(self.rate), "--concurrency",
                 str(LONG_CONCURRENCY), "--jobs", "1", "--canary",
                 "127.90.0.80:443", self.file]
        with open(self.progress, "ab") as said:
            process = subprocess.Popen(words, cwd=self.folder, stderr=said,
                                       stdin=subprocess.DEVNULL,
                                       stdout=self.said)
        self.watch = Watch(process, self.every, self.stage)
        while process.poll() is None:
            self.note_size()
            # Twice the time that it should need is not the long scan any more.
            if time.time() > self.until() + 300:
                process.send_signal(signal.SIGABRT)
                self.wrong(["it did not end in time"])
            time.sleep(1)
        self.note_size()
        self.watch.join()
        if process.returncode != 0:
            self.wrong([f"it ended with {process.returncode}"])
            return
        self.count.runs += 1
        self.compare(self.folder + "/report", self.rows, self.judged_at(1))
        # A connection for each endpoint, and sockets for DNS.
        self.wrong(self.watch.faults(LONG_CONCURRENCY + 8, len(self.rows)))
        self.sound(self.store)
