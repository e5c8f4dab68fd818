// The POSIX shell scripts that Pitstop says to a node. They reach /bin/sh through its standard input, so no login shell reads them, and
// each is one { compound; }, so that half a script runs nothing. Arguments go in through quoteCommand alone.
import { createHash } from 'node:crypto';
import { quoteArgument, quoteCommand } from '../../std/quote.ts';

/** Begins the line with which a script says how things stand. */
export const MARK = '@pitstop';

/** Before the script: its shell's number as the mark of stderr, and how to say the mark of stdout. */
const PRELUDE = `say() { printf '\\n${MARK} %s\\n' "$1"; }
printf '\\n${MARK} %s\\n' $$ >&2
`;

/** The command takes the shell's place. Mark: "started". */
export function runScript(argv: readonly string[]): string {
  return compound(`say started
exec ${quoteCommand(argv)} </dev/null
`);
}

/** Bounded on the node, since a node may carry any number of processes. */
const WORK_BYTES_MAX = 50_000;
/** Ends a script that is still running, with all that it started in its process group. */
export function endScript(pid: string): string {
  const number = quoteArgument(pid);
  return compound(`kill -s TERM -- -${number} || kill -s TERM ${number}\n`);
}

/** Between what the boot id command printed and what the work command printed. */
export const WORK_MARK = `${MARK}-work`;

/** Mark: "look EXIT" of the boot id command, then its output, then `WORK_MARK EXIT` and the work command's output. */
export function lookScript(bootId: readonly string[], work: readonly string[] | null): string {
  const workPart = `w=$(exec ${quoteCommand(work ?? [])} </dev/null); r=$?
printf '${WORK_MARK} %s\\n%.${WORK_BYTES_MAX}s\\n' "$r" "$w"
`;
  return compound(`b=$(exec ${quoteCommand(bootId)} </dev/null 2>&1); r=$?
say "look $r"
printf '%s\\n' "$b"
${work ? workPart : ''}`);
}

/**
 * Reboots only while the boot id command prints `expected` (its words joined by single blanks). Marks: "unreadable", "differs" and then
 * the boot id, "rebooting" before the command starts. The command is in a session of its own: it outlives the connection.
 */
export function rebootScript(bootId: readonly string[], expected: string, reboot: readonly string[]): string {
  return compound(`b=$(exec ${quoteCommand(bootId)} </dev/null 2>/dev/null) || b=
set -f
set -- $b
b="$*"
if [ -z "$b" ]; then say unreadable; exit 0; fi
if [ "$b" != ${quoteArgument(expected)} ]; then say differs; printf '%s\\n' "$b"; exit 0; fi
s=$(command -v setsid || command -v nohup)
say rebooting
(trap '' PIPE; exec $s ${quoteCommand(reboot)}) </dev/null >/dev/null &
wait $!
`);
}

/** Mark: "probe SECONDS" of the node's clock, then one line for each thing that a run with \`once\` would miss. */
export function probeScript(): string {
  return compound(`say "probe $(date +%s)"
command -v setsid >/dev/null || echo 'setsid is missing (util-linux)'
[ -r /proc/self/stat ] || echo '/proc is missing'
d=\${PITSTOP_DIR:-/var/tmp}
[ -d "$d" ] && [ -w "$d" ] || echo "$d is no folder that the login user may write to"
`);
}

/** Folder of an act on a node, below $PITSTOP_DIR or /var/tmp. */
export function onceName(key: string, target: string): string {
  return `pitstop-${createHash('sha256').update(`${key}\n${target}`).digest('hex').slice(0, 32)}`;
}

/**
 * Runs the command at most once for this name, whoever asks how often: a folder made by mkdir is the claim, the command runs in a
 * session of its own and outlives the connection and us, and everyone who asks waits for its exit code and is given it. Marks: "ran" or
 * "repeat" and then the output, the exit code being the command's; "lost" when the command was started and ended without leaving a
 * code (killed, or the node went down): the folder is gone then and the next caller runs anew; "refused WHY" when nothing was started.
 */
