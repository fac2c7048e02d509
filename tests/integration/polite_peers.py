#!/usr/bin/env python3
"""Servers that notice how they are asked.

polite_peers.py count FILE PORT ADDRESS...
    Holds each connection for a moment, then closes it without a word. At
    SIGTERM FILE gets, as JSON, the most connections that were open at once to
    one address and to one /24, and the addresses in the order of their first
    connection.
polite_peers.py throttle FILE ADDRESS PORT RATE CERT KEY
    A TLS server that resets the connections above RATE a second, like a
    firewall against floods. FILE: how many were served and reset.
polite_peers.py dns ADDRESS PORT [AFTER]
    Answers each name of the form x.127-1-2-3.test with that address. After so
    many queries it answers no more, but stays.
SPDX-License-Identifier: Apache-2.0"""
import asyncio
import collections
import json
import signal
import socket
import ssl
import struct
import sys
import time

HOLD = 0.02


class Count:
    """One listener for each address; who is inside, and the most there was."""

    def __init__(self):
        self.inside = collections.Counter()
        self.most = collections.Counter()
        self.order = []
        self.connections = 0

    async def serve(self, reader, writer):
        address = writer.get_extra_info("sockname")[0]
        keys = [address, address.rsplit(".", 1)[0] + ".0/24"]
        self.connections += 1
        if address not in self.order:
            self.order.append(address)
        for key in keys:
            self.inside[key] += 1
            self.most[key] = max(self.most[key], self.inside[key])
        await asyncio.sleep(HOLD)
        for key in keys:
            self.inside[key] -= 1
        writer.close()

    async def run(self, port, addresses):
        for address in addresses:
            await asyncio.start_server(self.serve, address, port, backlog=1024)

    def report(self):
        return {"most": self.most, "order": self.order,
                "connections": self.connections}


class Throttle:
    """A bucket of one second's connections in front of a TLS server."""

    def __init__(self, rate, cert, key):
        self.rate = rate
        self.tokens = float(rate)
        self.since = time.monotonic()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.served = 0
        self.reset = 0

    def allows(self):
        now = time.monotonic()
        self.tokens = min(self.rate,
                          self.tokens + (now - self.since) * self.rate)
        self.since = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    async def serve(self, conn):
        if not self.allows():
            self.reset += 1
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            conn.close()
            return
        self.served += 1
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(
                asyncio.Protocol, conn, ssl=self.context)
            loop.call_later(1, transport.close)
        except OSError:
            pass

    async def run(self, address, port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(1024)
        listener.setblocking(False)
        loop = asyncio.get_running_loop()
        tasks = set()

        async def accept():
            while True:
                conn, _ = await loop.sock_accept(listener)
                task = asyncio.ensure_future(self.serve(conn))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        tasks.add(asyncio.ensure_future(accept()))
        self.tasks = tasks

    def report(self):
        return {"served": self.served, "reset": self.reset}


class Dns(asyncio.DatagramProtocol):
    def __init__(self, after):
        self.after = after
        self.queries = 0

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.queries += 1
        if self.after is not None and self.queries > self.after:
            return
        at, labels = 12, []
        while data[at] != 0:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        question = data[12:at + 5]
        is_a = data[at + 1:at + 3] == b"\0\1"
        rest = b""
        if is_a:
            rest = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(
                labels[-2].replace("-", "."))
        self.transport.sendto(
            data[:2] + b"\x85\x80\0\1\0" + (b"\1" if is_a else b"\0") +
            b"\0\0\0\0" + question + rest, addr)

    async def run(self, address, port):
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self,
                                            local_addr=(address, port))


async def main(argv):
    kind, path = argv[0], argv[1]
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    if kind == "count":
        server = Count()
        await server.run(int(argv[2]), argv[3:])
    elif kind == "throttle":
        server = Throttle(int(argv[4]), argv[5], argv[6])
        await server.run(argv[2], int(argv[3]))
    else:
        server = Dns(int(argv[3]) if len(argv) > 3 else None)
        await server.run(argv[1], int(argv[2]))
        path = None
    await done.wait()
    if path is not None:
        with open(path, "w", encoding="ascii") as out:
            json.dump(server.report(), out)


asyncio.run(main(sys.argv[1:]))
