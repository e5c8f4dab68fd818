#!/bin/sh
# pair NODE NODE...: exit 0 when they reach each other on every rail.
. "${0%/*}/lib"
. "${0%/*}/reach"
reach pair all "$@"
