"""The ways to misbehave, what a scan has to find of each, and the check that it
did, for misbehaving_servers_have_their_cause.sh.

  misbehaving.py plan ADDRESS PORT    quick.csv, slow.csv (those that wait until
                                      their time is over), survey.csv (those
                                      that are asked a lot), ways.txt for badtls
  misbehaving.py run PEAK COMMAND...  runs it; its peak memory (MB) into PEAK
  misbehaving.py check FOLDER...
  misbehaving.py whole FOLDER CSV     each row of CSV is there once

SPDX-License-Identifier: Apache-2.0
"""
import csv
import json
import resource
import subprocess
import sys

TIMEOUT = "tls_handshake_timeout"
CLOSED = "tls_closed_on_hello"
RESET = "tls_reset_on_hello"
HTTP = "tls_plaintext_http"
OTHER = "tls_plaintext_other"
UNEXPLAINED = "tls_handshake_unexplained"
OLD = "tls_version_too_old"
KEY = "tls_key_mismatch"
NOT_OFFERED = "starttls_not_offered"
REFUSED = "starttls_refused"
TRUSTED = ""

# What an act leads to where the server has not said hello yet, has said hello,
# and has finished the handshake. What comes after a handshake makes no server
# less trusted.
ACTS = {
    "silent": (TIMEOUT, TIMEOUT),
    "drip": (TIMEOUT, TIMEOUT),
    "half-close": (CLOSED, UNEXPLAINED),
    "reset": (RESET, UNEXPLAINED),
    "garbage": (OTHER, UNEXPLAINED),
    "record-99": (OTHER, UNEXPLAINED),
    "record-version": (OTHER, UNEXPLAINED),
    "http": (HTTP, UNEXPLAINED),
    "noise-message": (UNEXPLAINED, UNEXPLAINED),
    "noise-data": (UNEXPLAINED, UNEXPLAINED),
    "noise-alert": (UNEXPLAINED, UNEXPLAINED),
    "record-65535": (UNEXPLAINED, UNEXPLAINED),
    "empty-messages": (UNEXPLAINED, UNEXPLAINED),
    "empty-data": (UNEXPLAINED, UNEXPLAINED),
    "empty-alerts": (UNEXPLAINED, UNEXPLAINED),
    "warnings": (UNEXPLAINED, UNEXPLAINED),
    "cipher-changes": (UNEXPLAINED, UNEXPLAINED),
    "hello-requests": (UNEXPLAINED, UNEXPLAINED),
    "unknown-messages": (UNEXPLAINED, UNEXPLAINED),
    "tickets": (UNEXPLAINED, UNEXPLAINED),
    "key-updates": (UNEXPLAINED, UNEXPLAINED),
    "bad-key-update": (UNEXPLAINED, UNEXPLAINED),
    "data": (UNEXPLAINED, UNEXPLAINED),
    "fragments": (TIMEOUT, TIMEOUT),
    "huge-message": (UNEXPLAINED, UNEXPLAINED),
    "huge-certificate": (UNEXPLAINED, UNEXPLAINED),
    "megabyte-certificate": (UNEXPLAINED, UNEXPLAINED),
    "huge-ticket": (UNEXPLAINED, UNEXPLAINED),
}
STAGES = {
    "connect": 0, "hello": 0, "hello-12": 1, "certificate-12": 1,
    "finished-12": 2, "hello-13": 1, "extensions-13": 1, "certificate-13": 1,
    "finished-13": 2,
}
# Acts of which a stage shows something else.
EXCEPTIONS = {
    # It may come before we know that there is a connection.
    "reset@connect": (RESET, "connect_refused"),
    # A new handshake is how TLS 1.2 asks for a certificate later.
    "hello-requests@finished-12": "tls_client_cert_late",
    # In clear, where everything is sealed.
    "fragments@hello-13": UNEXPLAINED,
    # Zeros, read as a list of certificates.
    "megabyte-certificate@extensions-13": "tls_cert_unparsable",
}

HELLOS = {
    # RFC 8446 section 5.1: the record's version is to be ignored.
    "record-0300": TRUSTED, "record-03ff": TRUSTED,
    "record-0203": OTHER, "version-0001": UNEXPLAINED, "version-0200": UNEXPLAINED,
    "version-0300": OLD, "version-0304": UNEXPLAINED,
    "version-0399": UNEXPLAINED, "version-7f1c": UNEXPLAINED,
    "chosen-0303": UNEXPLAINED, "chosen-0300": OLD,
    "chosen-0399": UNEXPLAINED, "cipher-unknown-12": UNEXPLAINED,
    "cipher-unknown-13": UNEXPLAINED, "cipher-not-offered-12": UNEXPLAINED,
    "cipher-not-offered-13": UNEXPLAINED,
    "cipher-of-13-under-12": UNEXPLAINED,
    "cipher-of-12-under-13": UNEXPLAINED, "cipher-scsv": UNEXPLAINED,
    "cipher-null": UNEXPLAINED, "compression-12": UNEXPLAINED,
    "compression-13": UNEXPLAINED, "session-12": UNEXPLAINED,
    "session-13": UNEXPLAINED, "twice-12": UNEXPLAINED,
    "twice-13": UNEXPLAINED, "unasked-12": UNEXPLAINED,
    "unasked-13": UNEXPLAINED, "sentinel-12": UNEXPLAINED,
    "sentinel-11": UNEXPLAINED, "group-not-offered": UNEXPLAINED,
    "no-share": UNEXPLAINED, "cut-12": UNEXPLAINED, "cut-13": UNEXPLAINED,
}

