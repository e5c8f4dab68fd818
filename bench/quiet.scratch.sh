#!/bin/bash
# waits for a quieter machine
for i in $(seq 1 40); do l=$(cut -d' ' -f1 /proc/loadavg); if (( $(echo "$l < 1.5" | bc -l) )); then echo quiet $l; exit 0; fi; sleep 10; done; echo still $l
