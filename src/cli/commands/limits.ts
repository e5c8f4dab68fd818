// `pitstop limits`: what each limit costs, which steps take as long for all as for one, and from how many nodes on the rest grows.
import type { Command } from 'commander';
import { showMinutes } from '../../chart/scale.ts';
import { terminalBars } from '../../chart/terminal-bars.ts';
import { terminalGrowth } from '../../chart/terminal-growth.ts';
import type { LimitCost, LimitsReport } from '../../core/forecast/forecast.ts';
import { limiting } from '../../sim/limits/limits.ts';
import type { CliContext } from '../context.ts';
import { clip, printJson, table } from '../output.ts';
import { priorsAsked } from '../priors-asked.ts';
import { addRehearsalOptions, addSetOption, carryOutHere, planToRehearse, type RehearsalOptions } from '../rehearsal.ts';
import { counted } from '../../std/share.ts';

const WIDTH_MAX = 120;
const EXAMPLES = `
Examples:
  pitstop limits july.plan.json
  pitstop limits july.plan.json --json | jq '.limits[] | [.name, .owner, .gainMin["95"]]'`;

export function addLimits(program: Command, context: CliContext): void {
  const command = program
    .command('limits')
    .description('say what keeps the fleet from taking as long as one node: each limit lifted in turn, on the same scenarios')
    .argument('<plan>', 'plan file');
  addSetOption(addRehearsalOptions(command, '200'))
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: RehearsalOptions) => limits(context, file, options));
}

async function limits(context: CliContext, file: string, options: RehearsalOptions): Promise<void> {
  const plan = planToRehearse(file, options.set, await priorsAsked(context, options.priors));
  const { seed, scenarios, engine, json = false } = options;
  const wishes = { seed, ...(scenarios !== undefined && { scenarios }), ...(engine !== undefined && { engine }) };
  const report = await carryOutHere<LimitsReport, LimitsReport>(context, {
    asking: (onProgress) => limiting(plan, wishes, onProgress),
    line: dearest,
    json,
  });
  if (report === null) return;
  const { terminal } = context;
  if (json) printJson(terminal, documentOf(report));
  else terminal.out(`${describe(report, file, Math.min(WIDTH_MAX, terminal.size().columns)).join('\n')}\n`);
}

/** Scripts read a gain as one number; the interval stands beside it. */
function documentOf(report: LimitsReport): object {
  const number = ({ gainMin, ...limit }: LimitCost): object => ({
    ...limit,
    gainMin: Object.fromEntries(Object.entries(gainMin).map(([percent, { diffMin }]) => [percent, diffMin])),
    gainIntervalMin: gainMin,
  });
  return { ...report, limits: report.limits.map(number) };
}

function dearest({ limits: [first], scenarios }: LimitsReport): string {
  const cost = first?.gainMin['95'];
  return first && cost
    ? `dearest: ${first.name}, ${showMinutes(cost.diffMin, 'more than the horizon')} of T95 (${scenarios} scenarios)`
    : 'no limit in force';
}

function describe(report: LimitsReport, file: string, width: number): string[] {
  const { fleetMin, oneNodeMin, ratio, limits: all, steps, growth, bendsAtNodes } = report;
  const goal = fleetMin['95'];
  const dear = all.filter(({ gainMin }) => ['95', '99'].some((percent) => gainMin[percent]?.diffMin !== 0));
  return [
    `${file}: 95 % back in ${showMinutes(goal?.p50Min ?? null)} (P50), one node takes ${showMinutes(oneNodeMin.p50)}${ratio === null ? '' : `: ratio ${ratio.toFixed(1)}`}`,
    '',
    'sooner without it, median of the same scenarios',
    ...terminalBars({
      series: ['95 %', '99 %'],
      rows: dear.map(({ name, gainMin }) => ({ label: name, gains: ['95', '99'].flatMap((percent) => gainMin[percent] ?? []) })),
      widthChars: width,
    }),
    '',
    'limits in force',
    ...register(all),
    '',
    'steps',
    ...stepTable(report),
    ...(steps.every(({ o1 }) => o1) ? ['every step takes as long for the fleet as for one node'] : []),
    '',
    'the same plan for fewer nodes',
    ...terminalGrowth({ points: growth, bendsAtNodes, widthChars: width }),
    bendsAtNodes === null
      ? 'no bend: the fleet takes as long as one node'
      : `from ${counted(bendsAtNodes, 'node')} on it takes over a tenth longer than for one`,
    '',
    `engine ${report.engine}, seed ${report.seed}, ${counted(report.scenarios, 'scenario')} each`,
  ];
}

function register(all: readonly LimitCost[]): string[] {
  const rows = all.map(({ name, kind, value, owner, source, since, why, until }) => [
    `  ${name}`,
    kind,
    clip(value, 32),
    owner ?? '-',
    clip([source, since].filter((words) => words !== null).join(', ') || '-', 32),
    until ?? '-',
    why ?? '',
  ]);
  return table(['  NAME', 'KIND', 'VALUE', 'OWNER', 'FROM', 'MEND BY', 'WHY'], rows);
}

function stepTable({ steps }: LimitsReport): string[] {
  const rows = steps.map(({ step, oneNodeMin, waitMin, o1, waitsFor }) => [
    `  ${step}`,
    showMinutes(oneNodeMin),
    showMinutes(waitMin),
    o1 ? 'O(1)' : 'grows',
    waitsFor ?? (o1 ? '' : 'an order, a gate or a window'),
  ]);
  return table(['  STEP', 'ONE NODE', 'WAITS', '', 'FOR'], rows);
}
