#!/bin/sh
# fabric-say: hands its input to ibsim's console. Without a reader, opening the console would wait for ever.
. "${0%/*}/lib"
[ -n "$(pid_in "$R/fabric/pid/ibsim" ibsim)" ] || exit 0
cat >"$R/fabric/console"
