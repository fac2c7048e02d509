#!/usr/bin/env python3
"""A disk that is full, fails, or cannot be written, below the store, the reports
and the metrics, at each step of a run. What ends early says which file, ends with
3, leaves a store that is whole and no part of a report, and --resume makes it
complete. SPDX-License-Identifier: Apache-2.0"""
import os
import resource
import shutil
import subprocess

from machine import HAS_OTHERS, MAY_MOUNT, ROOTS, WORK, case, cases, holds, main

ROWS = 60
SETTINGS = ["--formats", "json,jsonl,endpoints,actions,manifest"]


def go_on(place, first):
    """What was begun is ended; what was not is scanned."""
    place.has_no_part()
    begun = (place / "certmuster.db").exists()
    if begun:
        place.is_sound()
        begun = place.store("SELECT name FROM sqlite_schema WHERE name = 'run'")
    runs = place.store("SELECT state FROM run") if begun else []
    if runs and first.code == 3:
        first.says("certmuster scan --resume" if runs != [("complete",)] else "")
        place.run("scan", "--resume", "--progress", "none").ends(0)
    elif first.code == 3:
        place.scan(*SETTINGS, "fleet.csv").ends(0)
    place.is_whole(ROWS)
    holds(place.store("SELECT count(*) FROM run") == [(1,)], "more than one run")
    place.is_sound()


# The store: each call of SQLite, at its first, and at later ones.
STORE = [(f"{call} of {name or 'the file'}, {nth}", f"{call} certmuster.db{name} {nth}- {what}",
          what)
         for call, name, what, steps in [
             ("pwrite", "", "EIO", (1, 4)),
             ("pwrite", "", "ENOSPC", (2,)),
             ("pwrite", "-wal", "EIO", (1, 6, 30)),
             ("pwrite", "-wal", "ENOSPC", (3, 20)),
             ("pwrite", "-wal", "EDQUOT", (12,)),
             ("pread", "", "EIO", (3,)),
             ("pread", "-wal", "EIO", (1,)),
             ("fdatasync", "", "EIO", (1, 2)),
             ("fdatasync", "-wal", "EIO", (1, 2)),
             ("ftruncate", "-wal", "EIO", (1,)),
             ("close", "", "EIO", (1,)),
         ] for nth in steps]


@cases(STORE)
def a_store_that_fails(place, faults, what):
    place.fleet(ROWS)
    first = place.scan(*SETTINGS, "fleet.csv", faults=faults).ends(0, 3)
    if first.code == 3:
        first.says("certmuster.db")
        if what == "ENOSPC":
            first.says("full", "free some space")
    go_on(place, first)


@cases([("a short write", "pwrite certmuster.db-wal 2-/2 short"),
        ("a short read", "pread certmuster.db 1-/2 short"),
        ("signals", "pwrite certmuster.db-wal 1-/2 EINTR; pread certmuster.db 1-/2 EINTR;"
                    "read * 1-/3 EINTR; epoll_wait * 1-/2 EINTR"),
        ("a sync of the log, once", "fdatasync certmuster.db-wal 1 EINTR")])
def what_passes_costs_nothing(place, faults):
    place.fleet(ROWS)
    first = place.scan(*SETTINGS, "fleet.csv", faults=faults)
    if "short write" not in faults:
        first.ends(0, 3)
    go_on(place, first)


# The reports: each file, when it is written, flushed, synced, closed, renamed.
# Temporary names have a number at their end; PATH "/.report.json." is a part.
FILES = ["report.html", "report.json", "actions.csv", "endpoints.csv",
         "endpoints.jsonl", "calendar.csv", "calendar.ics", "certificates.csv",
         "changes.csv", "manifest.json"]
CALLS = [("fwrite", "ENOSPC"), ("fflush", "EIO"), ("fsync", "ENOSPC"),
         ("fclose", "EDQUOT"), ("rename", "EACCES")]


@cases([(name, name, i) for i, name in enumerate(FILES)])
def a_report_that_fails(place, name, turn):
    """That of before stays as it was until all files of the new one are on the
    disk; each call fails for some of them."""
    place.fleet(ROWS)
    place.scan("fleet.csv", "--quiet").ends(0)
    for call, what in (CALLS[turn % 5], CALLS[(turn + 2) % 5]):
        path = f"/{name}" if call == "rename" else f"/.{name}.*.tmp"
        done = place.run("report", "--quiet", faults=f"{call} {path} 1 {what}").ends(3)
        done.says(f"cannot write certmuster-report/{name}")
        left = [p.name for p in (place / "certmuster-report").rglob("*.tmp")]
        holds(not left, f"{call}: left behind: {left}")
        if call not in ("rename", "fclose"):
            place.run("verify", "certmuster-report").ends(0)
    place.run("report", "--quiet").ends(0)
    place.is_whole(ROWS)


