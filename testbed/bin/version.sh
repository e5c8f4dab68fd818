#!/bin/sh
# version: prints the version that runs.
. "${0%/*}/lib"
read -r version <"$N/version"
felt read "\"version\":\"$version\""
echo "$version"
