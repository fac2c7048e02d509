#!/usr/bin/env python3
"""Says how many lines of some files were reached.

lines.py NAME FILE... <SUMMARY: SUMMARY is what llvm-cov export -summary-only
gives, of all files. SPDX-License-Identifier: Apache-2.0
"""
import json
import sys


def main():
    name, wanted = sys.argv[1], sys.argv[2:]
    covered = count = 0
    for file in json.load(sys.stdin)["data"][0]["files"]:
        for path in wanted:
            if file["filename"].endswith("/" + path):
                lines = file["summary"]["lines"]
                covered += lines["covered"]
                count += lines["count"]
                print("%-10s %-36s %5d of %5d lines %6.1f %%" % (
                    name, path, lines["covered"], lines["count"],
                    lines["percent"]))
    print("%-10s %-36s %5d of %5d lines %6.1f %%" % (
        name, "all of them", covered, count, 100 * covered / max(count, 1)))


main()
