#!/bin/sh
# all NODE...: exit 0 when they reach each other on every rail.
. "${0%/*}/lib"
. "${0%/*}/reach"
reach all all "$@"
