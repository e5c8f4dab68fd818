#!/bin/sh
# sweep: ends everything this testbed started, also what was restarted since and the jobs; exit 1 when something will not go.
. "${0%/*}/lib"
: >"$R/stopping"
if [ -x "$R/fabric/bin/sweep" ]; then "$R/fabric/bin/sweep"; fi

ours() {
  {
    grep -lsz "^PITSTOP_TESTBED=$R\$" /proc/[0-9]*/environ | cut -d/ -f3
    tree $(pid_in "$R/pid/munged.pid" munged) $(pid_in "$R/pid/slurmctld.pid" slurmctld)
    for N in "$R"/nodes/*; do tree $(pid_in "$N/slurmd.pid" slurmd) $(pid_in "$N/sshd.pid" sshd) $(stepds); done
  } | while read -r pid; do
    { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || continue
    case $stat in *') Z '*) ;; *) echo "$pid" ;; esac
  done | sort -un
}

round=0
while [ $round -lt 50 ]; do
  pids=$(ours)
  [ -n "$pids" ] || exit 0
  kill -9 $pids 2>/dev/null
  sleep 0.05
  round=$((round + 1))
done
echo "still there:" $pids >&2
exit 1
