"""The web of hostile_urls_lead_nowhere.sh, in a network of its own where every
address is this machine's: servers that do what they should not, and a count of
all connections, wherever they lead.

  hostile_http.py orders PORT           certificates that name the URLs
  hostile_http.py rows PORT [inside]    their endpoints, all or those of INSIDE
  hostile_http.py serve PKI LOG         HTTP on all addresses, DNS
  hostile_http.py run OUT COMMAND...    runs it; its memory is bounded
  hostile_http.py check DB LOG          what came of each URL
  hostile_http.py reached LOG NUMBER    as many inside addresses were reached

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import ipaddress
import os
import re
import resource
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

HTTP = 8000
PORTS = [80, HTTP, 22, 25, 443]
PUBLIC = "5.82"  # AS numbers do not matter: it is global, and routed to us
INSIDE = "10.82.0.1"
DNS = (PUBLIC + ".53.53", 5353)
MAX_RSS = 1 << 30  # a sanitizer's own share included; the bodies are endless
MIB = 1 << 20

OK = b"HTTP/1.1 200 OK\r\n"
END = b"Connection: close\r\n\r\n"


def redirect(location):
    return b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n" + \
        b"Content-Length: 0\r\n" + END


# --- ways to answer: each gets the connection and the file that is good ---


def send(*pieces):
    """A way that sends these; the last one for ever where it is a list."""
    def way(peer, good):
        for piece in pieces:
            if piece is None:
                piece = good
            if isinstance(piece, list):
                while True:
                    peer.sendall(piece[0])
            peer.sendall(piece)
    return way


def drip(head, byte):
    def way(peer, _):
        peer.sendall(head)
        while True:
            time.sleep(0.2)
            peer.sendall(byte)
    return way


def reset(peer, good):
    peer.sendall(OK + b"Content-Length: 5000\r\n\r\n" + good[:100])
    time.sleep(0.1)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))


def silent(peer, _):
    time.sleep(30)


def by_length(more):
    def way(peer, good):
        peer.sendall(OK + f"Content-Length: {len(good) + more}\r\n".encode() +
                     END + good)
        while more < 0:  # what follows is nobody's
            peer.sendall(b"x" * 65536)
    return way


def typed(peer, good):
    peer.sendall(OK + b"Content-Type: text/html; charset=x\r\n" + END + good)


def inside(text):
    """Location: http://TEXT/good"""
    return send(redirect(b"http://" + text.encode() + b"/good"))


CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(MIB))
# way: (how, result, a part of the detail). The path of its URL is its name.
AIA = {
    "good": (send(OK + END, None), "ok", ""),
    "endless-headers": (send(OK, [b"X-More: " + b"y" * 80 + b"\r\n"]),
                        "too_big", "header"),
    "endless-line": (send(OK + b"X: ", [b"y" * 1000]), "too_big", "header"),
    "endless-status": (send(b"HTTP/1.1 200 ", [b"y" * 1000]), "too_big",
                       "header"),
    "endless-interim": (send([b"HTTP/1.1 100 Continue\r\n\r\n"]), "malformed",
                        "interim"),
    "endless-body": (send(OK + END, [b"0" * 65536]), "too_big", "body"),
    "length-short": (by_length(100), "malformed", "cut off"),
    "length-long": (by_length(0), "ok", ""),
    "length-flood": (by_length(-5), "ok", "no certificate"),
    "length-negative": (send(OK + b"Content-Length: -1\r\n" + END),
                        "malformed", "Content-Length"),
    "length-huge": (send(OK + b"Content-Length: " + b"9" * 40 + b"\r\n" + END),
                    "too_big", "announced"),
    "length-500mb": (send(OK + b"Content-Length: 524288000\r\n" + END,
                          [bytes(MIB)]), "too_big", "announced"),
    "length-two": (send(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n" +
                        END), "malformed", "two different"),
    "chunk-garbage": (send(CHUNKS + b"zz\r\n"), "malformed", "chunk"),
    "chunk-negative": (send(CHUNKS + b"-5\r\n"), "malformed", "chunk"),
    "chunk-huge": (send(CHUNKS + b"ffffffffffffffff\r\n"), "too_big", "body"),
    "chunk-overflow": (send(CHUNKS + b"10000000000000005\r\nabcde\r\n"),
                       "malformed", "chunk"),
    "chunk-endless": (send(CHUNKS, [b"1\r\na\r\n" * 1000]), "too_big", "body"),
    "chunk-line": (send(CHUNKS + b"5;", [b"x" * 1000]), "malformed", "chunk"),
    "chunk-trailer": (send(CHUNKS + b"0\r\n", [b"X: y\r\n" * 100]), "too_big",
                      "header"),
    "chunk-500mb": (send(CHUNKS, [b"100000\r\n" + bytes(MIB) + b"\r\n"]),
                    "too_big", "body"),
    "circle": (send(redirect(b"/circle")), "redirects", "circle"),
    "circle-two": (send(redirect(b"/circle-other")), "redirects", "circle"),
    "hops-0": (None, "redirects", "too often"),
    "to-https": (send(redirect(b"https://5.82.3.1/")), "redirects",
                 "other than http"),
    "to-ftp": (send(redirect(b"ftp://5.82.3.1/")), "redirects",
               "other than http"),
    "to-file": (send(redirect(b"file:///etc/passwd")), "redirects",
                "other than http"),
    "to-private": (inside("10.82.0.1"), "refused_address", "private"),
    "to-nothing": (send(redirect(b"//10.82.0.1/x")), "refused_address",
                   "private"),
    "to-loopback": (inside("127.0.0.1"), "refused_address", "loopback"),
    "to-metadata": (inside("169.254.169.254"), "refused_address",
                    "link-local"),
    "to-any": (inside("0.0.0.0"), "refused_address", "special"),
    "to-loopback6": (inside("[::1]"), "refused_address", "loopback"),
    "to-link6": (inside("[fe80::1]"), "refused_address", "link-local"),
    "to-unique6": (inside("[fd00::1]"), "refused_address", "private"),
    "to-mapped": (inside("[::ffff:10.82.0.1]"), "refused_address", "private"),
    "to-mapped-hex": (inside("[::ffff:7f00:1]"), "refused_address",
                      "loopback"),
    "to-nat64": (inside("[64:ff9b::10.82.0.1]"), "refused_address", "private"),
    "to-6to4": (inside("[2002:a52:1::1]"), "refused_address", "private"),
    "to-decimal": (inside("2130706433"), "redirects", "no http URL"),
    "to-hex": (inside("0x7f.1"), "redirects", "no http URL"),
    "to-octal": (inside("0177.0.0.1"), "redirects", "no http URL"),
    "to-short": (inside("127.1"), "redirects", "no http URL"),
    "to-user": (inside("good@169.254.169.254"), "redirects", "no http URL"),
    "to-ssh": (inside("5.82.3.1:22"), "refused_address", "port"),
    "to-name": (inside("inside.test"), "refused_address", "private"),
    "to-localhost": (inside("localhost"), "refused_address", "loopback"),
    "to-line": (send(redirect(b"http://5.82.3.1/\rX: y")), "malformed",
                "control"),
    "to-long": (send(redirect(b"/" + b"a" * 5000)), "malformed", "too long"),
    "drip-head": (drip(OK + b"X: ", b"y"), "timeout", "waiting"),
    "drip-body": (drip(OK + END, b"0"), "timeout", "waiting"),
    "drip-chunk": (drip(CHUNKS, b"1\r\na\r\n"), "timeout", "waiting"),
    "slow-hop-0": (None, "timeout", ""),
    "silent": (silent, "timeout", "waiting"),
    "reset": (reset, "malformed", "reset"),
    "closes": (send(b""), "malformed", "without an answer"),
    "gzip": (send(OK + b"Content-Encoding: gzip\r\n" + END, BOMB),
             "malformed", "compressed"),
    "gzip-chunks": (send(OK + b"Transfer-Encoding: gzip, chunked\r\n" + END,
                         BOMB), "malformed", "transfer coding"),
    "gzip-unsaid": (send(OK + END, BOMB), "ok", "no certificate"),
    "typed": (typed, "ok", ""),
    "garbage": (send(OK + END, os.urandom(3000)), "ok", "no certificate"),
    "deep": (send(OK + END, b"\x30\x80" * 30000), "ok", "no certificate"),
    "deeper": (send(OK + END, b"\x30\x82\xff\xff" * 16000), "ok",
               "no certificate"),
    "no-http": (send(b"220 mail ESMTP\r\n"), "malformed", "no HTTP"),
    "http2": (send(b"HTTP/2 200\r\n\r\n"), "malformed", "no HTTP"),
    "switch": (send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "malformed",
               "interim"),
    "none": (send(b"HTTP/1.1 204 None\r\n\r\n"), "http_status", "204"),
    "log-in": (send(b"HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\n\r\n"),
               "http_status", "401"),
}
# Lists have six times as long, so few of them wait.
CRL = {
    "crl-garbage": (send(OK + END, os.urandom(3000)), "ok", "no revoc"),
    "crl-100mb": (send(OK + b"Content-Length: 104857600\r\n" + END,
                       [bytes(MIB)]), "too_big", "announced"),
    "crl-endless": (send(OK + END, [bytes(MIB)]), "too_big", "body"),
    "crl-deep": (send(OK + END, b"\x30\x84\x03\xff\xff\xff" * 100000), "ok",
                 "no revocation"),
    "crl-inside": (inside("127.0.0.1"), "refused_address", "loopback"),
}
OCSP = {
    "ocsp-garbage": (send(OK + END, os.urandom(900)), "ok", "no OCSP"),
    "ocsp-later": (send(OK + END, b"\x30\x03\x0a\x01\x03"), "ok", ""),
    "ocsp-endless": (send(OK + END, [bytes(65536)]), "too_big", "body"),
    "ocsp-other": (None, "ok", ""),
    "ocsp-inside": (send(b"HTTP/1.1 307 There\r\nLocation: http://10.82.0.1/"
                         b"\r\n\r\n"), "refused_address", "private"),
}
# Other answers that the ways above lead to.
HELPERS = {
    "circle-other": send(redirect(b"/circle-two")),
    **{f"hops-{i}": send(redirect(f"/hops-{i + 1}".encode()))
       for i in range(20)},
    "back": send(redirect(b"http://rebind.test/again")),
}
# URLs as certificates write them: (URL, result, a part of the detail).
URLS = {
    "user": ("http://good@169.254.169.254/", "bad_url", "user name"),
    "user-port": (f"http://5.82.3.1:80@{INSIDE}/", "bad_url", "user name"),
    "ssh": ("http://5.82.3.1:22/", "refused_address", "port"),
    "smtp": ("http://5.82.3.1:25/", "refused_address", "port"),
    # What is no text of a URL is not even taken out of the certificate.
    "lines": (f"http://5.82.3.1:{HTTP}/a\r\nX: y", "nothing", ""),
    "line-in-host": ("http://5.82.3.1\r\nHost: x/", "nothing", ""),
    "long": (f"http://5.82.3.1:{HTTP}/" + "a" * 5000, "bad_url", "too long"),
    "idn": ("http://b\u00fccher.test/", "nothing", ""),
    "idn-ascii": ("http://xn--bcher-kva.test/", "no_name", "nxdomain"),
    "full-width": ("http://\uff11\uff12\uff17.0.0.1/", "nothing", ""),
    "https": ("https://5.82.3.1/", "bad_url", "not an http URL"),
    "ftp": ("ftp://5.82.3.1/", "bad_url", "not an http URL"),
    "file": ("file:///etc/passwd", "bad_url", "not an http URL"),
    "gopher": (f"gopher://{INSIDE}:80/_GET", "bad_url", "not an http URL"),
    "decimal": ("http://2130706433/", "bad_url", "neither"),
    "hex": ("http://0x7f000001/", "bad_url", "neither"),
    "octal": ("http://0177.0.0.1/", "bad_url", "neither"),
    "short": ("http://127.1/", "bad_url", "neither"),
    "zone": ("http://[fe80::1%25lo]/", "bad_url", "neither"),
    "mixed": (f"http://mixed.test:{HTTP}/good", "ok", ""),
    "alias": ("http://alias.test/", "refused_address", "private"),
    "inside": ("http://inside.test/", "refused_address", "private"),
    "inside6": ("http://inside6.test/", "refused_address", "loopback"),
    "mapped6": ("http://mapped6.test/", "refused_address", "private"),
    "localhost": ("http://localhost/", "refused_address", "loopback"),
    # Public when it is looked at; private a moment later.
    "rebind": (f"http://rebind.test:{HTTP}/back", "http_status", "404"),
    **{f"at-{address}": (f"http://{address}/", "refused_address", kind)
       for address, kind in {
           "10.82.0.1": "private", "172.16.0.1": "private",
           "192.168.1.1": "private", "100.64.1.1": "private",
           "127.0.0.1": "loopback", "127.82.0.1": "loopback",
           "169.254.169.254": "link-local", "0.0.0.0": "special",
           "224.0.0.1": "special", "255.255.255.255": "special",
           "192.0.2.1": "special", "[::1]": "loopback", "[::]": "special",
           "[fe80::1]": "link-local", "[fd00::1]": "private",
           "[::ffff:10.82.0.1]": "private", "[::10.82.0.1]": "special",
           "[64:ff9b::a52:1]": "private", "[2002:7f00:1::]": "loopback",
           "[ff02::1]": "special"}.items()},
}
# Endpoints inside, who may lead to where they are themselves, and no further.
PRIVATE = {
    "private-own": (f"http://{INSIDE}:{HTTP}/good?own", "ok", ""),
    "private-metadata": ("http://169.254.169.254/p", "refused_address", "link"),
    "private-loopback": ("http://127.0.0.1/p", "refused_address", "loopback"),
    "private-any": ("http://0.0.0.0/p", "refused_address", "special"),
}


