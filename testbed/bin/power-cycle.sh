#!/bin/sh
# power-cycle BY: what a reboot does to a node. Everything that runs on it dies at once, its ssh connections too; then it boots as its faults say.
. "${0%/*}/lib"
sleep 0.2 # the answer to whoever asked still gets out
date +%s%3N >"$N/down"
jobs=$(grep -lsz "^PITSTOP_TESTBED=$R\$" /proc/[0-9]*/environ | xargs -r grep -lsz "^SLURMD_NODENAME=$node\$" | cut -d/ -f3)
lost=$(for pid in $(stepds); do
  # A slurmstepd without a process below it only tidies up after its job: nothing is lost with it.
  [ -n "$(cat "/proc/$pid"/task/*/children 2>/dev/null)" ] && tr '\0' '\n' <"/proc/$pid/cmdline"
done | sed -n 's/.*\[\([0-9]*\)\..*/\1/p' | sort -un)
doomed=$(tree $(pid_in "$N/slurmd.pid" slurmd) $(pid_in "$N/sshd.pid" sshd) $(stepds) $jobs)
for pid in $doomed; do
  [ "$pid" = $$ ] || kill -9 "$pid" 2>/dev/null
done
felt down
# The ranks elsewhere notice, as NCCL does: the job aborts. Slurm alone would let it hang when the node is back before SlurmdTimeout.
for job in $lost; do
  felt job-lost "\"job\":$job"
  script=$(pid_in "$R/ckpt/$job/pid" job)
  [ -z "$script" ] || kill -ABRT "$script"
done
sleep "$BOOT_SECONDS"
if fault late; then sleep "$(cat "$N/faults/late")"; fi
if fault neverBack; then
  felt dead
  exit 0
fi
"$R/bin/power-on" "$1"
if fault backTwice && [ "$1" != itself ]; then
  sleep "$(cat "$N/faults/backTwice")"
  exec "$R/bin/reboot" itself
fi
