#!/bin/sh
# switch-unlink SWITCH [back]: somebody else takes it off the fabric with everything behind it; back: brings it back.
. "${0%/*}/switch-lib"
if [ "${1:-}" != back ]; then goes_down unlinked somebody; elif [ -e "$S/unlinked" ]; then comes_up unlinked repair; fi
