#!/bin/sh
# STARTTLS with the servers that people run: Postfix, Dovecot, vsftpd, slapd,
# PostgreSQL, MariaDB, Prosody; offered and not. Peers of our own stand for what
# no package serves.
# Sockets have short names only (108 bytes), so this works in a short folder.
WORK=$(mktemp -d)
. "$(dirname "$0")/lib.sh"
chmod 755 "$WORK" # the servers run under accounts of their own

cat "$FLEET/pki/web.pem" "$FLEET/pki/tls1.pem" >chain.pem
cp "$FLEET/pki/web.key" key.pem
chmod 644 key.pem
TOP=$PWD
root=$(id -u)
A=127.44.0

as() { # as ACCOUNT: what puts a command under it, in $AS; nothing unless root
  AS=
  [ "$root" -ne 0 ] ||
    AS="setpriv --reuid $1 --regid $(id -g "$1") --clear-groups"
}
own() { # own ACCOUNT FOLDER
  [ "$root" -ne 0 ] || chown -R "$1" "$2"
}

# Postfix needs root; one instance offers TLS, the other not.
postfix_at() { # postfix_at NAME ADDRESS LEVEL
  mkdir -p "$1/etc" "$1/spool" "$1/data"
  own postfix "$1/data"
  cat >"$1/etc/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $TOP/$1/spool
data_directory = $TOP/$1/data
maillog_file = /dev/stdout
maillog_file_prefixes = /dev/stdout
inet_interfaces = loopback-only
myhostname = mail.demo.test
smtpd_peername_lookup = no
mydestination =
smtpd_tls_security_level = $3
smtpd_tls_chain_files = $TOP/key.pem, $TOP/chain.pem
CONF
  cat >"$1/etc/master.cf" <<CONF
$2:10025 inet n - n - 1 smtpd
postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
tlsmgr unix - - n 1000? 1 tlsmgr
CONF
  postfix -c "$TOP/$1/etc" check >>servers.log 2>&1 || :
  start setsid postfix -c "$TOP/$1/etc" start-fg
}
stop_postfix() {
  for name in mail mute; do
    [ ! -d "$TOP/$name/etc" ] ||
      postfix -c "$TOP/$name/etc" stop >>"$TOP/servers.log" 2>&1 || :
  done
}
trap 'stop_postfix; stop_started' EXIT
if [ "$root" -eq 0 ]; then
  postfix_at mail $A.1 may
  postfix_at mute $A.2 none
fi

login=$(id -un)
internal=$(id -un)
group=$(id -gn)
if [ "$root" -eq 0 ]; then
  login=dovenull internal=dovecot group=dovecot
