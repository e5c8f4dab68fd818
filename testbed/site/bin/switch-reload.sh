#!/bin/sh
# switch-reload SWITCH: it goes down with everything behind it, boots what was burnt, and is up again. A second one meanwhile is refused.
. "${0%/*}/switch-lib"
answers
if ! mkdir "$S/reloading" 2>/dev/null; then
  echo "$node is reloading" >&2
  exit 1
fi
goes_down down fabric
# The switch boots whether or not somebody still waits for it.
setsid "$R/bin/switch-boot" "$node" </dev/null >/dev/null 2>&1 &
while [ -e "$S/reloading" ]; do sleep 0.05; done
