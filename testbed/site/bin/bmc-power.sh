#!/bin/sh
# bmc-power NODE get|set WHAT [VALUE]...: what a BMC does to its node. A boot goes on when the BMC has answered.
. "${0%/*}/lib"
exec 2>>"$R/log/power.log"
verb=$2
shift 2

boot() { setsid "$R/bin/boot" bmc </dev/null >>"$R/log/power.log" 2>&1 & }

off() {
  felt power-off "\"by\":\"bmc\",\"work\":$(work_count)"
  "$R/bin/power-off" >&2
}

while [ $# -gt 0 ]; do
  case $verb-$1 in
  get-power) echo "power:$(cat "$N/power")" ;;
  get-*) echo "$1:0" ;;
  set-power)
    if [ "$2" = 0 ] && has_power; then
      echo 0 >"$N/power"
      off
    elif [ "$2" = 1 ] && ! has_power; then
      echo 1 >"$N/power"
      felt power-on '"by":"bmc"'
      boot
    fi
    ;;
  set-reset)
    if has_power; then
      off
      boot
    fi
    ;;
  esac
  [ "$verb" = get ] || shift
  shift
done