fi
dovecot_at() { # dovecot_at NAME ADDRESS SSL
  mkdir -p "$1"
  cat >"$1/dovecot.conf" <<CONF
base_dir = $TOP/$1/run
state_dir = $TOP/$1/state
log_path = $TOP/servers.log
protocols = imap pop3 lmtp sieve
listen = $2
ssl = $3
ssl_cert = <$TOP/chain.pem
ssl_key = <$TOP/key.pem
disable_plaintext_auth = no
default_login_user = $login
default_internal_user = $internal
default_internal_group = $group
first_valid_uid = 0
passdb {
  driver = static
  args = nopassword=y
}
service imap-login {
  chroot =
  inet_listener imap {
    port = 10143
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = 10110
  }
  inet_listener pop3s {
    port = 0
  }
}
service managesieve-login {
  chroot =
  inet_listener sieve {
    port = 14190
  }
}
service lmtp {
  inet_listener lmtp {
    address = $2
    port = 10024
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
CONF
  start dovecot -F -c "$TOP/$1/dovecot.conf"
}
dovecot_at boxes $A.3 yes
dovecot_at open $A.4 no

vsftpd_at() { # vsftpd_at NAME ADDRESS YES|NO
  mkdir -p "$1/empty"
  cat >"$1.conf" <<CONF
listen=YES
listen_address=$2
listen_port=10021
background=NO
anonymous_enable=NO
local_enable=YES
secure_chroot_dir=$TOP/$1/empty
ssl_enable=$3
rsa_cert_file=$TOP/chain.pem
rsa_private_key_file=$TOP/key.pem
vsftpd_log_file=$TOP/$1.log
CONF
  [ "$root" -eq 0 ] || echo run_as_launching_user=YES >>"$1.conf"
  start vsftpd "$TOP/$1.conf"
}
vsftpd_at files $A.5 YES
vsftpd_at filesopen $A.6 NO

slapd_at() { # slapd_at NAME ADDRESS TLS-LINES
  mkdir -p "$1"
  printf 'pidfile %s/pid\n%s\ndatabase config\n' \
    "$TOP/$1" "$3" >"$1/slapd.conf"
  start slapd -d 0 -h "ldap://$2:10389" -f "$TOP/$1/slapd.conf"
}
slapd_at tree $A.7 "TLSCertificateFile $TOP/chain.pem
TLSCertificateKeyFile $TOP/key.pem"
slapd_at treeopen $A.8 ""

# PostgreSQL refuses root and a key that others may read.
pg=$(find /usr/lib/postgresql -name initdb -path '*/bin/*' | sort | tail -n 1)
pg=${pg%/initdb}
postgres_at() { # postgres_at NAME ADDRESS on|off
  mkdir -p "$1"
  cp key.pem chain.pem "$1/"
  chmod 600 "$1/key.pem"
  own postgres "$1"
  as postgres
  # shellcheck disable=SC2086
  (cd "$1" && $AS "$pg/initdb" -D "$TOP/$1/data" -A trust --no-sync) \
    >>servers.log 2>&1
  # shellcheck disable=SC2086
  start $AS "$pg/postgres" -D "$TOP/$1/data" -p 15432 \
    -c listen_addresses="$2" -c unix_socket_directories="$TOP/$1" -c fsync=off \
    -c ssl="$3" -c ssl_cert_file="$TOP/$1/chain.pem" \
    -c ssl_key_file="$TOP/$1/key.pem"
}
postgres_at base $A.9 on
postgres_at baseopen $A.10 off

mariadb_at() { # mariadb_at NAME ADDRESS OPTIONS...
  name=$1 address=$2
  shift 2
  mkdir -p "$name/tmp"
  own mysql "$name"
  as mysql
  # A server that starts removes the temporary tables of the others: each has
  # a folder of its own for them.
  # shellcheck disable=SC2086
  TMPDIR=$TOP/$name/tmp $AS mariadb-install-db --no-defaults \
    --datadir="$TOP/$name/data" \
    --auth-root-authentication-method=normal --skip-test-db \
    >>servers.log 2>&1
  # shellcheck disable=SC2086
  start $AS mariadbd --no-defaults --datadir="$TOP/$name/data" \
    --tmpdir="$TOP/$name/tmp" \
    --bind-address="$address" --port=13306 --socket="$TOP/$name/socket" \
    --innodb-flush-method=nosync --skip-grant-tables --skip-networking=0 "$@"
}
mariadb_at maria $A.11 --ssl-cert="$TOP/chain.pem" --ssl-key="$TOP/key.pem"
mariadb_at mariaopen $A.12 --skip-ssl

mkdir -p chat/data
cp key.pem chain.pem chat/
cat >chat/prosody.cfg.lua <<CONF
daemonize = false
pidfile = "$TOP/chat/pid"
data_path = "$TOP/chat/data"
log = { { levels = { min = "info" }, to = "file", filename = "$TOP/chat/log" } }
interfaces = { "$A.13" }
c2s_ports = { 15222 }
s2s_ports = { 15269 }
modules_enabled = { "tls", "saslauth", "s2s", "c2s" }
c2s_require_encryption = false
ssl = { key = "$TOP/chat/key.pem", certificate = "$TOP/chat/chain.pem" }
VirtualHost "web.demo.test"
CONF
own prosody chat
as prosody
# shellcheck disable=SC2086
start $AS prosody --config "$TOP/chat/prosody.cfg.lua" -F

start python3 "$SOURCE/tests/integration/starttls_peers.py" chain.pem key.pem \
  nntp=$A.20:10119 nntp-none=$A.21:10119 nntp-no=$A.22:10119 irc=$A.20:16667 \
  irc-none=$A.21:16667 rdp=$A.20:13389 rdp-none=$A.21:13389 \
  rdp-nocert=$A.22:13389 mssql=$A.20:11433 mssql-none=$A.21:11433 \
  smtp-injectable=$A.25:10025 imap=$A.20:10143 imap-strict=$A.21:10143 smtp-masked=$A.20:10025 smtp-refusing=$A.21:10025 tls=$A.23:10025 \
  silent=$A.24:10025

for where in 3:10143 3:10110 3:14190 3:10024 4:10143 5:10021 6:10021 7:10389 \
  8:10389 9:15432 10:15432 11:13306 12:13306 13:15222 13:15269 20:11433; do
  wait_port "$A.${where%:*}" "${where#*:}"
done

# What a server that starts TLS gives: its certificate, for another name.
good=name_ip_not_in_san
cat >fleet.csv <<CSV
host,port,protocol,sni,expected,expected_alpn
$A.3,10143,imap,web.demo.test,$good
$A.3,10110,pop3,web.demo.test,$good
$A.3,14190,managesieve,web.demo.test,$good
$A.3,10024,lmtp,web.demo.test,$good
$A.4,10143,imap,,starttls_not_offered
$A.4,10110,pop3,,starttls_not_offered
$A.4,14190,managesieve,,starttls_not_offered
$A.4,10024,lmtp,,starttls_not_offered
$A.5,10021,ftp,web.demo.test,$good
$A.6,10021,ftp,,starttls_refused
$A.7,10389,ldap,web.demo.test,$good
$A.8,10389,ldap,,starttls_not_offered
$A.9,15432,postgres,web.demo.test,$good
$A.10,15432,postgres,,starttls_not_offered
$A.11,13306,mysql,web.demo.test,$good
$A.12,13306,mysql,,starttls_not_offered
$A.13,15222,xmpp,web.demo.test,starttls_refused
$A.20,10119,nntp,web.demo.test,$good
$A.21,10119,nntp,,starttls_not_offered
$A.22,10119,nntp,,starttls_refused
$A.20,16667,irc,web.demo.test,$good,irc
$A.20,10143,imap,web.demo.test,$good,imap
$A.21,10143,imap,web.demo.test,$good
$A.21,16667,irc,,starttls_not_offered
$A.20,13389,rdp,web.demo.test,$good
$A.21,13389,rdp,,starttls_not_offered
$A.22,13389,rdp,,starttls_refused
$A.20,11433,mssql,web.demo.test,$good
$A.21,11433,mssql,,starttls_not_offered
$A.20,10025,smtp,,starttls_masked
$A.21,10025,smtp,,starttls_refused
$A.23,10025,smtp,web.demo.test,starttls_wrong_mode
$A.24,10025,smtp,,tls_handshake_timeout
$A.25,10025,smtp,web.demo.test,$good
$A.5,10021,imap,,tls_plaintext_other
$A.3,10143,smtp,,tls_plaintext_other
CSV
if [ "$root" -eq 0 ]; then
  wait_port $A.1 10025
  wait_port $A.2 10025
  cat >>fleet.csv <<CSV
$A.1,10025,smtp,web.demo.test,$good
$A.1,10025,submission,web.demo.test,$good
$A.2,10025,smtp,,starttls_not_offered
CSV
fi
report_is() { # report_is FOLDER [HOST that answers what was injected]
  python3 - "$@" <<'PY' || fail "$1: causes"
import csv, sys
bad = 0
injection = "starttls_plaintext_injection"
for row in csv.DictReader(open(sys.argv[1] + "/endpoints.csv", newline="")):
    causes = [c for c in row["causes"].split() if c != "input_ip_literal"]
    if causes[:1] != [row["expected"]]:
        print(row["host"], row["port"], row["protocol"], row["expected"],
              causes, row["proof"])
        bad = 1
    if row["alpn"] != row["expected_alpn"]:
        print(row["host"], row["port"], row["protocol"], "ALPN", row["alpn"])
        bad = 1
    if (injection in causes) != (row["host"] in sys.argv[2:]):
        print(row["host"], row["port"], row["protocol"], causes)
        bad = 1
sys.exit(bad)
PY
}
scan --out report fleet.csv
want_code 0
report_is report
# All the servers that people run drop what comes before TLS.
scan --test-injection --out again fleet.csv
want_code 0
report_is again $A.25
finish
trap 'stop_postfix; stop_started; rm -rf "$WORK"' EXIT
