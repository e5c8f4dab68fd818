#!/bin/sh
# version [os|hca]: prints the version that runs.
. "${0%/*}/lib"
if [ "${1:-os}" = hca ]; then
  read -r version <"$N/hca-version"
  felt read-hca "\"version\":\"$version\""
else
  read -r version <"$N/version"
  felt read "\"version\":\"$version\""
fi
echo "$version"
