#!/bin/sh
# A real Slurm of four nodes, all on this machine and in one folder, runs the
# scripts of samples/slurm. One node dies in the middle of its shard; another one
# takes the shard over. The merged reports are those of one machine.
# ROWS (20000) rows in four shards: a quarter asks for TLS, the others are
# refused, doubles or mistakes.
. "$(dirname "$0")/lib.sh"

ROWS=${ROWS:-20000}
SAME=$SOURCE/tests/integration/same_reports.py

# until_so SECONDS COMMAND...: true as soon as the command is.
until_so() {
  left=$(($1 * 5))
  shift
  until "$@"; do
    left=$((left - 1))
    [ $left -gt 0 ] || return 1
    sleep 0.2
  done
}

# --- the fleet: nginx on all of 127.65.0.0/16 ---

tls_port=$(free_port 0.0.0.0)
cat >ca.cnf <<'CONF'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Shard Root
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
CONF
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
  -config ca.cnf -extensions ca -keyout root.key -out root.pem 2>>servers.log
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -subj "/CN=fleet.test" -keyout leaf.key -out leaf.csr 2>>servers.log
# For half of the addresses that have TLS.
awk 'BEGIN { printf "extendedKeyUsage = serverAuth\nsubjectAltName = IP:127.65.1.1"
  for (n = 4; n < 1000; n += 4)
    printf ",IP:127.65.%d.%d", int(n / 250) + 1, n % 250 + 1 }' >leaf.ext
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -days 20 \
  -extfile leaf.ext -out leaf.pem 2>>servers.log
AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
cat >nginx.conf <<CONF
daemon off;
pid $WORK/nginx.pid;
error_log $WORK/servers.log;
worker_processes 1;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path $WORK/t1; proxy_temp_path $WORK/t2;
  fastcgi_temp_path $WORK/t3; uwsgi_temp_path $WORK/t4; scgi_temp_path $WORK/t5;
  server {
    listen 0.0.0.0:$tls_port ssl backlog=4096;
    ssl_certificate $WORK/leaf.pem;
    ssl_certificate_key $WORK/leaf.key;
  }
}
CONF
start nginx -c "$WORK/nginx.conf"
wait_port 127.65.0.1 "$tls_port"

awk -v rows="$ROWS" -v port="$tls_port" 'BEGIN {
  print "host,port,sni,owner"
  for (i = 0; i < rows; i++) {
    n = i % (rows / 10) # a tenth of the addresses, ten rows each
    host = "127.65." int(n / 250) + 1 "." n % 250 + 1
    if (i % 40 == 39) print "bad host " i ",99999,,nobody"
    else if (n % 4 == 0) print host "," port ",n" n ".fleet.test,team" n % 9
    else print host ",1,n" n ".fleet.test,team" n % 9
  } }' >fleet.csv
options="--trust test=$WORK/root.pem --loopback-ok --timeout-tls 30
  --timeout-total 60"

# --- Slurm, with nothing outside of one folder ---

# Its sockets are in it, and a socket's path has at most 107 bytes.
B=$(mktemp -d "${TMPDIR:-/tmp}/slurm.XXXXXX")
mkdir -p "$B/state" "$B/spool" "$B/log" "$B/munge" "$B/tmp"
chmod 711 "$B/munge"
mungekey --create --keyfile="$B/munge/munge.key"
munged --force --key-file="$B/munge/munge.key" --socket="$B/munge/sock" \
  --pid-file="$B/munge/pid" --log-file="$B/munge/log" \
  --seed-file="$B/munge/seed"
