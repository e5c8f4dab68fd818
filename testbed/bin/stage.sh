#!/bin/sh
# stage VERSION: the image is fetched; nothing that runs changes.
. "${0%/*}/lib"
checked_version "${1:-}"
echo "$1" >"$N/staged"
felt stage "\"version\":\"$1\",\"work\":$(work_count)"
