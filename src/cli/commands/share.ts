// `pitstop share`: a link to a customer's page of one plan. Its address is printed once, and is nowhere to be found afterwards.
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { badArgument } from '../exit.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';

interface ShareOptions {
  readonly customer: string;
  readonly days: number;
  readonly reason: string;
  readonly json?: true;
}

const DAYS = 14;
const DAYS_MAX = 60;

export function addShare(program: Command, context: CliContext): void {
  program
    .command('share')
    .description("open a link to a customer's page of a plan; its address goes to stdout, this once")
    .argument('<plan>', 'id of a plan that the server has, or how it begins')
    .requiredOption('--customer <name>', 'whose page, as the fleet names them')
    .option('--days <n>', `how long it works, at most ${DAYS_MAX}`, daysOf, DAYS)
    .requiredOption('--reason <words>', 'why; it is kept')
    .option('--json', 'print {share, path, address} and nothing else')
    .addHelpText(
      'after',
      '\nWhoever has the link sees what is theirs of the plan and its run, and can release, recall and propose: pass it on with care.' +
        '\n\nExample:\n  pitstop share 4f1c2a --customer aurora --days 14 --reason "July window"',
    )
    .action((plan: string, options: ShareOptions) => share(context, plan, options));
}

function daysOf(value: string): number {
  const days = Number(value);
  if (/^\d+(\.\d+)?$/.test(value) && days >= 0.01 && days <= DAYS_MAX) return days;
  throw badArgument('--days', value, `is no number of days from 0.01 to ${DAYS_MAX}`, `write one, such as ${DAYS}`);
}

async function share({ client, terminal }: CliContext, plan: string, { customer, days, reason, json }: ShareOptions): Promise<void> {
  const server = await client();
  const made = await slowly(terminal, 'asking the server', server.customers.share({ plan, customer, days, reason }));
  const [listens] = (await server.server.info()).listens;
  const address = listens === undefined ? null : `${listens}${made.path}`;
  if (json) return printJson(terminal, { ...made, address });
  terminal.err(`link ${made.share.id}: page of ${customer} until ${made.share.expiresAt}. Keep this address; it is not shown again:\n`);
  terminal.out(`${address ?? made.path}\n`);
  if (address === null) terminal.err('the server listens on no port yet: pitstop serve --listen HOST:PORT gives this path an address\n');
}