FLIGHTS = {
    "honest-12": TRUSTED, "honest-13": TRUSTED, "echo": UNEXPLAINED,
    "sslv2": OTHER, "retries": UNEXPLAINED, "two-retries": UNEXPLAINED,
    "retry-of-same-group": UNEXPLAINED, "two-hellos-12": UNEXPLAINED,
    "certificate-first": UNEXPLAINED, "verify-first": UNEXPLAINED,
    "finished-first": UNEXPLAINED, "no-verify": UNEXPLAINED,
    "two-certificates": UNEXPLAINED, "wrong-finished": UNEXPLAINED,
    "wrong-verify": KEY, "nothing-sealed": UNEXPLAINED,
    "thousand-certificates-12": TRUSTED, "thousand-certificates-13": TRUSTED,
    "no-certificate-12": UNEXPLAINED, "no-certificate-13": UNEXPLAINED,
    "slow-certificate": TIMEOUT,
}

PROTOCOLS = [
    "smtp", "submission", "lmtp", "imap", "pop3", "ftp", "nntp",
    "managesieve", "irc", "ldap", "postgres", "mysql", "mssql", "rdp", "xmpp",
    "xmpp-server"]
STARTTLS = {
    "good": TRUSTED, "silent": TIMEOUT, "endless": OTHER,
    "endless-slow": TIMEOUT, "endless-line": OTHER, "garbage": OTHER,
    "no": REFUSED, "close": CLOSED, "inject": TRUSTED, "clear": OTHER,
}
STARTTLS_EXCEPTIONS = {
    # These say whether, not why not.
    "starttls-no:postgres": NOT_OFFERED, "starttls-no:mysql": NOT_OFFERED,
    "starttls-no:mssql": NOT_OFFERED,
    # Its first byte decides.
    "starttls-endless:postgres": REFUSED,
    "starttls-endless-slow:postgres": REFUSED,
}

# What the proof has to say besides.
PROOFS = {
    "silent@hello": "with silence", "drip@hello": "not the rest within",
    "drip@hello-12": "in the middle of the handshake",
    "slow-certificate": "in the middle of the handshake",
    "starttls-endless-slow:smtp": "never came to STARTTLS; it answered \"220",
    # A hello of TLS 1.2 that is answered by TLS 1.3 has had no answer.
    "retries": "our side ended", "two-retries": "our side ended",
    "retry-of-same-group": "our side ended",
    "half-close@certificate-12": "closed the connection, after its ServerHello",
    "reset@hello-13": "reset the connection, after its ServerHello",
}

HEALTHY = 10


def ways():
    """(way with its parameter, protocol, cause)"""
    for stage, when in STAGES.items():
        for act, causes in ACTS.items():
            way = act + "@" + stage
            cause = TRUSTED if when == 2 else causes[when]
            yield way, "tls", EXCEPTIONS.get(way, cause)
    for name, cause in HELLOS.items():
        yield "hello-" + name, "tls", cause
    for name, cause in FLIGHTS.items():
        yield name, "tls", cause
    for protocol in PROTOCOLS:
        for act, cause in STARTTLS.items():
            way = "starttls-" + act + ":" + protocol
            yield way, protocol, STARTTLS_EXCEPTIONS.get(way, cause)
    yield "starttls-empty-packets:mssql", "mssql", TIMEOUT


def plan(address, port):
    port = int(port)
    header = ["host", "port", "protocol", "sni", "label"]
    quick, slow, survey = [header], [header], [header]
    with open("ways.txt", "w", encoding="utf-8") as w:
        for i, (way, protocol, cause) in enumerate(ways()):
            (slow if cause == TIMEOUT else quick).append(
                [address, port + i, protocol, "bad.test", way])
            if way.endswith("@hello") or protocol == "tls" and "@" not in way:
                survey.append([address, port + i, protocol, "bad.test", way])
            w.write("%s=%s:%d\n" % (way, address, port + i))
            if i % 40 == 0 and i // 40 < HEALTHY:
                quick.append([address, port - 1 - i // 40, "tls", "bad.test",
                              "healthy-%d" % (i // 40)])
    for name, rows in (("quick.csv", quick), ("slow.csv", slow),
                       ("survey.csv", survey)):
        with open(name, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(rows)


def run(peak, *command):
    code = subprocess.call(command)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    with open(peak, "w", encoding="utf-8") as f:
        f.write("%d\n" % used)
    sys.exit(code)


def records(folders):
    for folder in folders:
        with open(folder + "/endpoints.jsonl", encoding="utf-8") as f:
            yield from map(json.loads, f)


def as_tuple(cause):
    return cause if isinstance(cause, tuple) else (cause,)


def check(*folders):
    bad = 0
    wanted = {way: cause for way, _, cause in ways()}
    wanted.update(("healthy-%d" % i, TRUSTED) for i in range(HEALTHY))
    for record in records(folders):
        label = record["input"]["label"]
        if label not in wanted:
            print(label, "is there twice, or was never asked for")
            bad = 1
            continue
        cause = wanted.pop(label)
        good = record["verdict"] == "trusted" if cause == TRUSTED \
            else record["primary"] in as_tuple(cause)
        said = any(PROOFS.get(label, "") in finding["proof"]
                   for finding in record["findings"])
        if not good or not said:
            print(label, "wants", cause or "trusted", "and has",
                  record["verdict"], " ".join(record["causes"]))
            for finding in record["findings"]:
                print("   ", finding["id"], finding["proof"])
            bad = 1
    for label in wanted:
        print(label, "was lost")
        bad = 1
    sys.exit(bad)


def whole(folder, path):
    with open(path, newline="", encoding="utf-8") as f:
        wanted = sorted(row["label"] for row in csv.DictReader(f))
    found = sorted(r["input"]["label"] for r in records([folder]))
    sys.exit(wanted != found)


{"plan": plan, "run": run, "check": check, "whole": whole}[sys.argv[1]](*sys.argv[2:])
