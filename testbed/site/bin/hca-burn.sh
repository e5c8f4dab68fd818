#!/bin/sh
# hca-burn VERSION: the adapters' firmware is burnt; it runs from the next boot or hca-reset on.
. "${0%/*}/lib"
checked_version "${1:-}"
felt hca-burn "\"version\":\"$1\",\"work\":$(work_count),\"exit\":0"
echo "$1" >"$N/hca-next"
