#!/bin/sh
# switch-stage SWITCH VERSION: the image is fetched; nothing that runs changes.
. "${0%/*}/switch-lib"
checked_version "${1:-}"
echo "$1" >"$S/staged"
felt switch-stage "\"version\":\"$1\",\"work\":$(work_behind)"
