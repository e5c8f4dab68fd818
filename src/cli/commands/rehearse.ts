// `pitstop rehearse`: a plan lived through hundreds of times on a simulated fleet; when how much is back, and how sure that is.
import type { Command } from 'commander';
import type { Forecast } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { rehearsing } from '../../sim/rehearse/rehearse.ts';
import type { CliContext } from '../context.ts';
import { forecastLines, headline } from '../forecast-lines.ts';
import { printJson } from '../output.ts';
import { priorsAsked } from '../priors-asked.ts';
import { addRehearsalOptions, addSetOption, carryOutHere, planToRehearse, type RehearsalOptions } from '../rehearsal.ts';
import { adviceLine, advising, doesNotFit, type WindowAdvice } from '../window-advice.ts';

const EXAMPLES = `
Examples:
  pitstop rehearse july.plan.json
  pitstop rehearse july.plan.json --set policy.limits.image-server=400 --seed 7
  pitstop rehearse july.plan.json --json | jq '.milestones["95"]'`;

export function addRehearse(program: Command, context: CliContext): void {
  const command = program
    .command('rehearse')
    .description('say when 50, 75, 95 % are back: the plan through the same machine as a run, hundreds of times, on a simulated fleet')
    .argument('<plan>', 'plan file');
  addSetOption(addRehearsalOptions(command, 'until P90 is sure to 2 %, at most 1,000'))
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: RehearsalOptions) => rehearse(context, file, options));
}

async function rehearse(context: CliContext, file: string, options: RehearsalOptions): Promise<void> {
  const plan = planToRehearse(file, options.set, await priorsAsked(context, options.priors));
  const { seed, scenarios, engine, json = false } = options;
  const wishes = { seed, ...(scenarios !== undefined && { scenarios }), ...(engine !== undefined && { engine }) };
  const forecast = await carryOutHere<Forecast, Forecast>(context, {
    asking: (onProgress) => rehearsing(plan, wishes, onProgress),
    line: (one) => `${headline(one)} (${one.scenarios} scenarios)`,
    json,
  });
  if (forecast === null) return;
  const advice = doesNotFit(forecast) ? await adviceFor(context, plan, forecast) : null;
  const { terminal } = context;
  if (json) printJson(terminal, { ...forecast, advice });
  else {
    const lines = forecastLines(forecast, plan.policy, file, terminal.size().columns);
    terminal.out(`${[...lines, ...(advice ? ['', adviceLine(advice)] : [])].join('\n')}\n`);
  }
}

async function adviceFor(context: CliContext, plan: Plan, forecast: Forecast): Promise<WindowAdvice | null> {
  if (context.terminal.interrupted().aborted) return null;
  return carryOutHere<WindowAdvice, never>(context, {
    asking: () => advising(plan, forecast),
    line: () => 'the window is too short: looking for the limit to lift',
    json: false,
  });
}
