#!/bin/sh
# Becomes slurmstepd and leaves its pid: slurmstepd overwrites its own environment, so nothing else says which node a step is on.
. "${0%/*}/lib"
: >"$N/steps/$$"
exec "$SLURMSTEPD" "$@"
