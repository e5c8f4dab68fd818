#!/bin/sh
# power-on BY: boots a node that is down: what was applied and burnt becomes what runs, the boot id is new, links, sshd and slurmd start.
. "${0%/*}/lib"
[ -e "$R/stopping" ] && exit 0
take_next version next
take_next hca-version hca-next
cat /proc/sys/kernel/random/uuid >"$N/boot-id"
rm -rf "$N/down" "$N/steps"
mkdir "$N/steps"
links up
felt booted "\"by\":\"$1\",\"version\":\"$(cat "$N/version")\",\"boot\":\"$(cat "$N/boot-id")\""
if fault sshRefuses; then rm -f "$N/sshd.pid"; else setsid "$R/bin/sshd-of" "$node" </dev/null >/dev/null 2>&1 & fi
setsid "$R/bin/slurmd-of" "$node" -b </dev/null >/dev/null 2>&1 &
rm -rf "$N/rebooting"
