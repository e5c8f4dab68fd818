#!/bin/sh
# rollback VERSION: swaps the root back at once, with or without a boot after it.
. "${0%/*}/lib"
checked_version "${1:-}"
felt rollback "\"version\":\"$1\",\"work\":$(work_count),\"exit\":0"
rm -f "$N/next"
echo "$1" >"$N/version"
