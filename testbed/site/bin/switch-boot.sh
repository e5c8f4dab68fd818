#!/bin/sh
# switch-boot SWITCH: the end of a reload.
. "${0%/*}/switch-lib"
sleep "$BOOT_SECONDS"
take_next version next
comes_up down fabric
rmdir "$S/reloading"
