#!/bin/sh
# power-cycle BY: what a reboot does to a node. Everything that runs on it dies at once, its ssh connections too; then it boots as its faults say.
. "${0%/*}/lib"
sleep 0.2 # the answer to whoever asked still gets out
"$R/bin/power-off"
exec "$R/bin/boot" "$1"
