#!/usr/bin/env python3
"""Stores that are damaged, foreign, newer, older, locked, or taken away during a
scan: each command says which file and what to do, ends with the documented code,
and changes nothing that it refuses. SPDX-License-Identifier: Apache-2.0"""
import hashlib
import os
import shutil
import sqlite3
import struct
import threading
import time

from machine import HAS_OTHERS, ROOTS, SOURCE, case, cases, holds, main

ROWS = 300
COMMANDS = [("report", ["report", "--quiet", "--out", "new"]),
            ("runs", ["runs"]),
            ("one endpoint", ["report", "--endpoint", "127.84.1.1:9"]),
            ("sql", ["report", "--sql"]),
            ("diff", ["diff"]),
            ("rejudge", ["rejudge", "--quiet", "--out", "new", "--trust", str(ROOTS)]),
            ("resume", ["scan", "--resume", "--progress", "none", "--out", "new"]),
            ("scan", ["scan", "--progress", "none", "--trust", str(ROOTS), "--out",
                      "new", "fleet.csv"])]


def scanned(place, rows=ROWS):
    place.fleet(rows)
    place.scan("fleet.csv", "--quiet").ends(0)
    return place / "certmuster.db"


def put(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pragma(number, value):
    def change(path):
        with sqlite3.connect(path) as db:
            db.execute(f"PRAGMA {number} = {value}")
        db.close()
    return change


# name, what is done to the store, the code of all commands, words
REFUSED = [
    ("a newer schema", pragma("user_version", 99), (2,), ["schema", "99"]),
    ("another program's", pragma("application_id", 1234), (2,), ["another program"]),
    ("a text", lambda p: p.write_text("host,port\n" * 100), (2,), ["not a store"]),
    ("garbage", lambda p: p.write_bytes(os.urandom(50000)), (2,), ["not a store"]),
    ("a header of garbage", lambda p: put(p, 0, b"\xa5" * 100), (2,), ["not a store"]),
    ("a first page of zeroes", lambda p: put(p, 0, bytes(8192)), (2,), ["not a store"]),
    ("two bytes", lambda p: p.write_bytes(b"SQ"), (2,), ["not a store"]),
    ("a schema of garbage", lambda p: put(p, 100, b"\xa5" * 3000), (2, 3),
     ["damaged"]),
    ("its first page", lambda p: os.truncate(p, 8192), (2, 3), ["damaged"]),
]


@cases([(f"{name}, {command}", change, args, codes, words)
        for name, change, codes, words in REFUSED for command, args in COMMANDS
        if command in ("report", "scan") or name in ("a newer schema", "garbage")])
def is_refused(place, change, args, codes, words):
    store = scanned(place, 5)
    change(store)
    before = digest(store)
    place.run(*args).ends(*codes).says("certmuster.db", *words)
    holds(digest(store) == before, "it was changed")
    holds(not (place / "new").exists() or not list((place / "new").iterdir()),
          "a report was written")


def zero_pages(path):
    """Each tenth page behind the schema's."""
    size = path.stat().st_size
    for page in range(6, size // 8192, 10):
        put(path, page * 8192, bytes(8192))


def garbage_pages(path):
    size = path.stat().st_size
    for page in range(7, size // 8192, 9):
        put(path, page * 8192 + 8, b"\xa5\x5a" * 2000)


def cut(path):
    os.truncate(path, path.stat().st_size * 2 // 3 // 8192 * 8192)


@cases([(f"{name}, {command}", change, args)
        for name, change in [("pages of zeroes", zero_pages), ("garbage", garbage_pages),
                             ("cut", cut)]
        for command, args in COMMANDS if command not in ("runs", "sql", "scan")])
def damage_is_said_or_does_not_matter(place, change, args):
    """What a page holds may not be needed; what is needed and damaged is no
    report, no crash and no verdict."""
    store = scanned(place)
    change(store)
    done = place.run(*args).ends(0, 1, 2, 3)
    if done.code in (2, 3):
        holds("certmuster.db" in done.err.decode(), f"which store? {done}")
    place.has_no_part("new")


@cases([("a log of garbage", "-wal"), ("a journal of garbage", "-journal"),
        ("an index of garbage", "-shm")])
def what_lies_beside_it_does_no_harm(place, suffix):
    store = scanned(place, 20)
    (place / ("certmuster.db" + suffix)).write_bytes(b"\xa5\x5a\x00\xff" * 20000)
    place.run("report", "--quiet", "--out", "new").ends(0)
    place.is_whole(20, "new")
    place.scan("fleet.csv", "--quiet", "--out", "second").ends(0)
    place.is_whole(20, "second")
    place.is_sound()
    del store


@case
def a_change_that_was_cut_off_is_undone(place):
    """As by a power cut in the middle of a migration: a hot journal."""
    store = scanned(place, 20)
    (place / "work").mkdir()
    shutil.copy(store, place / "work/a.db")
    db = sqlite3.connect(place / "work/a.db", isolation_level=None)
    for sql in ("PRAGMA journal_mode = DELETE", "PRAGMA cache_size = 1", "BEGIN",
                "UPDATE row SET fields = '[\"lost\"]' || hex(zeroblob(9000))",
                "DELETE FROM result"):
        db.execute(sql)
    shutil.copy(place / "work/a.db", store)
    shutil.copy(place / "work/a.db-journal", place / "certmuster.db-journal")
    db.close()
    place.run("report", "--quiet", "--out", "new").ends(0)
    place.is_whole(20, "new")
    place.is_sound()


def older(place):
    """A store of the first version, with one run and its row."""
    with sqlite3.connect(place / "certmuster.db") as db:
        db.executescript((SOURCE / "tests/unit/store/schema_1.sql").read_text())
        db.execute("PRAGMA application_id = 0x434D5354")
        db.execute("PRAGMA user_version = 1")
    db.close()
    return place / "certmuster.db"


@cases([("the disk is full", "pwrite certmuster.db 2- ENOSPC", "full"),
        ("the disk fails", "pwrite certmuster.db 3- EIO", "I/O error"),
        ("its journal fails", "pwrite certmuster.db-journal 2- ENOSPC", "full")])
def an_old_store_stays_when(place, faults, words):
    """It is brought up to date as a whole, or not at all."""
    store = older(place)
    before = store.read_bytes()
    done = place.run("runs", faults=faults).ends(3)
    done.says("certmuster.db", words, "older certmuster")
    with sqlite3.connect(store) as db:  # rolls back what was begun
        holds(db.execute("PRAGMA user_version").fetchone() == (1,), "half a step")
    db.close()
    holds(store.read_bytes() == before, "it was changed")
    place.run("runs").ends(0)


@cases([("runs", ["runs"]), ("report", ["report", "--quiet", "--out", "open"])]
       if HAS_OTHERS else [])
def an_old_store_that_may_not_be_written(place, command):
    store = older(place)
    store.chmod(0o644)
    os.chmod(place.path, 0o755)
    (place / "open").mkdir()
    (place / "open").chmod(0o777)
    place.run(*command, user=65534).ends(3) \
            .says("certmuster.db", "older certmuster", "copy it")


@case
def a_store_that_another_program_writes(place):
    """For a while: it is waited for. Longer than a minute: it is said."""
    store = scanned(place, 20)
    other = sqlite3.connect(store, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, other.rollback)
    release.start()
    place.scan("fleet.csv", "--quiet", "--out", "new").ends(0)
    release.join()
    place.is_whole(20, "new")
    other.execute("BEGIN IMMEDIATE")
    place.run("report", "--quiet", "--out", "meanwhile").ends(0)
    place.is_whole(20, "meanwhile")
    done = place.scan("fleet.csv", "--quiet", faults="nosleep * 1- EINTR").ends(3)
    done.says("certmuster.db", "another program is writing to it")
    other.rollback()
    other.close()
    place.is_sound()


def under_way(place, change):
    """A scan of which a part is in the store already when `change` comes."""
    place.fleet(900)
    process = place.start("scan", "--progress", "none", "--trust", ROOTS, "--rate",
                          "400", "--loopback-ok", "--diagnose-probes", "0", "fleet.csv")
    store = place / "certmuster.db"
    for _ in range(400):
        time.sleep(0.05)
        if store.exists() and (place / "certmuster.db-wal").exists() and \
                (place / "certmuster.db-wal").stat().st_size > 60000:
            break
    change(place, store)
    try:
        out, err = process.communicate(timeout=100)
    finally:
        process.kill()
    holds(b"Sanitizer" not in err, err)
    del out
    return process.returncode, err.decode()


def delete(place, store):
    for name in ("", "-wal", "-shm"):
        os.remove(str(store) + name)
    del place


def replace(place, store):
    (place / "other.db").write_bytes(b"not yours")
    os.replace(place / "other.db", store)


def move(place, store):
    (place / "moved").mkdir()
    for name in ("-wal", "-shm", ""):
        os.rename(str(store) + name, place / f"moved/certmuster.db{name}")


@cases([("deleted", delete), ("replaced", replace), ("moved", move)])
def a_store_that_is_taken_away(place, change):
    """The scan ends at once and not hours later, with nobody's file touched, and
    what was recorded is kept."""
    code, err = under_way(place, change)
    holds(code == 3, f"{code}: {err}")
    holds("certmuster.db" in err and "deleted, moved or replaced" in err, err)
    if change is replace:
        holds((place / "certmuster.db").read_bytes() == b"not yours", "it was written")
    kept = "certmuster.db.rescued"
    holds(kept in err, err)
    place.is_sound(kept)
    rows = place.store("SELECT count(*) FROM result", kept)[0][0]
    holds(0 < rows <= 900, f"{rows} results")
    place.run("scan", "--resume", "--db", kept, "--progress", "none").ends(0)
    place.is_whole(900)


@case
def a_store_that_is_cut_during_a_scan(place):
    """What is gone is gone; it is said, and nothing is made up."""
    code, err = under_way(place, lambda _, store: os.truncate(store, 16384))
    holds(code in (0, 3), f"{code}: {err}")
    if code == 3:
        holds("certmuster.db" in err, err)
    place.has_no_part()


@case
def a_store_of_a_size_that_lies(place):
    """The header speaks of pages that are not there."""
    store = scanned(place, 20)
    put(store, 28, struct.pack(">I", 0x7FFFFFFF))
    put(store, 92, struct.pack(">I", struct.unpack(">I", store.read_bytes()[24:28])[0]))
    done = place.run("report", "--quiet", "--out", "new").ends(0, 3)
    if done.code == 3:
        done.says("certmuster.db")
    shutil.rmtree(place / "new", ignore_errors=True)


main()
