"""The corpus of hostile texts of outputs_stay_harmless.sh: certificates, rows
and servers that hold them.

  hostile_texts.py orders NET PORT        for forgeserver
  hostile_texts.py rows NET PORT BANNERS  the input
  hostile_texts.py banners NET PORT       servers that speak first, or HTTP

SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import socket
import sys
import threading

# --- the corpus ---

UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP = 0x0c, 0x13, 0x14, 0x16, 0x1c, 0x1e
CN, O, OU, L, ST, SERIAL = ("550403", "55040a", "55040b", "550407", "550408",
                            "550405")
EMAIL = "2a864886f70d010901"

CANARY = "CANARY"  # a file that no shell may make
SHELL = f"$(touch {CANARY}) `touch {CANARY}` ;touch {CANARY};|touch {CANARY}\n" \
    f"touch {CANARY} & 'x' \"y\" \\ >{CANARY} <(touch {CANARY}) ~ * ! #"
PEM = "x\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAAAA\r\nroot"
ICS = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil\r\nURL:http://x/\r\n" + \
    "ä€𝄞\\;,:" * 40
PROM = 'x"} 1\nevil_metric{a="\\'
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1",
            "\n=1", "\uff1d1+1", " =1", "\u00a0=1", "\ufeff=1"]
HTML = ["<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>",
        "<!-- <script>", "--><b>", '" onmouseover="alert(1)',
        "' autofocus onfocus='alert(1)", "]]><![CDATA[", "javascript:alert(1)",
        "</title></style></textarea></svg>", "&lt;b&gt; &#60;b&#62;"]
TERMINAL = ["\x1b[2J\x1b]0;owned\x07", "\u009b31mred", "a\bb\rc\x7f",
            "\x1b]8;;http://evil/\x1b\\link", "\x1bP1;2q", "\x05\x0e"]
BIDI = ["gpj\u202e.exe", "\u2066\u2067\u2068x\u2069", "\u200f\u061c\u200e",
        "a\u2028b\u2029c"]
MARKDOWN = "[a](http://evil/) ![b](http://evil/) ```\n# c\n| d |"
XML = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///c">]>&b;'


def utf8(*texts):
    """Attributes of one Name; a Name may have each of them several times."""
    kinds = [CN, O, OU, L, ST, SERIAL]
    return [(kinds[i % len(kinds)], UTF8, text.encode("utf-8", "surrogatepass"))
            for i, text in enumerate(texts)]


# What a certificate is called, by the name of the order.
SUBJECTS = {
    "escapes": utf8(*TERMINAL),
    "bidi": utf8(*BIDI),
    "formulas": utf8(*FORMULAS),
    "formula-cn": utf8(FORMULAS[0], FORMULAS[1], FORMULAS[3]),
    "markup": utf8(*HTML),
    "nul": utf8("good.example\0.evil.example", "\0", "a\0b"),
    "json": utf8('\x01\x02\x1f"\\', "\\u0000", "\ud800x", "\udfff"),
    "broken-utf8": [(CN, UTF8, b"\xff\xfe\x80\xc3"), (O, UTF8, b"\xc0\xaf"),
                    (OU, UTF8, b"\xf4\x90\x80\x80"), (L, IA5, b"\xe4\x80")],
    "bmp": [(CN, BMP, "<script>\u202e=".encode("utf-16-be")),
            (O, BMP, b"\xd8\x00\x00x"), (OU, BMP, b"\x00=\x00")],
    "universal": [(CN, UNIVERSAL, "=1\x1b[2J".encode("utf-32-be")),
                  (O, UNIVERSAL, b"\x00\x11\x00\x00"),
                  (OU, UNIVERSAL, b"\x00\x00\xd8\x00"),
                  (L, UNIVERSAL, b"\x00\x00\x00=\x00")],
    "t61": [(CN, T61, b"\x1b[2J\xc8a\x9b=\xff"), (O, T61, b"=\xa4"),
            (OU, PRINTABLE, b"<b>@*\x07"), (EMAIL, IA5, b"=a@b\r\n.c")],
    "long": utf8("A" * 30000, "<" * 20000),
    "long-escapes": utf8("\x1b" * 25000, "\u009b" * 15000),
    "long-markdown": utf8("[" * 30000, ";," * 12000),
    "many": utf8(*["=%d" % i for i in range(600)]),
    "pem": utf8(PEM, PEM),
    "ics": utf8(ICS, ICS),
    "prometheus": utf8(PROM, PROM),
    "shell": utf8(SHELL, SHELL),
    "markdown": utf8(MARKDOWN, XML, MARKDOWN),
    "empty": [(CN, UTF8, b""), (O, UTF8, b" ")],
}
# What stands in cells, banners, URLs and names.
TEXTS = TERMINAL + BIDI + FORMULAS + HTML + [
    PEM, ICS, PROM, SHELL, MARKDOWN, XML, "%s%n%x", "../../etc/passwd", "..",
    "/", "CON", "-rf", "\\\\evil\\share", "a" * 300, "{host}", "${x}"]

# Each has a report of its own, in a folder named after it.
OWNERS = [TERMINAL[1], "a\x1b", "a\\x1b", FORMULAS[0], PEM + HTML[1], PROM,
          SHELL, "../../etc/passwd", "-rf", "a" * 300]


def der(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def name_hex(attributes):
    sets = b""
    for oid, tag, value in attributes:
        pair = der(6, bytes.fromhex(oid)) + der(tag, value)
        sets += der(0x31, der(0x30, pair))
    return der(0x30, sets).hex()


def percent(text):
    return "".join("%%%02X" % byte if byte <= 0x25 or byte >= 0x7f
                   else chr(byte) for byte in text)


def general(tag, text):
    return "raw:" + der(tag, text.encode("utf-8", "surrogatepass")).hex()


def alternative_names(index):
    """A few of the texts as dNSName, rfc822Name, URI and directoryName."""
    some = [TEXTS[(4 * index + i) % len(TEXTS)] for i in range(4)]
    name = bytes.fromhex(name_hex(utf8(some[3])))
    return [general(0x82, some[0]), general(0x81, some[1]),
            general(0x86, some[2]), "raw:" + der(0xa4, name).hex()]


def policies(text):
    """certificatePolicies with a CPS and a user notice (RFC 5280 4.2.1.4)."""
    raw = text.encode("utf-8", "surrogatepass")
    cps = der(0x30, der(6, bytes.fromhex("2b06010505070201")) + der(IA5, raw))
    notice = der(0x30, der(6, bytes.fromhex("2b06010505070202")) +
                 der(0x30, der(UTF8, raw)))
    return der(0x30, der(0x30, der(6, b"\x2a\x03") +
                         der(0x30, cps + notice))).hex()


def orders(net, port):
    root = name_hex(utf8(PEM, SHELL, HTML[0], FORMULAS[0], TERMINAL[0], ICS))
    print(f"root ca=1 subject={root}")
    print(f"stranger ca=1 subject={name_hex(utf8(PEM, SHELL, *HTML))}")
    for i, (name, subject) in enumerate(SUBJECTS.items()):
        subject = name_hex(subject)
        names = ",".join(alternative_names(i))
        url = percent(("http://127.0.0.1:9/" + TEXTS[i % len(TEXTS)]).encode(
            "utf-8", "surrogatepass").replace(b"\0", b""))
        rest = f"subject={subject} aia={url} crl={url} ocsp={url} " \
            f"ext=2.5.29.32:{policies(TEXTS[(i + 5) % len(TEXTS)])}"
        # Trusted and soon over; called otherwise; of a root nobody knows.
        print(f"{name} issuer=root days=20 names=ip:{net}.1.{i + 1},{names} "
              f"at={net}.1.{i + 1}:{port} {rest}")
        print(f"{name}-misnamed issuer=root names={names} "
              f"serial=7f{'3d' * 18} at={net}.2.{i + 1}:{port} {rest}")
    print(f"strange issuer=stranger names=ip:{net}.3.1 at={net}.3.1:{port} "
          f"send=stranger subject={name_hex(utf8(*HTML))}")
    print(f"selfmade subject={name_hex(utf8(SHELL, PEM))} "
          f"names=ip:{net}.3.2,{general(0x82, SHELL)} at={net}.3.2:{port}")


def rows(net, port, banners):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["host", "port", "protocol", "sni", "owner", "=note",
                     "<b>\x1b[2J"])
    for kind in "12":
        for i in range(len(SUBJECTS)):
            text = TEXTS[i % len(TEXTS)]
            writer.writerow([f"{net}.{kind}.{i + 1}", port, "", "",
                             OWNERS[i % len(OWNERS)], text, text])
    for i, text in enumerate(TEXTS):
        owner = OWNERS[i % len(OWNERS)]
        writer.writerow([f"{net}.3.1", port, "", "", owner, text, text])
        writer.writerow([text, port, "", "", owner, "x", "y"])
        writer.writerow([f"{net}.3.2", port, "", text, owner, "x", "y"])
        writer.writerow([f"{net}.4.{i + 1}", banners, "", "", "banners", text,
                         "y"])
        writer.writerow([f"{net}.5.{i + 1}", banners, "smtp", "", "mail", text,
                         text])
        writer.writerow([f"{net}.3.2", text, text, "", "ports", "x", "y"])
    sys.stdout.buffer.write(out.getvalue().encode("utf-8", "surrogatepass"))


# --- the servers ---


def greet(peer, text):
    try:
        peer.sendall(text)
        peer.settimeout(2)
        while peer.recv(4096):
            peer.sendall(text)
    except OSError:
        pass  # clients may go when they like
    finally:
        peer.close()


def listen(address, port, text):
    server = socket.create_server((address, port))

    def accept():
        while True:
            peer, _ = server.accept()
            threading.Thread(target=greet, args=(peer, text),
                             daemon=True).start()
    threading.Thread(target=accept).start()


def banners(net, port):
    for i, text in enumerate(TEXTS):
        raw = text.encode("utf-8", "surrogatepass")
        http = b"HTTP/1.1 400 " + raw + b"\r\nServer: " + raw + b"\r\n\r\n" + raw
        listen(f"{net}.4.{i + 1}", int(port), http if i % 2 else raw + b"\r\n")
        listen(f"{net}.5.{i + 1}", int(port), b"220 " + raw + b"\r\n" if i % 2
               else b"454 " + raw.replace(b"\n", b" ") + b"\r\n")
    print("ready", flush=True)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
