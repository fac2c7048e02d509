"""What others can see of a process that works: whether it is locked in, and
whether private keys are in its memory.

  locked_in.py look PID yes|no      all threads of the process
  locked_in.py search PID KEY CERT  no text of KEY is in memory, CERT is
  locked_in.py hold COMMAND...      a command that waits to print is locked in
  locked_in.py silent ADDRESS PORT  a server that says nothing, until SIGUSR1

SPDX-License-Identifier: Apache-2.0
"""

import base64
import os
import signal
import socket
import subprocess
import sys
import time


def fields(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1)
                    for line in file if ":\t" in line)


def threads(pid):
    return [fields(f"/proc/{pid}/task/{task}/status")
            for task in os.listdir(f"/proc/{pid}/task")]


def look(pid, locked):
    bad = 0
    for thread in threads(pid):
        got = (thread["NoNewPrivs"], thread["Seccomp"])
        if got != (("1", "2") if locked else ("0", "0")):
            print(f"{thread['Name']}: NoNewPrivs and Seccomp are {got}")
            bad = 1
        if locked and int(thread["CapEff"], 16) != 0:
            print(f"{thread['Name']}: CapEff is {thread['CapEff']}")
            bad = 1
    return bad


def memory(pid):
    """All that the process could read itself, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            words = line.split()
            start, end = (int(n, 16) for n in words[0].split("-"))
            # A sanitizer's shadow is terabytes, and holds no data.
            if "w" not in words[1] or end - start > 1 << 30:
                continue
            try:
                mem.seek(start)
                yield mem.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue


def pem_lines(path):
    with open(path, encoding="ascii") as file:
        return [line.strip() for line in file
                if line.strip() and not line.startswith("-----")]


def search(pid, key, cert):
    lines = pem_lines(key)
    der = base64.b64decode("".join(lines))
    never = [line.encode() for line in lines if len(line) > 32] + [der]
    shown = base64.b64decode("".join(pem_lines(cert)))
    bad = 0
    found = False
    for piece in memory(pid):
        found = found or shown in piece
        for secret in never:
            if secret in piece:
                print("a part of the private key's file is in memory")
                bad = 1
    if not found:
        print("not even the certificate is in memory: the search is no good")
        bad = 1
    return bad


def hold(command):
    """Its output waits, for the pipe is full."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    with subprocess.Popen(command, stdout=writer,
                          stderr=subprocess.DEVNULL) as process:
        os.close(writer)
        bad = 1
        for _ in range(300):
            status = fields(f"/proc/{process.pid}/status")
            if status["Seccomp"] == "2" and status["State"].startswith("S"):
                bad = look(process.pid, True)
                break
            if process.poll() is not None:
                break
            time.sleep(0.1)
        while os.read(reader, 65536):
            pass
    if bad:
        print("not locked in:", *command)
    return bad


def silent(address, port):
    kept = []

    def let_go(*_):
        while kept:
            kept.pop().close()

    signal.signal(signal.SIGUSR1, let_go)
    with socket.create_server((address, port)) as server:
        while True:
            kept.append(server.accept()[0])
            print(len(kept), flush=True)


def main():
    what, *rest = sys.argv[1:]
    if what == "look":
        return look(rest[0], rest[1] == "yes")
    if what == "search":
        return search(*rest)
    if what == "hold":
        return hold(rest)
    return silent(rest[0], int(rest[1]))


sys.exit(main())
