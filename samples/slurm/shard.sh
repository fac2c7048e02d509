#!/bin/sh
# One shard of a scan, as a task of an array job. submit.sh hands it in:
#
#   sbatch --array=0-15 shard.sh FLEET.csv DIR 16 [SCAN-OPTION...]
#
# The task's number is the shard's, so that one of them can be run alone:
# sbatch --array=7 shard.sh FLEET.csv DIR 16 [the same options].
# SPDX-License-Identifier: Apache-2.0
#
# Adjust these to your cluster; what sbatch is given on its command line counts
# more. A scan is bound by its processor for healthy fleets and by waiting for
# silent ones; one processor is a good beginning.
#SBATCH --job-name=certmuster-shard
#SBATCH --cpus-per-task=1
#SBATCH --mem=512M
#SBATCH --time=02:00:00
#
# A task whose node is lost is put into the queue again by Slurm itself.
#SBATCH --requeue
# A minute before the time is up the script is told so.
#SBATCH --signal=B:TERM@60
# Tries of one task go to one file.
#SBATCH --open-mode=append
set -u

fleet=$1
dir=$2
shards=$3
shift 3

# On this node's own disk: the store is copied to the common folder when it is
# whole. Stores are SQLite databases, which network file systems do not carry.
scratch=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/certmuster

echo "shard $SLURM_ARRAY_TASK_ID/$shards on $(hostname), try $((${SLURM_RESTART_COUNT:-0} + 1))"

# In the background, so that a signal to this script reaches it at once.
"${CERTMUSTER:-certmuster}" scan "$@" --quiet \
  --shard "$SLURM_ARRAY_TASK_ID/$shards" --shard-dir "$dir/shards" \
  --scratch "$scratch" "$fleet" &
pid=$!
trap 'kill -TERM $pid 2>/dev/null' TERM INT
code=0
wait $pid || code=$?
while kill -0 $pid 2>/dev/null; do # a signal ended the wait, not the scan
  code=0
  wait $pid || code=$?
done

# 0: done. 2: a mistake in the options or the input: another try would make it
# again. 75: another try may succeed (stopped, disk full, no route, no DNS).
if [ $code -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 4 ]; then
  # Where Slurm has put the task back already (a lost or preempted node), it
  # refuses; that is fine.
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" || :
fi
exit $code
