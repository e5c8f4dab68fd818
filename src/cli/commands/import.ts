// `pitstop runs import`: maintenances of the past, as others recorded them, become runs of the journal.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { names, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import type { Fleet } from '../../core/fleet/model.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { zoneExists } from '../../files/calendar.ts';
import { readFleet } from '../../files/fleet-file.ts';
import { readPast, type PastRuns } from '../../files/past/read-past.ts';
import { runName } from '../../files/past/record.ts';
import { showPlan } from '../../files/plan-file.ts';
import { showProblem } from '../../files/problem.ts';
import { readText } from '../../files/read-text.ts';
import type { CliContext } from '../context.ts';
import { badArgument, EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import { wholeFrom1 } from './events.ts';
import { counted } from '../../std/share.ts';

interface ImportFlags {
  readonly name?: string;
  readonly fleet?: string;
  readonly nodes?: readonly string[];
  readonly curve?: readonly string[];
  readonly timezone?: string;
  readonly least: number;
  readonly plan?: string;
  readonly by: string;
  readonly json?: true;
}

const NODES_MAX = 1_000_000;

const HELP = `
The form of the record is told by its first line:
  a table of windows     id,planned_start,planned_end,planned_h,actual_start,actual_end,actual_h,overrun_h,what,why_late,...
                         --nodes and --curve add who was out and how they came back (local_time,nodes_back,...)
  a table of nodes       node,left,back and a column for the end of each step, in their order
  Slurm's accounting     sacctmgr -P show event start=2031-07-01: drains and outages, put together by reason and time
  a journal              what pitstop events RUN printed; with --plan PLAN, the plan that was run, nothing of it is lost
What cannot be read is said with FILE:LINE:COL. A record that is there already is not taken in again.

Examples:
  pitstop runs import windows.csv --timezone America/Los_Angeles
  pitstop runs import windows.csv --nodes 490 --curve 2023-10=return-curve.csv
  sacctmgr -P show event start=2031-07-01 > events.txt && pitstop runs import events.txt --fleet fleet.yaml
  pitstop runs import image-1.events.json --plan july.plan.json --name image-1-elsewhere`;

export function addRunsImport(runs: Command, context: CliContext): void {
  runs
    .command('import')
    .description('take in maintenances that others carried out and recorded; retro and learning work on them as on our own')
    .argument('<file>', 'the record')
    .option('--name <name>', 'name of its run, or the first part of its names; default: that of the file')
    .option('--fleet <file>', 'fleet.yaml that its nodes belong to')
    .option('--nodes <[id=]set>', 'for windows: how many nodes were out (called w1, w2, ...), or which; ID= for one window', collect)
    .option('--curve <[id=]file>', 'for windows: how the nodes came back; as often as there are curves', collect)
    .option('--timezone <zone>', "of times without one; default: the fleet's, or UTC")
    .option('--least <count>', "for Slurm's accounting: an outage of fewer nodes is no maintenance", wholeFrom1, 2)
    .option('--plan <file>', 'for a journal: the plan that was run')
    .option('--by <who>', 'who says so', context.user)
    .option('--json', 'print {runs: [{run, already}], remarks, notes} and nothing else')
    .addHelpText('after', HELP)
    .action((file: string, flags: ImportFlags) => importPast(context, file, flags));
}

async function importPast({ client, terminal, exit }: CliContext, file: string, flags: ImportFlags): Promise<void> {
  const past = read(file, flags);
  const remarks = past.remarks.map(showProblem);
  for (const line of [...remarks, ...past.notes]) terminal.err(`${line}\n`);
  const runs = past.runs.map(({ run, plan, entries, contentId }) => ({ run, plan: showPlan(plan), entries: [...entries], contentId }));
  const put = async () => (await client()).runs.import({ from: basename(file), by: flags.by, runs });
  const imported = runs.length === 0 ? [] : await slowly(terminal, 'writing the journal', put());
  if (imported.length === 0) exit(EXIT.no);
  if (flags.json) {
    printJson(terminal, {
      runs: imported,
      remarks: past.remarks.map((remark, i) => ({ ...remark, text: remarks[i] })),
      notes: past.notes,
    });
    return;
  }
  for (const { run, already } of imported) terminal.out(`${run}${already ? '  already there' : ''}\n`);
  const fresh = imported.filter(({ already }) => !already);
  terminal.err(`${counted(fresh.length, 'run')} imported, ${imported.length - fresh.length} already there${more(fresh[0]?.run)}\n`);
}

const more = (run: string | undefined): string => (run === undefined ? '' : `; review: pitstop retro ${run}`);

function read(file: string, flags: ImportFlags): PastRuns {
  const { name, least, plan } = flags;
  if (name !== undefined && runName(name) !== name)
    throw badArgument('--name', name, 'cannot be the name of a run', `write letters, digits and . _ -, such as ${runName(name)}`);
  const fleet = flags.fleet === undefined ? null : readFleet(flags.fleet);
  const zone = flags.timezone ?? fleet?.timezone ?? 'UTC';
  if (!zoneExists(zone)) throw badArgument('--timezone', zone, 'is no time zone', 'write one such as America/Los_Angeles');
  return readPast({
    file,
    text: readText(file),
    zone,
    name: name ?? null,
    nodes: new Map((flags.nodes ?? []).map((text) => nodesOf(text, fleet))),
    curves: (flags.curve ?? []).map(curveOf),
    nodesMin: least,
    fleet,
    plan: plan === undefined ? null : { file: plan, text: readText(plan) },
  });
}

/** A number makes up as many names; everything else is a node set. */
function nodesOf(given: string, fleet: Fleet | null): [id: string | null, nodes: string[]] {
  const [, id = null, text = ''] = /^(?:([^=,@[\]]+)=)?(.+)$/.exec(given) ?? [];
  const parsed = parseNodeSet(/^[1-9]\d{0,6}$/.test(text) ? `w[1-${text}]` : text, fleet ? topologyOf(fleet).groups : undefined);
  if (!parsed.ok) throw badArgument('--nodes', parsed.error.value, parsed.error.why, parsed.error.mend, parsed.error.at + 1);
  const count = size(parsed.set);
  if (count === 0 || count > NODES_MAX) throw badArgument('--nodes', given, `stands for ${count} nodes`, `name 1 to ${NODES_MAX}`);
  return [id, [...names(parsed.set)]];
}

function curveOf(text: string): { id: string | null; file: string; text: string } {
  const [, id = null, file = ''] = /^(?:([^=]+)=)?(.+)$/.exec(text) ?? [];
  return { id, file, text: readText(file) };
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
