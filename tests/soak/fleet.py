"""The fleet that changes while it is scanned, and what is known of it.

A site is a label below soak.test: names r1.LABEL.soak.test, r2.LABEL... lead to
it. What it does is its *way*; each way has the causes that a scan may name for
it. A site remembers when it had which way, so that a row can be compared with
what was true at the time. SPDX-License-Identifier: Apache-2.0
"""
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
DOMAIN = "soak.test"
DNS = "127.90.0.53"
CANARY = "127.90.0.80"
WEB, BAD, CLOSED = "127.90.1.", "127.90.2.", "127.90.3.1"
OLD, NO_NAME = WEB + "250", WEB + "251"
TLS_PORT, SMTP_PORT = 443, 25
HERE = os.path.dirname(os.path.abspath(__file__))
POLITE = os.path.join(HERE, "..", "integration", "polite_peers.py")

# Ways by certificate: nginx serves another file. "ok" has three: a renewal is
# a new key, too.
CERT_WAYS = {"ok0": "trusted", "ok1": "trusted", "ok2": "trusted",
             "expired": "leaf_expired", "early": "leaf_not_yet_valid",
             "wrong-name": "name_mismatch", "incomplete": "chain_incomplete",
             "self-signed": "self_signed_leaf", "untrusted": "issuer_unknown"}
# Ways by name: DNS leads elsewhere, or nowhere.
BAD_WAYS = {"silent": "tls_handshake_timeout", "close": "tls_closed_on_hello",
            "reset": "tls_reset_on_hello", "http": "tls_plaintext_http",
            "ssh": "tls_plaintext_other", "alert:80": "tls_internal_error",
            "garbage": "tls_plaintext_other", "drip": "tls_handshake_timeout",
            "blackhole": "connect_timeout"}
DNS_WAYS = {**BAD_WAYS, "closed": "connect_refused", "old":
            "tls_version_too_old", "nxdomain": "dns_nxdomain"}
SMTP_WAYS = {"offer": "trusted", "hide": "starttls_not_offered",
             "refuse": "starttls_refused"}
PLACES = {**{way: f"{BAD}{i + 1}" for i, way in enumerate(BAD_WAYS)},
          "closed": CLOSED, "old": OLD}
# Records that lead nowhere, or to what is broken; they stay as they are.
RECORDS = {"gone": ("", "dns_nxdomain"),
           "mail": ("*.mail MX 10 elsewhere.test.", "dns_no_address"),
           "alias": ("*.alias CNAME deleted", "dns_cname_broken"),
           "noname": (f"*.noname A {NO_NAME}", "tls_sni_unrecognized"),
           **{f"always-{way[:5]}": (f"*.always-{way[:5]} A {place}",
                                    DNS_WAYS[way])
              for way, place in PLACES.items()}}
# While a server is being stopped or started it may do any of these.
IN_BETWEEN = {"connect_refused", "tls_reset_on_hello", "tls_closed_on_hello"}
# Who resets connections by number is not to be said to mind what was in them.
THROTTLED = {"trusted", "tls_reset_on_hello", "tls_closed_on_hello",
             "tls_handshake_unexplained"}
SLOW = {"silent", "drip", "blackhole"}
NUM_WEB, NUM_ENDING = 40, 6
# How long before its time stamp a result may have been seen (of a machine that
# is busy), as the name's address is asked for once: a time-out takes all tries,
# and again, twice, when many fail; who is dropped is asked again after 5 and 10
# seconds, too.
TIMED_OUT_S, DROPPED_S, QUICK_S, AFTER_S = 100, 40, 15, 1.5
TIMED_OUT = {"connect_timeout", "tls_handshake_timeout"}
DROPPED = {"tls_reset_on_hello", "tls_closed_on_hello", "connect_refused"}


def causes_of(way):
    return {CERT_WAYS.get(way) or DNS_WAYS[way]}


