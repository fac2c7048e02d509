"""Where the answers of two real servers are cut, what a scan has to find then,
and the check that it did, for handshakes_may_be_cut_anywhere.sh.

  cut_handshakes.py plan RECORDS ADDRESS PORT UPSTREAM...
      cuts.csv, and ways.txt for badtls; RECORDS is what badtls told of the
      whole handshakes
  cut_handshakes.py check FOLDER

SPDX-License-Identifier: Apache-2.0
"""
import csv
import json
import sys

EACH = 200  # so many bytes are tried one by one
STEP = 61   # then every so often
# Signatures are of 70 to 72 bytes: the end of a flight is not always the same.
LOOSE = 8
PARTS = {"reset": "tls_reset_on_hello", "fin": "tls_closed_on_hello"}


def boundaries(path, upstream):
    """Where the records of its answer begin, and of which type they are."""
    found = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.split()
            if words and words[0].partition(",")[2] == upstream:
                if int(words[2]) == 0:
                    found = []  # another connection
                found.append((int(words[2]), int(words[4])))
    return found


def end_of_handshake(records):
    """TLS 1.3: after ServerHello, a change of cipher, and four sealed records;
    before it, the record behind the second change of cipher."""
    if records[2][1] == 23:
        return records[6][0]
    changed = [i for i, (_, kind) in enumerate(records) if kind == 20][0]
    # What follows Finished is sealed data, or nothing: it has 5 + 40 bytes.
    return records[changed + 1][0] + 45


def offsets(records):
    places = set(range(EACH))
    for at, _ in records:
        places.update((at - 1, at, at + 1))
    end = end_of_handshake(records)
    places.update(range(EACH, end, STEP))
    places.update((end + LOOSE, end + LOOSE + 200))
    return sorted(p for p in places if p >= 0), end


def expected(end, part, at):
    if at == 0:
        return PARTS[part]
    if at < end - LOOSE:
        return "tls_handshake_unexplained"
    return "" if at >= end + LOOSE else "any"


def plan(path, address, port, *upstreams):
    port = int(port)
    with open("cuts.csv", "w", newline="", encoding="utf-8") as f, \
            open("ways.txt", "w", encoding="utf-8") as w:
        out = csv.writer(f)
        out.writerow(["host", "port", "sni", "label"])
        for upstream in upstreams:
            places, end = offsets(boundaries(path, upstream))
            for part in PARTS:
                for at in places:
                    w.write("cut-%s:%d,%s=%s:%d\n" %
                            (part, at, upstream, address, port))
                    out.writerow([address, port, "bad.test", "%s at %d of %s=%s"
                                  % (part, at, upstream,
                                     expected(end, part, at))])
                    port += 1


def check(folder):
    bad = 0
    with open("cuts.csv", newline="", encoding="utf-8") as f:
        wanted = [row["label"] for row in csv.DictReader(f)]
    with open(folder + "/endpoints.jsonl", encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            label = record["input"]["label"]
            wanted.remove(label)  # or it is there twice
            cause = label.partition("=")[2]
            if cause != "any" and cause != (record["primary"] or "") and not (
                    cause == "" and record["verdict"] == "trusted"):
                print(label, "and has", record["verdict"],
                      " ".join(record["causes"]))
                for finding in record["findings"]:
                    print("   ", finding["id"], finding["proof"])
                bad = 1
    for label in wanted:
        print(label, "was lost")
        bad = 1
    sys.exit(bad)


{"plan": plan, "check": check}[sys.argv[1]](*sys.argv[2:])
