"""Scans that are killed and taken up again until they are whole.
SPDX-License-Identifier: Apache-2.0
"""
import os
import signal
import sqlite3
import subprocess
import time

HANGS_S = 400  # no scan of these lists may take so long
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
INTERRUPTED, AGAIN = 3, 75


class Wrong(Exception):
    """Something is not as it must be; the lane goes on with the next run."""


class Count:
    """What the table says in the end."""

    def __init__(self):
        self.runs = self.rows = self.certain = self.resumes = 0
        self.reports = self.judged = self.diffs = self.merges = self.shards = 0
        self.kills = {}
        self.bad = []

    def killed(self, number):
        name = signal.Signals(number).name
        self.kills[name] = self.kills.get(name, 0) + 1


class Lane:
    """One store, one folder, one random choice of its own."""

    def __init__(self, name, fleet, program, count, pick, until):
        self.name, self.fleet, self.program = name, fleet, program
        self.count, self.pick, self.until = count, pick, until
        self.folder = f"{fleet.folder}/{name}"
        os.mkdir(self.folder)
        self.store = self.folder + "/certmuster.db"
        self.sizes = []
        self.said = open(self.folder + "/messages.txt", "ab")

    def options(self):
        """What reaches the fleet; given again by who resumes nothing."""
        return ["--trust", self.fleet.root, "--resolver", "127.90.0.53",
                "--no-hosts-file", "--loopback-ok", "--progress", "none",
                "--timeout-connect", "4", "--timeout-tls", "6",
                "--timeout-total", "20"]

    def start(self, *words, output=None):
        self.said.write(f"\n$ {' '.join(words)}\n".encode())
        self.said.flush()
        return subprocess.Popen([self.program, *words], cwd=self.folder,
                                stdin=subprocess.DEVNULL, stderr=self.said,
                                stdout=output or self.said)

    def run(self, *words, codes=(0,)):
        """A command that is left in peace; its standard output."""
        process = self.start(*words, output=subprocess.PIPE)
        text = process.communicate(timeout=HANGS_S)[0].decode()
        if process.returncode not in codes:
            raise Wrong(f"{' '.join(words)}: exit code {process.returncode}")
        return text

    def end(self, process, may_kill, longest):
        """(exit code, signal that was sent). Kills it at a random moment."""
        sent = None
        if may_kill:
            try:
                process.wait(self.pick.uniform(0.02, longest))
            except subprocess.TimeoutExpired:
                sent = self.pick.choice(SIGNALS)
                process.send_signal(sent)
                if sent != signal.SIGKILL and self.pick.random() < 0.3:
                    time.sleep(self.pick.uniform(0, 1))
                    process.send_signal(sent)  # waits for nothing then
                self.count.killed(sent)
        try:
            return process.wait(HANGS_S), sent
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            process.wait()
            raise Wrong(f"{process.args} hangs") from None

    def newest(self):
        """(id, state, results) of the newest run; None: there is none."""
        if not os.path.exists(self.store):
            return None
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True,
                                timeout=30)
        try:
            return store.execute(
                "SELECT id, state, (SELECT count(*) FROM result WHERE run = "
                "run.id) FROM run ORDER BY id DESC LIMIT 1").fetchone()
        except sqlite3.OperationalError:
            return None  # killed before there was a schema
        finally:
            store.close()

    def scan_until_whole(self, file, out, options, kills, longest):
        """Returns the run's number."""
        before = self.newest()
        before = before[0] if before else 0
        results = 0
        words = ["scan", "--db", self.store, "--out", out, *self.options(),
                 *options, file]
        while True:
            self.fleet.may_start()
            process = self.start(*words)
            code, sent = self.end(process, kills > 0, longest)
            kills -= sent is not None
            newest = self.newest()
            begun = newest is not None and newest[0] > before
            if begun and newest[2] < results:
                raise Wrong(f"{results} results were stored, now {newest[2]}")
            # Before it scans, a signal ends it as any other program.
            early = not begun or newest[2] == results
            results = newest[2] if begun else 0
            if code == 0:
                if not begun or newest[1] != "complete":
                    raise Wrong(f"ended with 0, and the run is {newest}")
                return newest[0]
            if sent is None or code not in (-signal.SIGKILL, INTERRUPTED) and \
                    not (early and code == -sent):
                raise Wrong(f"a scan ended with {code} after signal {sent}")
            if not begun:
                continue  # again from the beginning
            if newest[1] == "complete":  # only its reports are missing
                self.run("report", "--db", self.store, "--out", out, "--run",
                         str(newest[0]))
                return newest[0]
            self.count.resumes += 1
            words = ["scan", "--resume", "--db", self.store, "--out", out,
                     "--progress", "none"]

    def judged_at(self, run, store=None):
        db = sqlite3.connect(f"file:{store or self.store}?mode=ro", uri=True,
                             timeout=30)
        try:
            return db.execute("SELECT judged_at FROM v_run WHERE run = ?",
                              (run,)).fetchone()[0]
        finally:
            db.close()

    def note_size(self):
        self.sizes.append(sum(
            os.path.getsize(self.store + end) for end in ("", "-wal")
            if os.path.exists(self.store + end)))

    def sound(self, path):
        db = sqlite3.connect(path, timeout=30)
        try:
            said = db.execute("PRAGMA integrity_check").fetchall() + \
                db.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            db.close()
        if said != [("ok",)]:
            raise Wrong(f"{path}: {said[:3]}")
