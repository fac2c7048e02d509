#!/usr/bin/env python3
"""A fleet whose certificates can be replaced while it runs: TLS by server name,
from <folder>/<address>/<name>.pem (key and chain), or <folder>/<name>.pem,
which are read anew for each connection; and a DNS server that knows the
address of every name, and both of part.test.

    changing_fleet.py FOLDER PORT DNS_PORT ADDRESS [SECOND_ADDRESS]

SPDX-License-Identifier: Apache-2.0"""
import os
import socket
import ssl
import struct
import sys
import threading

FOLDER, PORT, DNS_PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ADDRESSES = sys.argv[4:]


def context_for(address, name):
    for path in (f"{FOLDER}/{address}/{name}.pem", f"{FOLDER}/{name}.pem"):
        if os.path.exists(path):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(path)
            return context
    return None


def serve_one(conn, address):
    def choose(sock, name, _):
        context = context_for(address, name) if name else None
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        sock.context = context
        return None

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = choose
    try:
        conn.settimeout(10)
        with context.wrap_socket(conn, server_side=True) as tls:
            tls.recv(1)
    except OSError:
        conn.close()


def serve(address):
    with socket.create_server((address, PORT), backlog=64) as listener:
        while True:
            conn, _ = listener.accept()
            threading.Thread(target=serve_one, args=(conn, address),
                             daemon=True).start()


def answer(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    (kind,) = struct.unpack("!H", query[at + 1:at + 3])
    known = ADDRESSES if labels[0] == "part" else ADDRESSES[:1]
    found = [] if kind != 1 else known
    head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, len(found), 0, 0)
    return head + query[12:at + 5] + b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) +
        socket.inet_aton(address) for address in found)


def main():
    for address in ADDRESSES:
        threading.Thread(target=serve, args=(address,), daemon=True).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dns:
        dns.bind((ADDRESSES[0], DNS_PORT))
        while True:
            query, client = dns.recvfrom(2048)
            dns.sendto(answer(query), client)


main()
