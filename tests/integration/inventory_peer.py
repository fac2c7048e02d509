"""Between clients and a TLS server: answers hellos of SSLv2 itself, and those of
TLS 1.3 that offer X25519MLKEM768 without a share for it with a
HelloRetryRequest; everything else is passed on.

inventory_peer.py ADDRESS PORT SERVER SERVER_PORT
SPDX-License-Identifier: Apache-2.0"""
import socket
import struct
import sys
import threading

KINDS = bytes.fromhex("010080 0700c0 020080")
HYBRID = 0x11EC
RETRY = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


def sslv2_hello(cert):
    body = (b"\x04\x00\x01\x00\x02" + struct.pack(">HHH", len(cert), len(KINDS),
                                                  16)
            + cert + KINDS + bytes(16))
    return struct.pack(">H", 0x8000 | len(body)) + body


def extensions(hello):
    """The session id, suites and extensions of a ClientHello's record."""
    at = 5 + 4 + 2 + 32
    session = hello[at + 1:at + 1 + hello[at]]
    at += 1 + len(session)
    (size,) = struct.unpack(">H", hello[at:at + 2])
    suites = hello[at + 2:at + 2 + size]
    at += 2 + size
    at += 1 + hello[at] + 2
    found = {}
    while at + 4 <= len(hello):
        kind, size = struct.unpack(">HH", hello[at:at + 4])
        found[kind] = hello[at + 4:at + 4 + size]
        at += 4 + size
    return session, suites, found


def retry(hello):
    """The HelloRetryRequest for it; None: not this one."""
    session, suites, found = extensions(hello)
    groups = found.get(10, b"")[2:]
    offered = [int.from_bytes(groups[i:i + 2], "big")
               for i in range(0, len(groups), 2)]
    if b"\x03\x04" not in found.get(43, b"") or HYBRID not in offered:
        return None
    if len(found.get(51, b"\x00\x00")) > 2 or b"\x13\x01" not in suites:
        return None
    ext = (struct.pack(">HHH", 43, 2, 0x0304) +
           struct.pack(">HHH", 51, 2, HYBRID))
    body = (b"\x03\x03" + RETRY + bytes([len(session)]) + session +
            b"\x13\x01\x00" + struct.pack(">H", len(ext)) + ext)
    message = b"\x02\x00" + struct.pack(">H", len(body)) + body
    return b"\x16\x03\x03" + struct.pack(">H", len(message)) + message


def pump(source, sink):
    """Until either side has had enough, which the other is told."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, server, cert):
    with client:
        client.settimeout(5)
        first = client.recv(65536)
        if first and first[0] & 0x80:
            client.sendall(sslv2_hello(cert))
            return
        answer = None
        if len(first) > 80 and first[0] == 22:
            answer = retry(first)
        if answer is not None:
            client.sendall(answer)
            return
        with socket.create_connection(server, 5) as upstream:
            upstream.sendall(first)
            back = threading.Thread(target=pump, args=(upstream, client))
            back.start()
            pump(client, upstream)
            back.join()


def main():
    address, port, server, server_port = sys.argv[1:]
    import ssl
    with open("rsa.pem", encoding="ascii") as pem:
        cert = ssl.PEM_cert_to_DER_cert(pem.read())
    with socket.create_server((address, int(port)), backlog=64) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, daemon=True,
                             args=(client, (server, int(server_port)),
                                   cert)).start()


main()
