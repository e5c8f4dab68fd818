#!/bin/sh
# boot BY: a node that is down boots as its faults say.
. "${0%/*}/lib"
echo $$ >"$N/boot.pid"
sleep "$BOOT_SECONDS"
if fault late; then sleep "$(cat "$N/faults/late")"; fi
if fault neverBack; then
  felt dead
  exit 0
fi
if ! has_power; then exit 0; fi
rm -f "$N/boot.pid"
"$R/bin/power-on" "$1"
if fault backTwice && [ "$1" != itself ]; then
  sleep "$(cat "$N/faults/backTwice")"
  exec "$R/bin/reboot" itself
fi
