"""The benchmark's fleet: servers that a scan of many endpoints can be measured
against, in a network namespace that has nothing else.

Endpoint i is the name eNNNNNNN.gNNNNN.fleet.test with an address of its own in
127.64.0.0/12; neighbours in the list are far apart in the network. 50 endpoints
share a certificate (P-256, below one of ten issuers). nginx serves them all,
Knot answers for the names, badserver (samples/demo) misbehaves.
SPDX-License-Identifier: Apache-2.0
"""
import os
import socket
import struct
import subprocess
import time

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
DOMAIN = "fleet.test"
DNS = "127.0.0.53"
PER_CERT = 50
MAX_ROWS = 1 << 20  # addresses in a /12
TLS13, TLS12, TLS10 = 20000, 20001, 20002
CLOSED, RESET, GARBAGE, CLOSE, ALERT = 20010, 20011, 20012, 20013, 20014
HOLE, TARPIT = 20020, 20021
MISBEHAVIOUR = {RESET: "reset", GARBAGE: "garbage", CLOSE: "close",
                ALERT: "alert:40", HOLE: "blackhole"}
# What a fleet under audit is made of: percent, the names' label, the
# certificate's kind (make_certs.c), port, what certmuster must call it.
HEALTHY = (100, "g", "ok", TLS13, "trusted")
MIX = (
    (65, "a", "ok", TLS13, "trusted"),
    (5, "b", "ok", TLS12, "trusted"),
    (3, "expired", "expired", TLS13, "leaf_expired"),
    (3, "self", "self-signed", TLS13, "self_signed_leaf"),
    (3, "unknown", "untrusted", TLS13, "issuer_unknown"),
    (4, "short", "incomplete", TLS13, "chain_incomplete"),
    (3, "other", "wrong-name", TLS13, "name_mismatch"),
    (1, "old", "ok", TLS10, "tls_version_too_old"),
    (3, "closed", None, CLOSED, "connect_refused"),
    (1, "reset", None, RESET, "tls_reset_on_hello"),
    (1, "garbage", None, GARBAGE, "tls_plaintext_other"),
    (1, "close", None, CLOSE, "tls_closed_on_hello"),
    (1, "alert", None, ALERT, "tls_alert_other"),
    (1, "noname", None, TLS13, "dns_nxdomain"),
    (3, "hole", None, HOLE, "connect_timeout"),
    (2, "tarpit", None, TARPIT, "tls_handshake_timeout"),
)
SILENT = {HOLE, TARPIT}


def address(prefix, number):
    """Of the number-th endpoint; prefix is 127 or 10."""
    low = number * 0x9E375 & MAX_ROWS - 1
    return f"{prefix}.{64 + (low >> 16)}.{low >> 8 & 255}.{low & 255}"


def rows(kinds, num, letter):
    """(host, number, port, label, kind, cause) of each endpoint. The kinds are
    spread evenly; 50 of a kind share a label."""
    of_kind = [k for k in kinds for _ in range(k[0])]
    seen = {}
    for i in range(num):
        _, label, cert, port, cause = of_kind[i * 61 % len(of_kind)]
        count = seen[label] = seen.get(label, -1) + 1
        label = f"{label}{count // PER_CERT:05d}"
        yield f"{letter}{i:07d}.{label}.{DOMAIN}", i, port, label, cert, cause


def run(*words, **options):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE, env={**os.environ, "PATH": PATH},
                   **options)


