#!/bin/sh
# flap LINK: a cable that loses its light every other second, until it is mended.
. "${0%/*}/lib"
echo $$ >"$N/flap.pid"
cut=$R/site/cut/$(echo "$1" | tr / ,)
while fault flappingCable && [ ! -e "$R/stopping" ]; do
  : >"$cut"
  "$R/bin/link-sync"
  sleep 1
  rm -f "$cut"
  "$R/bin/link-sync"
  sleep 1
done
rm -f "$cut" "$N/flap.pid"
"$R/bin/link-sync"
