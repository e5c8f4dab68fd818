#!/bin/sh
# power-off: everything that runs on the node dies at once, its ssh connections and links too, and a boot that was under way.
. "${0%/*}/lib"
date +%s%3N >"$N/down"
jobs=$(grep -lsz "^PITSTOP_TESTBED=$R\$" /proc/[0-9]*/environ | xargs -r grep -lsz "^SLURMD_NODENAME=$node\$" | cut -d/ -f3)
lost=$(jobs_here)
doomed=$(tree $(pid_in "$N/slurmd.pid" slurmd) $(pid_in "$N/sshd.pid" sshd) $(pid_in "$N/boot.pid" boot) $(stepds) $jobs)
for pid in $doomed; do
  case $pid in $$ | "$PPID") ;; *) kill -9 "$pid" 2>/dev/null ;; esac
done
links down
felt down
abort_jobs $lost
