#!/bin/sh
# on-node NODE COMMAND...: becomes that command of `bin/`, as on that node.
PITSTOP_NODE=${0%/bin/*}/nodes/$1
export PITSTOP_NODE
command=${0%/*}/$2
shift 2
exec "$command" "$@"
