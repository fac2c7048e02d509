#!/usr/bin/env python3
"""Streams that are closed or whose reader has left, signals, a process that is
stopped for longer than its time-outs, clocks that jump, and surroundings that
lack what is usual: nothing recorded is lost, no server is blamed, and nothing is
written where it does not belong. SPDX-License-Identifier: Apache-2.0"""
import json
import os
import resource
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

from machine import HAS_OTHERS, ROOTS, case, cases, holds, main

ROWS = 30
FORMATS = ["--formats", "json,jsonl,endpoints,manifest"]
DAY = 86400


def fleet_scan(place, *args, **more):
    place.fleet(ROWS)
    return place.run("scan", "--progress", "json", "--trust", ROOTS, "--loopback-ok",
                     "--diagnose-probes", "0", *FORMATS, *args, "fleet.csv", **more)


# --- streams ---

@cases([("input", [0], 0), ("output", [1], 3), ("errors", [2], 0),
        ("output and errors", [1, 2], 3), ("all", [0, 1, 2], 3)])
def a_scan_without(place, closed, code):
    """No file takes the place of a closed stream: messages would go into it."""
    done = fleet_scan(place, closed=closed).ends(code)
    if code == 3 and 2 not in closed:
        done.says("standard output", "closed")
    place.is_sound()
    place.is_whole(ROWS)
    for path in place.path.rglob("*"):
        holds(not path.is_file() or b"certmuster: " not in path.read_bytes()[:200],
              f"a message is in {path}")
    holds(not place.store("SELECT 1 FROM run WHERE state <> 'complete'"), "not complete")


@case
def a_closed_input_is_no_empty_list(place):
    done = place.scan("-", closed=[0]).ends(2)
    done.says("standard input is closed")
    holds(not (place / "certmuster.db").exists(), "a store was left")
    place.run("explain", "--error", "-", closed=[0]).ends(3).says("standard input")


SHOWING = [("version", ["--version"]), ("help", ["--help"]),
           ("help of scan", ["scan", "--help"]), ("manual", ["--manual-page"]),
           ("runs", ["runs"]), ("explain", ["explain", "leaf_expired"]),
           ("explain all", ["explain"]), ("a policy", ["explain", "nist-800-52r2"]),
           ("report", ["report", *FORMATS]), ("sql", ["report", "--sql"]),
           ("endpoint", ["report", "--endpoint", "127.84.1.1:9"]),
           ("split", ["report", "--split-by", "owner", *FORMATS]),
           ("diff", ["diff", "--baseline", "1", "--format", "json"]),
           ("verify", ["verify", "certmuster-report"]),
           ("completion", ["completion", "bash"])]


@case
def what_is_shown_and_nobody_reads(place):
    """A full or closed output is an error; a reader that has left is none."""
    fleet_scan(place).ends(0)
    fleet_scan(place).ends(0)
    for name, args in SHOWING:
        usual = place.run(*args)
        holds(usual.code in (0, 1), f"{name}: {usual}")
        with open("/dev/full", "wb") as full:
            done = place.run(*args, out=full)
        holds(done.code == 3 and b"standard output" in done.err, f"{name}: {done}")
        done = place.run(*args, closed=[1])
        holds(done.code == 3 and b"standard output" in done.err, f"{name}: {done}")
        reader, writer = os.pipe()
        os.close(reader)
        done = place.run(*args, out=writer)
        os.close(writer)
        holds(done.code == usual.code and not done.err.count(b"output"),
              f"{name}, no reader: {done}")


@case
def a_reader_of_messages_that_leaves_stops_nothing(place):
    reader, writer = os.pipe()
    os.close(reader)
    fleet_scan(place, "--fail-on", "breaks_now", out=writer, err=writer).ends(1)
    os.close(writer)
    place.is_whole(ROWS)


# --- signals ---

def silent():
    """A server that accepts, and says nothing."""
    server = socket.create_server(("127.84.9.1", 0), backlog=200)
    return server, server.getsockname()[1]


