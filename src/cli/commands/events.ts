// `pitstop events`: the journal of a run as JSON lines, up to now or for as long as it goes on.
import { InvalidArgumentError, type Command } from 'commander';
import type { CliContext } from '../context.ts';

const PAGE = 10_000;
const WAIT_MS = 10_000;

interface EventsOptions {
  readonly from: number;
  readonly follow?: true;
}

export function addEvents(program: Command, context: CliContext): void {
  program
    .command('events')
    .description('print the journal of a run as JSON lines')
    .argument('<run>', 'name of the run')
    .option('--from <seq>', 'sequence number of the first entry', wholeFrom1, 1)
    .option('--follow', 'go on with new entries until the run has finished')
    .option('--json', 'JSON lines with and without')
    .addHelpText('after', '\nExample:\n  pitstop events image-1 --follow | jq -r "[.seq, .target, .kind] | @tsv"')
    .action((run: string, options: EventsOptions) => print(context, run, options));
}

async function print({ client, terminal }: CliContext, run: string, options: EventsOptions): Promise<void> {
  const server = await client();
  const waitMs = options.follow ? WAIT_MS : 0;
  for (let from = options.from; ;) {
    const events = await server.runs.events({ run, from, limit: PAGE, waitMs });
    terminal.out(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const last = events.at(-1);
    if (last) from = last.seq + 1;
    else if (!options.follow || (await server.runs.status({ run })).finishedAt !== null) return;
  }
}

export function wholeFrom1(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
