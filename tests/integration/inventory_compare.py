"""Compares inventories with what nmap and sslscan wrote, and with what servers
were told to serve.

inventory_compare.py ENDPOINTS.jsonl SERVERS.csv 'NAME: KEY=VALUE...'...
SPDX-License-Identifier: Apache-2.0"""
import csv
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

NMAP_SUITES = "/usr/share/nmap/nselib/tls.lua"
bad = 0


def fail(text):
    global bad
    bad += 1
    print("DIFFERS:", text)


def openssl_suites():
    """The suites of sslscan's library: number to IANA's name."""
    lines = subprocess.run(
        ["openssl", "ciphers", "-V", "-stdname",
         "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
        capture_output=True, text=True, check=True).stdout.splitlines()
    out = {}
    for line in lines:
        match = re.match(r"\s*0x(..),0x(..) - (\S+)", line)
        out[int(match[1] + match[2], 16)] = match[3]
    out[0x1304] = "TLS_AES_128_CCM_SHA256"
    out[0x1305] = "TLS_AES_128_CCM_8_SHA256"
    return out


def of_nmap(path):
    """version: suites; SSLv2's kinds."""
    found = {}
    root = tree.parse(path).getroot()
    for table in root.findall(".//script[@id='ssl-enum-ciphers']/table"):
        names = {e.text.replace("TLS_AKE_WITH_", "TLS_") for e in table.findall(
            "table[@key='ciphers']/table/elem[@key='name']")}
        found["TLSv1" if table.get("key") == "TLSv1.0" else
              table.get("key")] = names
    for script in root.findall(".//script[@id='sslv2']"):
        kinds = set(re.findall(r"SSL2_\w+", script.get("output")))
        found["SSLv2"] = {k.replace("SSL2_", "SSL_CK_") for k in kinds}
    return found


def of_sslscan(path, names):
    found = {}
    test = tree.parse(path).getroot().find("ssltest")
    for protocol in test.findall("protocol"):
        version = (("SSLv" if protocol.get("type") == "ssl" else "TLSv") +
                   protocol.get("version")).replace("TLSv1.0", "TLSv1")
        if protocol.get("enabled") == "1":
            found[version] = set()
    for cipher in test.findall("cipher"):
        version = cipher.get("sslversion").replace("TLSv1.0", "TLSv1")
        number = int(cipher.get("id"), 16)
        # Those that it offers without its library have IANA's names already.
        found.setdefault(version, set()).add(
            names.get(number, cipher.get("cipher")))
    return found


def compare(what, ours, theirs, offered, lacks=()):
    """offered: whether the tool can offer a suite with a version; lacks: versions
    that it cannot find for what the server wants besides."""
    for version in sorted(set(ours) | set(theirs)):
        if version in lacks and version not in theirs:
            print(f"{what}: {version}: cannot be found by it")
            continue
        mine = ours.get(version, set())
        if version not in ours or version not in theirs:
            fail(f"{what}: {version}: "
                 f"{'we' if version in ours else 'they'} alone find it")
            continue
        apart = {s for s in mine if not offered(version, s)}
        if apart:
            print(f"{what}: {version}: cannot be offered by it:",
                  " ".join(sorted(apart)))
        for suite in sorted((mine - apart) - theirs[version]):
            fail(f"{what}: {version}: we alone find {suite}")
        for suite in sorted(theirs[version] - mine):
            fail(f"{what}: {version}: they alone find {suite}")


def expect(name, inventory, wanted):
    for item in wanted.split():
        key, value = item.split("=", 1)
        if key in ("groups", "schemes"):
            if set(inventory[key]) != set(value.split(",")):
                fail(f"{name}: {key} {inventory[key]}, not {value}")
        elif key == "has_group":
            if value not in inventory["groups"]:
                fail(f"{name}: no group {value} in {inventory['groups']}")
        elif key == "alpn":
            if inventory["alpn"] != value.split(","):
                fail(f"{name}: alpn {inventory['alpn']}, not {value}")
        elif key == "order":
            version, order = value.split(":")
            got = inventory["versions"][version]["server_order"]
            if got != order:
                fail(f"{name}: {version}: server_order {got}, not {order}")
        elif key != "nmap_lacks" and str(inventory[key]) != value:
            fail(f"{name}: {key} {inventory[key]}, not {value}")


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    with open(sys.argv[2], encoding="utf-8") as file:
        servers = list(csv.DictReader(file))
    wanted = dict(text.split(": ", 1) for text in sys.argv[3:])
    names = openssl_suites()
    with open(NMAP_SUITES, encoding="utf-8") as lua:
        lua = {name.replace("TLS_AKE_WITH_", "TLS_")
               for name in re.findall(r"\bTLS_\w+", lua.read())}
    for server in servers:
        name = server["name"]
        row = next(r for r in rows if r["input"]["name"] == name)
        inventory = row["inventory"]
        ours = {}
        for version, facts in inventory["versions"].items():
            if facts["served"] == "unknown" or not facts["complete"]:
                fail(f"{name}: {version} is not known")
            if facts["served"] == "yes":
                ours[version] = set(facts["suites"])
        print(f"{name}: {sum(map(len, ours.values()))} suites of "
              f"{' '.join(ours)}; {inventory['connections']} connections")
        facts = wanted.pop(name, "")
        lacks = re.findall(r"nmap_lacks=(\S+)", facts)
        compare(f"{name}, nmap", ours, of_nmap(f"nmap_{name}.xml"),
                lambda version, suite: version == "SSLv2" or suite in lua,
                lacks)
        # Of SSLv2 and SSLv3 it tells only that they are there.
        compare(f"{name}, sslscan", ours,
                of_sslscan(f"sslscan_{name}.xml", names),
                lambda version, suite: version.startswith("TLS"))
        expect(name, inventory, facts)
    for name in wanted:
        fail(f"{name}: no such server")
    sys.exit(1 if bad else 0)


main()
