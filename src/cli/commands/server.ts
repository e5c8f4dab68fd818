// `pitstop serve` and `pitstop down`: the server of the state folder, in the foreground, and its end.
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { reach, stopServer } from '../ensure-server.ts';
import { UsageError } from '../exit.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';

export function addServer(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description(
      'own the journal and drive the runs of the state folder, in the foreground; commands start it by themselves when it is missing',
    )
    .addHelpText('after', '\nThe state folder is $PITSTOP_STATE, else $XDG_STATE_HOME/pitstop, else /var/lib/pitstop for root.')
    .action(() => serve(context));
  program
    .command('down')
    .description('stop the server and wait until it is gone; unfinished runs stay in the journal and go on with the next server')
    .option('--json', 'print {stopped, pid} and nothing else')
    .action((options: { json?: true }) => down(context, options.json === true));
}

async function serve({ state, terminal, wiring }: CliContext): Promise<void> {
  const running = await reach(state);
  if (running) throw new UsageError(`a server of ${state.folder} runs already (pid ${running.pid}); pitstop down stops it`);
  terminal.err(`serving ${state.socket} (pid ${process.pid}); Ctrl-C stops it, and every run goes on with the next server\n`);
  try {
    await wiring.serve(state);
  } catch (error) {
    // Somebody else won the race for the folder, or what lies there is no journal of ours: no bug, and the message says what to do.
    if (error instanceof Error && JOURNAL_REFUSALS.has(error.name)) throw new UsageError(error.message);
    throw error;
  }
}

/** By name, since this folder does not know the journal. */
const JOURNAL_REFUSALS = new Set(['JournalBusyError', 'JournalFormatError']);

async function down({ state, terminal }: CliContext, json: boolean): Promise<void> {
  const stopped = await slowly(terminal, 'waiting for the server to end', stopServer(state));
  if (json) printJson(terminal, { stopped: stopped !== null, pid: stopped?.pid ?? null });
  else terminal.err(stopped ? `stopped (pid ${stopped.pid})\n` : `no server of ${state.folder} runs\n`);
}
