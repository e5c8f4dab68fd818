#!/bin/sh
# power-on BY: boots a node that is down: the applied version becomes the running one, the boot id is new, sshd and slurmd start.
. "${0%/*}/lib"
[ -e "$R/stopping" ] && exit 0
if [ -e "$N/next" ]; then
  if fault oldVersion; then rm -f "$N/next"; else mv "$N/next" "$N/version"; fi
fi
cat /proc/sys/kernel/random/uuid >"$N/boot-id"
rm -rf "$N/down" "$N/steps"
mkdir "$N/steps"
felt booted "\"by\":\"$1\",\"version\":\"$(cat "$N/version")\",\"boot\":\"$(cat "$N/boot-id")\""
setsid "$R/bin/sshd-of" "$node" </dev/null >/dev/null 2>&1 &
setsid "$R/bin/slurmd-of" "$node" -b </dev/null >/dev/null 2>&1 &
rm -rf "$N/rebooting"