def under_way(place, server, port, *args, rows=6, **more):
    lines = "".join(f"127.84.9.1,{port},n{i}.test\n" for i in range(rows))
    (place / "silent.csv").write_text("host,port,sni\n" + lines)
    process = place.start("scan", "--progress", "none", "--trust", ROOTS,
                          "--loopback-ok", "--diagnose-probes", "0", "--retries", "0",
                          "--no-back-off", *FORMATS, *args, "silent.csv", **more)
    held = [server.accept()[0] for _ in range(rows)]
    return process, held


@cases([("SIGHUP", signal.SIGHUP), ("SIGTERM", signal.SIGTERM)])
def a_signal_makes_a_partial_report(place, number):
    server, port = silent()
    with server:
        process, held = under_way(place, server, port)
        process.send_signal(number)
        time.sleep(0.05)
        process.send_signal(number)
        _, err = process.communicate(timeout=100)
        for one in held:
            one.close()
    holds(process.returncode == 3, f"{process.returncode}: {err}")
    holds(b"scan --resume --run 1" in err, err)
    report = json.loads((place / "certmuster-report/report.json").read_text())
    holds(report["run"]["state"] == "partial", report["run"])


@case
def nohup_outlives_its_terminal(place):
    server, port = silent()
    with server:
        process, held = under_way(
            place, server, port, "--timeout-tls", "1",
            before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        _, err = process.communicate(timeout=100)
        for one in held:
            one.close()
    holds(process.returncode == 0, f"{process.returncode}: {err}")
    place.is_whole(6)


class Slow:
    """A TLS server that answers on order. The roots know its certificate."""

    def __init__(self, place):
        names = [place / "key.pem", place / "cert.pem"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", names[0], "-out",
             names[1], "-days", "30", "-subj", "/CN=a", "-addext",
             "subjectAltName=IP:127.84.9.2"], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(names[1], names[0])
        self.server = socket.create_server(("127.84.9.2", 0), backlog=200)
        self.port = self.server.getsockname()[1]
        self.go_on = threading.Event()
        self.arrived = threading.Semaphore(0)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        client.recv(1, socket.MSG_PEEK)
        self.arrived.release()
        self.go_on.wait(60)
        try:
            with self.context.wrap_socket(client, server_side=True) as tls:
                tls.recv(1)
        except OSError:
            pass


@case
def a_stop_of_the_process_is_no_delay_of_the_servers(place):
    """The answers come while nobody can read them, and more of them than one
    turn of the loop takes; no time-out is a server's."""
    rows = 140
    slow = Slow(place)
    lines = "".join(f"127.84.9.2,{slow.port},n{i}.test\n" for i in range(rows))
    (place / "slow.csv").write_text("host,port,sni\n" + lines)
    process = place.start("scan", "--progress", "none", "--trust", place / "cert.pem",
                          "--loopback-ok", "--diagnose-probes", "0", "--retries", "0",
                          "--jobs", "1", "--per-address", "200", "--per-prefix", "200",
                          "--timeout-tls", "4", "--no-back-off", *FORMATS, "slow.csv")
    for _ in range(rows):
        slow.arrived.acquire(timeout=60)
    process.send_signal(signal.SIGSTOP)
    stat = f"/proc/{process.pid}/stat"
    while open(stat, encoding="utf-8").read().rsplit(")", 1)[1].split()[0] != "T":
        time.sleep(0.01)
    slow.go_on.set()
    time.sleep(5)
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=100)
    slow.server.close()
    holds(process.returncode == 0, f"{process.returncode}: {err}")
    late = place.store("SELECT count(*) FROM v_endpoint WHERE primary_cause LIKE "
                       "'%timeout%'")
    holds(late == [(0,)], f"{late} endpoints are said to be late")
    place.is_whole(rows)


# --- clocks ---

@cases([("a day ahead", "realtime * 200- 86400"),
        ("an hour back", "realtime * 200- -3600"),
        ("ahead and back", "realtime * 100- 86400; realtime * 300- -172800"),
        ("far ahead, of the other clock", "monotonic * 300- 86400"),
        ("both", "monotonic * 300- 3600; realtime * 300- 3600"),
        ("1998", "realtime * 0- -910000000"),
        ("before 1970", "realtime * 0- -1900000000"),
        ("2039", "realtime * 0- 400000000"),
        ("2107", "realtime * 0- 2540000000")])
