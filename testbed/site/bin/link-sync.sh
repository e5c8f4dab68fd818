#!/bin/sh
# link-sync: makes the links of the fabric what nodes, switches, cables and faults say they are. A link is up when both of its ends are, so
# that a switch which comes back brings no node back that is off.
. "${0%/*}/lib"
[ -e "$R/stopping" ] && exit 0
S=$R/site
exec 9>"$S/lock"
flock 9
{
  for file in "$R"/nodes/*/links-down "$R"/switches/*/down "$R"/switches/*/unlinked; do
    [ -e "$file" ] && end=${file%/*} && echo "end ${end##*/}"
  done
  for file in "$S"/cut/*; do [ -e "$file" ] && echo "cut ${file##*/}" | tr , /; done
  for fault in portDown portInitialize flappingCable; do
    for file in "$R"/nodes/*/faults/$fault; do
      [ -e "$file" ] && end=${file%/faults/*} && echo "$fault ${end##*/} $(cat "$file")"
    done
  done
  sed 's/^/was /' "$S/off"
} >"$S/wanted"
: >"$S/say"
: >"$S/flap"
# Of a link: its name, what ibsim calls one of its ends, its two ends, its rail (0 = between switches).
awk -v say="$S/say" -v flap="$S/flap" '
  FILENAME == ARGV[1] {
    if ($1 == "was" || $1 == "cut" || $1 == "end") set[$1, $2] = 1; else planted[$1, $2, $3] = 1
    next
  }
  {
    was = ("was", $1) in set
    off = (("cut", $1) in set) || (("end", $3) in set) || (("end", $4) in set) || (was && (("portDown", $3, $5) in planted))
    if (off) print $1
    if (off && !was) print "Unlink " $2 > say
    if (!off && was) {
      if (("portInitialize", $3, $5) in planted) print "Error " $2 " 100 21" > say # the attribute PortInfo
      print "Relink " $2 > say
      if (("flappingCable", $3, $5) in planted) print $1, $3 > flap
    }
  }' "$S/wanted" "$S/links" >"$S/off.new"
mv "$S/off.new" "$S/off"
[ -s "$S/say" ] && "$R/bin/fabric-say" <"$S/say"
while read -r link end; do
  [ -n "$(pid_in "$R/nodes/$end/flap.pid" flap)" ] && continue
  PITSTOP_TESTBED=$R PITSTOP_NODE=$R/nodes/$end setsid "$R/bin/flap" "$link" </dev/null >/dev/null 2>&1 9>&- &
done <"$S/flap"
exit 0
