#!/bin/sh
# work: prints one line per job process of this node, nothing when there is none.
. "${0%/*}/lib"
count=0
for pid in $(tree $(stepds)); do
  command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
  [ -n "$command" ] || continue
  echo "$pid $command"
  count=$((count + 1))
done
felt work "\"work\":$count"
