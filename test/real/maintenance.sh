#!/bin/sh
# maintenance.sh FOLDER NODE...: what a site does without Pitstop, on a testbed: drain, update, reboot, resume, one node after the other.
# Prints "NODE left MS" and "NODE back MS" when it asked for each.
set -eu
folder=$1
shift
on() { ssh -F "$folder/ssh_config" "$@"; }
for node in "$@"; do
  echo "$node left $(date +%s%3N)"
  scontrol update nodename="$node" state=drain reason="kernel update"
  until sinfo -h -N -n "$node" -o %T | grep -q '^drained'; do sleep 0.2; done
  before=$(on "$node" "$folder/bin/bootid")
  on "$node" "$folder/bin/apply" 2025.07
  on "$node" "$folder/bin/reboot"
  until boot=$(on "$node" "$folder/bin/bootid" 2>/dev/null) && [ "$boot" != "$before" ]; do sleep 0.3; done
  echo "$node back $(date +%s%3N)"
  scontrol update nodename="$node" state=resume
done
