#!/bin/sh
# The batch script of every job. JOB_SECONDS of work on all its nodes (0 = until released); JOB_CHECKPOINT signal (on USR1) | self (every
# JOB_EVERY seconds, and on USR1) | never (then USR1 ends it, as it ends any program without a handler); JOB_IGNORES=1: USR1 is ignored.
. "${0%/*}/lib"
folder=$R/ckpt/$SLURM_JOB_ID
mkdir -p "$folder"
echo $$ >"$folder/pid"
before=0
[ -e "$folder/latest" ] && before=$(sed 's/.*"doneMs":\([0-9]*\).*/\1/' "$folder/latest")
started=$(date +%s%3N)

checkpoint() {
  now=$(date +%s%3N)
  printf '{"job":%s,"restart":%s,"at":%s,"doneMs":%s}\n' "$SLURM_JOB_ID" "${SLURM_RESTART_COUNT:-0}" "$now" $((before + now - started)) >"$folder/.latest"
  mv "$folder/.latest" "$folder/latest"
  felt checkpoint "\"job\":$SLURM_JOB_ID,\"doneMs\":$((before + now - started))"
}

on_signal() {
  felt job-signal "\"job\":$SLURM_JOB_ID"
  checkpoint
  [ "$JOB_EXITS" = 1 ] && kill "$step"
}

case $JOB_CHECKPOINT$JOB_IGNORES in
*1) trap '' USR1 ;;
signal* | self*) trap on_signal USR1 ;;
esac
JOB_LEFT=$(awk "BEGIN{left=$JOB_SECONDS-$before/1000; printf \"%.3f\", left<0?0:left}")
export JOB_LEFT
srun --kill-on-bad-exit=1 "$R/bin/task" &
step=$!
if [ "$JOB_CHECKPOINT" = self ]; then
  trap checkpoint USR2
  (while sleep "$JOB_EVERY"; do kill -USR2 $$ || exit 0; done) &
  ticker=$!
fi
while kill -0 "$step" 2>/dev/null; do wait "$step"; done
[ -z "${ticker:-}" ] || kill "$ticker"
exit 0
