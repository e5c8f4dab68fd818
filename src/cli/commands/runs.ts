// `pitstop runs` and `pitstop status`: where the runs of this state folder stand.
import { Option, type Command } from 'commander';
import type { CliContext } from '../context.ts';
import { follow } from '../follow.ts';
import { runLines, runsTable } from '../live-view.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import type { Until } from '../run-end.ts';
import { addRunsImport } from './import.ts';

interface StatusOptions {
  readonly wait?: true;
  readonly until: Until;
  readonly json?: true;
}

export function addRuns(program: Command, context: CliContext): void {
  const runs = program
    .command('runs')
    .description('list the runs of this state folder, those watched and imported among them')
    .enablePositionalOptions()
    .option('--json', 'print a list of runs, each as status prints it')
    .action((options: { json?: true }) => list(context, options.json === true));
  addRunsImport(runs, context);
  program
    .command('status')
    .description('show where a run stands')
    .argument('<run>', 'name of the run')
    .option('--wait', 'watch it until it has returned; exit 1 when it is aborted, short or held')
    .addOption(untilOption())
    .option('--json', 'print {run, state, baseline, returned, marks, stragglers, waitingFor, ...} and nothing else')
    .addHelpText('after', '\nExamples:\n  pitstop status image-1\n  pitstop status image-1 --wait --json')
    .action((run: string, options: StatusOptions) => status(context, run, options));
}

export function untilOption(): Option {
  return new Option('--until <state>', 'returned: the gate is met; settled: every target is back or a named straggler')
    .choices(['returned', 'settled'])
    .default('returned');
}

async function list({ client, terminal }: CliContext, json: boolean): Promise<void> {
  const server = await client();
  const views = await slowly(terminal, 'asking the server', server.runs.list());
  if (json) printJson(terminal, views);
  else if (views.length === 0) terminal.err('no runs yet\n');
  else terminal.out(`${runsTable(views).join('\n')}\n`);
}

async function status(context: CliContext, run: string, { wait, until, json }: StatusOptions): Promise<void> {
  const { terminal } = context;
  const client = await context.client();
  // An unknown run is told before anything is watched.
  const now = await slowly(terminal, 'asking the server', client.runs.status({ run }));
  const { exit, view } = wait ? await follow(context, client, { run, until, answers: 'no' }) : { exit: null, view: now };
  if (exit !== null) context.exit(exit);
  if (json) printJson(terminal, view);
  else if (!wait || !terminal.interactive) terminal.out(`${runLines(view, { columns: 121, rows: 60, color: false }).join('\n')}\n`);
}
