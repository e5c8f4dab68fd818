#!/bin/sh
# mover-candidates MOVER: the nodes that it would move: drained ones for the autoscaler, dead ones for the auto-repair.
. "${0%/*}/lib"
export SLURM_CONF="$R/slurm.conf"
if [ "$1" = autoscaler ]; then
  sinfo -h -N -t drained -o %N | sort -u
else
  for file in "$R"/nodes/*/down; do [ -e "$file" ] && file=${file%/down} && echo "${file##*/}"; done
fi
exit 0
