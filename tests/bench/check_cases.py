#!/usr/bin/env python3
"""Process time of `certmuster check` over the cases of a path-validation suite.

usage: check_cases.py FILE.json CERTMUSTER [--runs N] [--limit-ms MS]
                      [--only PATTERN] [--json FILE] [--best]

The suite has the x509-limbo format. Each case is run as limbo.py runs it, N
times; what counts is user and system time of the process from its first
instruction (posix_spawn, wait4), in the median of the N runs: an ordinary run.
On a machine with other load --best says more: it takes the best run. Prints the
slowest cases and a summary; exit 1 when a case takes more than the limit.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import fnmatch
import json
import os
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "conformance"))
import limbo  # noqa: E402

SHOWN = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("suite")
    parser.add_argument("certmuster")
    parser.add_argument("--runs", type=int, default=15, metavar="N")
    parser.add_argument("--best", action="store_true",
                        help="take the best of the runs, not the median")
    parser.add_argument("--limit-ms", type=float, default=5.0, metavar="MS")
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--json", metavar="FILE",
                        help="where to write the time of each case")
    args = parser.parse_args()
    args.strict = args.one_file = False  # as limbo.command wants them
    return args


def run_once(words, quiet):
    """Milliseconds of one run, and its exit code."""
    child = os.posix_spawn(words[0], words, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)])
    _, status, usage = os.wait4(child, 0)
    return (1000 * (usage.ru_utime + usage.ru_stime),
            os.waitstatus_to_exitcode(status))


def measure(case, args, quiet):
    with tempfile.TemporaryDirectory() as folder:
        words = limbo.command(case, args, folder)
        runs = [run_once(words, quiet) for _ in range(args.runs)]
    if any(code not in (0, 1) for _, code in runs):
        sys.exit(f"{case['id']}: no verdict, exit codes "
                 f"{sorted({code for _, code in runs})}")
    times = [ms for ms, _ in runs]
    return min(times) if args.best else statistics.median(times)


def main():
    args = arguments()
    with open(args.suite, encoding="utf-8") as file:
        cases = json.load(file)["testcases"]
    cases = [c for c in cases if fnmatch.fnmatch(c["id"], args.only)
             and not limbo.why_skipped(c)]
    if not cases:
        sys.exit("no case to run")
    with open(os.devnull, "wb") as null:
        took = {c["id"]: measure(c, args, null.fileno()) for c in cases}
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(took, file, indent=1)
    slowest = sorted(took.items(), key=lambda item: -item[1])
    for name, ms in slowest[:SHOWN]:
        print(f"{ms:8.2f} ms  {name}")
    over = sum(ms > args.limit_ms for ms in took.values())
    which = "best" if args.best else "median"
    print(f"{len(took)} cases, {which} of {args.runs} runs: median "
          f"{statistics.median(took.values()):.2f} ms, slowest "
          f"{slowest[0][1]:.2f} ms, {over} over {args.limit_ms:g} ms")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
