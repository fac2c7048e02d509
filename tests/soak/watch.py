"""What a process holds while it lives: memory, descriptors, threads; and what
all of a namespace's processes cost. SPDX-License-Identifier: Apache-2.0
"""
import os
import resource
import statistics
import subprocess
import threading
import time

# That the last quarter may have above the second: each of the 30,000 rows in
# between is known by some bytes, and names are kept up to 32,768 (some hundred
# bytes each). What is lost with each connection would be more.
MORE_MEMORY_KB = 8192
# The store's pages are kept, too, up to a limit that some ten thousand rows
# reach. Shorter scans grow by that as well.
CACHES_KB = 16 * 1024
CACHES_FULL_ROWS = 40000
MORE_SOCKETS = 8       # the same; servers that are slow come and go
TICKS = os.sysconf("SC_CLK_TCK")


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        pairs = dict(line.split(":", 1) for line in file)
    return {key: int(pairs[key].split()[0])
            for key in ("VmRSS", "RssAnon", "Threads")}


def descriptors_of(pid):
    """(sockets, all others)"""
    sockets = others = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue  # closed meanwhile
        if target.startswith("socket:"):
            sockets += 1
        else:
            others += 1
    return sockets, others


class Watch(threading.Thread):
    """Samples a process each `every` seconds until it ends. `stage` says what
    it does at the time."""

    def __init__(self, process, every, stage):
        super().__init__(daemon=True)
        self.process, self.every, self.stage = process, every, stage
        self.samples = []
        self.start()

    def run(self):
        pid = self.process.pid
        while self.process.poll() is None:
            try:
                sample = status_of(pid)
                sample["sockets"], sample["others"] = descriptors_of(pid)
            except (OSError, KeyError):
                break  # it has just ended
            sample["stage"], sample["at"] = self.stage(), time.monotonic()
            self.samples.append(sample)
            try:
                self.process.wait(self.every)
            except subprocess.TimeoutExpired:
                pass

    def quarters(self):
        """Of the time in which it scanned, without its first moments."""
        during = [s for s in self.samples if s["stage"] == "scanning"][1:]
        if len(during) < 8:
            return []
        start, end = during[0]["at"], during[-1]["at"]
        quarters = [[], [], [], []]
        for sample in during:
            part = (sample["at"] - start) * 4 / (end - start)
            quarters[min(3, int(part))].append(sample)
        return quarters

    def faults(self, most_sockets, rows):
        """Why it is not flat."""
        quarters = self.quarters()
        if not quarters or not all(quarters):
            return [f"only {len(self.samples)} samples of the long scan"]
        _, second, _, last = quarters
        bad = []
        for key, unit in (("VmRSS", "kB of memory"), ("RssAnon", "kB of heap")):
            before, after = median(second, key), median(last, key)
            if after > before + more_memory_kb(rows):
                bad.append(f"{before} {unit} in the second quarter, {after} in "
                           f"the last: more than {more_memory_kb(rows)} kB "
                           "above")
        for key in ("others", "Threads"):
            before, after = (max(s[key] for s in q) for q in (second, last))
            if after > before:
                bad.append(f"{key}: {before} in the second quarter, {after} in "
                           "the last")
        sockets = [s["sockets"] for q in quarters for s in q]
        if max(sockets) > most_sockets:
            bad.append(f"{max(sockets)} sockets at once, at most {most_sockets} "
                       "can be needed")
        before, after = median(second, "sockets"), median(last, "sockets")
        if after > before + MORE_SOCKETS:
            bad.append(f"{before} sockets in the second quarter, {after} in the "
                       "last")
        return bad


def more_memory_kb(rows):
    return MORE_MEMORY_KB + (CACHES_KB if rows < CACHES_FULL_ROWS else 0)


def median(samples, key):
    return round(statistics.median(s[key] for s in samples))


def processor_seconds():
    """Of this process and all below it, also those that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8",
                      errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15]) / TICKS
    return total
