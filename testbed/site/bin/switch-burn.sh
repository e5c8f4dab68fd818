#!/bin/sh
# switch-burn SWITCH VERSION: the image is burnt; it runs from the next reload on.
. "${0%/*}/switch-lib"
checked_version "${1:-}"
answers
felt switch-burn "\"version\":\"$1\",\"work\":$(work_behind),\"exit\":0"
echo "$1" >"$S/next"
