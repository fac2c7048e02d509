"""Nothing in any output acts: files are read back as strictly as their formats
allow, terminals' texts are looked through, commands are given to shells.

  harmless.py check FOLDER...     every file below is parsed, one of each kind
                                  is there
  harmless.py some FOLDER...      the same, but not of each kind
  harmless.py terminal FILE...    nothing there acts on a terminal
  harmless.py paste FOLDER...     every command is given to shells
  harmless.py shown FILE...       those that are shown on a terminal, too

A file of a kind that is not known here is a failure: who adds an output adds
its look, too.
SPDX-License-Identifier: Apache-2.0
"""
import base64
import csv
import html.parser
import io
import json
import os
import re
import subprocess
import sys
import tempfile

CANARY = "CANARY"  # a file that no shell may make, see hostile_texts.py
bad = []


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# After characters that a spreadsheet passes over.
FORMULA = re.compile("[\\s\u200b\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-]|[\t\r]")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")


def complain(path, what, text=""):
    bad.append(f"{path}: {what}{': ' if text else ''}{ascii(text)[:200]}")


def no_control(path, text, allowed="\n"):
    found = CONTROL.search(text)
    if found:
        complain(path, "a raw control character",
                 text[max(0, found.start() - 40):found.start() + 40])
    if "\t" in text and "\t" not in allowed:
        complain(path, "a raw tab")


def strict_csv(text):
    """RFC 4180 section 2, without a library that forgives."""
    table, row, field, at = [], [], [], 0
    while at < len(text):
        field = []
        if text[at] == '"':
            at += 1
            while True:
                end = text.index('"', at)
                field.append(text[at:end])
                at = end + 1
                if text[at:at + 1] != '"':
                    break
                field.append('"')
                at += 1
        else:
            end = at
            while text[end] not in ',\r\n"':
                end += 1
            field.append(text[at:end])
            at = end
        row.append("".join(field))
        if text[at] == ",":
            at += 1
        elif text[at:at + 2] == "\r\n":
            at += 2
            table.append(row)
            row = []
        else:
            raise ValueError(f"a stray {text[at:at + 20]!r}")
    if row:
        raise ValueError("the last line has no end")
    return table


def look_csv(path, text):
    table = strict_csv(text)
    if [row for row in table if len(row) != len(table[0])]:
        complain(path, "rows of different width")
    if table != list(csv.reader(io.StringIO(text, newline=""), strict=True)):
        complain(path, "two readers do not agree")
    for row in table:
        for cell in row:
            no_control(path, cell, "\n\t")
            if FORMULA.match(cell) and not NUMBER.fullmatch(cell):
                complain(path, "a formula", cell)
    # Spreadsheets of half the world take a semicolon for what separates cells,
    # and others a tab; a quote inside of such a cell is none.
    for cell in re.split("[;\t\n]", text):
        cell = cell.lstrip('"').rstrip("\r")
        if FORMULA.match(cell[:1]) and not NUMBER.fullmatch(cell):
            complain(path, "a formula after a semicolon, tab or line", cell)


