# Sourced by every command of the testbed: where things lie, what a node feels, and which processes are its own.
# R is the testbed's folder, N the state folder of the node this command runs on.
R=${0%/bin/*}
. "$R/testbed.env"
N=${PITSTOP_NODE:-$R/nodes/${SLURMD_NODENAME:-}}
node=${N##*/}

# felt WHAT [JSON-MEMBERS]: one line, appended in one write.
felt() {
  printf '{"at":%s,"node":"%s","what":"%s"%s}\n' "$(date +%s%3N)" "$node" "$1" "${2:+,$2}" >>"$N/felt.log"
}

fault() { [ -e "$N/faults/$1" ]; }

# A version may only hold what is harmless in JSON and in a file.
checked_version() {
  case $1 in
  '' | -* | *[!A-Za-z0-9._:+-]*)
    echo "not a version: '$1'" >&2
    exit 2
    ;;
  esac
}

# tree PID...: these processes and all below them.
tree() {
  for tree_pid in "$@"; do
    echo "$tree_pid"
    tree $(cat "/proc/$tree_pid"/task/*/children 2>/dev/null)
  done
}

# pid_in FILE COMM: prints the pid in FILE while that process still is a COMM (a pid may have been given to another since).
pid_in() {
  [ -r "$1" ] || return 0
  read -r pid_in_pid <"$1" || return 0
  is_comm "$pid_in_pid" "$2" && echo "$pid_in_pid"
  return 0
}

is_comm() {
  { read -r is_comm_name <"/proc/$1/comm"; } 2>/dev/null && [ "$is_comm_name" = "$2" ] || return 1
  { read -r is_comm_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  case $is_comm_stat in *') Z '*) return 1 ;; esac
}

# The slurmstepds of this node: bin/stepd leaves one file per step, named by its pid.
stepds() {
  for stepds_file in "$N"/steps/*; do
    stepds_pid=${stepds_file##*/}
    [ "$stepds_pid" = '*' ] && continue
    if is_comm "$stepds_pid" slurmstepd; then echo "$stepds_pid"; elif ! is_comm "$stepds_pid" stepd; then rm -f "$stepds_file"; fi
  done
}

# Job processes of this node, counted.
work_count() { set -- $(tree $(stepds)) && echo $#; }
