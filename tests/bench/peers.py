"""Other programs that look at certificates, as Debian has them, over the same
healthy fleet. Each gets as much at once as it can do.
SPDX-License-Identifier: Apache-2.0
"""
import shutil
import subprocess

from fleet import DNS, HEALTHY, TLS13
from measure import median

ROUNDS = 3


def programs(fleet, rows):
    """(name, endpoints, what it says of each of them, words) of programs."""
    with open(rows + ".csv", encoding="ascii") as file:
        hosts = [line.split(",")[0] for line in file][1:]
    slow = hosts[:max(len(hosts) // 2, 1)]
    url = 'url = "https://{}:%d/"\noutput = "/dev/null"' % TLS13
    for path, names, text in ((".hosts", hosts, "{}"), (".urls", hosts, url),
                              (".ports", slow, "{}:%d" % TLS13)):
        with open(rows + path, "w", encoding="ascii") as file:
            file.write("".join(text.format(name) + "\n" for name in names))
    return (
        ("curl --parallel", len(hosts), "0 Subject:", [
            "curl", "-s", "--parallel", "--parallel-max", "300",
            "--parallel-immediate", "--cacert", fleet.root, "-w",
            "%{ssl_verify_result} %{certs}", "-K", rows + ".urls"]),
        ("nmap ssl-cert", len(hosts), "Not valid after:", [
            "nmap", "-Pn", "-n", "-T5", "-p", str(TLS13), "--script",
            "+ssl-cert", "-iL", rows + ".hosts"]),
        ("sslscan, certificate only", len(slow), "Not valid after:", [
            "sslscan", "--targets=" + rows + ".ports", "--no-ciphersuites",
            "--no-fallback", "--no-renegotiation", "--no-compression",
            "--no-heartbleed", "--no-groups", "--show-certificate"]),
        ("openssl s_client, xargs -P 16", len(slow),
         "Verification: OK", [
            "xargs", "-a", rows + ".ports", "-P", "16", "-I", "{}", "openssl",
            "s_client", "-connect", "{}", "-CAfile", fleet.root]),
    )


def measure(bench, fleet, num):
    """Names are resolved as in the scan: by the fleet's own DNS server."""
    resolver = bench.folder + "/resolv.conf"
    with open(resolver, "w", encoding="ascii") as file:
        file.write(f"nameserver {DNS}\n")
    subprocess.run(["mount", "--bind", resolver, "/etc/resolv.conf"],
                   check=True)
    rows, truth = fleet.write_rows((HEALTHY,), num, "e", "peers")
    try:
        ours = [bench.scan(fleet, rows, truth) for _ in range(ROUNDS)]
        us = median(got["us"] for got in ours)
        rate = num / median(got["wall_s"] for got in ours)
        bench.line("i", f"certmuster, {num:,} rows", f"{us:,.0f} us; "
                   f"{rate:,.0f}/s; {ours[0]['rss_kb'] / 1024:.0f} MB")
        for name, count, said, words in programs(fleet, rows):
            if shutil.which(words[0]) is None:
                bench.notes.append(words[0] + " is not installed")
                continue
            compare(bench, name, count, words, us)
            with open(bench.folder + "/peer.out", "rb") as file:
                seen = file.read().count(said.encode())
            if seen < ROUNDS * count:
                bench.notes.append(f"{name} has no certificate for some: "
                                   f"{seen} of {ROUNDS} x {count}")
    finally:
        subprocess.run(["umount", "/etc/resolv.conf"], check=True)


def compare(bench, name, count, words, ours):
    with open(bench.folder + "/peer.out", "wb") as out:
        got = [bench.cost(words, stdout=out, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL) for _ in range(ROUNDS)]
    us = median(1e6 * g["cpu_s"] / count for g in got)
    rate = count / median(g["wall_s"] for g in got)
    bench.line("i", name, f"{us:,.0f} us; {rate:,.0f}/s; "
               f"{got[0]['rss_kb'] / 1024:.0f} MB; {us / ours:.1f}x", runs=got)
