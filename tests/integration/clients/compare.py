#!/usr/bin/env python3
"""Compares what was foretold (a report's store) with what clients did.

    compare.py STORE ENDPOINTS CLIENT=FILE...

ENDPOINTS: lines "PORT NAME". FILE: lines "PORT works" or "PORT fails WORDS".
Prints each difference; exit 1 if there is one.
SPDX-License-Identifier: Apache-2.0"""
import re
import sqlite3
import sys

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"


def says(message, words):
    """Is one of the foretold messages part of what the client said?"""
    for text in message.split("; or: "):
        pattern = ".*".join(re.escape(p) for p in re.split(TIME, text)[::2])
        if re.search(pattern, words):
            return True
    return False


def foretold(store, profile):
    rows = sqlite3.connect(store).execute(
        "SELECT e.port, p.outcome, r.cause, r.why, r.message"
        " FROM v_profile p JOIN endpoint e"
        " ON e.run = p.run AND e.id = p.endpoint"
        " LEFT JOIN v_profile_reason r ON r.run = p.run"
        " AND r.endpoint = p.endpoint AND r.profile = p.profile"
        " WHERE p.profile = ? AND p.run = (SELECT max(id) FROM run)",
        (profile,))
    return {str(row[0]): row[1:] for row in rows}


def compare(store, names, profile, path):
    wrong = 0
    seen = 0
    want = foretold(store, profile)
    for line in open(path, encoding="utf-8", errors="replace"):
        port, did, *words = line.rstrip("\n").split(" ", 2)
        words = words[0] if words else ""
        outcome, cause, why, message = want[port]
        seen += 1
        if outcome != did:
            what = "foretold %s, it %s" % (outcome, did)
        elif did == "fails" and not message:
            what = "it fails, and no words were foretold"
        elif did == "fails" and not says(message, words):
            what = "foretold the words \"%s\"" % message
        else:
            continue
        wrong += 1
        print("%s at %s: %s (%s: %s) %s" %
              (profile, names[port], what, cause, why, words))
    if seen != len(names):
        wrong += 1
        print("%s tried %d of %d" % (profile, seen, len(names)))
    return wrong


def main():
    store, endpoints = sys.argv[1:3]
    names = dict(line.split() for line in open(endpoints))
    wrong = 0
    for pair in sys.argv[3:]:
        profile, path = pair.split("=")
        wrong += compare(store, names, profile, path)
    sys.exit(1 if wrong else 0)


main()
