#!/usr/bin/env python3
"""Picks the inputs that together reach the most.

pick.py CONTROL FOLDER: CONTROL is what libFuzzer wrote with -merge_control_file:
the files, and what each of them reaches. FOLDER then holds those picked, and of
what it held before only crash-*. SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import os
import sys

MAX_FILES = 40
MAX_BYTES = 4096


def read(control):
    """The paths, and a set of features for each."""
    with open(control, encoding="utf-8") as file:
        lines = file.read().splitlines()
    num = int(lines[0])
    paths = lines[2:2 + num]
    reached = {}
    for line in lines[2 + num:]:
        words = line.split()
        if words and words[0] == "FT":
            reached[paths[int(words[1])]] = set(words[2:])
    return reached


def pick(reached):
    """The next is always the one that adds the most; the smaller of two."""
    left = {path: features for path, features in reached.items()
            if 0 < os.path.getsize(path) <= MAX_BYTES}
    picked = []
    known = set()
    while left and len(picked) < MAX_FILES:
        best = max(left, key=lambda path: (len(left[path] - known),
                                           -os.path.getsize(path), path))
        if not left[best] - known:
            break
        known |= left.pop(best)
        picked.append(best)
    return picked, len(known), len(set().union(*reached.values()))


def main():
    control, folder = sys.argv[1:]
    picked, known, total = pick(read(control))
    contents = []
    for path in picked:
        with open(path, "rb") as file:
            contents.append(file.read())
    for name in os.listdir(folder):
        if not name.startswith("crash-"):
            os.unlink(os.path.join(folder, name))
    for content in contents:
        name = hashlib.sha256(content).hexdigest()[:16]
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    print("%s: %d inputs of %d bytes, %d of %d edges" % (
        os.path.basename(folder), len(contents), sum(map(len, contents)),
        known, total))


main()
