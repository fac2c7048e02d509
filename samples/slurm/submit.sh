#!/bin/sh
# Scans a fleet with many nodes and merges the result:
#
#   sh submit.sh FLEET.csv DIR SHARDS [SCAN-OPTION...]
#   sh submit.sh fleet.csv /shared/audit-2026-11 16 --trust corp=/shared/roots.pem
#
# DIR is on a file system that all nodes have, and FLEET.csv and all files in
# options too. Run again with the same words, it does what is still missing.
# CERTMUSTER names the program where it is not in the PATH of the nodes;
# SBATCH_PARTITION, SBATCH_ACCOUNT and so on are sbatch's own.
# SPDX-License-Identifier: Apache-2.0
set -eu

if [ $# -lt 3 ]; then
  echo "usage: sh submit.sh FLEET.csv DIR SHARDS [SCAN-OPTION...]" >&2
  exit 2
fi
here=$(dirname "$(readlink -f "$0")")
fleet=$(readlink -f "$1")
mkdir -p "$2/log"
dir=$(readlink -f "$2")
shards=$3
shift 3
case $shards in
*[!0-9]* | '' | 0)
  echo "submit.sh: SHARDS is a number from 1 on, not \"$shards\"" >&2
  exit 2
  ;;
esac
[ -r "$fleet" ] || {
  echo "submit.sh: $fleet cannot be read" >&2
  exit 2
}

# All shards judge for one moment, also those that run tomorrow: a certificate
# that ends tonight is the same to all. Kept, so that a second call means the
# same scan. (--at among the options overrides it.)
[ -s "$dir/at" ] || date -u +%Y-%m-%dT%H:%M:%SZ >"$dir/at"

array=$(sbatch --parsable --array="0-$((shards - 1))" \
  --output="$dir/log/shard-%a.txt" \
  "$here/shard.sh" "$fleet" "$dir" "$shards" --at "$(cat "$dir/at")" "$@")
array=${array%%;*} # "123;cluster" where there are several

# afterany, not afterok: after a task that failed for good "afterok" would wait
# for ever, even when that shard is scanned later. The merge itself knows
# whether all is there, and names what is not.
merge=$(sbatch --parsable --dependency="afterany:$array" \
  --output="$dir/log/merge.txt" "$here/merge.sh" "$dir")

echo "shards: job $array (0 to $((shards - 1))), merge: job ${merge%%;*}"
echo "look at them with: squeue -j $array,${merge%%;*}; output in $dir/log"
