"""What the tests of the machine's faults share: the program in a folder of its
own with limits, closed descriptors and faults to order, and the proof that
nothing was lost.

SPDX-License-Identifier: Apache-2.0"""
import concurrent.futures
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import traceback
from pathlib import Path

CERTMUSTER = os.environ["CERTMUSTER"]
FAULTS = os.environ.get("FAULTS", "")
SOURCE = Path(os.environ["SOURCE"])
WORK = Path(os.environ["WORK"])
PATIENCE_S = 100  # far more than anything takes

shutil.rmtree(WORK, ignore_errors=True)
WORK.mkdir(parents=True)
CASES = []
ROOTS = WORK / "roots.pem"


def certificate(path, name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(path) + ".key",
         "-out", str(path), "-days", "30", "-subj", "/CN=" + name],
        check=True, capture_output=True)


def works(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


# Not everywhere: tests may run without root, or in a container that may not
# mount, or below a folder that others may not enter.
MAY_MOUNT = works("unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt")
HAS_OTHERS = works("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                   CERTMUSTER, "--version")


def case(function):
    """A function that gets its Place; its name says what must hold."""
    CASES.append((function.__name__, function))
    return function


def cases(rows):
    """The same for each row of a table; a row begins with its name."""
    def add(function):
        for row in rows:
            CASES.append((f"{function.__name__}: {row[0]}",
                          lambda place, row=row: function(place, *row[1:])))
        return function
    return add


class Wrong(Exception):
    pass


def holds(claim, words):
    if not claim:
        raise Wrong(words)


class Outcome:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return (f"exit code {self.code}\n{self.err[-1500:].decode(errors='replace')}"
                f"{self.out[-500:].decode(errors='replace')}")

    def says(self, *words):
        text = self.err.decode(errors="replace")
        for word in words:
            holds(word in text, f'no "{word}" in: {self}')
        return self

    def ends(self, *codes):
        holds(self.code in codes, f"not {codes}: {self}")
        return self


class Place:
    """A folder, and the program in it."""

    def __init__(self, number):
        self.path = WORK / f"case{number}"
        self.path.mkdir()

    def __truediv__(self, name):
        return self.path / name

    def fleet(self, rows=40, name="fleet.csv"):
        """Ports that nobody listens at: an answer at once, without a server."""
        lines = [f"127.84.{1 + i // 250}.{i % 250 + 1},9,team {i % 7}"
                 for i in range(rows)]
        (self / name).write_text("host,port,owner\n" + "\n".join(lines) + "\n")
        return name

    def start(self, *args, faults=None, limits=(), env=None, stdin=subprocess.DEVNULL,
              out=subprocess.PIPE, err=subprocess.PIPE, closed=(), user=None,
              before=None):
        """The program. `closed`: descriptors that it does not get; `limits`:
        (resource, value); `user`: who is to run it."""
        everything = dict(os.environ if env is None else env)
        if faults is not None:
            everything["LD_PRELOAD"] = FAULTS
            everything["CERTMUSTER_FAULTS"] = faults
            everything["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + \
                everything.get("ASAN_OPTIONS", "")

        def prepare():
            for what, value in limits:
                resource.setrlimit(what, (value, value))
            if before is not None:
                before()
            for fd in closed:
                os.close(fd)

        command = [CERTMUSTER, *map(str, args)]
        if user is not None:
            command = ["setpriv", f"--reuid={user}", f"--regid={user}",
                       "--clear-groups", *command]
        return subprocess.Popen(command, cwd=self.path, env=everything,
                                stdin=stdin, stdout=out, stderr=err,
                                preexec_fn=prepare)

    def run(self, *args, feed=None, **more):
        if feed is not None:
            more["stdin"] = subprocess.PIPE
        process = self.start(*args, **more)
        try:
            out, err = process.communicate(feed, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Wrong(f"does not end: {Outcome('none', out or b'', err or b'')}")
        outcome = Outcome(process.returncode, out or b"", err or b"")
        holds(b"Sanitizer" not in outcome.err and b"runtime error" not in outcome.err,
              f"a sanitizer's word: {outcome.err[-4000:].decode(errors='replace')}")
        holds(outcome.code not in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, 4),
              f"a crash or a defect: {outcome}")
        return outcome

    def scan(self, *args, **more):
        return self.run("scan", "--progress", "none", "--trust", ROOTS,
                        "--loopback-ok", "--diagnose-probes", "0", *args, **more)

    def store(self, sql, name="certmuster.db"):
        # Read-write: what a log holds counts, too.
        with sqlite3.connect(self / name, timeout=30) as db:
            return db.execute(sql).fetchall()

    def is_sound(self, name="certmuster.db"):
        found = self.store("PRAGMA integrity_check", name)
        holds(found == [("ok",)], f"the store is damaged: {found}")

    def is_whole(self, rows, out="certmuster-report"):
        """The report is of a complete run, each row in it once, and is what
        was written."""
        lines = [json.loads(line)["line"] for line in
                 (self / out / "endpoints.jsonl").read_text().splitlines()]
        holds(lines == list(range(2, rows + 2)),
              f"{len(lines)} rows instead of {rows}, or others")
        report = json.loads((self / out / "report.json").read_text())
        holds(report["run"]["state"] == "complete", report["run"]["state"])
        self.run("verify", out).ends(0)

    def has_no_part(self, out="certmuster-report"):
        """What is visible of a report is a whole one, or nothing."""
        folder = self / out
        if folder.is_dir():
            left = [str(p) for p in folder.rglob("*") if p.name.endswith(".tmp")]
            holds(not left, f"left behind: {left}")
            shown = {p.name for p in folder.iterdir()} - {"fixes"}
            if shown:
                holds("manifest.json" in shown, f"half a report: {sorted(shown)}")
                self.run("verify", out).ends(0)


def perform(number, name, function):
    try:
        function(Place(number))
        return None
    except Wrong as wrong:
        return f"{name} (case{number}): {wrong}"
    except Exception:  # pylint: disable=broad-except
        return f"{name} (case{number}): {traceback.format_exc()}"


def main():
    certificate(ROOTS, "roots.test")
    wanted = [(i, n, f) for i, (n, f) in enumerate(CASES)
              if all(word in n for word in sys.argv[1:])]
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        wrong = [w for w in pool.map(lambda one: perform(*one), wanted) if w]
    for words in wrong:
        print("FAIL:", words, file=sys.stderr)
    print(f"{len(wanted)} cases, {len(wrong)} failures")
    sys.exit(1 if wrong else 0)