class Site:
    """A label, and its ways: (since, until, way, causes)."""

    def __init__(self, label, way, causes, port=TLS_PORT, protocol="",
                 ends=None):
        self.label, self.port, self.protocol = label, port, protocol
        self.ends = ends  # when its certificate does
        self.address = None
        self.spans = [(0, None, way, causes)]

    @property
    def way(self):
        return self.spans[-1][2]

    def become(self, way, causes, since, until):
        """It began to change at `since`, and was changed at `until`."""
        start, _, old, old_causes = self.spans[-1]
        self.spans[-1] = (start, until, old, old_causes)
        self.spans.append((since, None, way, causes))

    def agrees(self, cause, at, judged_at):
        """Whether a result that was recorded at `at` can have this cause."""
        before = TIMED_OUT_S if cause in TIMED_OUT else \
            DROPPED_S if cause in DROPPED else QUICK_S
        return any(cause in self._by_date(causes, judged_at)
                   for since, until, _, causes in self.spans
                   if since <= at + AFTER_S and
                   (until is None or until >= at - before))

    def certain(self, at):
        """Whether only one way was possible."""
        return sum(1 for since, until, _, _ in self.spans
                   if since <= at + AFTER_S and
                   (until is None or until >= at - QUICK_S)) == 1

    def _by_date(self, causes, judged_at):
        if self.ends is None or abs(judged_at - self.ends) <= 2:
            return causes | ({"leaf_expired"} if self.ends else set())
        return causes if judged_at < self.ends else {"leaf_expired"}

    def was(self, at):
        """For a message: what it could be, and since when."""
        return [f"{way} from {since - at:+.1f} s"
                + ("" if until is None else f" to {until - at:+.1f} s")
                for since, until, way, _ in self.spans
                if until is None or until >= at - TIMED_OUT_S]


