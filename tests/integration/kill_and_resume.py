"""kill_and_resume.py PROGRAM PORT [SEED]: see killed_scan_resumes_whole.sh.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

SAME = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "same_reports.py")
PROGRAM, PORT = sys.argv[1], int(sys.argv[2])
SEED = int(sys.argv[3]) if sys.argv[3:] and sys.argv[3] else \
    random.SystemRandom().randrange(1 << 30)
ROWS = 20000
KILLS = 20
LOST_S = 2.0  # a second of work, and another one on a busy machine
NAMES = ["good", "good", "lacks", "fetched", "revoked", "strange", "twin",
         "wrong"]
OPTIONS = ["--trust", "lab=../pki/root.pem", "--fetch-private", "--loopback-ok",
           "--revocation", "crl", "--at", "", "--progress", "json"]
OPTIONS[7] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
bad = []


def fleet():
    """400 endpoints that answer, 1,000 that refuse, 300 rows without sense;
    the others say one of these again."""
    pick = random.Random(20000)
    real = []
    for i in range(400):
        name = NAMES[i % len(NAMES)]
        address = f"127.64.1.{i % 50 + 1}"
        real.append(f"{address},{PORT},n{i}.{name}.test,team {i % 7}")
    for i in range(1000):
        real.append(f"127.64.{10 + i // 250}.{i % 250 + 1},9,,team {i % 5}")
    lines = list(real)
    for i in range(300):
        lines.append(f"bad name {i},443,,\"team, {i % 3}\"")
    pick.shuffle(lines)
    while len(lines) < ROWS:
        lines.insert(pick.randrange(len(lines)), pick.choice(real))
    with open("fleet.csv", "w", encoding="utf-8") as f:
        f.write("host,port,sni,owner\n" + "\n".join(lines) + "\n")


class Scan:
    """One process, and what it said of its progress."""

    def __init__(self, folder, arguments):
        self.lines = []
        self.folder = folder
        self.said = open(f"{folder}/stderr.txt", "w+", encoding="utf-8")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "scan", *arguments], cwd=folder,
            stdout=subprocess.DEVNULL, stderr=self.said)

    def progress(self):
        """New lines of progress, each with when it was seen."""
        with open(f"{self.folder}/stderr.txt", encoding="utf-8") as f:
            text = f.read()
        found = [json.loads(line) for line in text.split("\n")[:-1]
                 if line.startswith("{")]
        now = time.monotonic()
        for line in found[len(self.lines):]:
            self.lines.append((now, line))
        return self.lines

    def kill(self):
        self.progress()
        at = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return at

    def running(self):
        return self.process.poll() is None


def check_store(folder):
    """On a copy, so that the program itself finds the store as it was left."""
    copy = f"{folder}/copy"
    shutil.rmtree(copy, ignore_errors=True)
    os.mkdir(copy)
    for name in ("certmuster.db", "certmuster.db-wal"):
        if os.path.exists(f"{folder}/{name}"):
            shutil.copy(f"{folder}/{name}", copy)
    store = sqlite3.connect(f"{copy}/certmuster.db")
    said = store.execute("PRAGMA integrity_check").fetchall()
    if said != [("ok",)]:
        bad.append(f"integrity_check: {said}")
    results, state = store.execute(
        "SELECT (SELECT count(*) FROM result), (SELECT state FROM run)"
    ).fetchone()
    store.close()
    return results, state


def scan_whole(folder):
    os.mkdir(folder)
    scan = Scan(folder, [*OPTIONS, "../fleet.csv"])
    code = scan.process.wait()
    if code != 0:
        sys.exit(f"the undisturbed scan ended with {code}:\n" +
                 open(f"{folder}/stderr.txt", encoding="utf-8").read())
    print(f"undisturbed: {time.monotonic() - scan.began:.1f} s")


def first_or_again(folder, more):
    """A run that was killed before it was recorded is begun again."""
    arguments = ["--resume", *more]
    if check_store_has_run(folder):
        return arguments
    return [*OPTIONS, *more, "../fleet.csv"]


def check_store_has_run(folder):
    if not os.path.exists(f"{folder}/certmuster.db"):
        return False
    try:
        return check_store(folder)[1] is not None
    except sqlite3.OperationalError:
        return False  # not even the schema is there


def kill_at(scan, delay, stage):
    """Waits for the moment; False: the scan ended before."""
    began = None
    while scan.running():
        lines = scan.progress()
        if stage is not None:
            if any(line["stage"] == stage for _, line in lines) or (
                    stage == "reports" and
                    os.path.exists(f"{scan.folder}/certmuster-report") and
                    os.listdir(f"{scan.folder}/certmuster-report")):
                return True
        elif began is None and (lines or check_running(scan.folder)):
            began = time.monotonic()
        elif began is not None and time.monotonic() - began >= delay:
            return True
        time.sleep(0.01)
    return False


def check_running(folder):
    return os.path.exists(f"{folder}/certmuster.db-wal")


def kill_often(folder, pick):
    os.mkdir(folder)
    plan = [(pick.uniform(0, 1.6), None, "100") for _ in range(KILLS - 4)]
    plan += [(pick.uniform(0, 3), None, "2000"), (0, "completing", "100000"),
             (0, "fetching", "100000"), (0, "reports", "100000")]
    for number, (delay, stage, rate) in enumerate(plan, 1):
        if stage == "reports":
            shutil.rmtree(f"{folder}/certmuster-report", ignore_errors=True)
        scan = Scan(folder, first_or_again(
            folder, ["--rate", rate, "--progress", "json"]))
        hit = kill_at(scan, delay, stage)
        at = scan.kill()
        if not check_store_has_run(folder):
            print(f"kill {number}: before the run was recorded")
            continue
        results, state = check_store(folder)
        said = [sum(line["verdicts"].values()) for seen, line in scan.lines
                if seen < at - LOST_S]
        if said and results < said[-1]:
            bad.append(f"kill {number}: {said[-1]} results were there, "
                       f"{results} are stored")
        print(f"kill {number}: after {at - scan.began:.2f} s"
              f"{'' if stage is None else ' in ' + stage}"
              f"{'' if hit else ' (it had ended)'}: {results} results, {state}")
        code = scan.process.returncode
        if code not in (-signal.SIGKILL, 0):
            bad.append(f"kill {number}: exit code {code}: " + open(
                f"{folder}/stderr.txt", encoding="utf-8").read()[-500:])
            break


def finish_it(folder):
    # One more second pass from its beginning, and all of the reports.
    scan = Scan(folder, ["--resume", "--rate", "100000"])
    code = scan.process.wait()
    if code != 0:
        bad.append(f"the last --resume ended with {code}")
    store = sqlite3.connect(f"{folder}/certmuster.db")
    for what, want in (
            ("SELECT count(*) FROM row", ROWS),
            ("SELECT count(*) FROM run WHERE state = 'complete'", 1),
            ("SELECT count(*) FROM result", 1700),
            ("SELECT count(*) FROM endpoint", 1700),
            ("SELECT count(DISTINCT url) FROM download", 2),
            ("SELECT count(*) FROM download", 2)):
        have = store.execute(what).fetchone()[0]
        if have != want:
            bad.append(f"{what}: {have} instead of {want}")
    store.close()


print(f"SEED={SEED}")
fleet()
scan_whole("run")  # the reports name the folder
os.rename("run", "whole")
kill_often("run", random.Random(SEED))
finish_it("run")
os.rename("run", "killed")
if subprocess.run([sys.executable, SAME, "whole/certmuster-report",
                   "killed/certmuster-report"], check=False).returncode:
    bad.append("the outputs are not those of an undisturbed scan")
for sentence in bad:
    print(sentence, file=sys.stderr)
sys.exit(1 if bad else 0)
