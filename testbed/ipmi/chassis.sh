#!/bin/sh
# chassis NODE get|set WHAT [VALUE] ...: what a BMC does to its node's power. Faults first, then the site's own script, else a file says on or off.
S=${0%/*}/$1
at=$(date +%s%3N)
case $2 in set) echo "$at $3 $4" >>"$S/acts.log" ;; esac
if [ -e "$S/fails" ]; then exit 1; fi
if [ -e "$S/ignores" ] && [ "$2" = set ]; then exit 0; fi
# By its own path, since commands find their folder by it.
own=$(readlink "${0%/*}/own-chassis") && exec "$own" "$@"
verb=$2
shift 2
while [ $# -gt 0 ]; do
  case $verb-$1 in
  get-power) echo "power:$(cat "$S/power")" ;;
  get-*) echo "$1:0" ;;
  set-power) echo "$2" >"$S/power" ;;
  esac
  [ "$verb" = get ] || shift
  shift
done
