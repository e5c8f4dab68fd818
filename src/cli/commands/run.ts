// `pitstop run`: a plan becomes a run once a person has confirmed the counts; then it is watched until capacity is back.
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { Counts, RunOptions } from '../../api/contract/schemas.ts';
import { difference, fold, nodeSetOf, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { checkPlan } from '../../core/plan/check.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { readFleet } from '../../files/fleet-file.ts';
import { parsePlan, requireSameFleet } from '../../files/plan-file.ts';
import { readText } from '../../files/read-text.ts';
import type { Client } from '../client.ts';
import type { CliContext } from '../context.ts';
import { badArgument, EXIT, UsageError } from '../exit.ts';
import { follow, isYes, waitsForSecond } from '../follow.ts';
import { runLines } from '../live-view.ts';
import { minuteOf, refuseErrors } from '../../study/make-plan.ts';
import { counted, showCount } from '../../std/share.ts';
import { clip, findingLines, flowed, printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import type { Until } from '../run-end.ts';
import { twinOptions } from '../../study/twin-options.ts';
import { wholeFrom1 } from './events.ts';
import { untilOption } from './runs.ts';

interface RunFlags {
  readonly fleet?: string;
  readonly dryRun?: true;
  readonly only?: string;
  readonly twin?: true;
  readonly speed?: number;
  readonly seed?: number;
  readonly detach?: true;
  readonly yes?: true;
  readonly now?: true;
  readonly reason?: string;
  readonly by: string;
  readonly until: Until;
  readonly json?: true;
}

/** A simulated minute a second: people see it move. */
const SPEED = 60;
const SEED = 1;

const HELP = `
Ends with exit 0 when the return gate is met (the server works on at the stragglers), with 1 when the run is aborted or
short, and without a terminal also when it is held. Ctrl-C only stops watching.

Examples:
  pitstop run july.plan.json --fleet fleet.yaml --dry-run
  pitstop run july.plan.json --fleet fleet.yaml
  pitstop run july.plan.json --twin --speed 120 --yes`;

export function addRun(program: Command, context: CliContext): void {
  program
    .command('run')
    .description('carry a plan out, after a person has confirmed the counts')
    .argument('<plan>', 'plan file')
    .option(
      '--fleet <file>',
      'fleet.yaml; must be the fleet that was planned for. Default: the one in the plan, with files beside the plan',
    )
    .option('--dry-run', 'every read for real, every act as the command it would be, nothing written')
    .option('--only <set>', 'only these targets of the plan')
    .option('--twin', 'on a simulated fleet instead of the real one')
    .option('--speed <factor>', `how much faster than the wall the twin's time goes (${SPEED})`, positive)
    .option('--seed <seed>', `what the twin draws its luck from (${SEED})`, wholeFrom1)
    .option('--detach', 'do not watch; the server carries on')
    .option('--yes', 'confirm the counts, and every wave that asks')
    .option('--now', 'do not wait for the window; needs --reason')
    .option('--reason <why>', 'why; kept in the journal')
    .option('--by <who>', 'who says so', context.user)
    .addOption(untilOption())
    .option('--json', 'print the state at the end and nothing else')
    .addHelpText('after', HELP)
    .action((file: string, flags: RunFlags) => run(context, file, flags));
}

async function run(context: CliContext, file: string, flags: RunFlags): Promise<void> {
  const { terminal } = context;
  const text = readText(file);
  const plan = parsePlan(text, file);
  const options = optionsOf(plan, file, flags);
  refuseUnusable(plan, file, flags);
  if (flags.dryRun) return dryRun(context, text, options, flags.json === true);
  if (!flags.yes && !terminal.interactive) {
    throw new UsageError('nobody is here to confirm the counts before the first destructive act: add --yes, or run it at a terminal');
  }
  const client = await context.client();
  const { run: name, counts } = await slowly(terminal, 'opening the run', client.runs.create({ plan: text, options }));
  terminal.err(`${countLines(name, plan, counts).join('\n')}\n`);
  if (!flags.yes && !(await confirmed(context, counts))) {
    const { leaves } = await client.runs.control({
      run: name,
      word: 'abort',
      by: flags.by,
      reason: 'the counts were not confirmed',
      targets: null,
    });
    terminal.err(`${name}: not confirmed, so nothing was done (${leaves})\n`);
    context.exit(EXIT.no);
    if (flags.json) printJson(terminal, await client.runs.status({ run: name }));
    return;
  }
  const reason = flags.reason ?? (flags.yes ? 'run --yes' : 'counts confirmed at the terminal');
  const { leaves } = await client.runs.control({ run: name, word: 'confirm', by: flags.by, reason, targets: null });
  if (waitsForSecond(leaves)) terminal.err(`${leaves}: pitstop confirm ${name} --by WHO --reason WHY\n`);
  await (flags.detach ? detach(context, client, name, plan, flags) : watch(context, client, name, flags));
}

async function watch(context: CliContext, client: Client, run: string, flags: RunFlags): Promise<void> {
  const { terminal } = context;
  const answers = flags.yes ? 'yes' : 'ask';
  const { exit, view } = await follow(context, client, { run, until: flags.until, answers });
  context.exit(exit);
  if (flags.json) printJson(terminal, view);
  else if (!terminal.interactive) terminal.out(`${runLines(view, { columns: 121, rows: 60, color: false }).join('\n')}\n`);
  if (exit === EXIT.done) terminal.err(`review: pitstop retro ${run}\n`);
}

async function detach({ terminal }: CliContext, client: Client, run: string, plan: Plan, { json }: RunFlags): Promise<void> {
  if (json) printJson(terminal, await client.runs.status({ run }));
  else terminal.out(`${run}\n`);
  const asks = plan.fleet.document.clusters.some(({ mode }) => mode === 'confirm');
  const more = asks ? `; in mode confirm each wave waits for pitstop approve ${run} --reason WHY` : '';
  terminal.err(`${run} goes on without us: pitstop status ${run} --wait${more}\n`);
}

function optionsOf(plan: Plan, file: string, flags: RunFlags): RunOptions {
  const { fleet, only, twin, speed, seed, now, reason, by } = flags;
  if (!twin && (speed !== undefined || seed !== undefined)) throw new UsageError('--speed and --seed are of the twin: add --twin');
  if (now && !reason?.trim()) throw new UsageError('--now overrides the window: say why with --reason');
  if (fleet !== undefined) requireSameFleet(plan, file, readFleet(fleet), fleet);
  return {
    folder: dirname(resolve(fleet ?? file)),
    only: only === undefined ? null : targetsOf(plan, only),
    twin: twin ? { speed: speed ?? SPEED, seed: seed ?? SEED, options: { ...twinOptions(plan) } } : null,
    now: now ? (reason ?? '') : null,
    by,
  };
}

function targetsOf(plan: Plan, text: string): string {
  const parsed = parseNodeSet(text, topologyOf(plan.fleet.document).groups);
  if (!parsed.ok) {
    const { at, value, why, mend } = parsed.error;
    throw badArgument('--only', value, why, mend, at + 1);
  }
  const strangers = difference(parsed.set, nodeSetOf(plan.waves.flatMap((wave) => [...expand(wave.targets)])));
  if (size(strangers) > 0)
    throw badArgument('--only', clip(fold(strangers), 80), 'not among the targets of the plan', 'name targets of the plan');
  if (size(parsed.set) === 0) throw badArgument('--only', text, 'stands for nothing', 'name at least one target');
  return fold(parsed.set);
}

/** What was fine when the plan was made and is not now, such as a window that is past. */
function refuseUnusable(plan: Plan, file: string, { now }: RunFlags): void {
  const findings = checkPlan(plan, now ? null : minuteOf(Date.now()));
  refuseErrors([...plan.findings, ...findings], file);
}

async function dryRun({ client, terminal, exit }: CliContext, plan: string, options: RunOptions, json: boolean): Promise<void> {
  const server = await client();
  const { acts, findings } = await slowly(terminal, 'reading from the real systems', server.runs.dryRun({ plan, options }));
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) exit(errors.some(({ rule }) => rule === 'no-answer') ? EXIT.silent : EXIT.no);
  if (json) {
    printJson(terminal, { acts, findings });
    return;
  }
  let place = '';
  for (const { wave, step, by, targets, command, note } of acts) {
    const here = `${wave}  ${step} by ${by} on ${clip(targets, 70)}`;
    if (here !== place) terminal.out(`${here}${note === '' ? '' : `  (${note})`}\n`);
    place = here;
    if (command !== '') terminal.out(`    ${command}\n`);
  }
  for (const line of findingLines(findings)) terminal.out(`${line}\n`);
  terminal.err(`nothing was written: ${counted(acts.length, 'command')} would be\n`);
}

/** What a person confirms before the first destructive act. */
function countLines(run: string, plan: Plan, counts: Counts): string[] {
  const parsed = parseNodeSet(counts.affected);
  const affected = parsed.ok ? `${counted(size(parsed.set), 'node')}: ${clip(fold(parsed.set), 80)}` : clip(counts.affected, 80);
  return [
    `${run}: plan ${plan.id.slice(0, 12)} of ${plan.change.name}, ${counted(counts.targets, 'target')} in ${counted(counts.waves, 'wave')}`,
    `  destructive steps  ${counts.destructiveSteps.join(', ') || 'none'}`,
    `  affected           ${affected}`,
    `  customers          ${counts.customers.length === 0 ? "none, the operator's own: confirming releases it" : `${counts.customers.join(', ')}: each must release its nodes`}`,
    `  way back           ${counts.wayBack ? 'yes' : 'NO: at least one procedure cannot be taken back'}`,
    ...flowed(plan.report.defaults, 96).map((line, i) => `  ${i === 0 ? 'defaults in force ' : ' '.repeat(18)} ${line}`),
    ...findingLines(plan.findings).map((line) => `  ${line}`),
  ];
}

async function confirmed({ terminal }: CliContext, { targets }: Counts): Promise<boolean> {
  const answer = await terminal.ask(`type ${showCount(targets)} (or y) to begin: `);
  return isYes(answer) || answer?.replaceAll(',', '') === String(targets);
}

function positive(text: string): number {
  const number = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || number <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}
