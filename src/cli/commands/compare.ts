// `pitstop compare`: two plans on the same nights; what the second one gains or loses, and how sure that is.
import type { Command } from 'commander';
import { showMinutes } from '../../chart/scale.ts';
import { MILESTONES, type Comparison, type Difference } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { comparing } from '../../sim/limits/compare.ts';
import { counted, showCount } from '../../std/share.ts';
import type { CliContext } from '../context.ts';
import { printJson, table } from '../output.ts';
import { priorsAsked } from '../priors-asked.ts';
import { addRehearsalOptions, carryOutHere, planToRehearse, type RehearsalOptions } from '../rehearsal.ts';

const EXAMPLES = `
Example:
  pitstop plan --parent july.plan.json --set policy.limits.image-server=400 -o wide.plan.json
  pitstop compare july.plan.json wide.plan.json`;

export function addCompare(program: Command, context: CliContext): void {
  const command = program
    .command('compare')
    .description('rehearse two plans on the same scenarios and say by how much the second one is sooner or later')
    .argument('<first>', 'plan file')
    .argument('<second>', 'plan file');
  addRehearsalOptions(command, '300')
    .addHelpText('after', EXAMPLES)
    .action((first: string, second: string, options: Omit<RehearsalOptions, 'set'>) => compare(context, first, second, options));
}

async function compare(context: CliContext, first: string, second: string, options: Omit<RehearsalOptions, 'set'>): Promise<void> {
  const { seed, scenarios, engine, priors, json = false } = options;
  const learned = await priorsAsked(context, priors);
  const planOf = (file: string): Plan => planToRehearse(file, [], learned);
  const [before, after] = [planOf(first), planOf(second)];
  const wishes = { seed, ...(scenarios !== undefined && { scenarios }), ...(engine !== undefined && { engine }) };
  const comparison = await carryOutHere<Comparison, Comparison>(context, {
    asking: (onProgress) => comparing(before, after, wishes, onProgress),
    line: (one) => `95 %: ${said(one.milestones['95'])} (${one.scenarios} scenarios)`,
    json,
  });
  if (comparison === null) return;
  const { terminal } = context;
  if (json) printJson(terminal, comparison);
  else terminal.out(`${describe(comparison, first, second).join('\n')}\n`);
}

function describe(comparison: Comparison, first: string, second: string): string[] {
  const { milestones, gpuHours, pairing, engine, seed, scenarios } = comparison;
  const rows = MILESTONES.map((percent) => {
    const difference = milestones[String(percent)];
    return [`  ${percent} %`, said(difference), interval(difference)];
  });
  const { diff, low, high } = gpuHours;
  const hours = (value: number): string => `${value > 0 ? '+' : ''}${showCount(Math.round(value))}`;
  return [
    `${second} against ${first}, median of the same scenarios`,
    ...table(['  BACK', 'SECOND PLAN', '95 % INTERVAL'], rows),
    `GPU-hours not returned: ${hours(diff)} (${hours(low)} to ${hours(high)})`,
    ...(pairing === null ? [] : [`the same scenarios for both do the work of ${pairing.toFixed(1)} times as many`]),
    `engine ${engine}, seed ${seed}, ${counted(scenarios, 'scenario')}`,
  ];
}

function said(difference: Difference | undefined): string {
  const diffMin = difference?.diffMin ?? null;
  if (diffMin === null) return 'only one of them gets there within the horizon';
  if (diffMin === 0) return 'no difference';
  return `${showMinutes(Math.abs(diffMin))} ${diffMin < 0 ? 'sooner' : 'later'}`;
}

function interval(difference: Difference | undefined): string {
  const { lowMin, highMin } = difference ?? { lowMin: null, highMin: null };
  if (lowMin === null || highMin === null) return '-';
  const signed = (min: number): string => `${min > 0 ? '+' : min < 0 ? '-' : ''}${showMinutes(Math.abs(min))}`;
  return `${signed(lowMin)} to ${signed(highMin)}`;
}
