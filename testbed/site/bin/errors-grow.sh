#!/bin/sh
# errors-grow RAIL: the link of that rail stays up, and counts 50 symbol errors a second, until it is mended.
. "${0%/*}/lib"
echo $$ >"$N/errors-grow.pid"
place=$(awk -v node="$node" -v rail="$1" '$3 == node && $5 == rail { print $2 }' "$R/site/links")
count=0
while fault errorsGrow && [ ! -e "$R/stopping" ]; do
  count=$((count + 50))
  echo "PerformanceSet $place PortCounters.SymbolErrorCounter=$count" | "$R/bin/fabric-say"
  sleep 1
done
rm -f "$N/errors-grow.pid"
