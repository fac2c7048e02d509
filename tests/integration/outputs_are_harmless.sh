#!/bin/sh
# Markup, formulas, control characters and broken UTF-8 in the input, in
# certificates and in banners can do nothing in any output.
. "$(dirname "$0")/lib.sh"

openssl ecparam -genkey -name prime256v1 -noout -out evil.key
# Control characters, markup and bytes that are no UTF-8 inside a name.
python3 - >subject.txt <<'PY'
import sys
sys.stdout.buffer.write(
    b"/O==cmd|' \\/C calc'!A0/CN=<script>alert(1)<\\/script>\x1b[2J\r\n\"'\x07")
PY
openssl req -x509 -new -key evil.key -days 30 -subj "$(cat subject.txt)" \
  -addext 'subjectAltName=DNS:<img src=x onerror=alert(1)>,DNS:=1+1.test' \
  -out evil.pem
port=$(free_port 127.42.4.1)
start openssl s_server -accept "127.42.4.1:$port" -cert evil.pem -key evil.key \
  -www
start_bad evil=127.42.4.2:8443 http=127.42.4.3:8443
wait_port 127.42.4.1 "$port"
wait_port 127.42.4.2 8443
python3 - "$port" >fleet.csv <<'PY'
import sys
port = sys.argv[1].encode()
out = sys.stdout.buffer
out.write(b"host,port,owner,=note\n")
evil = [b"<script>alert(1)</script>", b"=cmd|' /C calc'!A0", b"@SUM(1)",
        b"+1+1", b"-2+3", b"a\x1b[31mred\x1b[0m", b"\xff\xfe\x80",
        b"x\xe2\x80\xaegpj.exe", b"\"\"quoted\"\"", b"two\nlines",
        b"</script><img src=x onerror=alert(1)>", b"tab\there", b"\xc2\x9b31m"]
for i, text in enumerate(evil):
    host = [b"127.42.4.1," + port, b"127.42.4.2,8443", b"127.42.4.3,8443",
            text.replace(b"\n", b" ") + b",443"][i % 4]
    if b'"' in host or b"," in host.split(b",")[0]:
        host = b'"' + host.split(b",")[0] + b'",443'
    out.write(host + b',"' + text + b'","' + text + b'"\n')
for text in evil:
    out.write(b'"' + text + b'",443,"' + text + b'",x\n')
PY
rows=26
scan --out report fleet.csv
want_code 0
python3 "$CHECK" accounting report $rows || fail "accounting"
python3 "$CHECK" harmless report summary.txt messages.txt || fail "harmless"
"$CERTMUSTER" runs >runs.txt
python3 "$CHECK" harmless report runs.txt || fail "runs"
grep -q "calc" report/endpoints.csv || fail "the texts are lost"
finish
