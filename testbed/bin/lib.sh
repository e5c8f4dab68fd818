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

# The jobs that have processes on this node; a slurmstepd without a process below it only tidies up after its job: nothing is lost with it.
jobs_here() {
  for jobs_here_pid in $(stepds); do
    [ -n "$(cat "/proc/$jobs_here_pid"/task/*/children 2>/dev/null)" ] && tr '\0' '\n' <"/proc/$jobs_here_pid/cmdline"
  done | sed -n 's/.*\[\([0-9]*\)\..*/\1/p' | sort -un
}

# abort_jobs JOB...: the ranks elsewhere notice, as NCCL does: the job aborts. Slurm alone would let it hang when the node is back before SlurmdTimeout.
abort_jobs() {
  for abort_jobs_id in "$@"; do
    felt job-lost "\"job\":$abort_jobs_id"
    abort_jobs_script=$(pid_in "$R/ckpt/$abort_jobs_id/pid" job)
    [ -z "$abort_jobs_script" ] || kill -ABRT "$abort_jobs_script"
  done
}

# take_next RUNNING NEXT: what was applied or burnt becomes what runs; it is lost where oldVersion is planted.
take_next() {
  if [ ! -e "$N/$2" ]; then return 0; fi
  if fault oldVersion; then rm -f "$N/$2"; else mv "$N/$2" "$N/$1"; fi
}

# Of a testbed that is bound to a fabric and BMCs; elsewhere the power is always there, and there are no links.
bound() { [ -e "$R/site/links" ]; }
has_power() { [ "$(cat "$N/power" 2>/dev/null)" != 0 ]; }

# links down|up: of this node.
links() {
  bound || return 0
  if [ "$1" = down ]; then : >"$N/links-down"; else rm -f "$N/links-down"; fi
  "$R/bin/link-sync"
}
