// `pitstop token`: who may reach the server over a port. A secret is printed once, when it is made, and is nowhere to be found afterwards.
import { Option, type Command } from 'commander';
import { ROLES, type Role } from '../../core/roles.ts';
import type { Client } from '../client.ts';
import type { CliContext } from '../context.ts';
import { badArgument } from '../exit.ts';
import { printJson, table } from '../output.ts';
import { slowly } from '../progress.ts';

type Token = Awaited<ReturnType<Client['people']['tokens']>>[number];

interface MintOptions {
  readonly name: string;
  readonly role: Role;
  readonly customer?: string;
  readonly days: number;
  readonly reason: string;
  readonly json?: true;
}

interface RevokeOptions {
  readonly reason: string;
  readonly json?: true;
}

export function addToken(program: Command, context: CliContext): void {
  const token = program.command('token').description('tokens: who may reach the server over a port, and as what').enablePositionalOptions();
  token
    .command('mint')
    .description('make a token; its secret goes to stdout, this once')
    .requiredOption('--name <name>', 'whose it is: every act is written under this name')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--customer <name>', 'for role customer: whose')
    .option('--days <n>', 'how long it holds, at most 366', daysOf, DAYS)
    .requiredOption('--reason <words>', 'why; it is kept')
    .option('--json', 'print {token, secret} and nothing else')
    .addHelpText('after', '\nExample:\n  pitstop token mint --name ana --role operator --reason "night shift" > ana.token')
    .action((options: MintOptions) => mint(context, options));
  token
    .command('list')
    .description('list all tokens that were ever made, without their secrets')
    .option('--json', 'print a list of tokens and nothing else')
    .action((options: { json?: true }) => list(context, options.json === true));
  token
    .command('revoke')
    .description('end a token, and every session that was opened with it')
    .argument('<id>', 'as token list shows it')
    .requiredOption('--reason <words>', 'why; it is kept')
    .option('--json', 'print the token and nothing else')
    .action((id: string, options: RevokeOptions) => revoke(context, id, options));
}

const DAYS = 90;

function daysOf(value: string): number {
  const days = Number(value);
  if (/^\d+(\.\d+)?$/.test(value) && days >= 0.01 && days <= 366) return days;
  throw badArgument('--days', value, 'is no number of days from 0.01 to 366', 'write one, such as 90');
}

async function mint({ client, terminal }: CliContext, { customer, json, ...asked }: MintOptions): Promise<void> {
  const server = await client();
  const made = await slowly(terminal, 'asking the server', server.people.mint({ ...asked, customer: customer ?? null }));
  if (json) return printJson(terminal, made);
  const { id, name, role, expiresAt } = made.token;
  terminal.err(`token ${id}: ${name} has the role ${role} until ${expiresAt}. Keep this secret; it is not shown again:\n`);
  terminal.out(`${made.secret}\n`);
}

async function list({ client, terminal }: CliContext, json: boolean): Promise<void> {
  const server = await client();
  const tokens = await slowly(terminal, 'asking the server', server.people.tokens());
  if (json) return printJson(terminal, tokens);
  if (tokens.length === 0) return terminal.err('no tokens yet: pitstop token mint makes one\n');
  const rows = tokens.map((token) => [token.id, token.name, token.role, token.customer ?? '', stateOf(token, Date.now()), token.createdBy]);
  terminal.out(`${table(['id', 'name', 'role', 'customer', 'state', 'made by'], rows).join('\n')}\n`);
}

function stateOf({ revokedAt, expiresAt }: Token, nowMs: number): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  return `${Date.parse(expiresAt) <= nowMs ? 'expired' : 'valid until'} ${expiresAt}`;
}

async function revoke({ client, terminal }: CliContext, id: string, { reason, json }: RevokeOptions): Promise<void> {
  const server = await client();
  const token = await slowly(terminal, 'asking the server', server.people.revoke({ id, reason }));
  if (json) printJson(terminal, token);
  else terminal.err(`token ${token.id} of ${token.name} is revoked, and its sessions have ended\n`);
}
