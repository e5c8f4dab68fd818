#!/bin/sh
# hca-reset: the node's ports go down and come up again with the firmware that was burnt.
. "${0%/*}/lib"
felt hca-reset "\"work\":$(work_count)"
links down
sleep 0.5
take_next hca-version hca-next
links up
