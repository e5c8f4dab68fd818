#!/bin/sh
# hca-stage VERSION: the image is fetched; nothing that runs changes.
. "${0%/*}/lib"
checked_version "${1:-}"
echo "$1" >"$N/hca-staged"
felt hca-stage "\"version\":\"$1\",\"work\":$(work_count)"