def ways():
    """(order, its endpoint, what the certificate names, URL, result, detail).
    Each server is one address, so that one that is slow is no other's."""
    number = 0
    for kind, table in (("aia", AIA), ("crl", CRL), ("ocsp", OCSP)):
        for name, (_, result, detail) in table.items():
            number += 1
            yield (name, f"{PUBLIC}.1.{number}", kind,
                   f"http://{PUBLIC}.3.{number}:{HTTP}/{name}", result, detail)
    for number, (name, what) in enumerate(URLS.items()):
        yield (f"url-{name}", f"{PUBLIC}.2.{number + 1}", "aia", *what)
    for number, (name, what) in enumerate(PRIVATE.items()):
        yield (name, f"10.82.1.{number + 1}", "aia", *what)


def gives(result, detail):
    """An issuer, at last."""
    return result == "ok" and detail == ""


def percent(text):
    return "".join("%%%02X" % byte if byte <= 0x25 or byte >= 0x7f
                   else chr(byte) for byte in text.encode("utf-8"))


def orders(port):
    # The servers have mid; nobody has lost.
    print("root ca=1\nmid issuer=root ca=1\nlost issuer=root ca=1")
    for name, address, kind, url, result, detail in ways():
        more = "" if kind == "aia" else " send=mid"
        issuer = "mid" if more or gives(result, detail) else "lost"
        name = re.sub("[^a-z0-9-]", "_", name)
        print(f"{name} issuer={issuer} names=ip:{address} at={address}:{port} "
              f"{kind}={percent(url)}{more}")


