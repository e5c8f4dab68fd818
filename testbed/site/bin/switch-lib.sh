# Sourced by the commands about a switch, after its name was given as $1.
. "${0%/*}/lib"
# The mark by which `sweep` knows what is ours; whoever runs a fabric's commands does not set it.
[ "${PITSTOP_TESTBED:-}" = "$R" ] || PITSTOP_TESTBED=$R exec "$0" "$@"
S=$R/switches/${1:-}
if [ -z "${1:-}" ] || [ ! -e "$S/version" ]; then
  echo "no switch is called '${1:-}'" >&2
  exit 2
fi
N=$S
node=$1
shift

answers() {
  [ ! -e "$S/down" ] && [ ! -e "$S/unlinked" ] && return
  echo "$node does not answer" >&2
  exit 1
}

# on_nodes FILE COMMAND...: the command for each node that the file names, as on that node.
on_nodes() {
  on_nodes_file=$1
  shift
  for on_nodes_name in $(cat "$on_nodes_file"); do (N=$R/nodes/$on_nodes_name node=$on_nodes_name && "$@"); done
}

# Processes of jobs on all nodes behind the switch.
work_behind() { on_nodes "$S/nodes" work_count | awk '{ sum += $1 } END { print sum + 0 }'; }

# Nodes that lose a link or all their ways: of a leaf its own, of a spine none while another is up.
stranded() {
  if [ "$(cat "$S/role")" = spine ]; then
    for stranded_other in "$R"/switches/*; do
      [ "$stranded_other" = "$S" ] || [ "$(cat "$stranded_other/role")" = leaf ] && continue
      [ -e "$stranded_other/down" ] || [ -e "$stranded_other/unlinked" ] || return 0
    done
  fi
  cat "$S/nodes"
}

lose_work() {
  lose_work_jobs=$(jobs_here)
  for lose_work_step in $(stepds); do
    for lose_work_pid in $(tree "$lose_work_step"); do [ "$lose_work_pid" = "$lose_work_step" ] || kill -9 "$lose_work_pid" 2>/dev/null; done
  done
  abort_jobs $lose_work_jobs
}

# goes_down MARK BY: all links of the switch go, and with them the work behind it.
goes_down() {
  stranded >"$S/stranded"
  felt switch-down "\"by\":\"$2\",\"nodes\":\"$(paste -sd, "$S/nodes")\",\"stranded\":\"$(paste -sd, "$S/stranded")\",\"work\":$(work_behind)"
  : >"$S/$1"
  "$R/bin/link-sync"
  on_nodes "$S/stranded" lose_work
}

# comes_up MARK BY
comes_up() {
  rm -f "$S/$1"
  "$R/bin/link-sync"
  felt switch-up "\"by\":\"$2\",\"nodes\":\"$(paste -sd, "$S/nodes")\",\"version\":\"$(cat "$S/version")\""
}
