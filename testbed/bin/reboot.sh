#!/bin/sh
# reboot [BY]: answers at once, then the node goes down and comes up again. A second one meanwhile is felt and ignored.
. "${0%/*}/lib"
by=${1:-ssh}
if ! mkdir "$N/rebooting" 2>/dev/null; then
  felt reboot-ignored "\"by\":\"$by\""
  exit 0
fi
felt reboot "\"by\":\"$by\",\"work\":$(work_count)"
setsid "$R/bin/power-cycle" "$by" </dev/null >>"$R/log/power.log" 2>&1 &
