#!/bin/sh
# mover-act MOVER NODE: what a mover does to a node that it chose: the autoscaler opens it for jobs, the auto-repair cycles its power.
. "${0%/*}/lib"
N=$R/nodes/$2
node=$2
export SLURM_CONF="$R/slurm.conf"
felt mover "\"by\":\"$1\",\"work\":$(work_count)"
if [ "$1" = autoscaler ]; then exec scontrol update "nodename=$2" state=resume; fi
address=$(awk -v node="$2" '$1 == node { print $2 }' "$R/ipmi/addresses")
on() { ipmitool -I lanplus -C 3 -H "${address%:*}" -p "${address#*:}" -U pit -f "$R/ipmi/password" -R 1 chassis power "$1"; }
on cycle || on on
