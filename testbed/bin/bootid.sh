#!/bin/sh
# bootid: prints this boot's id; a new one means that the node was down in between.
. "${0%/*}/lib"
read -r boot <"$N/boot-id"
felt bootid "\"boot\":\"$boot\""
echo "$boot"
