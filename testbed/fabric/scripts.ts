// The files of a simulated fabric's folder: opensm's configurations, and the commands that tools, tests and fleet files name.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf } from '../requirements.ts';
import { OPS_HOST, type FabricNet } from './net-file.ts';

class FabricPartError extends Error {
  override readonly name = 'FabricPartError';
}

const TOOLS = ['ibnetdiscover', 'iblinkinfo', 'ibqueryerrors', 'saquery', 'sminfo'] as const;

/** Where Debian puts what makes a tool talk to ibsim instead of to a device. */
const PRELOADS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];

export function writeFabricFiles(folder: string, net: FabricNet, managers: readonly string[], socket: string): void {
  for (const name of ['bin', 'ids', 'pid', 'run', ...managers.map((manager) => join('sm', manager))])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'net'), net.text);
  for (const [name, ids] of net.idsOf) writeFileSync(join(folder, 'ids', name), `${ids.join('\n')}\n`);
  for (const [index, manager] of managers.entries()) {
    writeFileSync(join(folder, 'sm', manager, 'opensm.conf'), `${ownConf(folder, manager, 14 - index)}${SHARED_CONF}`);
  }
  const preload = join(preloadFolder(), 'umad2sim', 'libumad2sim.so');
  // The preload is set for the tool alone: a shell that had it would take part in the fabric itself.
  const as = (host: string): string => `PITSTOP_FABRIC='${folder}' LD_PRELOAD='${preload}' SIM_HOST=${host} IBSIM_SOCKNAME='${socket}'`;
  // What is preloaded makes folders where it runs.
  for (const tool of TOOLS) script(folder, tool, `cd "$R/run" && exec env ${as(OPS_HOST)} '${pathOf(tool)}' "$@"`);
  script(folder, 'fabric-unlink', `${CONSOLE}printf 'Unlink "%s"\\n' $ids >"$R/console"`);
  script(folder, 'fabric-relink', `${CONSOLE}printf 'Relink "%s"\\n' $ids >"$R/console"`);
  script(folder, 'sm-stop', SM_STOP);
  script(folder, 'sm-start', smStart(`env ${as('"$1"')} OSM_CACHE_DIR="$R/sm/$1" OSM_TMP_DIR="$R/sm/$1" '${pathOf('opensm')}'`));
  script(folder, 'sm-config', `grep -Ev '^(sm_priority|log_file|dump_files_dir) ' "$R/sm/\${1:?name of a manager}/opensm.conf"`);
  script(folder, 'sweep', SWEEP);
}

function preloadFolder(): string {
  const found = PRELOADS.find((place) => existsSync(join(place, 'umad2sim', 'libumad2sim.so')));
  if (found === undefined) throw new FabricPartError('libumad2sim.so is not installed; on Debian it comes with ibsim-utils');
  return found;
}

function script(folder: string, name: string, body: string): void {
  const path = join(folder, 'bin', name);
  // Whatever takes part in the fabric keeps a folder of its own where it was started.
  writeFileSync(path, `#!/bin/sh\nR='${folder}'\ncd "$R" || exit 1\n${body}\n`);
  chmodSync(path, 0o755);
}

/** What two managers of one fabric may differ in. */
function ownConf(folder: string, manager: string, priority: number): string {
  const place = join(folder, 'sm', manager);
  return `sm_priority ${priority}\nlog_file ${join(place, 'opensm.log')}\ndump_files_dir ${place}/\n`;
}

/**
 * A standby asks the master twice a second and takes over after four questions without an answer. Sweeps are by time, not by traps: a
 * master that swept because its standby had just appeared waited for ever in 6 of 50 starts on a busy machine (see `#start` in fabric.ts).
 */
const SHARED_CONF = `sweep_interval 1
sweep_on_trap FALSE
sminfo_polling_timeout 500
polling_retry_number 4
force_log_flush TRUE
honor_guid2lid_file FALSE
`;

/** Without a reader, opening the console would wait for ever. */
const CONSOLE = `kill -0 "$(cat "$R/pid/ibsim")" 2>/dev/null || { echo 'ibsim does not run' >&2; exit 1; }
ids=$(cat "$R/ids/\${1:?name of a node or switch}") || exit 2
`;

/** A pid may have been given to another process since; -9, because opensm hangs on TERM when ibsim went first. */
const SM_STOP = `pid=$(cat "$R/pid/\${1:?name of a manager}" 2>/dev/null) || exit 0
read -r comm <"/proc/$pid/comm" 2>/dev/null && [ "$comm" = opensm ] && kill -9 "$pid"
rm -f "$R/pid/$1"`;

/**
 * One that is started again comes back below the others, as sites set it so that nothing moves twice: on ibsim a master that is to hand over to
 * an old one of higher priority never does (opensm 3.3.23: the old one is in STANDBY, then in DISCOVERING for ever).
 */
function smStart(opensm: string): string {
  return `pid=$(cat "$R/pid/\${1:?name of a manager}" 2>/dev/null)
case $(cat "/proc/\${pid:-none}/stat" 2>/dev/null) in *') Z '*) ;; *'(opensm)'*) exit 0 ;; esac
[ -d "$R/sm/$1" ] || { echo "no manager is called $1" >&2; exit 2; }
again=; [ -e "$R/sm/$1/started" ] && again="-p 1"; touch "$R/sm/$1/started"
cd "$R/run" && setsid sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$R/pid/$1" ${opensm} -F "$R/sm/$1/opensm.conf" $again </dev/null >>"$R/sm/$1/out" 2>&1 &`;
}

/** Ends all that carries this fabric's mark, by pid. */
const SWEEP = `round=0
while [ $round -lt 100 ]; do
  pids=$(grep -lsz "^PITSTOP_FABRIC=$R\\$" /proc/[0-9]*/environ | cut -d/ -f3 | while read -r pid; do
    { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || continue
    case $stat in *') Z '*) ;; *) echo "$pid" ;; esac
  done)
  [ -n "$pids" ] || exit 0
  kill -9 $pids 2>/dev/null
  sleep 0.05
  round=$((round + 1))
done
echo "still there:" $pids >&2
exit 1`;