def once(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a key twice in {names}")
    return dict(pairs)


def texts_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def look_json(path, text):
    no_control(path, text)
    if re.search("[<>&\u2028\u2029]", text):
        complain(path, "raw markup")

    def refuse(word):
        raise ValueError(f"{word} is no JSON")
    value = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    for inner in texts_of(value):
        inner.encode("utf-8")  # fails at a lone surrogate
    return value


def look_jsonl(path, text):
    for line in text.split("\n")[:-1]:
        look_json(path, line)
    if not text.endswith("\n"):
        complain(path, "the last line has no end")


def look_sarif(path, text):
    value = look_json(path, text)
    for result in value["runs"][0]["results"]:
        words = result["message"]["text"]
        if re.search(r"(?<!\\)\[", words):
            complain(path, "a link", words)


class Page(html.parser.HTMLParser):
    KNOWN = set("""html head meta title style script body header h1 h2 h3 p main
        section div b br small span ul li svg g rect line text title details
        summary meter ol pre table caption thead tbody tr th td label input
        select option button footer a nav code""".split())
    LINK = re.compile(r"fixes/[0-9a-f]{16}-[a-z]+\.(pem|cnf)|fixes/README\.txt|"
                      r"#[a-z0-9-]+|data:application/x-pem-file,"
                      r"[A-Za-z0-9._~+/=%-]+|[a-z0-9-]+/report\.html")

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.open = []
        self.commands = []
        self.copied = False
        self.csp = ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag not in self.KNOWN:
            complain(self.path, f"an element <{tag}>")
        if tag == "meta" and ("http-equiv",
                              "Content-Security-Policy") in attrs:
            self.csp = dict(attrs)["content"]
        if tag == "pre":
            self.copied = ("class", "tree") not in attrs
            if self.copied:
                self.commands.append("")
        for name, value in attrs:
            value = value or ""
            if tag == "a" and name == "href" and self.LINK.fullmatch(value):
                continue
            if name.startswith("on") or name in (
                    "src", "href", "style", "srcdoc", "action",
                    "formaction") or re.match(r"\s*(javascript|data):", value,
                                              re.IGNORECASE):
                complain(self.path, f"<{tag} {name}>", value)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if "pre" in self.open and self.copied:
            self.commands[-1] += data

    def handle_comment(self, data):
        complain(self.path, "a comment", data)

    def unknown_decl(self, data):
        complain(self.path, "a declaration", data)


def look_html(path, text):
    no_control(path, text, "\n\t")
    page = Page(path)
    page.feed(text)
    page.close()
    if "script" in page.open:
        complain(path, "a script without an end")
    if "default-src 'none'" not in page.csp or "unsafe" in page.csp:
        complain(path, "no strict policy", page.csp)
    return page


def look_ics(path, text):
    raw = text.encode("utf-8")
    if re.search(b"(?<!\r)\n|\r(?!\n)", raw):
        complain(path, "a line without CR LF")
    for line in raw.split(b"\r\n"):
        line.decode("utf-8")  # fails when a character was cut in two
        if len(line) > 75:
            complain(path, "a line of more than 75 octets")
    lines = text.replace("\r\n ", "").split("\r\n")
    known = """BEGIN END VERSION PRODID CALSCALE METHOD X-WR-CALNAME UID DTSTAMP
        SEQUENCE DTSTART SUMMARY DESCRIPTION CATEGORIES TRANSP""".split()
    inside = []
    events = 0
    for line in lines[:-1]:
        no_control(path, line, "")
        found = re.match("([A-Z-]+)(;VALUE=DATE)?:(.*)", line)
        if not found or found[1] not in known:
            complain(path, "a property", line)
            continue
        if found[1] == "BEGIN":
            inside.append(found[3])
            events += found[3] == "VEVENT"
        elif found[1] == "END" and inside.pop() != found[3]:
            complain(path, "components do not nest", line)
        elif re.search(r"(?<!\\)(\\\\)*[;,]", found[3]):
            complain(path, "a raw separator", line)
    if inside or events == 0:
        complain(path, "events are missing, or have no end")


SAMPLE = re.compile(
    r'certmuster_[a-z0-9_]+(\{[a-z0-9_]+="(?:[^"\\\n]|\\[\\"n])*"'
    r'(?:,[a-z0-9_]+="(?:[^"\\\n]|\\[\\"n])*")*\})? -?[0-9.eE+]+')


def look_prom(path, text):
    no_control(path, text)
    series = [line.rsplit(" ", 1)[0] for line in text.split("\n")[:-1]
              if not line.startswith("#")]
    if len(set(series)) < len(series):
        complain(path, "a series is there twice")
    for line in text.split("\n")[:-1]:
        if not (re.match("# (HELP|TYPE) certmuster_", line) or
                SAMPLE.fullmatch(line)):
            complain(path, "no sample", line)


def look_pem(path, text):
    blocks = 0
    lines = iter(text.split("\n")[:-1])
    for line in lines:
        if line == "-----BEGIN CERTIFICATE-----":
            body = ""
            for line in lines:
                if line == "-----END CERTIFICATE-----":
                    break
                body += line
            if base64.b64decode(body, validate=True)[0] != 0x30:
                complain(path, "no certificate")
            blocks += 1
        elif not re.fullmatch(r"# [ -~]*", line) or "--" in line:
            complain(path, "a line between", line)
    if blocks == 0:
        complain(path, "no certificate")


def look_cnf(path, text):
    names = False
    for line in text.split("\n")[:-1]:
        names = names or line == "[names]"
        want = r"# ?[ -~]*|\[names\]|(DNS|IP)\.\d+ = [0-9a-z*.:-]+" if names \
            else r"#[ -~]*||\[[a-z]+\]|[A-Za-z0-9_]+ = [A-Za-z0-9@_, ]+"
        if not re.fullmatch(want, line):
            complain(path, "a line", line)


def look_readme(path, text):
    if not re.fullmatch(r"[ -~\n]*", text):
        complain(path, "more than plain text")


LOOKS = {".csv": look_csv, ".json": look_json, ".jsonl": look_jsonl,
         ".sarif": look_sarif, ".html": look_html, ".ics": look_ics,
         ".prom": look_prom, ".pem": look_pem, ".cnf": look_cnf,
         ".txt": look_readme}


def files_of(folders):
    for folder in folders:
        for parent, names, files in os.walk(folder):
            for name in names + files:
                if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*|README\.txt", name):
                    complain(parent, "a name of a file", name)
            for name in files:
                yield os.path.join(parent, name)


def look_at(folders):
    """The kinds of files that are there."""
    kinds = set()
    for path in files_of(folders):
        kind = os.path.splitext(path)[1]
        kinds.add(kind)
        with open(path, "rb") as file:
            raw = file.read()
        try:
            if kind not in LOOKS:
                complain(path, "a file of a kind that nothing here looks at")
            else:
                LOOKS[kind](path, raw.decode("utf-8"))
        except (ValueError, IndexError, KeyError) as error:
            complain(path, "cannot be read", f"{type(error).__name__} {error}")
    return kinds


def check(*folders):
    missing = set(LOOKS) - look_at(folders)
    if missing:
        complain(", ".join(folders), f"no {sorted(missing)}")


def some(*folders):
    look_at(folders)


def terminal(*paths):
    for path in paths:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8")
        no_control(path, text, "\n\t")
        for mark in "\u2028\u2029\u200e\u200f\u061c":
            if mark in text:
                complain(path, "a mark that changes the order", mark)


# --- commands ---


def commands_of(folders):
    """All that a reader may copy into a shell."""
    for path in files_of(folders):
        with open(path, "rb") as file:
            text = file.read().decode("utf-8")
        if path.endswith("actions.csv") or path.endswith("tickets.csv"):
            for row in csv.DictReader(io.StringIO(text, newline="")):
                if "verify" in row:
                    yield path, row["verify"]
                if "body" in row and "To check" in row["body"]:
                    yield path, row["body"].split("is done:\n")[1].split(
                        "\n\nIt concerns")[0]
        elif path.endswith("report.json"):
            for resolution in json.loads(text)["resolutions"]:
                for action in resolution["actions"]:
                    yield path, action["verify"]
        elif path.endswith("report.html"):
            for command in look_html(path, text).commands:
                yield path, command
        elif path.endswith(".cnf"):
            lines = [line[2:] for line in text.split("\n")
                     if line.startswith("# openssl") or
                     line.startswith("#   -config")]
            yield path, "\n".join(lines)


# No program is found, which the shell says by its name; no file can be written,
# since commands for servers name theirs.
SHELLS = (["/bin/bash", "--norc", "-r", "-s"], ["/bin/zsh", "-f", "-r", "-s"])
CALLED = re.compile("^/bin/bash: line [0-9]+: (.*): command not found$|"
                    "^zsh: command not found: (.*)$", re.MULTILINE)


def give_to(shell, command, folder):
    """The names of what the command calls."""
    said = subprocess.run(shell, cwd=folder, input=command, timeout=60,
                          env={"PATH": "/nowhere", "LC_ALL": "C"}, text=True,
                          capture_output=True, check=False)
    if os.listdir(folder):
        complain(shell[0], f"files appear: {os.listdir(folder)}", command)
    return {one or other for one, other in CALLED.findall(said.stderr)}


def paste(*folders):
    """No text of the fleet stands in a command."""
    seen = {}
    for path, command in commands_of(folders):
        seen.setdefault(command, path)
        if CANARY in command or CONTROL.search(command.replace("\n", "")):
            complain(path, "a foreign text in a command", command)
    if len(seen) < 10:
        complain("paste", f"{len(seen)} commands only")
    if "openssl" not in run_all(seen):
        complain("paste", "nothing was called")


def shown(*paths):
    """Here names of files may stand, in quotes."""
    seen = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                if re.match(" +(certmuster|openssl) ", line):
                    seen[line.strip()] = path
    if "certmuster" not in run_all(seen):
        complain("shown", "nothing was called")


def run_all(seen):
    """What commands call; none is a text's, which makes no file either."""
    called = set()
    for shell in SHELLS:
        with tempfile.TemporaryDirectory() as folder:
            for command, path in seen.items():
                names = give_to(shell, command, folder)
                called |= names
                if "touch" in names:
                    complain(path, "a command out of a text", command)
    return called


def main():
    globals()[sys.argv[1]](*sys.argv[2:])
    for line in bad[:40]:
        print("FAIL:", line, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