class Fleet:
    def __init__(self, folder, build, seed, seconds):
        self.folder, self.build = folder, build
        self.pick = random.Random(seed)
        self.root = folder + "/certs/root.pem"
        self.children, self.servers = [], {}
        self.serial, self.changes, self.outages = 1, 0, 0
        self.log = open(folder + "/servers.log", "ab")
        # Nothing is started in the first seconds of a scan while DNS is silent:
        # servers that never answered are not waited for.
        self.dns_gate = threading.Lock()
        self.last_start = 0.0
        self._make_sites(seconds)

    def _make_sites(self, seconds):
        good = {"trusted"}
        # The first ten stay: between them they send all intermediates.
        self.steady = [Site(f"w{i}", "ok0", good) for i in range(10)]
        self.web = []
        for i in range(10, NUM_WEB):
            way = self._new_way()
            self.web.append(Site(f"w{i}", way, causes_of(way)))
        self.ending = [Site(f"e{i}", "ok", good,
                            ends=time.time() + seconds * (i + 1) // 8 + 5)
                       for i in range(NUM_ENDING)]
        self.smtp = Site("smtp", "offer", good, SMTP_PORT, "smtp")
        self.throttled = Site("thr", "throttle", THROTTLED)
        need = {"tls_client_cert_required"}
        self.openssl = [Site("s0", "up", good), Site("s1", "up", good),
                        Site("s2", "up", need), Site("s3", "up", need)]
        self.dead = [Site(name, name, {cause})
                     for name, (_, cause) in RECORDS.items()]
        self.dead.append(Site("broken", "servfail", {"dns_servfail"}))
        self.slow = [site for site in self.dead
                     if site.spans[0][3] & TIMED_OUT]
        for i, site in enumerate(self.steady + self.web + self.ending):
            site.address = f"{WEB}{i + 1}"
        for i, site in enumerate([self.smtp, self.throttled, *self.openssl]):
            site.address = f"127.90.{4 + i}.1"
        self.sites = {site.label: site for site in (
            *self.steady, *self.web, *self.ending, *self.openssl, *self.dead,
            self.smtp, self.throttled)}

    def host(self, site, name):
        if site.label == "broken":
            return f"{name}.broken.test"
        return f"{name}.{site.label}.{DOMAIN}"

    # --- starting and stopping ---

    def start(self):
        for name in ("certs", "live", "tmp", "knot"):
            os.makedirs(f"{self.folder}/{name}")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True,
                       env={**os.environ, "PATH": PATH})
        self._make_certs()
        for site in self.steady + self.web:
            self._show(site, site.way if site.way in CERT_WAYS else "ok0")
        for site in self.ending:
            self._show(site, "ok")
        self._write_zone()
        self._write_knot()
        self._write_nginx()
        self._write_smtp("offer")
        self._spawn("knotd", "knotd", "-c", self.folder + "/knot.conf")
        with open(self.folder + "/openssl.cnf", "w", encoding="ascii") as file:
            file.write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
                       "system_default = weak\n[weak]\nMinProtocol = TLSv1\n"
                       "CipherString = ALL:@SECLEVEL=0\n")
        self._spawn("nginx", "nginx", "-c", self.folder + "/nginx.conf", "-p",
                    self.folder, "-e", self.folder + "/nginx.log",
                    OPENSSL_CONF=self.folder + "/openssl.cnf")
        self._spawn("bad", self.build + "/badserver", *(
            f"{way}={PLACES[way]}:{TLS_PORT}" for way in BAD_WAYS),
            f"close={CANARY}:{TLS_PORT}", stdin=subprocess.PIPE)
        pem = self.folder + "/certs/thr-ok.pem"
        self._spawn("throttle", sys.executable, POLITE, "throttle",
                    self.folder + "/throttle.json", self.throttled.address,
                    str(TLS_PORT), "2", pem, pem)
        self._spawn("smtp", sys.executable, HERE + "/smtp.py",
                    self.smtp.address, str(SMTP_PORT),
                    self.folder + "/certs/smtp-ok.pem",
                    self.folder + "/smtp.way")
        for site in self.openssl:
            self._start_openssl(site)
        self._wait_all()

    def stop(self):
        for child in self.children:
            child.send_signal(signal.SIGCONT)
            child.terminate()
        for child in self.children:
            child.wait()
        self.log.close()

    def _spawn(self, name, *words, stdin=subprocess.DEVNULL, **more):
        child = subprocess.Popen(
            words, env={**os.environ, "PATH": PATH, **more}, stdin=stdin,
            stdout=self.log, stderr=self.log)
        self.children.append(child)
        self.servers[name] = child

    def _start_openssl(self, site):
        pem = f"{self.folder}/certs/{site.label}-ok.pem"
        asks = {"s2": ["-Verify", "1", "-tls1_3"],
                "s3": ["-Verify", "1", "-tls1_2"]}.get(site.label, [])
        self._spawn(site.label, "openssl", "s_server", "-accept",
                    f"{site.address}:{TLS_PORT}", "-www", "-cert", pem, "-key",
                    pem, "-cert_chain", pem, "-CAfile", self.root, *asks)

    def _wait_all(self):
        places = [(site.address, site.port) for site in (
            self.steady[0], self.smtp, self.throttled, *self.openssl)]
        places += [(BAD + "2", TLS_PORT), (CANARY, TLS_PORT)]
        until = time.time() + 60
        while not (self._answers("r.w0." + DOMAIN) and
                   all(connects(*place) for place in places)):
            for child in self.children:
                if child.poll() is not None:
                    raise SystemExit(f"{child.args}: ended; see servers.log")
            if time.time() > until:
                raise SystemExit("the fleet did not start within 60 s")
            time.sleep(0.1)

    def _answers(self, name):
        return self._ask(name, 1)[6:8] == b"\0\1"

    def _ask(self, name, kind):
        question = b"".join(bytes([len(part)]) + part.encode()
                            for part in name.split("."))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.settimeout(2)
            try:
                asked.connect((DNS, 53))
                asked.send(b"\0\1\0\0\0\1\0\0\0\0\0\0" + question + b"\0\0" +
                           bytes([kind]) + b"\0\1")
                return asked.recv(1500)
            except OSError:
                return b""

    # --- what servers read ---

    def _make_certs(self):
        orders = []  # the first ten have the ten issuers
        for site in self.steady + self.web:
            names = f"*.{site.label}.{DOMAIN},{site.label}.{DOMAIN}"
            orders.append(f"{site.label}-ok0 {names} ok")
        for site in self.web:
            names = f"*.{site.label}.{DOMAIN},{site.label}.{DOMAIN}"
            for way in CERT_WAYS:
                if way != "ok0":
                    orders.append(f"{site.label}-{way} " + (
                        "*.elsewhere.test ok" if way == "wrong-name" else
                        f"{names} {'ok' if way[:2] == 'ok' else way}"))
        for site in (*self.ending, *self.openssl, self.smtp, self.throttled):
            kind = "ok" if site.ends is None else \
                f"ends:{int(site.ends - time.time())}"
            orders.append(f"{site.label}-ok *.{site.label}.{DOMAIN} {kind}")
        subprocess.run([self.build + "/tests/bench/make_certs",
                        self.folder + "/certs"], check=True,
                       input="".join(o + "\n" for o in orders).encode())

    def _show(self, site, way):
        live = f"{self.folder}/live/{site.label}.pem"
        os.symlink(f"../certs/{site.label}-{way}.pem", live + ".new")
        os.rename(live + ".new", live)

    def _write_smtp(self, way):
        with open(self.folder + "/smtp.new", "w", encoding="ascii") as file:
            file.write(way)
        os.rename(self.folder + "/smtp.new", self.folder + "/smtp.way")

    def _write_zone(self):
        with open(self.folder + "/zone.new", "w", encoding="ascii") as zone:
            zone.write(f"$ORIGIN {DOMAIN}.\n$TTL 1\n@ SOA ns root {self.serial}"
                       f" 3600 600 86400 1\n@ NS ns\nns A {DNS}\n")
            for site in self.sites.values():
                if site.address is not None and site.way != "nxdomain":
                    place = PLACES.get(site.way, site.address)
                    zone.write(f"*.{site.label} A {place}\n")
            zone.writelines(record + "\n" for record, _ in RECORDS.values())
        os.rename(self.folder + "/zone.new", self.folder + "/zone")

    def _write_knot(self):
        folder = self.folder
        with open(folder + "/knot.conf", "w", encoding="utf-8") as file:
            file.write(
                f"server:\n  listen: {DNS}@53\n  rundir: {folder}/knot\n"
                "  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n"
                f"control:\n  listen: {folder}/knot/knot.sock\n"
                f"database:\n  storage: {folder}/knot\n"
                f"log:\n  - target: {folder}/knot.log\n    any: warning\n"
                f"zone:\n  - domain: {DOMAIN}\n    file: {folder}/zone\n"
                "    zonefile-load: whole\n    zonefile-sync: -1\n"
                "    journal-content: none\n    semantic-checks: off\n"
                f"  - domain: broken.test\n    file: {folder}/no-such-zone\n")

    def _write_nginx(self):
        folder = self.folder
        with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write(
                "daemon off; worker_processes 1; user root;"
                f"pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
                "events { worker_connections 4096; }\n"
                "http { access_log off; ssl_session_cache off;\n"
                "ssl_protocols TLSv1.2 TLSv1.3;"
                + "".join(f"{kind}_temp_path {folder}/tmp;" for kind in (
                    "client_body", "proxy", "fastcgi", "uwsgi", "scgi")))
            for site in self.steady + self.web + self.ending:
                pem = f"{folder}/live/{site.label}.pem"
                file.write(f"server {{ listen {site.address}:{TLS_PORT} ssl;"
                           f"ssl_certificate {pem}; ssl_certificate_key {pem};"
                           "return 204; }\n")
            pem = f"{folder}/certs/w0-ok0.pem"
            file.write(f"server {{ listen {OLD}:{TLS_PORT} ssl; ssl_certificate"
                       f" {pem}; ssl_certificate_key {pem}; ssl_protocols TLSv1;"
                       "ssl_ciphers ALL:@SECLEVEL=0; return 204; }\n"
                       f"server {{ listen {NO_NAME}:{TLS_PORT} ssl;"
                       "ssl_reject_handshake on; } }\n")

    # --- changes ---

    def change(self):
        """One of the things that happen to fleets."""
        what = self.pick.random()
        if what < 0.80:
            self._change_sites()
        elif what < 0.90:
            self._change_server(self.pick.choice(self.openssl))
        else:
            self._change_smtp()
        self.changes += 1

    def _new_way(self):
        what = self.pick.random()
        if what < 0.62:
            return self.pick.choice(("ok0", "ok1", "ok2"))
        if what < 0.84:
            return self.pick.choice([w for w, c in CERT_WAYS.items()
                                     if c != "trusted"])
        if what < 0.97:
            return self.pick.choice([w for w in DNS_WAYS if w not in SLOW])
        return self.pick.choice(sorted(SLOW))

    def _change_sites(self):
        """Renewed, expired, moved, gone ...: some sites at once."""
        plan = {site: self._new_way()
                for site in self.pick.sample(self.web, self.pick.randint(1, 5))}
        plan = {site: way for site, way in plan.items() if way != site.way}
        if not plan:
            return
        since = time.time()
        # The new ways count from now on; the old ones until they are seen to be
        # gone. Names lead to nginx when it has the new certificates, not before.
        for site, way in plan.items():
            site.become(way, causes_of(way), since, None)
            if way in CERT_WAYS:
                self._show(site, way)
        self.servers["nginx"].send_signal(signal.SIGHUP)
        self._until(lambda: all(map(self._serves, plan)))
        self.serial += 1
        self._write_zone()
        subprocess.run(["knotc", "-b", "-s", self.folder + "/knot/knot.sock",
                        "zone-reload", DOMAIN], check=True, stdout=self.log,
                       stderr=self.log, env={**os.environ, "PATH": PATH})
        serial = self.serial.to_bytes(4, "big")
        self._until(lambda: serial in self._ask(DOMAIN, 6))
        until = time.time() + 1
        for site in plan:
            start, _, way, causes = site.spans[-2]
            site.spans[-2] = (start, until, way, causes)

    def _until(self, shown):
        """Returns when the servers show what was written for them."""
        until = time.time() + 60
        seen = 0
        while seen < 3:  # for a moment old workers answer beside new ones
            seen = seen + 1 if shown() else 0
            if time.time() > until:
                raise SystemExit("the fleet did not change within 60 s")
            time.sleep(0.15)

    def _serves(self, site):
        """nginx has the site's certificate, as far as it is to have one."""
        if site.way not in CERT_WAYS:
            return True
        with open(f"{self.folder}/live/{site.label}.pem",
                  encoding="ascii") as file:
            pem = file.read()
        start = pem.index("-----BEGIN CERTIFICATE")
        end = pem.index("-----END CERTIFICATE", start)
        want = ssl.PEM_cert_to_DER_cert(pem[start:end] +
                                        "-----END CERTIFICATE-----\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection((site.address, TLS_PORT), 5) as conn:
                with context.wrap_socket(conn) as tls:
                    return tls.getpeercert(True) == want
        except OSError:
            return False

    def _change_server(self, site):
        """A process is stopped, or started again."""
        causes = {"trusted"} if site.label in ("s0", "s1") else \
            {"tls_client_cert_required"}
        since = time.time()
        down = site.way == "up"
        # Whatever it was, and whatever it will be, until it is so.
        site.become("changing", causes | IN_BETWEEN, since, since)
        if down:
            child = self.servers.pop(site.label)
            child.terminate()
            child.wait()
            self.children.remove(child)
        else:
            self._start_openssl(site)
            until = since + 30
            while not connects(site.address, TLS_PORT) and time.time() < until:
                time.sleep(0.05)
        now = time.time()
        site.become("down" if down else "up",
                    {"connect_refused"} if down else causes, now, now + 1)

    def _change_smtp(self):
        way = self.pick.choice([w for w in SMTP_WAYS if w != self.smtp.way])
        since = time.time()
        self._write_smtp(way)
        self.smtp.become(way, {SMTP_WAYS[way]}, since, time.time() + 1)

    def outage(self, seconds):
        """The DNS server says nothing for a while; no row may notice."""
        with self.dns_gate:
            wait = self.last_start + 5 - time.time()
            if wait > 0:
                time.sleep(wait)
            knot = self.servers["knotd"]
            knot.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            knot.send_signal(signal.SIGCONT)
        self.outages += 1

    def may_start(self):
        """Before a scan is started."""
        with self.dns_gate:
            self.last_start = time.time()


def connects(host, port):
    try:
        socket.create_connection((host, port), 2).close()
        return True
    except OSError:
        return False
