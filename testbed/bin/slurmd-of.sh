#!/bin/sh
# slurmd-of NODE [-b]: becomes that node's slurmd, with its pid in the node's folder. -b = report this moment as the boot time.
. "${0%/*}/lib"
node=$1
shift
export PITSTOP_TESTBED="$R" PITSTOP_NODE="$R/nodes/$node" SLURM_CONF="$R/slurm.conf"
echo $$ >"$PITSTOP_NODE/slurmd.pid"
exec "$SLURMD" -D -N "$node" -d "$R/bin/stepd" "$@"