class Fleet:
    """Servers for `healthy` and `mixed` endpoints. `enter`: the words that
    start a program where the servers are to run."""

    def __init__(self, folder, build, healthy, mixed, prefix=127, enter=()):
        self.folder, self.build, self.prefix = folder, build, prefix
        self.enter = list(enter)
        self.root = folder + "/certs/root.pem"
        self.dns = DNS if prefix == 127 else f"{prefix}.80.0.53"
        self.children = []
        self.tarpit = None
        self.lists = [(HEALTHY,), healthy, "e"], [MIX, mixed, "m"]
        os.makedirs(folder + "/certs", exist_ok=True)

    def start(self):
        servers = self._write_zone()
        self._make_certs(servers)
        self._write_knot()
        self._write_nginx(servers)
        self._spawn("knotd", "-c", self.folder + "/knot.conf")
        self._spawn("nginx", "-c", self.folder + "/nginx.conf", "-p",
                    self.folder, "-e", self.folder + "/error.log")
        if self.prefix == 127:
            self._spawn(self.build + "/badserver", *(
                f"{way}=0.0.0.0:{port}" for port, way in MISBEHAVIOUR.items()),
                stdin=subprocess.PIPE)
        self._wait()

    def stop(self):
        if self.tarpit:
            self.tarpit.close()
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            child.wait()

    def new_tarpit(self):
        """Connections are there, and nobody ever answers: they wait in a queue
        that has room for all of them."""
        if self.tarpit:
            self.tarpit.close()
        self.tarpit = socket.create_server(("0.0.0.0", TARPIT), backlog=65535)

    def write_rows(self, kinds, num, letter, name, where=None):
        """NAME.csv for scanners, NAME.txt for the bare loop, which knows no DNS
        and so connects where names would have led. Returns the path without
        its ending and how often each cause must be seen."""
        path, truth = f"{self.folder}/{name}", {}
        with open(path + ".csv", "w", encoding="ascii") as csv, \
                open(path + ".txt", "w", encoding="ascii") as text:
            csv.write("host,port,owner\n")
            for host, i, port, _, _, cause in rows(kinds, num, letter):
                if where and not where(port):
                    continue
                csv.write(f"{host},{port},team {i % 7}\n")
                truth[cause] = truth.get(cause, 0) + 1
                if cause != "dns_nxdomain":
                    text.write(f"{address(self.prefix, i)} {port} {host}\n")
        return path, truth

    def _write_zone(self):
        """The zone; returns (label, certificate's kind, port) of each server
        that nginx must be."""
        servers = {}
        with open(self.folder + "/zone", "w", encoding="ascii") as zone:
            zone.write(f"$ORIGIN {DOMAIN}.\n$TTL 3600\n@ SOA ns root 1 3600 "
                       f"600 86400 60\n@ NS ns\nns A {self.dns}\n")
            for kinds, num, letter in self.lists:
                for host, i, port, label, kind, cause in rows(kinds, num,
                                                              letter):
                    if kind:
                        servers[label] = (label, kind, port)
                    if cause != "dns_nxdomain":
                        zone.write(f"{host}. A {address(self.prefix, i)}\n")
        return list(servers.values())

    def _make_certs(self, servers):
        orders = "".join(
            f"{label} *.elsewhere.test ok\n" if kind == "wrong-name" else
            f"{label} *.{label}.{DOMAIN} {kind}\n"
            for label, kind, _ in servers)
        run(self.build + "/tests/bench/make_certs", self.folder + "/certs",
            input=orders.encode())

    def _write_knot(self):
        os.makedirs(self.folder + "/knot", exist_ok=True)
        with open(self.folder + "/knot.conf", "w", encoding="utf-8") as file:
            file.write(
                f"server:\n  listen: {self.dns}@53\n"
                f"  rundir: {self.folder}/knot\n  udp-workers: 4\n"
                "  tcp-workers: 1\n  background-workers: 1\n"
                f"database:\n  storage: {self.folder}/knot\n"
                f"log:\n  - target: {self.folder}/knot.log\n    any: info\n"
                f"zone:\n  - domain: {DOMAIN}\n    file: {self.folder}/zone\n"
                "    zonefile-load: whole\n    zonefile-sync: -1\n"
                "    journal-content: none\n    semantic-checks: off\n")

    def _write_nginx(self, servers):
        extra = {TLS13: "ssl_protocols TLSv1.3;",
                 TLS12: "ssl_protocols TLSv1.2;",
                 TLS10: "ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;"}
        folder, opened = self.folder, set()
        with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write(
                "daemon off; worker_rlimit_nofile 20000;"
                f"worker_processes {len(os.sched_getaffinity(0))};"
                f"user root; pid {folder}/pid; error_log {folder}/error.log;"
                "events { worker_connections 16384; multi_accept on; }"
                "http { access_log off; server_names_hash_max_size 262144;"
                "server_names_hash_bucket_size 128; ssl_session_cache off;"
                + "".join(f"{kind}_temp_path {folder}/tmp;" for kind in (
                    "client_body", "proxy", "fastcgi", "uwsgi", "scgi")))
            for label, _, port in servers:
                queue = "" if port in opened else " backlog=32768"
                opened.add(port)
                file.write(
                    f"server {{ listen {port} ssl{queue}; {extra[port]}"
                    f"server_name *.{label}.{DOMAIN};"
                    f"ssl_certificate {folder}/certs/{label}.pem;"
                    f"ssl_certificate_key {folder}/certs/{label}.pem;"
                    "return 204; }\n")
            file.write("}\n")

    def _spawn(self, *words, **options):
        self.children.append(subprocess.Popen(
            self.enter + list(words), env={**os.environ, "PATH": PATH},
            stdout=subprocess.DEVNULL, **options))

    def _wait(self):
        deadline = time.monotonic() + 900
        first = next(rows((HEALTHY,), 1, "e"))
        while not (self._answers(first[0]) and
                   connects(address(self.prefix, 0), TLS13)):
            for child in self.children:
                if child.poll() is not None:
                    raise SystemExit(f"{child.args}: ended; see {self.folder}")
            if time.monotonic() > deadline:
                raise SystemExit("the fleet did not start within 900 s")
            time.sleep(0.2)

    def _answers(self, name):
        """Whether the DNS server has an address for the name."""
        question = b"".join(bytes([len(part)]) + part.encode()
                            for part in name.split(".")) + b"\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.settimeout(1)
            try:
                asked.connect((self.dns, 53))
                asked.send(struct.pack("!6H", 1, 0, 1, 0, 0, 0) + question)
                return struct.unpack("!H", asked.recv(512)[6:8])[0] == 1
            except OSError:
                return False


def connects(host, port):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False
