"""The DNS server of bad_dns_answers_spoil_no_other.sh, and what must come of it.

  hostile_dns.py names                     the names it knows, those of ok first
  hostile_dns.py serve ADDRESS PORT WEB PORT6   UDP, TCP; good names lead to WEB
  hostile_dns.py check REPORT MESSAGES     what came of each name

A name's first label says how it is answered; each way stands in WAYS with what
must come of it. Each question is answered by itself, so the others of the same
server are answered meanwhile.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re
import socket
import struct
import sys
import threading
import time

ZONE = "dns.test"
A, CNAME, SOA, AAAA = 1, 5, 6, 28
LATE_S = 2.5  # longer than the scan's time-out
GOOD = 40     # names that are answered as they should be

# name: (what comes first of its causes or "trusted", what its proof says)
WAYS = {
    # The answer does not fit, and TCP ...
    "tc-works": ("trusted", ""),
    "tc-drips": ("trusted", ""),
    "tc-4000": ("trusted", ""),
    "tc-hangs": ("dns_timeout_refused", ""),
    "tc-closes": ("dns_timeout_refused", ""),
    "tc-zero": ("dns_timeout_refused", ""),
    "tc-short": ("dns_timeout_refused", ""),
    "tc-garbage": ("dns_timeout_refused", ""),
    "tc-other-id": ("dns_timeout_refused", ""),
    "tc-again": ("trusted", ""),
    "tc-chain-3000": ("dns_cname_broken", "more than 8"),
    # Answers that are none to the question.
    "other-id": ("dns_timeout_refused", "no answer"),
    "other-question": ("dns_timeout_refused", "no answer"),
    "other-port": ("dns_timeout_refused", "no answer"),
    "no-question": ("dns_timeout_refused", "no answer"),
    "two-questions": ("dns_", ""),
    "a-query": ("dns_servfail", "malformed"),
    "empty": ("dns_timeout_refused", "no answer"),
    "one-byte": ("dns_timeout_refused", "no answer"),
    "garbage": ("dns_timeout_refused", "no answer"),
    "silent": ("dns_timeout_refused", "no answer"),
    "late": ("dns_timeout_refused", "no answer"),
    "flood": ("trusted", ""),
    # Messages that are broken inside.
    "self-pointer": ("dns_servfail", "malformed"),
    "pointer-loop": ("dns_servfail", "malformed"),
    "pointer-ahead": ("dns_servfail", "malformed"),
    "pointer-out": ("dns_servfail", "malformed"),
    "label-type": ("dns_servfail", "malformed"),
    "long-name": ("dns_servfail", "malformed"),
    "long-data": ("dns_servfail", "malformed"),
    "many-announced": ("dns_servfail", "malformed"),
    "address-of-3": ("dns_servfail", "malformed"),
    "address-of-16": ("dns_servfail", "malformed"),
    "big-datagram": ("trusted", ""),
    # Sound ones that say no.
    "servfail": ("dns_servfail", "SERVFAIL"),
    "refused": ("dns_timeout_refused", "REFUSED"),
    "formerr": ("dns_servfail", "FORMERR"),
    "notimp": ("dns_servfail", "NOTIMP"),
    "rcode-11": ("dns_servfail", "unusual"),
    "nxdomain": ("dns_nxdomain", "NXDOMAIN"),
    "nxdomain-and-a": ("dns_nxdomain", "NXDOMAIN"),
    "nodata": ("dns_no_address", "no such record"),
    "other-owner": ("dns_no_address", "no such record"),
    "other-class": ("dns_no_address", "no such record"),
    # Aliases.
    "alias": ("trusted", ""),
    "alias-self": ("dns_cname_broken", "in a loop"),
    "alias-loop": ("dns_cname_broken", "in a loop"),
    "alias-20": ("dns_cname_broken", "more than 8"),
    "alias-root": ("dns_cname_broken", ""),
    "alias-odd": ("dns_cname_broken", r"\\000\\027\\091\\046\\060script\\062"),
    "alias-escape": ("dns_cname_broken", r"\\027\\093"),
    # Addresses that no server has, or that lead into this machine.
    "any-address": ("dns_special_address", "0.0.0.0"),
    "multicast": ("dns_special_address", "224.0.0.1"),
    "broadcast": ("dns_special_address", "255.255.255.255"),
    "mapped": ("trusted", ""),
    "six-only": ("trusted", ""),
    "mixed": ("trusted", ""),
}
NO_TCP = ("tc-refused", "dns_timeout_refused")


def names():
    """Good and bad ones by turns."""
    bad = list(WAYS)
    for i in range(max(len(bad), GOOD)):
        if i < GOOD:
            print(f"ok{i}.{ZONE}")
        if i < len(bad):
            print(f"{bad[i]}.{ZONE}")


# --- messages (RFC 1035 section 4) ---


def wire(name):
    if isinstance(name, bytes):
        return name
    return b"".join(bytes([len(label)]) + label.encode("ascii")
                    for label in name.split(".") if label) + b"\0"


class Query:
    def __init__(self, data, web, web6):
        self.id = data[:2]
        at = 12
        labels = []
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode("ascii"))
            at += 1 + data[at]
        self.type = int.from_bytes(data[at + 1:at + 3], "big")
        self.question = data[12:at + 5]
        self.name = ".".join(labels).lower()
        self.way = labels[0].lower() if labels else ""
        self.web = socket.inet_aton(web)
        self.web6 = socket.inet_pton(socket.AF_INET6, web6)

    def address(self, owner=b"\xc0\x0c", kind=None, data=None, klass=1):
        """A record; by default the address that a good name has."""
        if kind is None:
            kind = A
        data = self.web if data is None else data
        return wire(owner) + struct.pack(">HHIH", kind, klass, 60,
                                         len(data)) + data

    def alias(self, owner, target):
        return self.address(owner, CNAME, wire(target))

    def message(self, records=(), rcode=0, flags=0x8180, count=None, more=b"",
                question=None, questions=1):
        records = list(records)
        return self.id + struct.pack(
            ">HHHHH", flags | rcode, questions,
            len(records) if count is None else count, 1 if more else 0,
            0) + (self.question if question is None else question) + \
            b"".join(records) + more


def soa():
    return wire(ZONE) + struct.pack(">HHIH", SOA, 1, 60, 22) + b"\0\0" + bytes(
        20)


def good(query):
    """What most names have: an IPv4 address and nothing else."""
    if query.type == A:
        return query.message([query.address()])
    return query.message(more=soa())


def chain(query, length, to):
    owners = [b"\xc0\x0c"] + [f"c{i}.{ZONE}" for i in range(1, length)] + [to]
    return [query.alias(owners[i], owners[i + 1]) for i in range(length)]


def four(text):
    return socket.inet_aton(text)


def over_udp(query):
    """What is sent back, in a list."""
    q = query
    plain = {
        "other-id": lambda: [bytes([q.id[0] ^ 1]) + good(q)[1:]],
        "other-question": lambda: [q.message(
            [q.address(f"x.{ZONE}")],
            question=wire(f"x.{ZONE}") + q.question[-4:])],
        "no-question": lambda: [q.message([q.address(q.name)], questions=0,
                                          question=b"")],
        "two-questions": lambda: [q.message([q.address()], questions=2,
                                            question=2 * q.question)],
        "a-query": lambda: [q.message([q.address()], flags=0x0100)],
        "empty": lambda: [b""],
        "one-byte": lambda: [q.id[:1]],
        "garbage": lambda: [b"220 mail ESMTP\r\n", os.urandom(500)],
        "silent": lambda: [],
        "flood": lambda: [os.urandom(2) + good(q)[2:]
                          for _ in range(100)] + [good(q)],
        "self-pointer": lambda: [q.message([q.address(
            b"\xc0" + bytes([12 + len(q.question)]))])],
        "pointer-loop": lambda: [q.message([q.address(
            b"\xc0" + bytes([14 + len(q.question)]) +
            b"\xc0" + bytes([12 + len(q.question)]))])],
        "pointer-ahead": lambda: [q.message([q.address(b"\xc0\xff")])],
        "pointer-out": lambda: [q.message([q.address(b"\xff\xff")])],
        "label-type": lambda: [q.message([q.address(b"\x80x\0")])],
        "long-name": lambda: [q.message([q.address(
            (b"\x3f" + b"x" * 63) * 6 + b"\0")])],
        "long-data": lambda: [q.message([q.address()[:-6] + b"\xff\xff" +
                                         q.web])],
        "many-announced": lambda: [q.message([q.address()], count=65535)],
        "address-of-3": lambda: [q.message([q.address(kind=q.type,
                                                      data=b"abc")])],
        "address-of-16": lambda: [q.message([q.address(
            kind=q.type, data=bytes(16 if q.type == A else 4))])],
        "big-datagram": lambda: [q.message(
            [q.address()] * 200 if q.type == A else [], more=soa())],
        "servfail": lambda: [q.message(rcode=2)],
        "refused": lambda: [q.message(rcode=5)],
        "formerr": lambda: [q.message(rcode=1)],
        "notimp": lambda: [q.message(rcode=4)],
        "rcode-11": lambda: [q.message(rcode=11)],
        "nxdomain": lambda: [q.message(rcode=3, more=soa())],
        "nxdomain-and-a": lambda: [q.message([q.address()], rcode=3)],
        "nodata": lambda: [q.message(more=soa())],
        "other-owner": lambda: [q.message([q.address(f"ok1.{ZONE}")])],
        "other-class": lambda: [q.message([q.address(klass=3)])],
        "alias": lambda: [q.message(
            chain(q, 3, f"end.{ZONE}") +
            ([q.address(f"end.{ZONE}")] if q.type == A else []))],
        "alias-self": lambda: [q.message([q.alias(b"\xc0\x0c", b"\xc0\x0c")])],
        "alias-loop": lambda: [q.message(chain(q, 2, q.name))],
        "alias-20": lambda: [q.message(chain(q, 20, f"end.{ZONE}") +
                                       [q.address(f"end.{ZONE}")])],
        "alias-root": lambda: [q.message([q.alias(b"\xc0\x0c", b"\0")])],
        "alias-odd": lambda: [q.message([q.alias(
            b"\xc0\x0c", b"\x0c\0\x1b[.<script>\x04test\0")])],
        "alias-escape": lambda: [q.message([q.alias(
            b"\xc0\x0c", b"\x08\x1b]0;a\x07\r\n\x01=\0")])],
        "any-address": lambda: addresses(q, "0.0.0.0"),
        "multicast": lambda: addresses(q, "224.0.0.1"),
        "broadcast": lambda: addresses(q, "255.255.255.255"),
        "mapped": lambda: six(q, b"\0" * 10 + b"\xff\xff" + q.web),
        "six-only": lambda: six(q, q.web6) if q.type == AAAA else [],
        "mixed": lambda: [q.message([q.address(data=four("0.0.0.0")),
                                     q.address(), q.address(data=four(
                                         "255.255.255.255"))])]
        if q.type == A else [good(q)],
    }
    if q.way.startswith("tc-"):
        return [q.message(flags=0x8380)]
    return plain.get(q.way, lambda: [good(q)])()


def addresses(query, text):
    if query.type == A:
        return [query.message([query.address(data=four(text))])]
    return [query.message(more=soa())]


def six(query, address):
    if query.type == AAAA:
        return [query.message([query.address(kind=AAAA, data=address)])]
    return [query.message(more=soa())]


def over_tcp(query):
    """The bytes of the answer with their length, or None: nothing at all."""
    q = query
    reply = good(q) if q.way.startswith("tc-") else over_udp(q)[0]
    if q.way == "tc-4000" and q.type == A:
        reply = q.message([q.address()] + [
            q.address(data=bytes([127, 82, 100 + i // 250, 1 + i % 250]))
            for i in range(4000)])
    if q.way == "tc-chain-3000":
        reply = q.message(chain(q, 1500, f"end.{ZONE}"))
    if q.way == "tc-again":
        reply = q.message([q.address()] if q.type == A else [], flags=0x8380)
    if q.way == "tc-other-id":
        reply = bytes([reply[0] ^ 1]) + reply[1:]
    if q.way == "tc-garbage":
        reply = os.urandom(5000)
    if q.way == "tc-zero":
        reply = b""
    size = 60000 if q.way == "tc-short" else len(reply)
    if q.way in ("tc-hangs", "tc-closes"):
        return None
    return size.to_bytes(2, "big") + reply


# --- the server ---


def talk(peer, web, web6):
    """One connection; c-ares asks several questions on it."""
    pieces = b""
    try:
        while True:
            while len(pieces) < 2 or \
                    len(pieces) < 2 + int.from_bytes(pieces[:2], "big"):
                got = peer.recv(4096)
                if not got:
                    return
                pieces += got
            size = int.from_bytes(pieces[:2], "big")
            query = Query(pieces[2:2 + size], web, web6)
            pieces = pieces[2 + size:]
            reply = over_tcp(query)
            if query.way == "tc-closes":
                return
            if query.way == "tc-drips":
                for i in range(0, len(reply), 8):
                    peer.sendall(reply[i:i + 8])
                    time.sleep(0.01)
            elif reply is not None:
                peer.sendall(reply)
            if query.way == "tc-short":
                return
    except OSError:
        pass  # clients may go when they like
    finally:
        peer.close()


def listen(address, port, web, web6):
    server = socket.create_server((address, port))
    while True:
        peer, _ = server.accept()
        threading.Thread(target=talk, args=(peer, web, web6),
                         daemon=True).start()


def serve(address, port, web, web6, *without_tcp):
    port = int(port)
    if not without_tcp:
        threading.Thread(target=listen, args=(address, port, web, web6),
                         daemon=True).start()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    server.bind((address, port))
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((address, 0))
    print("ready", flush=True)
    while True:
        data, peer = server.recvfrom(4096)
        query = Query(data, web, web6)
        if query.way == "other-port":
            other.sendto(good(query), peer)
        elif query.way == "late":
            threading.Timer(LATE_S, server.sendto,
                            (good(query), peer)).start()
        else:
            for reply in over_udp(query):
                server.sendto(reply, peer)


# --- what came of it ---


def check(folder, messages, without_six=""):
    bad = []
    with open(folder + "/endpoints.jsonl", encoding="utf-8") as file:
        records = {}
        for line in file:
            record = json.loads(line)
            if record["host"] in records:
                bad.append(f"{record['host']} stands there twice")
            records[record["host"]] = record
    wanted = {f"ok{i}.{ZONE}": ("trusted", "") for i in range(GOOD)}
    wanted.update({f"{way}.{ZONE}": want for way, want in WAYS.items()})
    if "tc-refused." + ZONE in records:  # the server without TCP
        wanted = {host: want for host, want in wanted.items()
                  if host in records}
        wanted["tc-refused." + ZONE] = (NO_TCP[1], "")
    if without_six:
        for way in ("six-only", "mapped"):
            wanted[f"{way}.{ZONE}"] = ("connect_", "")
    if set(records) != set(wanted):
        bad.append(f"names lost or made: {set(records) ^ set(wanted)}")
    for host, (want, proof) in wanted.items():
        record = records.get(host)
        if record is None:
            continue
        first = "trusted" if record["verdict"] == "trusted" \
            else record["primary"]
        said = record["findings"][0]["proof"] if record["findings"] else ""
        if not first.startswith(want):
            bad.append(f"{host} is {first}, not {want}: {said}")
        elif not re.search(proof, said):
            bad.append(f"{host} does not say {proof!r}: {said}")
    with open(messages, encoding="utf-8") as file:
        text = file.read()
    if "given up" in text or "own fault" in text:
        bad.append(f"the scanner blames itself: {text}")
    for line in bad:
        print("FAIL:", line, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(globals()[sys.argv[1]](*sys.argv[2:]))
