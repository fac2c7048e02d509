"""Peers for protocols whose servers no package gives: NNTP, IRC, RDP and MS-SQL
(whose handshake travels inside TDS packets), and mail behind a firewall that
writes over STARTTLS. TLS itself is Python's, that is OpenSSL's.

  starttls_peers.py CHAIN.pem KEY.pem WAY=ADDRESS:PORT...

Runs until it is killed. SPDX-License-Identifier: Apache-2.0
"""
import socket
import ssl
import struct
import sys
import threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def line(conn):
    got = b""
    while not got.endswith(b"\n"):
        byte = conn.recv(1)
        if not byte:
            raise OSError("closed")
        got += byte
    return got.strip().upper()


def has_alpn(conn):
    """Whether the ClientHello that is due has extension 16 (RFC 7301)."""
    record = b""
    while len(record) < 5 or len(record) < 5 + int.from_bytes(record[3:5], "big"):
        record = conn.recv(65536, socket.MSG_PEEK)
    at = 5 + 4 + 2 + 32
    at += 1 + record[at]
    at += 2 + int.from_bytes(record[at:at + 2], "big")
    at += 1 + record[at] + 2
    while at + 4 <= len(record):
        if record[at:at + 2] == b"\x00\x10":
            return True
        at += 4 + int.from_bytes(record[at + 2:at + 4], "big")
    return False


def strict(conn):
    """No protocol that is offered will do; to offer none will."""
    if has_alpn(conn):
        conn.sendall(b"\x15\x03\x03\x00\x02\x02\x78")
        silent(conn)
    else:
        secure(conn)


def secure(conn):
    with context.wrap_socket(conn, server_side=True) as tls:
        tls.recv(1)


def exactly(conn, size):
    got = b""
    while len(got) < size:
        more = conn.recv(size - len(got))
        if not more:
            raise OSError("closed")
        got += more
    return got


def nntp(conn, offered=True, agreed=True):
    conn.sendall(b"200 news\r\n")
    assert line(conn) == b"CAPABILITIES"
    conn.sendall(b"101 list\r\nVERSION 2\r\n" +
                 (b"STARTTLS\r\n" if offered else b"") + b".\r\n")
    if offered:
        assert line(conn) == b"STARTTLS"
        conn.sendall(b"382 go\r\n" if agreed else b"580 no\r\n")
        if agreed:
            secure(conn)


def imap(conn, then):
    conn.sendall(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
    assert line(conn) == b"A CAPABILITY"
    conn.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n")
    assert line(conn) == b"B STARTTLS"
    conn.sendall(b"b OK go\r\n")
    then(conn)


def irc(conn, known=True):
    conn.sendall(b":irc NOTICE * :*** Looking up your hostname\r\n")
    assert line(conn) == b"CAP LS 302"
    assert line(conn) == b"STARTTLS"
    conn.sendall(b":irc CAP * LS :" + (b"tls sasl" if known else b"sasl") +
                 b"\r\n")
    if not known:
        conn.sendall(b":irc 421 * STARTTLS :Unknown command\r\n")
        return
    conn.sendall(b":irc 670 * :STARTTLS successful\r\n")
    secure(conn)


def rdp(conn, answer=b"\x02\x00\x08\x00\x02\x00\x00\x00"):
    exactly(conn, 19)
    conn.sendall(b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00" + answer)
    if answer[0] == 2:
        secure(conn)


def tds_packet(conn):
    header = exactly(conn, 8)
    return header[0], exactly(conn, struct.unpack(">H", header[2:4])[0] - 8)


def tds(conn, encryption=1):
    kind, _ = tds_packet(conn)
    assert kind == 0x12
    body = (b"\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff"
            b"\x0f\x00\x07\xd0\x00\x00" + bytes([encryption]))
    conn.sendall(struct.pack(">BBHHBB", 4, 1, len(body) + 8, 0, 1, 0) + body)
    if encryption == 2:
        return
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        flight = outgoing.read()
        for at in range(0, len(flight), 1000): # small packets on purpose
            part = flight[at:at + 1000]
            conn.sendall(struct.pack(
                ">BBHHBB", 0x12, 1 if at + 1000 >= len(flight) else 0,
                len(part) + 8, 0, 1, 0) + part)
        if done:
            return
        incoming.write(tds_packet(conn)[1])


def masked(conn):
    conn.sendall(b"220 ***************\r\n")
    line(conn)
    conn.sendall(b"250-mail\r\n250 XXXXXXXA\r\n")
    line(conn)


def injectable(conn):
    """Keeps what comes with STARTTLS, and answers it by TLS."""
    conn.sendall(b"220 mail\r\n")
    line(conn)
    conn.sendall(b"250 STARTTLS\r\n")
    rest = conn.recv(4096).partition(b"\r\n")[2]
    conn.sendall(b"220 go\r\n")
    with context.wrap_socket(conn, server_side=True) as tls:
        if rest.startswith(b"NOOP"):
            tls.sendall(b"250 2.0.0 Ok, nothing done\r\n")
        tls.recv(1)


def refusing(conn):
    conn.sendall(b"220 mail\r\n")
    line(conn)
    conn.sendall(b"250 STARTTLS\r\n")
    line(conn)
    conn.sendall(b"454 4.7.0 TLS not available due to local problem\r\n")
    line(conn)


def silent(conn):
    while conn.recv(65536):
        pass


WAYS = {
    "nntp": nntp,
    "nntp-none": lambda c: nntp(c, offered=False),
    "nntp-no": lambda c: nntp(c, agreed=False),
    "imap": lambda c: imap(c, secure),
    "imap-strict": lambda c: imap(c, strict),
    "irc": irc,
    "irc-none": lambda c: irc(c, known=False),
    "rdp": rdp,
    "rdp-none": lambda c: rdp(c, b"\x03\x00\x08\x00\x02\x00\x00\x00"),
    "rdp-nocert": lambda c: rdp(c, b"\x03\x00\x08\x00\x03\x00\x00\x00"),
    "mssql": tds,
    "mssql-none": lambda c: tds(c, 2),
    "smtp-masked": masked,
    "smtp-injectable": injectable,
    "smtp-refusing": refusing,
    "silent": silent,
    "tls": secure,
}


def serve(listener, way):
    while True:
        conn, _ = listener.accept()
        conn.settimeout(20)
        threading.Thread(target=one, args=(conn, way), daemon=True).start()


def one(conn, way):
    with conn:
        try:
            way(conn)
        except (OSError, AssertionError):
            pass


def main():
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.set_alpn_protocols(["irc", "imap"]) # who offers none gets none
    threads = []
    for argument in sys.argv[3:]:
        name, _, where = argument.partition("=")
        host, _, port = where.rpartition(":")
        listener = socket.create_server((host, int(port)), backlog=50)
        threads.append(threading.Thread(target=serve,
                                        args=(listener, WAYS[name])))
    for thread in threads:
        thread.start()


main()
