// `pitstop watch`: follows a maintenance that others carry out, read only, so that its curve and retro are there in the end.
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { Reading } from '../../core/change/procedure.ts';
import { names, parseNodeSet } from '../../core/fleet/nodeset.ts';
import type { Cluster, Fleet } from '../../core/fleet/model.ts';
import { observedFleet, WATCHED_STEPS } from '../../core/past/watched-plan.ts';
import { catalogueFolders, loadCatalogue } from '../../files/catalogue.ts';
import { parseChange } from '../../files/change-file.ts';
import { readFleet } from '../../files/fleet-file.ts';
import { runName, sealed } from '../../files/past/record.ts';
import { showPlan } from '../../files/plan-file.ts';
import { suggest } from '../../files/problem.ts';
import { readText } from '../../files/read-text.ts';
import { parseDuration } from '../../std/duration.ts';
import type { CliContext } from '../context.ts';
import { badArgument, EXIT, UsageError } from '../exit.ts';
import { follow } from '../follow.ts';
import { runLines } from '../live-view.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import { counted } from '../../std/share.ts';

interface WatchFlags {
  readonly fleet: string;
  readonly change?: string;
  readonly name?: string;
  readonly untilQuiet?: number;
  readonly detach?: true;
  readonly by: string;
  readonly json?: true;
}

const QUIET_MS = 10 * 60_000;

const HELP = `
It only looks, whatever the fleet file says of the cluster's mode: at the scheduler, and where there is a shell driver at boot ids. Nodes that
leave service from now on are counted, whoever took them out; those that are out already are not, so begin before the first drain. A real run
may go on beside it. It ends by itself once every node that left is back and has stayed so for --until-quiet. Ctrl-C only stops watching the
watch; pitstop abort RUN --reason WHY ends it.

Examples:
  pitstop watch phx62 --fleet fleet.yaml
  pitstop watch phx62 --fleet fleet.yaml --name kernel-july --until-quiet 30m --detach
  pitstop retro kernel-july`;

export function addWatch(program: Command, context: CliContext): void {
  program
    .command('watch')
    .description('follow a maintenance that others carry out, read only, for its return curve and retro')
    .argument('<cluster>', 'cluster of the fleet file')
    .requiredOption('--fleet <file>', 'fleet.yaml')
    .option('--change <file>', 'change.yaml that says how versions are read, to tell what ran before and after')
    .option('--name <name>', 'name of the run; default: watch-CLUSTER-1, -2, ...')
    .option('--until-quiet <time>', 'how long all must be back before it ends; default: 10m', duration)
    .option('--detach', 'do not look on; the server carries on')
    .option('--by <who>', 'who says so', context.user)
    .option('--json', 'print the state at the end and nothing else')
    .addHelpText('after', HELP)
    .action((cluster: string, flags: WatchFlags) => watch(context, cluster, flags));
}

async function watch(context: CliContext, clusterName: string, flags: WatchFlags): Promise<void> {
  const { terminal } = context;
  const { name, by, json } = flags;
  if (name !== undefined && runName(name) !== name)
    throw badArgument('--name', name, 'cannot be the name of a run', `write letters, digits and . _ -, such as ${runName(name)}`);
  const fleet = readFleet(flags.fleet);
  const cluster = clusterOf(fleet, clusterName, flags.fleet);
  const plan = sealed({
    name: `watch-${cluster.name}`,
    document: observedFleet({ ...fleet, clusters: [cluster] }),
    nodes: new Map([[cluster.name, nodesOf(cluster)]]),
    steps: WATCHED_STEPS,
    read: flags.change === undefined ? {} : readsOf(flags.change, fleet, flags.fleet),
    window: null,
    soakMs: flags.untilQuiet ?? QUIET_MS,
    origin: 'watched',
  });
  const options = { folder: dirname(resolve(flags.fleet)), only: null, twin: null, now: null, by };
  const client = await context.client();
  const watching = client.runs.watch({ plan: showPlan(plan), name: name ?? null, options });
  const { run } = await slowly(terminal, 'opening the watch', watching);
  terminal.err(`${run}: watches ${counted(nodesOf(cluster).length, 'node')} of ${cluster.name}, and does nothing to them\n`);
  if (flags.detach) {
    if (json) printJson(terminal, await client.runs.status({ run }));
    else terminal.out(`${run}\n`);
    return;
  }
  const onLeaving = `stopped looking: ${run} goes on. Look again: pitstop status ${run} --wait. End it: pitstop abort ${run} --reason WHY`;
  const { exit, view } = await follow(context, client, { run, until: 'settled', answers: 'no', onLeaving });
  context.exit(exit);
  if (json) printJson(terminal, view);
  else if (!terminal.interactive) terminal.out(`${runLines(view, { columns: 121, rows: 60, color: false }).join('\n')}\n`);
  if (exit === EXIT.done) terminal.err(`review: pitstop retro ${run}\n`);
}

function clusterOf(fleet: Fleet, name: string, file: string): Cluster {
  const cluster = fleet.clusters.find((candidate) => candidate.name === name);
  if (!cluster) {
    const known = fleet.clusters.map((candidate) => candidate.name);
    throw badArgument('CLUSTER', name, `is no cluster of ${file}`, suggest(name, known));
  }
  if (!Object.hasOwn(cluster.drivers, 'scheduler')) {
    throw new UsageError(
      `cluster ${name} has no scheduler driver, so nobody could tell what is in service; write drivers: {scheduler: slurm} in ${file}`,
    );
  }
  return cluster;
}

function nodesOf({ nodes }: Cluster): string[] {
  const parsed = parseNodeSet(nodes);
  return parsed.ok ? [...names(parsed.set)] : [];
}

/** The commands with which the change reads what runs; nothing else of it is used. */
function readsOf(file: string, fleet: Fleet, fleetFile: string): { [component: string]: Reading } {
  const { procedures } = parseChange(readText(file), file, fleet, loadCatalogue(catalogueFolders(fleetFile, null)));
  const steps = [...procedures.values()].filter(({ kind }) => kind === 'node').flatMap((procedure) => procedure.steps);
  return Object.assign({}, ...steps.flatMap(({ action, by }) => (action.kind === 'read' && by === 'shell' ? [action.read] : [])));
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('It must be a duration such as 30s, 10m or 2h.');
  return ms;
}
