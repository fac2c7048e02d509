#!/usr/bin/env python3
"""Inputs that are none: empty, binary, endless, growing, not there. Each ends in
its exit code with a message that names it, in bounded memory; rows that can be
read are scanned. SPDX-License-Identifier: Apache-2.0"""
import gzip
import os
import resource
import threading

from machine import HAS_OTHERS, ROOTS, case, cases, holds, main

MEGABYTE = 1 << 20
ROW = b"127.84.1.1,9\n"
ELF = b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 64

# name, bytes, exit code, rows in the report (None: no run), words
FILES = [
    ("nothing", b"", 0, 0, []),
    ("a byte order mark", b"\xef\xbb\xbf", 0, 0, []),
    ("a header", b"host,port\n", 0, 0, []),
    ("a header with a mark", b"\xef\xbb\xbfhost,port\r\n", 0, 0, []),
    ("newlines", b"\n" * 5000, 0, 0, []),
    ("carriage returns", b"\r" * 5000, 0, 0, []),
    ("white space", b" \t \n" * 100, 0, 0, []),
    ("comments", b"# host,port\n" * 10, 0, 0, []),
    ("UTF-16", "host,port\n127.84.1.1,9\n".encode("utf-16"), 2, None,
     ["input.csv", "UTF-16", "iconv"]),
    ("a gzip", gzip.compress(b"host,port\n"), 2, None, ["input.csv", "zcat"]),
    ("a spreadsheet", b"PK\x03\x04" + b"x" * 500, 2, None, ["input.csv", "CSV"]),
    ("a program", ELF, 2, None, ["input.csv", "binary"]),
    ("NUL bytes", b"\0" * 10000, 2, None, ["input.csv", "binary"]),
    ("a NUL in a row", b"host,port\n127.84.1.1,9\n127.84\0.1.2,9\n", 0, 2, []),
    ("a long line between rows",
     b"host,port\n" + ROW + b"x" * MEGABYTE + b"\n" + ROW, 0, 3, []),
    ("a quote that stays open",
     b'host,port\n"' + b"127.84.1.1\n" * 50000 + ROW, 0, None, []),
    ("a million columns", b"host,port" + b",x" * 1000000 + b"\n" + ROW, 0, 2, []),
    ("a row of a million columns", b"host,port\n" + ROW + b"127.84.1.2,9" +
     b"," * 1000000 + b"\n" + ROW, 0, 3, []),
]


def rows_of(place):
    return len((place / "certmuster-report/endpoints.jsonl").read_text().splitlines())


@cases(FILES)
def a_file_of(place, data, code, rows, words):
    (place / "input.csv").write_bytes(data)
    place.scan("input.csv", limits=[(resource.RLIMIT_CPU, 60)]).ends(code).says(*words)
    if rows is not None:
        holds(rows_of(place) == rows, f"{rows_of(place)} rows instead of {rows}")
    if code == 2:  # --resume is not to find what was none
        holds(place.store("SELECT count(*) FROM run") == [(0,)]
              if (place / "certmuster.db").exists() else True, "a run was left")
        left = list((place / "certmuster-report").glob("*"))
        holds(not left, f"a report was left: {left}")


@cases([("noise", "/dev/urandom"), ("zeroes", "/dev/zero")])
def a_device_is_refused(place, path):
    place.scan(path).ends(2).says(path, "device")
    holds(not (place / "certmuster.db").exists(), "a store was left")


@cases([("a folder", ".", "folder"), ("no file", "none.csv", "no such file"),
        ("in no folder", "none/none.csv", "No such file"),
        ("below a file", "file/none.csv", "Not a directory")])
def no_file_at_all(place, path, words):
    (place / "file").write_text("x")
    place.scan(path).ends(2).says(words, path)
    holds(not (place / "certmuster.db").exists(), "a store was left")


@cases([("a mode of 0", 0), ("its owner's", 0o600)] if HAS_OTHERS else [])
def a_file_that_may_not_be_read(place, mode):
    place.fleet()
    (place / "fleet.csv").chmod(mode)
    os.chmod(place.path, 0o777)
    place.scan("fleet.csv", user=65534).ends(2).says("fleet.csv", "Permission denied")


def peak_kb(place):
    """Of one scan. What a sanitizer keeps of freed memory is not counted."""
    env = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1")
    with open(place / "out.txt", "wb") as out:
        process = place.start("scan", "--progress", "none", "--trust", ROOTS,
                              "--formats", "jsonl,endpoints", "input.csv", env=env,
                              out=out, err=out)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    holds(process.returncode == 0, (place / "out.txt").read_text())
    return usage.ru_maxrss


