#!/usr/bin/env python3
"""A mail server that offers TLS, hides it or refuses it, as a file says that is
read for each connection.

    smtp.py ADDRESS PORT PEM WAY_FILE        (offer, hide, refuse)

SPDX-License-Identifier: Apache-2.0
"""
import socket
import ssl
import sys
import threading

ADDRESS, PORT, PEM, WAY_FILE = sys.argv[1:5]
PATIENCE_S = 20
REPLIES = {
    "offer": (b"250-soak\r\n250 STARTTLS\r\n", b"220 go ahead\r\n"),
    "hide": (b"250-soak\r\n250 8BITMIME\r\n", b"502 not implemented\r\n"),
    "refuse": (b"250-soak\r\n250 STARTTLS\r\n", b"454 not now\r\n"),
}


def line(conn):
    text = b""
    while not text.endswith(b"\n") and len(text) < 1000:
        part = conn.recv(1)
        if not part:
            return None
        text += part
    return text.upper()


def serve(conn, context):
    try:
        conn.settimeout(PATIENCE_S)
        with open(WAY_FILE, encoding="ascii") as file:
            hello, start = REPLIES[file.read().strip()]
        conn.sendall(b"220 soak ESMTP\r\n")
        while True:
            words = line(conn)
            if words is None or words.startswith(b"QUIT"):
                break
            if words.startswith(b"EHLO"):
                conn.sendall(hello)
            elif words.startswith(b"STARTTLS"):
                conn.sendall(start)
                if start.startswith(b"220"):
                    conn = context.wrap_socket(conn, server_side=True)
            else:
                conn.sendall(b"500 what?\r\n")
    except OSError:
        pass
    conn.close()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with socket.create_server((ADDRESS, int(PORT)), backlog=128) as listener:
        while True:
            conn, _ = listener.accept()
            threading.Thread(target=serve, args=(conn, context),
                             daemon=True).start()


main()