def a_clock_may_jump(place, faults):
    """The run is whole, its times make sense, and nobody waits for a day."""
    faults = faults.replace("-  ", "- ")
    began = time.monotonic()
    place.fleet(200)
    place.run("scan", "--progress", "none", "--trust", ROOTS, "--loopback-ok", "--rate",
              "250", "--diagnose-probes", "0", "fleet.csv", faults=faults).ends(0)
    holds(time.monotonic() - began < 80, "it took too long")
    place.is_whole(200)
    place.is_sound()
    report = json.loads((place / "certmuster-report/report.json").read_text())
    took = report["run"].get("duration_s", 0)
    holds(took is None or 0 <= took < 2 * DAY, f"it took {took} s")
    causes = place.store("SELECT DISTINCT primary_cause FROM v_endpoint")
    holds(causes == [("connect_refused",)], causes)


# --- what a machine may lack ---

@cases([("getrandom", "getrandom * 1- ENOSYS", (3,)),
        ("getrandom, later", "getrandom * 6- EIO", (0, 3))])
def without_chance(place, faults, codes):
    """Hash tables of hostile names need a secret: rather none than one that
    everybody knows."""
    done = fleet_scan(place, faults=faults).ends(*codes)
    if done.code == 0:
        place.is_whole(ROWS)
    place.has_no_part()


SURROUNDINGS = [
    ("nothing", {}),
    ("no home and no place for temporary files",
     {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "SQLITE_TMPDIR": "/nonexistent"}),
    ("another language", {"LC_ALL": "tr_TR.ISO-8859-9", "LANG": "xx", "LANGUAGE": "\xff"}),
    ("time zones that are none", {"TZ": ":/dev/zero", "LC_TIME": "\x01"}),
    ("a strange time zone", {"TZ": "A" * 5000}),
    ("a terminal that is none", {"TERM": "\x1b]0;x\x07", "COLUMNS": "-1", "LINES": "0"}),
    ("variables of others", {"SLURM_ARRAY_TASK_ID": "x", "JOB_COMPLETION_INDEX": "-7",
                             "OPENSSL_CONF": "/dev/full", "SSLKEYLOGFILE": "keys.log",
                             "SSL_CERT_FILE": "/nonexistent"}),
]


@cases(SURROUNDINGS)
def in_surroundings_of(place, env):
    fleet_scan(place, env=env).ends(0)
    place.is_whole(ROWS)
    holds(not (place / "keys.log").exists(), "keys were written")


@cases([("a small stack", [(resource.RLIMIT_STACK, 256 << 10)]),
        ("few descriptors", [(resource.RLIMIT_NOFILE, 64)]),
        ("no core", [(resource.RLIMIT_CORE, 0)]),
        ("no locked memory", [(resource.RLIMIT_MEMLOCK, 0)])])
def with_little_of(place, limits):
    fleet_scan(place, limits=limits).ends(0)
    place.is_whole(ROWS)


@cases([("descriptors", [(resource.RLIMIT_NOFILE, 9)]),
        ("processes", [(resource.RLIMIT_NPROC, 1)])] if HAS_OTHERS else [])
def with_too_little_of(place, limits):
    os.chmod(place.path, 0o777)
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")  # it wants a thread
    done = fleet_scan(place, limits=limits, user=65533, env=env).ends(0, 2, 3)
    if done.code != 0:
        holds(b"certmuster: " in done.err, f"no word: {done}")
    place.has_no_part()


@case
def in_little_memory(place):
    """Of address space; a sanitizer needs terabytes of it."""
    linked = subprocess.run(["ldd", os.environ["CERTMUSTER"]], capture_output=True,
                            text=True, check=True).stdout
    if "asan" in linked or "tsan" in linked:
        return
    codes = set()
    for megabytes in (20, 40, 60, 90, 130, 200, 400, 2000):
        done = fleet_scan(place, limits=[(resource.RLIMIT_AS, megabytes << 20)])
        if done.code not in (127, -signal.SIGKILL):  # the loader's own word
            done.ends(0, 2, 3)
            place.has_no_part()
        codes.add(done.code)
    holds(0 in codes, codes)
    with sqlite3.connect(place / "certmuster.db") as db:
        holds(db.execute("PRAGMA integrity_check").fetchone() == ("ok",), "damaged")


main()