@case
def metrics_that_fail_later_cost_nothing(place):
    place.fleet(ROWS)
    done = place.scan("--metrics", "scan.prom", *SETTINGS, "fleet.csv",
                      faults="fwrite /.scan.prom.*.tmp 2- ENOSPC"
                      ).ends(0)
    done.says("metrics: cannot write", "scan.prom", "No space left")
    holds(done.err.count(b"metrics:") == 1, f"said more than once: {done}")
    place.is_whole(ROWS)


@case
def a_full_disk_below_the_log_costs_nothing(place):
    place.fleet(ROWS)
    with open("/dev/full", "wb") as full:
        place.run("scan", "--progress", "json", "--trust", ROOTS, "--loopback-ok",
                  *SETTINGS, "fleet.csv", err=full).ends(0)
    place.is_whole(ROWS)


def mounted(place, size, work):
    """A small file system of its own, in a name space of its own."""
    script = (f"mount -t tmpfs -o size={size} none small && cd small && cp ../fleet.csv . "
              f"&& {work}")
    return subprocess.run(["unshare", "-m", "sh", "-ec", script], cwd=place.path,
                          capture_output=True, timeout=100, check=False)


PROGRAM = os.environ["CERTMUSTER"]


@cases([(f"{size} kB", size) for size in (100, 350, 600) if MAY_MOUNT])
def no_room(place, size):
    """Full in the scan, at its end, or in the reports; then there is room."""
    (place / "small").mkdir()
    place.fleet(2000)
    scan = f"{PROGRAM} scan --progress none --diagnose-probes 0 --trust {ROOTS}"
    formats = "--formats json,jsonl,endpoints,html,manifest"
    done = mounted(place, f"{size}k", f"""
      code=0; {scan} {formats} fleet.csv >out.txt 2>../messages.txt || code=$?
      echo $code >../code
      ls -A certmuster-report >../shown 2>/dev/null || :
      mount -o remount,size=64m .
      if [ -s certmuster.db ] && [ "$(sqlite3 certmuster.db 'SELECT count(*) FROM run')" = 1 ]
      then {PROGRAM} scan --resume --progress none {formats} >out.txt
      else rm -f certmuster.db*; {scan} {formats} fleet.csv >out.txt; fi
      sqlite3 certmuster.db 'PRAGMA integrity_check' >../sound
      cp -r certmuster-report ..""")
    holds(done.returncode == 0, done.stderr.decode())
    text = (place / "messages.txt").read_text()
    holds((place / "code").read_text() == "3\n", text)
    holds("full" in text or "No space left" in text, text)
    holds("certmuster.db" in text or "certmuster-report/" in text, text)
    shown = set((place / "shown").read_text().split()) - {"fixes"}
    holds(not shown, f"part of a report: {shown}")
    holds((place / "sound").read_text() == "ok\n", "the store is damaged")
    place.is_whole(2000)


@case
def a_limit_of_file_sizes(place):
    """The report is larger than the store's pieces are."""
    place.fleet(600)
    place.scan("fleet.csv", "--quiet").ends(0)
    shutil.rmtree(place / "certmuster-report")
    done = place.run("report", "--quiet", limits=[(resource.RLIMIT_FSIZE, 60000)])
    done.ends(3).says("certmuster-report/", "free some space")
    place.has_no_part()
    place.run("report", "--quiet").ends(0)
    place.is_whole(600)


@cases([("the store", ["--db", "closed/store.db"], "closed/store.db"),
        ("the reports", ["--out", "closed/report"], "closed"),
        ("the reports' own folder", ["--out", "closed"], "closed"),
        ("metrics", ["--metrics", "closed/scan.prom"], "closed/scan.prom")]
       if HAS_OTHERS else [])
def a_folder_that_may_not_be_written(place, args, words):
    """By its mode, for a user who is not root."""
    os.chmod(place.path, 0o777)
    (place / "closed").mkdir(mode=0o755)
    place.fleet()
    done = place.scan(*args, "fleet.csv", user=65534).ends(3)
    done.says(words, "Permission denied" if words != "closed/store.db" else "writable")
    holds(not list((place / "closed").iterdir()), "something was written")
    if args[0] != "--db":  # it is said before anything is scanned
        holds(not (place / "certmuster.db").exists()
              or place.store("SELECT count(*) FROM run") == [(0,)], "a run was begun")


