// `pitstop serve` and `pitstop down`: the server of the state folder, in the foreground, and its end.
import type { Command } from 'commander';
import { readClientSecret, readOidcFile } from '../../files/oidc-file.ts';
import { readWebhooksFile } from '../../files/webhooks-file.ts';
import type { CliContext, ServeOptions } from '../context.ts';
import { reach, stopServer } from '../ensure-server.ts';
import { badArgument, UsageError } from '../exit.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';

export function addServer(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description(
      'own the journal and drive the runs of the state folder, in the foreground; commands start it by themselves when it is missing',
    )
    .option('--listen <host:port>', 'console and API on this address too (repeatable); port 0: any free one', addressAlso, [])
    .option('--require-token', 'nobody comes in without a token, not even from this machine')
    .option('--host <name>', 'a further name of this server in the address of browsers (repeatable)', also, [])
    .option('--oidc <file>', 'people may sign in with the OIDC provider that this file names')
    .option('--webhooks <file>', 'tell those that this file names of what happens in runs')
    .option('--trust-proxy', 'a proxy stands before it: believe its X-Forwarded-For and X-Forwarded-Proto')
    .addHelpText('after', SERVE_HELP)
    .action((options: ServeWords) => serve(context, options));
  program
    .command('down')
    .description('stop the server and wait until it is gone; unfinished runs stay in the journal and go on with the next server')
    .option('--json', 'print {stopped, pid} and nothing else')
    .action((options: { json?: true }) => down(context, options.json === true));
}

interface ServeWords {
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  readonly requireToken?: true;
  readonly host: readonly string[];
  readonly oidc?: string;
  readonly webhooks?: string;
  readonly trustProxy?: true;
}

const SERVE_HELP = `
The state folder is $PITSTOP_STATE, else $XDG_STATE_HOME/pitstop, else /var/lib/pitstop for root.
While every --listen is an address of this machine, nobody there is asked for a token, which is said when it starts; --require-token,
--trust-proxy and a --host that others can reach end that. Any other address needs a token (pitstop token mint) or --oidc.

Examples:
  pitstop serve --listen 127.0.0.1:4620
  pitstop serve --listen 127.0.0.1:4620 --host pitstop.example.org --trust-proxy --oidc oidc.yaml`;

function also(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function addressAlso(value: string, before: ServeWords['listen']): ServeWords['listen'] {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) {
    throw badArgument('--listen', value, 'is no address', 'write HOST:PORT, such as 127.0.0.1:4620 or [::1]:4620');
  }
  return [...before, { host, port: Number(port) }];
}

async function serve({ state, terminal, wiring }: CliContext, words: ServeWords): Promise<void> {
  const { listen, requireToken, host, oidc, webhooks, trustProxy } = words;
  const options: ServeOptions = {
    tcp: listen,
    requireToken: requireToken ?? false,
    names: host,
    trustProxy: trustProxy ?? false,
    oidc: oidc === undefined ? null : oidcOf(oidc),
    webhooks: webhooks === undefined ? [] : readWebhooksFile(webhooks, process.env),
  };
  const running = await reach(state);
  if (running) throw new UsageError(`a server of ${state.folder} runs already (pid ${running.pid}); pitstop down stops it`);
  terminal.err(`serving ${state.socket} (pid ${process.pid}); Ctrl-C stops it, and every run goes on with the next server\n`);
  try {
    await wiring.serve(state, options);
  } catch (error) {
    // Somebody else won the race for the folder, or what lies there is no journal of ours: no bug, and the message says what to do.
    if (error instanceof Error && REFUSALS.has(error.name)) throw new UsageError(error.message);
    const taken = listenProblem(error);
    if (taken !== null) throw new UsageError(taken);
    throw error;
  }
}

/** By name, since this folder does not know who throws them. */
const REFUSALS = new Set(['JournalBusyError', 'JournalFormatError', 'ListenRefusedError']);

/** An address that the system does not give us; null: something else. */
function listenProblem(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || !['listen', 'getaddrinfo'].includes(String(error.syscall))) return null;
  return `${error.message}: give --listen an address of this machine, and a port that is free`;
}

function oidcOf(file: string): ServeOptions['oidc'] {
  const config = readOidcFile(file);
  return { config, secret: readClientSecret(config, file, process.env) };
}

async function down({ state, terminal }: CliContext, json: boolean): Promise<void> {
  const stopped = await slowly(terminal, 'waiting for the server to end', stopServer(state));
  if (json) printJson(terminal, { stopped: stopped !== null, pid: stopped?.pid ?? null });
  else terminal.err(stopped ? `stopped (pid ${stopped.pid})\n` : `no server of ${state.folder} runs\n`);
}
