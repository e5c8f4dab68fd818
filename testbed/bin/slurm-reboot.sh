#!/bin/sh
# Slurm's RebootProgram. slurmd may hand down no environment, so the node's name is taken from its command line.
if [ -z "${PITSTOP_NODE:-}" ]; then
  pid=$PPID
  until [ "$pid" -le 1 ] || grep -qx slurmd "/proc/$pid/comm"; do pid=$(awk '/^PPid/{print $2}' "/proc/$pid/status"); done
  name=$(tr '\0' '\n' <"/proc/$pid/cmdline" | grep -A1 -x -e -N | tail -1)
  export PITSTOP_NODE="${0%/bin/*}/nodes/$name" PITSTOP_TESTBED="${0%/bin/*}"
fi
exec "${0%/*}/reboot" scontrol