@cases([("at rest", False), ("with a log", True)] if MAY_MOUNT else [])
def a_store_on_a_disk_that_is_read_only(place, log):
    """Reports are made all the same: it needs no write to be read."""
    place.fleet(ROWS)
    (place / "disk").mkdir()
    place.scan("--db", "disk/a?b#c%41.db", "fleet.csv", "--quiet").ends(0)
    store = place / "disk/a?b#c%41.db"
    if log:
        shutil.copy(store, place / "disk/b.db")
        (place / "disk/b.db-wal").write_bytes(b"")
    script = (f"mount --bind disk disk && mount -o remount,ro,bind disk disk && "
              f"{PROGRAM} report --db 'disk/{'b.db' if log else store.name}' "
              "--quiet --out fresh")
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=place.path,
                          capture_output=True, timeout=100, check=False)
    if log:
        holds(done.returncode == 3 and b"copy it with the files beside it" in done.stderr,
              done.stderr)
    else:
        holds(done.returncode == 0, done.stderr)
        place.is_whole(ROWS, "fresh")


# --- what stands where files are to go ---

@cases([("a file", "the folder"), ("a link to nowhere", "the folder")])
def an_output_folder_that_is_none(place, words):
    del words
    place.fleet()
    (place / "file").write_text("mine")
    os.symlink("/nonexistent/x", place / "nowhere")
    for name in ("file", "file/below", "nowhere/below"):
        done = place.scan("--out", name, "fleet.csv").ends(3)
        done.says(name.split("/", maxsplit=1)[0])
    holds((place / "file").read_text() == "mine", "the file is gone")


@case
def links_are_not_followed(place):
    """Neither in the place of a result nor of its temporary file, which somebody
    who can write to the folder may have put there."""
    place.fleet()
    out = place / "certmuster-report"
    out.mkdir()
    victims = []
    for name in ("report.json", "endpoints.csv", "report.html", "manifest.json"):
        victim = place / ("victim." + name)
        victim.write_text("mine")
        os.symlink(victim, out / name)
        victims.append(victim)
    first = place.start("scan", "--progress", "none", "--trust", ROOTS, "fleet.csv",
                        before=lambda: plant(out, victims))
    _, err = first.communicate(timeout=100)
    holds(first.returncode == 0, err)
    for victim in victims:
        holds(victim.read_text() == "mine", f"{victim} was written to")
    holds(not (out / "report.json").is_symlink(), "the link is still there")
    place.is_whole(40)


def plant(out, victims):
    for victim in victims:
        name = victim.name.removeprefix("victim.")
        os.symlink(victim, out / f".{name}.{os.getpid()}.tmp")


@case
def a_folder_in_the_place_of_a_file(place):
    place.fleet()
    (place / "certmuster-report/report.json").mkdir(parents=True)
    place.scan("fleet.csv").ends(3).says("report.json", "directory")
    (place / "certmuster-report/report.json").rmdir()
    place.run("report", "--quiet").ends(0)
    place.is_whole(40)


@case
def paths_may_be_long(place):
    """4,000 bytes of folders still work; a name that is too long is said."""
    place.fleet()
    deep = "/".join(["d" * 200] * 3)
    place.scan("--out", deep, "--db", "long.db", "fleet.csv").ends(0)
    place.is_whole(40, deep)
    place.scan("--out", "x" * 300, "fleet.csv").ends(3).says("File name too long")
    place.scan("--db", "y" * 300, "fleet.csv").ends(2, 3).says("yyy")
    place.scan("z/" * 3000 + "a.csv").ends(2)


@cases([("/dev/null", "/dev/null"), ("/dev/full", "/dev/full"),
        ("a link", "link"), ("a pipe", "pipe")])
def devices_are_not_replaced(place, name):
    place.fleet()
    os.mkfifo(place / "pipe")
    (place / "target").write_text("mine")
    os.symlink("target", place / "link")
    path = name if name[0] == "/" else place / name
    before = os.lstat(path)
    place.scan("--metrics", path, "fleet.csv").ends(2).says(name, "regular file")
    after = os.lstat(path)
    holds((before.st_ino, before.st_mode) == (after.st_ino, after.st_mode), "it was")
    if name[0] == "/":
        place.scan("--db", name, "fleet.csv").ends(2).says(name, "regular file")


holds(WORK.is_dir(), "no folder")
main()
