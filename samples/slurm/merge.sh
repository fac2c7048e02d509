#!/bin/sh
# The merge, as a job that waits for the array: see submit.sh.
#
#   sbatch merge.sh DIR [MERGE-OPTION...]
#
# SPDX-License-Identifier: Apache-2.0
#SBATCH --job-name=certmuster-merge
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

dir=$1
shift

# All shards must be there: the message says which are missing, in the form that
# sbatch --array takes. The store appears only when it is whole.
code=0
"${CERTMUSTER:-certmuster}" merge "$dir/fleet.db" "$dir/shards" \
  --out "$dir/report" "$@" || code=$?
if [ $code -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 4 ]; then
  scontrol requeue "$SLURM_JOB_ID" || :
fi
exit $code