host=$(hostname -s)
cat >"$B/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$(free_port 127.0.0.1)
SlurmdPort=$(free_port 127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$B/munge/sock,cred_expire=5
StateSaveLocation=$B/state
SlurmdSpoolDir=$B/spool/%n
SlurmctldPidFile=$B/ctld.pid
SlurmdPidFile=$B/slurmd.%n.pid
SlurmctldLogFile=$B/log/ctld.log
SlurmdLogFile=$B/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
SlurmdTimeout=6
MessageTimeout=5
KillWait=10
MailProg=/bin/true
CONF
for i in 1 2 3 4; do
  echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1" \
    "Port=$(free_port 127.0.0.1) CPUs=1 RealMemory=4096 State=UNKNOWN"
done >>"$B/slurm.conf"
echo "PartitionName=scan Nodes=ALL Default=YES MaxTime=INFINITE State=UP" \
  >>"$B/slurm.conf"
export SLURM_CONF="$B/slurm.conf"

# Everything that this cluster has started carries its configuration's name.
ours() { # ours [WORDS]: process ids; WORDS: also in the environment
  python3 -c 'import glob, sys
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        words = open(path, "rb").read().split(b"\0")
    except OSError:
        continue
    if all(word.encode() in words for word in sys.argv[1:]):
        print(path.split("/")[2])' "SLURM_CONF=$SLURM_CONF" "$@"
}
stop_cluster() {
  cat "$B"/slurmd.*.pid "$B/ctld.pid" "$B/munge/pid" 2>/dev/null |
    while read -r pid; do
      kill "$pid" 2>/dev/null || :
    done
  # The shells of this test have the variable too.
  for pid in $(ours); do
    case $(cat "/proc/$pid/comm" 2>/dev/null) in
    slurm* | shard.sh | merge.sh | certmuster) kill -9 "$pid" 2>/dev/null || : ;;
    esac
  done
  cp -r "$B/log" "$WORK/" 2>/dev/null || :
  rm -rf "$B" 2>/dev/null || :
  stop_started
}
trap stop_cluster EXIT
trap 'exit 1' HUP INT TERM

idle() { [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 4 ]; }
slurmctld
for i in 1 2 3 4; do
  slurmd -N n$i
done
until_so 30 idle || {
  tail -n 20 "$B"/log/* >&2
  fail "the cluster does not come up: $(sinfo 2>&1)"
  finish
}

# --- the shards, at a rate that leaves time for an accident ---

rate=$((ROWS / 4 / 10 / 8))
export CERTMUSTER TMPDIR="$B/tmp"
# shellcheck disable=SC2086
sh "$SOURCE/samples/slurm/submit.sh" fleet.csv job 4 --at "$AT" $options \
  --rate $rate >submitted.txt
array=$(sed -n 's/^shards: job \([0-9]*\).*/\1/p' submitted.txt)

running() { [ "$(squeue -h -r -j "$array" -t R -o %K 2>/dev/null | wc -l)" = 4 ]; }
until_so 30 running || fail "not all shards run: $(squeue 2>&1)"
# Shard 2 has written something.
begun() {
  for store in "$B"/tmp/certmuster/.shard-2-of-4.*.tmp; do
    [ "$(sqlite3 "$store" 'SELECT count(*) FROM result' 2>/dev/null ||
      echo 0)" -gt 20 ] && return 0
  done
  return 1
}
until_so 30 begun || fail "shard 2 does not begin"

# The machine n? dies: its daemon, the shell and the scan at once.
node=$(squeue -h -r -j "$array" -o '%K %N' | sed -n 's/^2 //p')
[ -n "$node" ] || fail "nobody runs shard 2"
victims=$(ours SLURM_ARRAY_TASK_ID=2)
[ -n "$victims" ] || fail "no process of shard 2"
# The step's keeper, their parent, goes first: it would tell how they ended.
for pid in $victims; do
  parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
  case $(cat "/proc/$parent/comm") in
  slurmstepd*) kill -9 "$parent" ;;
  esac
done
kill -9 "$(cat "$B/slurmd.$node.pid")"
for pid in $victims; do
  kill -9 "$pid" 2>/dev/null || :
done
scontrol update NodeName="$node" State=DOWN Reason=lost

# Meanwhile one machine alone.
# shellcheck disable=SC2086
"$CERTMUSTER" scan --at "$AT" $options --out one "$WORK/fleet.csv" >one.txt 2>&1 ||
  fail "the scan of one machine: $(cat one.txt)"

gone() { [ -z "$(squeue -h 2>/dev/null)" ]; }
until_so 120 gone || {
  tail -n 5 job/log/* >&2
  fail "jobs do not end: $(squeue -l 2>&1)"
}
[ -f job/report/report.json ] || {
  tail -n 20 job/log/* "$B/log/ctld.log" >&2
  fail "there is no merged report"
  finish
}
grep -q "shard 2/4 on .*, try 2" job/log/shard-2.txt ||
  fail "shard 2 was not run again: $(cat job/log/shard-2.txt)"
[ "$(sqlite3 job/fleet.db 'SELECT state || rows_read FROM v_run')" = \
  "complete$ROWS" ] || fail "the merged run"
python3 "$SAME" one job/report || fail "the merged reports are not those of one"
python3 "$CHECK" accounting job/report "$ROWS" || fail "accounting"
[ "$(sqlite3 job/fleet.db "SELECT count(*) > $ROWS / 10 FROM v_endpoint
  WHERE tls_version IS NOT NULL")" = 1 ] || fail "there was hardly any TLS"
finish
