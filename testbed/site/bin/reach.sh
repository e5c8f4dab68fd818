# Sourced by the checks of several nodes. reach NAME RAIL|all NODE...: exit 0 when every port of theirs on that rail, or on all, is active in
# the fabric; prints what a program of nccl-tests prints.
reach() {
  reach_name=$1 reach_rail=$2
  shift 2
  "$R/bin/iblinkinfo" -l >"$N/reach.$$" 2>/dev/null
  reach_bad=$(awk -v rail="$reach_rail" -v nodes=" $* " '
    FILENAME == ARGV[1] {
      split($0, quoted, "\"")
      for (i = 2; i <= 4; i += 2) {
        gsub(/^ +| +$/, "", quoted[i])
        sub(/ /, "/", quoted[i])
        if (/Active\//) seen[quoted[i]] = 1
      }
      next
    }
    index(nodes, " " $3 " ") && $5 > 0 && (rail == "all" || $5 == rail) {
      split($1, part, "--")
      if (!(part[1] in seen)) print part[1]
    }
  ' "$N/reach.$$" "$R/site/links")
  rm -f "$N/reach.$$"
  for reach_node in "$@"; do
    if [ ! -d "$R/nodes/$reach_node" ]; then reach_bad="$reach_bad $reach_node"; fi
    if [ -e "$R/nodes/$reach_node/faults/pairFails" ]; then reach_bad="$reach_bad $reach_node"; fi
  done
  reach_nodes=$(echo "$*" | tr ' ' ,)
  echo "# nThread 1 nGpus 1 minBytes 1073741824 maxBytes 2147483648 step: 2(factor) warmup iters: 5 iters: 20 agg iters: 1 validation: 1"
  echo "#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong"
  if [ -n "$reach_bad" ]; then
    felt check "\"exit\":1,\"name\":\"$reach_name\",\"nodes\":\"$reach_nodes\""
    echo "$node: Test NCCL failure: unhandled system error: no way to" $reach_bad
    exit 1
  fi
  echo "  1073741824     268435456     float     sum      -1   5523.1  194.41  364.52      0   5519.8  194.53  364.74      0"
  echo "  2147483648     536870912     float     sum      -1  10991.3  195.38  366.34      0  10988.7  195.43  366.42      0"
  echo "# Out of bounds values : 0 OK"
  echo "# Avg bus bandwidth    : 365.505"
  felt check "\"exit\":0,\"name\":\"$reach_name\",\"nodes\":\"$reach_nodes\""
}