@case
def a_line_of_any_length_takes_no_memory(place):
    """100 MB; a gigabyte takes longer and no more. Sparse: NUL bytes behind a first row, and a row behind them."""
    size = 100 << 20
    with open(place / "input.csv", "wb") as out:
        out.write(b"host,port\n" + ROW + b"127.84.1.2")
        out.truncate(size)
        out.seek(size)
        out.write(b"\n" + ROW)
    peak = peak_kb(place)
    holds(rows_of(place) == 3, f"{rows_of(place)} rows")
    with open(place / "certmuster-report/endpoints.csv", encoding="utf-8") as out:
        text = out.read()
    holds("longer than" in text, text[-500:])
    (place / "input.csv").write_bytes(b"host,port\n" + 2 * ROW)
    usual = peak_kb(place)
    holds(peak < usual + 50000, f"{peak} kB instead of {usual}")


def feed_slowly(path, pieces):
    with open(path, "wb", buffering=0) as out:
        for piece in pieces:
            out.write(piece)


@case
def a_fifo_is_read_to_its_end(place):
    os.mkfifo(place / "input.csv")
    pieces = [b"host,po", b"rt\n127.84", b".1.1,9\n127.84.1.2,9\n", b"127.84.1.3,9"]
    writer = threading.Thread(target=feed_slowly, args=(place / "input.csv", pieces))
    writer.start()
    place.scan("input.csv").ends(0)
    writer.join()
    holds(rows_of(place) == 3, f"{rows_of(place)} rows")


def slowed(place, change):
    """A scan whose input changes once half of it is read."""
    rows = 8000
    with open(place / "fleet.csv", "w", encoding="utf-8") as out:
        out.write("host,port\n")
        out.writelines(f"bad host {i},1\n" for i in range(rows))
    process = place.start("scan", "--progress", "none", "--trust",
                          ROOTS, "--formats", "json,jsonl,manifest",
                          "fleet.csv")
    change(place / "fleet.csv")
    out, err = process.communicate(timeout=100)
    return process.returncode, out, err


@case
def a_file_may_grow_while_it_is_read(place):
    def grow(path):
        with open(path, "a", encoding="utf-8") as out:
            out.write("bad host at the end,1\n")
    code, _, err = slowed(place, grow)
    holds(code == 0, err)
    holds(rows_of(place) in (8000, 8001), rows_of(place))


@case
def a_file_may_be_cut_while_it_is_read(place):
    code, _, err = slowed(place, lambda path: os.truncate(path, 100000))
    holds(code == 0, err)
    state = place.store("SELECT state, rows_read = rows_recorded FROM run")
    holds(state == [("complete", 1)], state)


@cases([("in the middle", "read fleet.csv 3- EIO", 1),
        ("at once", "read fleet.csv 1- EIO", 0)])
def a_disk_that_fails_below_the_input(place, faults, runs):
    rows = 8000
    with open(place / "fleet.csv", "w", encoding="utf-8") as out:
        out.write("host,port\n")
        out.writelines(f"bad host {i},1\n" for i in range(rows))
    first = place.scan("fleet.csv", faults=faults).ends(2)
    first.says("fleet.csv", "Input/output error")
    holds(place.store("SELECT count(*) FROM run") == [(runs,)], "runs")
    if runs:
        first.says("scan --resume --run 1 fleet.csv")
        place.run("scan", "--resume", "--progress", "none").ends(0)
        place.is_whole(rows)


@case
def an_input_that_comes_byte_by_byte(place):
    place.fleet(30)
    place.scan("fleet.csv", faults="read fleet.csv 1- short; read fleet.csv 2-/3 EINTR") \
        .ends(0)
    place.is_whole(30)


@cases([("as a report", ["endpoints.csv", "--out", "."]),
        ("as a report by a link", ["endpoints.csv", "--out", "link"]),
        ("as metrics", ["endpoints.csv", "--metrics", "endpoints.csv"]),
        ("as the store", ["endpoints.csv", "--db", "endpoints.csv"])])
def the_input_is_never_replaced(place, args):
    place.fleet(5, "endpoints.csv")
    os.symlink(".", place / "link")
    before = (place / "endpoints.csv").read_bytes()
    place.scan(*args).ends(2).says("endpoints.csv", "name another")
    holds((place / "endpoints.csv").read_bytes() == before, "the input is gone")


main()
