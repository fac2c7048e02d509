# A root, a server's certificate of it, nginx and the misbehaving TLS server
# with it (sourced, after lib.sh).
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

# make_identity ADDRESS: root.pem, leaf.pem and leaf.key for bad.test.
make_identity() {
  {
    openssl ecparam -name prime256v1 -genkey -noout -out root.key
    openssl req -x509 -new -key root.key -out root.pem -subj "/CN=Bad Root" \
      -addext "keyUsage=critical,keyCertSign,cRLSign" -days 30
    openssl ecparam -name prime256v1 -genkey -noout -out leaf.key
    openssl req -new -key leaf.key -subj "/CN=bad.test" -out leaf.csr
    printf 'subjectAltName=DNS:bad.test,IP:%s\nextendedKeyUsage=serverAuth\n' \
      "$1" >leaf.ext
    openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -sha256 \
      -set_serial 0x1234567890abcdef -days 20 -extfile leaf.ext -out leaf.pem
  } 2>>servers.log
}

# start_nginx <SERVERS: the server blocks of its configuration.
start_nginx() {
  mkdir -p nginx/logs
  {
    cat <<CONF
daemon off; pid nginx/pid; error_log nginx/logs/error;
events {}
http {
  access_log off; client_body_temp_path nginx/t1; proxy_temp_path nginx/t2;
  fastcgi_temp_path nginx/t3; uwsgi_temp_path nginx/t4; scgi_temp_path nginx/t5;
  ssl_certificate $PWD/leaf.pem; ssl_certificate_key $PWD/leaf.key;
CONF
    cat
    echo "}"
  } >nginx/nginx.conf
  start nginx -p "$PWD" -c nginx/nginx.conf -e nginx/logs/first
}

# start_badtls FILE WAYS...: what it says into FILE; it lives as long as its
# standard input is open.
start_badtls() {
  said=$1
  shift
  [ -p hold ] || mkfifo hold
  exec 9<>hold
  "$BADTLS" leaf.pem leaf.key "$@" <hold >"$said" 2>>servers.log &
  echo $! >>started
}

# scan_bad NAME OPTIONS...: NAME.csv into NAME/, and its peak memory in MB into
# NAME.peak. What the sanitizers keep of freed memory is not the scan's.
scan_bad() {
  name=$1
  shift
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=8 \
    python3 "$SOURCE/tests/integration/misbehaving.py" run "$name.peak" \
    "$CERTMUSTER" scan --trust bad=root.pem --loopback-ok --no-aia \
    --no-back-off --db "$name.db" --out "$name" "$@" "$name.csv" \
    >"$name.txt" 2>"$name.messages" || {
    echo "FAIL: scan of $name.csv: $(cat "$name.messages")" >&2
    return 1
  }
}
