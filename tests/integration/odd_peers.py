"""Peers of our own, and the check of what was found of all, for
diagnoses_odd_servers.sh.

  odd_peers.py strict ADDRESS PORT NAME   resets hellos that name NAME, answers
                                          others with an SSL 3.0 ServerHello
  odd_peers.py count ADDRESS PORT CERT KEY FILE
                                          TLS; a byte in FILE per connection
  odd_peers.py check WANTED DIR           "label cause..." in each line; "-"
                                          stands for no certificate

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import socket
import ssl
import struct
import sys


def listener(address, port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, int(port)))
    s.listen(64)
    return s


def strict(address, port, name):
    body = b"\x03\x03" + os.urandom(32) + b"\x00\x00\x9c\x00"
    hello = b"\x02" + struct.pack(">I", len(body))[1:] + body
    done = b"\x0e\x00\x00\x00"
    flight = b"\x16\x03\x03" + struct.pack(">H", len(hello + done)) + hello + done
    with listener(address, port) as s:
        while True:
            c, _ = s.accept()
            got = c.recv(8192)
            if not got or name.encode() in got:
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
            else:
                c.sendall(flight)
            c.close()


def count(address, port, cert, key, path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with listener(address, port) as s:
        while True:
            c, _ = s.accept()
            with open(path, "ab") as f:
                f.write(b".")
            try:
                with context.wrap_socket(c, server_side=True) as t:
                    t.recv(1)
            except OSError:
                pass


def check(wanted, folder):
    found = {}
    bad = 0
    with open(folder + "/endpoints.jsonl", encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            found[record["input"]["label"]] = record
    with open(wanted, encoding="utf-8") as f:
        for line in f:
            label, *causes = line.split()
            record = found[label]
            hidden = "-" in causes
            causes = [c for c in causes if c != "-"]
            if hidden != (record["fingerprint_sha256"] is None):
                print(label, "has the certificate",
                      record["fingerprint_sha256"])
                bad = 1
            want = causes[0] if causes else "trusted"
            have = record["primary"] if causes else record["verdict"]
            missing = [c for c in causes if c not in record["causes"]]
            if have != want or missing:
                print(label, "wants", causes, "and has", record["verdict"],
                      record["causes"])
                for finding in record["findings"]:
                    print("   ", finding["id"], finding["proof"])
                bad = 1
    sys.exit(bad)


{"strict": strict, "count": count, "check": check}[sys.argv[1]](*sys.argv[2:])
