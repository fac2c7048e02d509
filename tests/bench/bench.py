#!/usr/bin/env python3
"""The benchmark: certmuster against a bare loop of handshakes and against other
programs, over a fleet of this machine's own. Called by run.sh, inside
namespaces that are its own. SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import os
import platform
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import peers
from fleet import (DOMAIN, HEALTHY, HOLE, MIX, SILENT, TARPIT, TLS13, Fleet,
                   run)
from measure import ALL, SERVERS, Bench, Failed, median, text_table

README = os.path.join(os.path.dirname(__file__), "..", "..", "README.md")
BEGIN, END = "<!-- benchmark: begin -->\n", "<!-- benchmark: end -->\n"
CONCURRENCY = 300
HOLES = ((95, "g", "ok", TLS13, "trusted"),
         (5, "g", None, HOLE, "connect_timeout"))
TARPITS = ((100, "g", None, TARPIT, "tls_handshake_timeout"),)
MB = 1024  # in the kB of a process's memory


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--quick", action="store_true",
                        help="a tenth of the rows, one round")
    parser.add_argument("--rows", type=int, default=100000, metavar="N",
                        help="of the largest scan (100000; at most 1000000)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--peers", action="store_true",
                        help="other programs, too")
    parser.add_argument("--only", default="abcdefgh", metavar="LETTERS",
                        help="measure these lines of the table")
    parser.add_argument("--compare", action="append", metavar="PROGRAM",
                        help="measure nothing but (a), for this program and "
                        "those of further --compare; options may follow a "
                        "path, in one argument")
    parser.add_argument("--json", default="bench.json", metavar="FILE")
    parser.add_argument("--readme", action="store_true",
                        help="write the table into README.md")
    args = parser.parse_args()
    if args.quick:
        args.rounds = 1
    if not 1000 <= args.rows <= 1000000:
        parser.error("--rows: 1000 to 1000000")
    args.small = 1000 if args.quick else 10000
    if not set(args.only) & set("cf"):
        args.rows = args.small  # no more of a fleet than is needed
    args.large = min(args.rows, 10 * args.small) if args.quick else args.rows
    args.only = args.only + ("i" if args.peers else "")
    return args


def healthy(bench, fleet, args):
    """(a) and (d): processor time of a healthy fleet, one thread and two."""
    rows, truth = fleet.write_rows((HEALTHY,), args.small, "e", "healthy")
    loops, scans, twos = [], [], []
    for _ in range(args.rounds):
        loops.append(bench.loop(rows, CONCURRENCY))
        scans.append(bench.scan(fleet, rows, truth, "--concurrency",
                                CONCURRENCY))
        if "d" in args.only and len(ALL) > 1:
            twos.append(bench.scan(fleet, rows, truth, "--concurrency",
                                   CONCURRENCY, jobs=2, cpus=ALL[:2]))
    ratio = median(s["us"] / l["us"] for s, l in zip(scans, loops))
    bench.line("a", "healthy, CPU per endpoint; the bare loop's per handshake",
               f"{median(s['us'] for s in scans):.0f} us; "
               f"{median(l['us'] for l in loops):.0f} us; {ratio:.2f}x",
               "1.15x", ratio <= 1.15, loop=loops, scan=scans)
    if any(l["complete"] != args.small for l in loops):
        bench.notes.append("the bare loop did not complete all handshakes")
    if twos:
        workers(bench, scans, twos)


def workers(bench, ones, twos):
    """The servers run on the same two processors, so no wall time tells how
    fast two would be without them. But the processor times do. One processor
    takes as long as all threads of a scan together. Two take half of that, but
    never less than the busiest thread. The main thread works alone: it writes
    the reports when all rows are scanned."""
    costs, whole, scans = [], [], []
    for one, two in zip(ones, twos):
        main, *others = two["threads_s"]
        both = max((two["cpu_s"] - main) / 2, *others)
        costs.append(two["us"] / one["us"])
        whole.append(one["cpu_s"] / (main + both))
        scans.append((one["cpu_s"] - one["threads_s"][0]) / both)
    bench.line("d", "2 workers: CPU to 1 worker's; rate of scanning",
               f"{median(costs):.2f}x; {median(scans):.2f}x", "1.8x",
               median(scans) >= 1.8, one=ones, two=twos)
    bench.line("d", "2 workers: rate, reports included",
               f"{median(whole):.2f}x")


def mixed(bench, fleet, args):
    """(b): the fleet under audit. The loop has no names that do not exist, and
    gives up after one try."""
    rows, truth = fleet.write_rows(MIX, args.small, "m", "mixed")
    loops, scans = [], []
    for _ in range(args.rounds):
        fleet.new_tarpit()
        loops.append(bench.loop(rows, 1000))
        fleet.new_tarpit()
        scans.append(bench.scan(fleet, rows, truth, "--timeout-tls", 5))
    per_row = [1e6 * l["cpu_s"] / args.small for l in loops]
    ratio = median(s["us"] / l for s, l in zip(scans, per_row))
    whole = median(s["us"] / (1e6 * l["cpu_s"] / l["complete"])
                   for s, l in zip(scans, loops))
    bench.line("b", "mixed, CPU per endpoint; the loop's over the same rows",
               f"{median(s['us'] for s in scans):.0f} us; "
               f"{median(per_row):.0f} us; {ratio:.2f}x", "1.35x",
               ratio <= 1.35, loop=loops, scan=scans)
    bench.line("b", "mixed, to the loop's CPU per completed handshake",
               f"{whole:.2f}x")


def scale(bench, fleet, args):
    """(c), (e) by rows and (f): one large scan between two small ones."""
    small, small_truth = fleet.write_rows((HEALTHY,), args.small, "e", "small")
    large, large_truth = fleet.write_rows((HEALTHY,), args.large, "e", "large")
    before = bench.scan(fleet, small, small_truth)
    big = bench.scan(fleet, large, large_truth)
    if "f" in args.only:
        reports(bench, args)
    after = bench.scan(fleet, small, small_truth)
    ratio = big["us"] / median([before["us"], after["us"]])
    bench.line("c", f"CPU per endpoint of {args.large:,} rows to "
               f"{args.small:,}", f"{big['us']:.0f} us; {ratio:.3f}x",
               "0.95x to 1.05x", 0.95 <= ratio <= 1.05, small=[before, after],
               large=big)
    bench.line("c", f"{args.large:,} rows: wall, rate",
               f"{big['wall_s']:.1f} s; {args.large / big['wall_s']:.0f}/s")
    # The main thread writes the reports when the others have ended; what that
    # takes is measured apart (f).
    peaks = [scan["threads_rss_kb"] for scan in (before, big)]
    bench.line("e", f"memory of the scan: {args.small:,}; {args.large:,} rows",
               "; ".join(f"{kb / MB:.1f}" for kb in peaks) + " MB",
               "64 MB + 7 kB x 1000", max(peaks) <= 64 * MB + 7 * 1000)


def reports(bench, args):
    got = bench.cost([bench.build + "/certmuster", "report", "--quiet", "--db",
                      bench.store, "--out", bench.out])
    sizes = {name: os.path.getsize(f"{bench.out}/{name}") for name in
             sorted(os.listdir(bench.out))
             if os.path.isfile(f"{bench.out}/{name}")}
    bench.line("f", f"all reports for {args.large:,} rows: CPU, memory",
               f"{got['cpu_s']:.1f} s; {got['rss_kb'] / MB:.0f} MB", "512 MB",
               got["exit"] == 0 and got["rss_kb"] <= 512 * MB, report=got,
               sizes=sizes, store=os.path.getsize(bench.store))
    bench.line("f", "size per row: store; reports",
               f"{os.path.getsize(bench.store) / args.large:.0f}; "
               f"{sum(sizes.values()) / args.large:.0f} bytes")


def memory(bench, fleet, args):
    """(e): the same rows with more and more at a time; then connections that
    are all open at once, waiting for a server that never answers."""
    counts = sorted((100, 1000, args.small // 2))
    rows, truth = fleet.write_rows((HEALTHY,), args.small, "e", "healthy")
    memory_line(bench, f"{args.small:,} rows", {
        num: bench.scan(fleet, rows, truth, "--concurrency", num, "--timeout-"
                        "tls", 60, "--timeout-total", 90)["rss_kb"]
        for num in counts})
    silent = {}
    for num in counts:
        fleet.new_tarpit()
        rows, truth = fleet.write_rows(TARPITS, num, "e", "tarpits")
        silent[num] = bench.scan(fleet, rows, truth, "--concurrency", num,
                                 "--retries", 0, "--timeout-tls", 4,
                                 "--timeout-dns", 20)["rss_kb"]
    memory_line(bench, "silent servers", silent)


def memory_line(bench, what, peaks):
    least, *_, most = sorted(peaks)
    each = (peaks[most] - peaks[least]) / max(most - least, 1)
    at_once = "; ".join(f"{num:,}" for num in peaks)
    bench.line("e", f"memory, {what}: {at_once} at a time; for each more",
               "; ".join(f"{kb / MB:.0f}" for kb in peaks.values())
               + f" MB; {each:.1f} kB", "64 MB + 7 kB each",
               all(kb <= 64 * MB + 7 * num for num, kb in peaks.items()),
               peaks=peaks)


def holes(bench, fleet, args):
    """(g): wall time with dead endpoints. One time-out chain is what a scan of
    one dead endpoint takes, with all its tries."""
    options = ("--concurrency", 2000, "--timeout-connect", 5)
    with_holes = fleet.write_rows(HOLES, args.small, "e", "holes")
    without = fleet.write_rows(HOLES, args.small, "e", "no-holes",
                               lambda port: port not in SILENT)
    lone = fleet.write_rows(((1, "g", None, HOLE, "connect_timeout"),), 1, "e",
                            "hole")
    took = [bench.scan(fleet, *rows, *options)["wall_s"]
            for rows in (with_holes, without, lone)]
    loop = bench.loop(with_holes[0], 2000)["wall_s"]
    ratio = took[0] / (took[1] + took[2])
    bench.line("g", "5% black holes: wall; healthy ones + one time-out chain",
               f"{took[0]:.1f} s; {took[1]:.1f} + {took[2]:.1f} s; "
               f"{ratio:.2f}x", "1.3x", ratio <= 1.3, walls=took)
    bench.line("g", "the bare loop's wall (one try of 5 s)", f"{loop:.1f} s")


def far_away(bench, args):
    """(h): a round trip of 40 ms, for DNS and every packet of TCP. The loop
    needs no DNS."""
    num, walls, loops = 1000, [], []
    line = subprocess.Popen([bench.build + "/tests/bench/delay_line", "20"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    folder = bench.folder + "/far"
    enter = ["nsenter", "-n", "-t", str(line.pid)]
    far = Fleet(folder, bench.build, num, 0, prefix=10, enter=enter)
    try:
        if line.stdout.readline() != b"ready\n":
            bench.notes.append("h: no /dev/net/tun here, so no round trip")
            return
        os.makedirs(folder + "/tmp")
        run("ip", "addr", "add", "10.0.0.1/8", "dev", "line")
        for words in (("link", "set", "lo", "up"),
                      ("addr", "add", "10.0.0.2/32", "dev", "line"),
                      ("route", "add", "10.0.0.1/32", "dev", "line"),
                      ("route", "add", "local", "10.64.0.0/11", "dev", "lo")):
            run(*enter, "ip", *words)
        far.start()
        rows, truth = far.write_rows((HEALTHY,), num, "e", "far")
        for _ in range(args.rounds):
            loops.append(bench.loop(rows, CONCURRENCY)["wall_s"])
            walls.append(bench.scan(far, rows, truth, "--concurrency",
                                    CONCURRENCY)["wall_s"])
    finally:
        far.stop()
        line.stdin.close()
        line.wait()
    ratio = median(w / l for w, l in zip(walls, loops))
    bench.line("h", "1,000 rows, round trip 40 ms: wall; the bare loop's",
               f"{median(walls):.2f} s; {median(loops):.2f} s; {ratio:.2f}x",
               "1.15x", ratio <= 1.15, walls=walls, loop=loops)


def compare(bench, fleet, args):
    """Programs, or one with several options, over the healthy fleet."""
    rows, truth = fleet.write_rows((HEALTHY,), args.small, "e", "healthy")
    took = {program: [] for program in args.compare}
    for _ in range(args.rounds):
        for program in took:
            path, *options = shlex.split(program)
            took[program].append(bench.scan(fleet, rows, truth, *options,
                                            program=path)["us"])
    first = took[args.compare[0]]
    for program, each in took.items():
        ratio = median(one / other for one, other in zip(each, first))
        bench.line("", program, f"{median(each):.1f} us; {ratio:.3f}x",
                   runs=each)


def measure(bench, fleet, args):
    if args.compare:
        compare(bench, fleet, args)
        return
    for letters, step, *arguments in (
            ("ad", healthy, fleet, args), ("b", mixed, fleet, args),
            ("cf", scale, fleet, args), ("e", memory, fleet, args),
            ("g", holes, fleet, args), ("h", far_away, args),
            ("i", peers.measure, fleet, 100 if args.quick else 1000)):
        if set(letters) & set(args.only):
            try:
                step(bench, *arguments)
            except (Failed, subprocess.CalledProcessError) as error:
                bench.notes.append(f"{letters}: {error}")


def about():
    """Of the machine, in a line."""
    model = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    return (f"{time.strftime('%Y-%m-%d')}, {len(ALL)} processors "
            f"({model}), Linux {platform.release()}")


def write_readme(table, machine):
    with open(README, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with open(README, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}{machine}:\n\n{table}\n{END}{after}")


def finish(bench, args):
    machine, table = about(), text_table(bench.lines)
    print(f"\n{machine}\n\n{table}")
    for note in bench.notes:
        print("note:", note)
    with open(args.json, "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "rows": args.large,
                   "rounds": args.rounds, "lines": bench.lines,
                   "notes": bench.notes}, file, indent=1)
    if args.readme:
        write_readme(table, machine)


def main():
    args = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    os.sched_setaffinity(0, SERVERS)  # all but what is measured
    run("ip", "link", "set", "lo", "up")
    with open("/proc/sys/net/core/somaxconn", "w", encoding="ascii") as file:
        file.write("65535")
    with tempfile.TemporaryDirectory(prefix="bench.") as folder:
        os.makedirs(folder + "/near/tmp")
        bench = Bench(os.path.abspath(args.build), folder)
        if os.getloadavg()[0] > 0.7:
            bench.notes.append("the machine was busy with other things before "
                               "(load %.1f): times mean little" %
                               os.getloadavg()[0])
        fleet = Fleet(folder + "/near", bench.build,
                      max(args.large, args.small), args.small)
        try:
            fleet.start()
            measure(bench, fleet, args)
        finally:
            fleet.stop()
        finish(bench, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
