#!/bin/sh
# rail RAIL NODE...: exit 0 when they reach each other on that rail.
. "${0%/*}/lib"
. "${0%/*}/reach"
reach rail "$@"
