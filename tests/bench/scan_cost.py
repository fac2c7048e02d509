#!/usr/bin/env python3
"""CPU of a whole scan per endpoint, one program or several compared.

usage: scan_cost.py [--rows N] [--rounds N] CERTMUSTER...

A healthy fleet: nginx on 127.45.0.0/16 with TLS 1.3 and one P-256 chain, every
row another address and port, all reports written. Each round scans it with
each program in turn; what counts is user and system time of the program (not
of nginx), the best of all rounds. A program may be followed by options of its
own, in one argument: "build/certmuster --diagnose-probes 0". Prints
microseconds per endpoint and the ratio to the first; neither passes nor fails.
Needs nginx and openssl. SPDX-License-Identifier: Apache-2.0
"""
import argparse
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time

NET = "127.45"
PORTS = range(20000, 20020)
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def run(folder, *words):
    subprocess.run(words, cwd=folder, check=True, env={**os.environ,
                   "PATH": PATH}, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_chain(folder):
    """root.pem; chain.pem and leaf.key for any name below bench.test."""
    for name in ("root", "mid", "leaf"):
        run(folder, "openssl", "ecparam", "-name", "prime256v1", "-genkey",
            "-noout", "-out", name + ".key")
    with open(folder + "/ext.cnf", "w", encoding="utf-8") as file:
        file.write("[ca]\nbasicConstraints=critical,CA:TRUE\n"
                   "keyUsage=critical,keyCertSign\n"
                   "subjectKeyIdentifier=hash\n[leaf]\n"
                   "basicConstraints=critical,CA:FALSE\n"
                   "keyUsage=critical,digitalSignature\n"
                   "extendedKeyUsage=serverAuth\n"
                   "authorityKeyIdentifier=keyid\n"
                   "subjectAltName=DNS:www.bench.test\n")
    run(folder, "openssl", "req", "-x509", "-new", "-key", "root.key", "-days",
        "900", "-subj", "/CN=Bench Root", "-out", "root.pem")
    for name, issuer, section in (("mid", "root", "ca"),
                                  ("leaf", "mid", "leaf")):
        run(folder, "openssl", "req", "-new", "-key", name + ".key", "-subj",
            "/CN=Bench " + name, "-out", name + ".csr")
        run(folder, "openssl", "x509", "-req", "-in", name + ".csr", "-CA",
            issuer + ".pem", "-CAkey", issuer + ".key", "-days", "300",
            "-CAcreateserial", "-extfile", "ext.cnf", "-extensions", section,
            "-out", name + ".pem")
    with open(folder + "/chain.pem", "w", encoding="utf-8") as out:
        for name in ("leaf", "mid"):
            with open(f"{folder}/{name}.pem", encoding="utf-8") as part:
                out.write(part.read())


def start_nginx(folder):
    listen = "".join(f"listen {port} ssl;" for port in PORTS)
    with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
        file.write(
            "daemon off; worker_processes 1;"
            f"pid {folder}/pid; error_log {folder}/error.log;"
            "events { worker_connections 16384; }"
            "http { access_log off; ssl_protocols TLSv1.3;"
            + "".join(f"{kind}_temp_path {folder}/tmp;" for kind in (
                "client_body", "proxy", "fastcgi", "uwsgi", "scgi")) +
            f"server {{ {listen} ssl_certificate {folder}/chain.pem;"
            f"ssl_certificate_key {folder}/leaf.key; return 204; }} }}")
    server = subprocess.Popen(["nginx", "-c", folder + "/nginx.conf", "-p",
                               folder, "-e", folder + "/error.log"],
                              env={**os.environ, "PATH": PATH})
    for _ in range(100):
        try:
            socket.create_connection((NET + ".0.1", PORTS[0]), 1).close()
            return server
        except OSError:
            time.sleep(0.1)
    server.terminate()
    sys.exit("nginx did not start; see " + folder + "/error.log")


def write_rows(folder, rows):
    with open(folder + "/fleet.csv", "w", encoding="utf-8") as file:
        file.write("host,port,sni,owner\n")
        for i in range(rows):
            host = i // len(PORTS) + 1
            file.write(f"{NET}.{host // 250}.{host % 250 + 1},"
                       f"{PORTS[i % len(PORTS)]},www.bench.test,team {i % 7}\n")


def scan(folder, program):
    """Seconds of user and system time of one scan into a new store."""
    path, *options = shlex.split(program)
    for name in ("bench.db", "bench.db-wal", "bench.db-shm"):
        if os.path.exists(f"{folder}/{name}"):
            os.unlink(f"{folder}/{name}")
    words = [path, "scan", *options, "--quiet", "--jobs", "1", "--loopback-ok",
             "--trust", f"bench={folder}/root.pem", "--db",
             folder + "/bench.db", "--out", folder + "/report",
             folder + "/fleet.csv"]
    child = os.posix_spawn(words[0], words, os.environ)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{program}: exit code {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("programs", nargs="+", metavar="CERTMUSTER")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        make_chain(folder)
        write_rows(folder, args.rows)
        server = start_nginx(folder)
        try:
            for _ in range(args.rounds):
                for program in args.programs:
                    took = scan(folder, program)
                    best[program] = min(took, best.get(program, took))
        finally:
            server.terminate()
            server.wait()
    first = best[args.programs[0]]
    for program in args.programs:
        print(f"{1e6 * best[program] / args.rows:8.1f} us  "
              f"{best[program] / first:5.3f}  {program}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
