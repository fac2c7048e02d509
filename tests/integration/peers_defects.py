"""The servers of peers_defects.sh, and what must not come out of its scan.

  peers_defects.py serve PORT FILE DNS NAMES
      lines of FILE: address, leaf, issuer to send (names in pki/, - for none),
      and how; lines of NAMES: what the DNS server at the address DNS says
  peers_defects.py check DIR PKI NET

Each check is named after what must not happen; its text says who was seen to
do it.
SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import json
import socket
import ssl
import sys
import threading

checks = []


def check(function):
    checks.append(function)
    return function


# --- the servers ---


def context_of(leaf, issuer, how):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if how == "tls1.3":
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    with open(leaf + ".chain", "w", encoding="ascii") as out:
        for name in (leaf, issuer):
            if name != "-":
                with open(f"pki/{name}.pem", encoding="ascii") as pem:
                    out.write(pem.read())
    context.load_cert_chain(leaf + ".chain", f"pki/{leaf}.key")
    return context


def talk(connection, context, how):
    try:
        if how == "silent":
            while connection.recv(4096):
                pass
        elif how == "closes":
            connection.recv(4096)  # else the kernel sends a reset
        else:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(4096)
    except OSError:
        pass  # clients may go when they like
    finally:
        connection.close()


def listen(address, port, leaf, issuer, how):
    context = context_of(leaf, issuer, how) if leaf != "-" else None
    server = socket.create_server((address, port))
    while True:
        connection, _ = server.accept()
        threading.Thread(target=talk, args=(connection, context, how),
                         daemon=True).start()


def answer(query, names):
    """RFC 1035 section 4.1: the query's head and question, and one address; of
    other names nothing at all."""
    labels = []
    at = 12
    while query[at] != 0:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii").lower())
        at += 1 + query[at]
    question = query[12:at + 5]
    name = ".".join(labels)
    if name not in names:
        return None
    wants_a = question[-4:] == b"\x00\x01\x00\x01"
    head = query[:2] + b"\x85\x80\x00\x01" + \
        (b"\x00\x01" if wants_a else b"\x00\x00") + bytes(4)
    if not wants_a:
        return head + question
    return head + question + b"\xc0\x0c\x00\x01\x00\x01" + \
        (60).to_bytes(4, "big") + b"\x00\x04" + socket.inet_aton(names[name])


def resolve(address, port, names):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, port))
    while True:
        query, peer = server.recvfrom(4096)
        reply = answer(query, names)
        if reply is not None:
            server.sendto(reply, peer)


def serve(port, path, dns, names):
    with open(names, encoding="ascii") as file:
        known = dict(line.split() for line in file)
    threads = [threading.Thread(target=resolve, args=(dns, int(port), known))]
    with open(path, encoding="ascii") as file:
        for line in file:
            address, leaf, issuer, *how = line.split()
            threads.append(threading.Thread(
                target=listen, args=(address, int(port), leaf, issuer,
                                     how[0] if how else "")))
    for thread in threads:
        thread.start()


# --- what came out ---


class Scan:
    def __init__(self, folder, pki, net):
        with open(folder + "/endpoints.jsonl", encoding="utf-8") as file:
            self.records = [json.loads(line) for line in file]
        self.pki = pki
        self.address = net + ".1"

    def row(self, host):
        """Of the host "gap" is gap.peers.test."""
        for record in self.records:
            if record["host"] in (host, host + ".peers.test"):
                return record
        raise AssertionError(f"no row of {host}")

    def fingerprint(self, name):
        with open(f"{self.pki}/{name}.pem", encoding="ascii") as file:
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())
                                  ).hexdigest()


def trusted(row):
    assert row["verdict"] == "trusted", (row["host"], row["causes"])


def untrusted(row, *causes):
    assert row["verdict"] == "untrusted", (row["host"], row["verdict"])
    for cause in causes:
        assert cause in row["causes"], (cause, row["causes"])


@check
def a_bad_row_never_stops_the_run(scan):
    """testssl.sh and tlsx end, or lose what follows, at a line they cannot
    read; zgrab2 drops rows without a host."""
    bad = [r for r in scan.records if r["verdict"] == "invalid_row"]
    assert len(bad) == 3, [r["host"] for r in bad]
    trusted(scan.row(scan.address))
    trusted(scan.row("new"))


@check
def ip_sans_match_ip_targets(scan):
    """tlsx and testssl.sh call every address a mismatch."""
    trusted(scan.row(scan.address))
    assert "name_mismatch" not in scan.row(scan.address)["causes"]


@check
def a_private_chain_is_never_called_incomplete(scan):
    """testssl.sh and ssllabs-scan say "incomplete" of each chain to a root that
    they do not know."""
    untrusted(scan.row("elsewhere"))
    assert "chain_incomplete" not in scan.row("elsewhere")["causes"]


@check
def a_private_ca_without_its_root_is_never_trusted(scan):
    """tlsx: "untrusted" only if the unknown root itself was sent."""
    untrusted(scan.row("elsewhere"))


@check
def a_missing_intermediate_and_a_missing_root_are_never_one_cause(scan):
    """sslyze: "unable to get local issuer" for both."""
    untrusted(scan.row("gap"), "chain_incomplete")
    assert scan.row("elsewhere")["causes"][0] != scan.row("gap")["causes"][0]


@check
def a_leaf_without_intermediates_is_never_self_signed(scan):
    """cnspec took them for self-signed."""
    assert "self_signed_leaf" not in scan.row("gap")["causes"]


@check
def a_self_signed_certificate_is_never_missed(scan):
    """tlsx missed them, then saw them everywhere."""
    untrusted(scan.row("self"), "self_signed_leaf")
    others = [r["host"] for r in scan.records
              if "self_signed_leaf" in r["causes"] and
              r["host"] not in ("self.peers.test", "over.peers.test")]
    assert not others, others


@check
def the_first_error_never_hides_the_second(scan):
    """Libraries stop at the first; badssl.com shows it."""
    untrusted(scan.row("over"), "self_signed_leaf", "leaf_expired")


@check
def which_certificate_expired_is_never_left_open(scan):
    """testssl.sh: "expired", of a chain."""
    row = scan.row("below")
    untrusted(row, "ca_cert_expired")
    assert "leaf_expired" not in row["causes"], row["causes"]
    finding = next(f for f in row["findings"] if f["id"] == "ca_cert_expired")
    want = scan.fingerprint("old")
    assert want in json.dumps(finding), finding


@check
def an_expired_leaf_is_never_valid(scan):
    """cnspec passed them."""
    untrusted(scan.row("expired"), "leaf_expired")


@check
def a_leaf_of_tomorrow_is_never_valid(scan):
    """tlsx looks at notAfter alone."""
    untrusted(scan.row("future"), "leaf_not_yet_valid")


@check
def missing_extensions_never_make_it_self_signed(scan):
    """tlsx: no key id of the issuer, or no names, is "self-signed"."""
    untrusted(scan.row("plain"))
    assert "self_signed_leaf" not in scan.row("plain")["causes"]


@check
def a_name_shared_with_the_issuer_never_makes_it_self_signed(scan):
    """sslscan compares names, not keys."""
    trusted(scan.row("same"))


@check
def a_wildcard_is_never_a_mismatch_for_its_names(scan):
    """tlsx and templates of nuclei."""
    trusted(scan.row("a.w"))


@check
def a_server_with_tls13_alone_never_lacks_its_record(scan):
    """tls-scan asks for the certificate with TLS 1.2."""
    row = scan.row("new")
    trusted(row)
    assert scan.fingerprint("new") in json.dumps(row), row


@check
def a_revoked_staple_is_never_good(scan):
    """tls-scan verifies the signature and never reads the status."""
    untrusted(scan.row("revoked"), "revoked")


@check
def a_server_without_a_certificate_is_never_verified(scan):
    """tls-scan offers suites without authentication."""
    row = scan.row("anonymous")
    assert row["verdict"] not in ("trusted", "invalid_row"), row["verdict"]
    assert row["causes"][0].startswith("tls_"), row["causes"]


@check
def a_silent_server_never_holds_the_run(scan):
    """tlsx and sslyze wait for ever."""
    row = scan.row("silent")
    assert row["causes"][0] == "tls_handshake_timeout", row["causes"]
    assert 2000 <= row["total_ms"] < 20000, row["total_ms"]


@check
def ways_to_be_unreachable_are_never_one(scan):
    """zgrab2: "connection-timeout" for each failed connection, "io-timeout" for
    an end of data, no word for DNS."""
    got = [scan.row(host)["causes"][0]
           for host in ("silent", "closes", "dead", "nowhere")]
    want = ["tls_handshake_timeout", "tls_closed_on_hello", "connect_refused",
            "dns_timeout_refused"]
    assert got == want, got


@check
def an_expired_certificate_is_never_like_a_dead_host(scan):
    """blackbox_exporter: no expiry once it is over."""
    assert scan.row("expired")["verdict"] != scan.row("dead")["verdict"]
    assert scan.row("expired")["not_after"], scan.row("expired")
    assert scan.row("dead")["not_after"] is None, scan.row("dead")


@check
def what_was_not_checked_is_never_false(scan):
    """tlsx and zgrab2 leave out what is false, and what they do not know."""
    for host in ("silent", "closes", "dead"):
        row = scan.row(host)
        for field, value in row.items():
            assert value is not False or field in ("resumed", "throttled"), (
                host, field)
        assert row["revocation"] in (None, "not_checked"), row["revocation"]


@check
def a_port_is_never_that_of_the_row_before(scan):
    """tls-scan keeps the port of the last row that had one."""
    assert scan.row("bare")["port"] == 443
    assert scan.row("dead")["port"] == 8443


def main():
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
        return 0
    scan = Scan(*sys.argv[2:])
    failed = 0
    for function in checks:
        try:
            function(scan)
        except (AssertionError, KeyError) as error:
            failed += 1
            print(f"FAIL {function.__name__}: {error!r}", file=sys.stderr)
    print(f"{len(checks)} defects looked for, {failed} found")
    return 1 if failed else 0


sys.exit(main())
