#!/bin/sh
# One task on one node of a job: the outside witness of where work really ran, and when.
. "${0%/*}/lib"
about="\"job\":$SLURM_JOB_ID,\"name\":\"$SLURM_JOB_NAME\",\"restart\":${SLURM_RESTART_COUNT:-0}"
how=done
trap 'how=ended; kill $worker 2>/dev/null' TERM INT
felt job-start "$about,\"version\":\"$(cat "$N/version")\""
if [ "$JOB_SECONDS" = 0 ]; then
  while [ $how = done ] && ! [ -e "$R/ckpt/$SLURM_JOB_ID/release" ]; do
    sleep 0.3 &
    worker=$!
    wait $worker
  done
else
  sleep "$JOB_LEFT" &
  worker=$!
  wait $worker
fi
felt job-end "$about,\"how\":\"$how\""
