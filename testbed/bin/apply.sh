#!/bin/sh
# apply VERSION: the image is written; it runs from the next boot on.
. "${0%/*}/lib"
checked_version "${1:-}"
if fault applyFails; then
  felt apply "\"version\":\"$1\",\"work\":$(work_count),\"exit\":1"
  echo "apply: the image does not verify" >&2
  exit 1
fi
felt apply "\"version\":\"$1\",\"work\":$(work_count),\"exit\":0"
echo "$1" >"$N/next"
