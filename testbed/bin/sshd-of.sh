#!/bin/sh
# sshd-of NODE: becomes that node's sshd, with its pid in the node's folder.
. "${0%/*}/lib"
echo $$ >"$R/nodes/$1/sshd.pid"
PITSTOP_TESTBED=$R exec "$SSHD" -D -f "$R/nodes/$1/sshd_config" -E "$R/log/sshd-$1.log"