export function onceScript(name: string, argv: readonly string[]): string {
  return compound(`${ONCE_FUNCTIONS}
name=${quoteArgument(name)} mask=$(umask) home=$PWD
[ -r /proc/self/stat ] || refuse '/proc is missing'
command -v setsid >/dev/null || refuse 'setsid is missing'
read -r now_boot </proc/sys/kernel/random/boot_id
umask 077
cd -P "\${PITSTOP_DIR:-/var/tmp}" 2>/dev/null || refuse "no folder \${PITSTOP_DIR:-/var/tmp}"
base=$(pwd -P)
how=repeat
if mkdir -m 700 "./$name" 2>/dev/null; then how=ran
elif [ ! -d "./$name" ]; then refuse "cannot make the folder $base/$name"; fi
cd -P "./$name" 2>/dev/null || refuse "cannot enter the folder $base/$name"
{ [ -O . ] && [ "$(pwd -P)" = "$base/$name" ]; } || refuse "the folder $base/$name belongs to somebody else"
if [ $how = ran ]; then
  setsid /bin/sh -c ${quoteArgument(RUNNER)} pitstop "$home" "$mask" "$now_boot" ${quoteCommand(argv)} </dev/null >/dev/null 2>&1 &
  wait $!
  [ -f who ] || lose
  find "$base/." ! -name . -prune -type d -name 'pitstop-????????????????????????????????' -user "$(id -u)" -mtime +30 -exec rm -rf {} + 2>/dev/null
fi
tries=0
until [ -f rc ]; do
  if [ -f who ]; then
    read -r pid boot begun <who
    alive || [ -f rc ] || lose
  elif [ $tries -ge 50 ]; then
    { printf 'nobody - -\\n' >"who.$$"; } 2>/dev/null || lose
    ln "who.$$" who 2>/dev/null
  fi
  tries=$((tries + 1))
  if [ $tries -lt 50 ]; then sleep 0.1 2>/dev/null || sleep 1; else sleep 1; fi
done
read -r code <rc
say $how
tail -c ${OUTPUT_TAIL_BYTES} out
tail -c ${OUTPUT_TAIL_BYTES} err >&2
exit "$code"
`);
}

/** One more than is kept here, so that a cut shows. */
const OUTPUT_TAIL_BYTES = 65_537;

/**
 * Tells first who it is (process, boot, start time: together they name one process for ever), as a hard link, which only one can make:
 * a caller that gave up on it made one before, and then it must not start.
 */
const RUNNER = `home=$1 mask=$2 boot=$3; shift 3
begun() { read -r line </proc/$$/stat; set -- \${line##*) }; printf %s "\${20}"; }
printf '%s %s %s\\n' "$$" "$boot" "$(begun)" >"who.$$" && ln "who.$$" who 2>/dev/null || exit 0
(umask "$mask"; cd "$home" || cd /; exec "$@") </dev/null >out 2>err
printf '%s\\n' "$?" >"rc.$$" && mv "rc.$$" rc`;

/** Alive is the recorded process, or one of its group: a killed shell may leave the command running. */
const ONCE_FUNCTIONS = `refuse() { say "refused $1"; exit 0; }
process() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${line##*) }
  state=$1 group=$3 start=\${20}
}
alive() {
  [ "$boot" = "$now_boot" ] || return 1
  if process "$pid"; then
    [ "$start" = "$begun" ] || return 1
    case $state in [ZX]) ;; *) return 0 ;; esac
  fi
  for stat in /proc/[0-9]*/stat; do
    id=\${stat#/proc/}
    process "\${id%/stat}" && [ "$group" = "$pid" ] || continue
    case $state in [ZX]) ;; *) return 0 ;; esac
  done
  return 1
}
lose() {
  if mkdir gone 2>/dev/null; then cd "$base" && mv "./$name" "./$name.$$" && rm -rf "./$name.$$"; fi
  say lost
  exit 0
}`;

/** The script behind its prelude, run as a whole or not at all. */
export function compound(script: string): string {
  return `{\n${PRELUDE}${script}}\n`;
}
