#!/bin/sh
# switch-version SWITCH: prints the version that runs.
. "${0%/*}/switch-lib"
answers
cat "$S/version"
