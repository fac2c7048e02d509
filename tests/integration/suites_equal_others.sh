#!/bin/sh
# Our table of cipher suites against those of OpenSSL and GnuTLS: number, name,
# key exchange, authentication, strength, AEAD, first version. Whatever they
# know, ours must say the same of. SPDX-License-Identifier: Apache-2.0
set -eu
mkdir -p "$WORK"
cd "$WORK"

openssl ciphers -V -stdname 'ALL:COMPLEMENTOFALL:@SECLEVEL=0' |
  awk '{
    sub("Kx=", "", $7); sub("Au=", "", $8)
    bits = 0
    if (match($9, /\([0-9]+\)/)) bits = substr($9, RSTART + 1, RLENGTH - 2)
    if (bits == 168) bits = 112 # 3DES: the length of its keys, not the strength
    print $1, $3, $7, $8, bits, ($10 == "Mac=AEAD") + 0, $6
  }' | sort >theirs
[ "$(wc -l <theirs)" -ge 100 ] || {
  echo "openssl lists too few suites" >&2
  exit 1
}

"$ASKHELLO" suites |
  awk '
    BEGIN {
      kx["TLS13"] = "any"; kx["ECDHE"] = "ECDH"; kx["DHE"] = "DH"
      kx["DHE_PSK"] = "DHEPSK"; kx["ECDHE_PSK"] = "ECDHEPSK"
      kx["RSA_PSK"] = "RSAPSK"; au["anon"] = "None"
    }
    {
      split("", f)
      for (i = 3; i <= NF; i++) { split($i, pair, "="); f[pair[1]] = pair[2] }
      k = (f["kx"] in kx) ? kx[f["kx"]] : f["kx"]
      a = (f["au"] in au) ? au[f["au"]] : f["au"]
      print $1, $2, k, a, f["bits"], f["aead"], f["min"]
    }' | sort >ours

# Both ways of being wrong: a suite that is missing, and one that differs.
comm -23 theirs ours >differs
if [ -s differs ]; then
  echo "OpenSSL says, and our table does not:" >&2
  head -n 20 differs >&2
  exit 1
fi
# GnuTLS has some that OpenSSL has not: GOST's, AES with CCM in TLS 1.3, Camellia
# with GCM. Its names differ in spelling; numbers and TLS 1.3 or not do not.
gnutls-cli -l | awk '$2 ~ /^0x/ && $3 ~ /^0x/ {
    print toupper(substr($2, 3, 2)) toupper(substr($3, 3, 2)), ($4 == "TLS1.3") + 0
  }' | sort >gnutls.txt
"$ASKHELLO" suites | awk '{
    split($1, byte, ",")
    print substr(byte[1], 3) substr(byte[2], 3), ($NF == "min=TLSv1.3") + 0
  }' | sort >numbers.txt
comm -23 gnutls.txt numbers.txt >differs
if [ -s differs ] || [ ! -s gnutls.txt ]; then
  echo "GnuTLS has, and our table has not or as of another version:" >&2
  head -n 20 differs >&2
  exit 1
fi
echo "ok: $(wc -l <theirs) suites are as OpenSSL has them"