def rows(port, *only):
    print("host,port")
    for name, address, _, _, _, _ in ways():
        if not only or name.startswith("url-at-"):
            print(f"{address},{port}")


# --- the servers ---


class Web:
    def __init__(self, pki, log):
        self.log = open(log, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.ways = {name: way for table in (AIA, CRL, OCSP)
                     for name, (way, *_) in table.items()}
        self.ways.update(HELPERS)
        with open(pki + "/mid.pem", encoding="ascii") as file:
            lines = file.read().split("\n")
        body = "".join(line for line in lines if "-" not in line)
        self.good = __import__("base64").b64decode(body)
        with open(pki + "/other.ocsp", "rb") as file:
            self.ways["ocsp-other"] = send(OK + END, file.read())

    def note(self, *words):
        with self.lock:
            print(*words, file=self.log, flush=True)

    def talk(self, peer):
        to = peer.getsockname()
        address = re.sub("^::ffff:", "", to[0])
        request = b""
        self.note("reached", address, to[1])
        try:
            peer.settimeout(20)
            while b"\r\n\r\n" not in request:
                got = peer.recv(65536)
                if not got:
                    return
                request += got
            path = request.split(b" ")[1].decode("ascii")
            self.note("asked", address, to[1], path)
            name = path[1:].split("?")[0]
            if name.startswith("slow-hop-"):
                time.sleep(0.4)
                peer.sendall(redirect(f"/slow-hop-{int(name[9:]) + 1}"
                                      .encode()))
            else:
                self.ways.get(name, send(b"HTTP/1.1 404 No\r\n" + END))(
                    peer, self.good)
        except OSError:
            pass  # clients may go when they like
        finally:
            peer.close()

    def listen(self, port):
        server = socket.create_server(("::", port), family=socket.AF_INET6,
                                      dualstack_ipv6=True, backlog=128)
        while True:
            peer, _ = server.accept()
            threading.Thread(target=self.talk, args=(peer,),
                             daemon=True).start()


V4, V6 = 1, 28
NAMES = {
    "inside.test": [(V4, INSIDE)],
    "inside6.test": [(V6, "::1")],
    "mapped6.test": [(V6, "::ffff:" + INSIDE)],
    "mixed.test": [(V4, INSIDE), (V4, PUBLIC + ".4.1"), (V4, "127.0.0.1")],
    "rebind.test": [(V4, PUBLIC + ".4.2")],
}
asked = {}


def answer(query):
    """RFC 1035; rebind.test leads inside from the second question on."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii").lower())
        at += 1 + query[at]
    name, question = ".".join(labels), query[12:at + 5]
    kind = int.from_bytes(question[-4:-2], "big")
    asked[name, kind] = asked.get((name, kind), 0) + 1
    records = b""
    owner = b"\xc0\x0c"
    count = 0
    if name == "alias.test":
        target = b"\x06inside\x04test\0"
        records += owner + struct.pack(">HHIH", 5, 1, 0, len(target)) + target
        owner, name, count = target, "inside.test", 1
    known = NAMES.get(name)
    if name == "rebind.test" and asked[name, kind] > 1:
        known = [(V4, INSIDE)]
    for of, address in known or []:
        if of == kind:
            raw = socket.inet_pton(socket.AF_INET if of == V4
                                   else socket.AF_INET6, address)
            records += owner + struct.pack(">HHIH", of, 1, 0, len(raw)) + raw
            count += 1
    flags = 0x8180 if known is not None else 0x8183
    return query[:2] + struct.pack(">HHHHH", flags, 1, count, 0, 0) + \
        question + records


def resolve():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(DNS)
    while True:
        query, peer = server.recvfrom(4096)
        server.sendto(answer(query), peer)


def serve(pki, log):
    web = Web(pki, log)
    threading.Thread(target=resolve).start()
    for port in PORTS:
        threading.Thread(target=web.listen, args=(port,)).start()


# --- what came of it ---


def run(out, *command):
    with open(out, "wb") as file:
        code = subprocess.run(command, stderr=file, timeout=90,
                              check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if used > MAX_RSS:
        print(f"FAIL: {used >> 20} MiB of memory", file=sys.stderr)
        return 1
    return code


def is_inside(address):
    return not ipaddress.ip_address(address).is_global or \
        ipaddress.ip_address(address).is_multicast


def log_of(path):
    with open(path, encoding="utf-8") as file:
        return [line.split() for line in file]


def check(db, log):
    bad = []
    told = {}
    for url, result, detail in sqlite3.connect(db).execute(
            "SELECT url, result, detail FROM v_download"):
        if url in told:
            bad.append(f"{url} is told twice")
        told[url] = (result, detail)
    for name, _, _, url, result, detail in ways():
        got = told.get(url, ("nothing", ""))
        if got[0] != result or detail not in got[1]:
            bad.append(f"{name}: {got}, not {result}: {detail}")
    complete = {host for host, in sqlite3.connect(db).execute(
        "SELECT e.host FROM v_endpoint AS e JOIN v_finding AS f ON f.run ="
        " e.run AND f.endpoint = e.endpoint WHERE f.cause = 'chain_incomplete'"
        " AND f.confidence = 'certain'")}
    for name, address, kind, _, result, detail in ways():
        if (address in complete) != (kind == "aia" and gives(result, detail)):
            bad.append(f"{name}: its chain was completed, or was not")
    log = log_of(log)
    for what, address, port, *_ in log:
        if what == "reached" and is_inside(address) and \
                (address, port) != (INSIDE, str(HTTP)):
            bad.append(f"a connection to {address} port {port}")
        if what == "reached" and port in ("22", "25", "443"):
            bad.append(f"a connection to port {port} of {address}")
    requests = [tuple(line[1:]) for line in log if line[0] == "asked"]
    for request in set(requests):
        if requests.count(request) > 1:
            bad.append(f"{request} was asked {requests.count(request)} times")
    if len(requests) < len(AIA):
        bad.append(f"{len(requests)} requests only")
    for line in bad:
        print("FAIL:", line, file=sys.stderr)
    return 1 if bad else 0


def reached(log, number):
    """Who counts connections would have counted those."""
    addresses = {line[1] for line in log_of(log)
                 if line[0] == "reached" and is_inside(line[1])}
    if len(addresses) < int(number):
        print(f"FAIL: only {sorted(addresses)} were reached", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(globals()[sys.argv[1]](*sys.argv[2:]))
