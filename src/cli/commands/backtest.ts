// `pitstop backtest`: would we have known? For each past run the forecast that could have been made of it, against what happened.
import { InvalidArgumentError, type Command } from 'commander';
import type { Backtest } from '../../core/learn/answers.ts';
import { backtestLines } from '../backtest-lines.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';

interface BacktestOptions {
  readonly run?: string;
  readonly scenarios?: number;
  readonly twin?: boolean;
  readonly json?: true;
}

const SCENARIOS_MAX = 100_000;

const HELP = `
Each run's plan is rehearsed with the priors that the runs before it had taught, its own where there were none. P90 is a promise
to keep nine times out of ten: how often it was kept is told with the interval that so few runs leave.
Of an imported window without nodes no forecast is possible; planned and actual length are told.

Examples:
  pitstop backtest
  pitstop backtest --run july-1 --scenarios 1000
  pitstop backtest --json | jq '.coverage["95"]'`;

export function addBacktest(program: Command, context: CliContext): void {
  program
    .command('backtest')
    .description('say what would have been forecast for past runs, and whether it came so')
    .option('--run <run>', 'of this run only')
    .option('--scenarios <count>', 'how many nights each plan is rehearsed (as at the start of a run)', scenarioCount)
    .option('--twin', 'of simulated runs instead of real ones')
    .option('--json', 'print {runs: [{run, at, marks: {"95": {p50Min, p90Min, actualMin, inside}}}], coverage} and nothing else')
    .addHelpText('after', HELP)
    .action((options: BacktestOptions) => tell(context, options));
}

async function tell({ client, terminal }: CliContext, { run, scenarios, twin = false, json }: BacktestOptions): Promise<void> {
  const server = await client();
  const asked = server.learning.backtest({ twin, run: run ?? null, scenarios: scenarios ?? null });
  const backtest = (await slowly(terminal, 'rehearsing past runs', asked)) as Backtest;
  if (json) {
    printJson(terminal, backtest);
    return;
  }
  const lines = backtestLines(backtest);
  terminal.out(lines.map((line) => `${line}\n`).join(''));
  if (lines.length === 0)
    terminal.err(`there is no past ${twin ? 'simulated' : 'real'} run${run === undefined ? '' : ` ${run}`} to look back at\n`);
}

function scenarioCount(text: string): number {
  const count = Number(text);
  if (!/^[1-9]\d{0,5}$/.test(text) || count > SCENARIOS_MAX)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${SCENARIOS_MAX}.`);
  return count;
}
