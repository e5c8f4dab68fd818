// `pitstop mcp`: the server's procedures as tools of an assistant, over standard input and output.
import type { Command } from 'commander';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { CliContext } from '../context.ts';
import { createToolServer } from '../mcp/tools.ts';

export function addMcp(program: Command, context: CliContext): void {
  program
    .command('mcp')
    .description('offer what the server can tell as tools of an assistant (Model Context Protocol, standard input and output)')
    .option('--acting', 'offer acts as well (pause, approve, straggler, ...); each asks the person before anything is done')
    .addHelpText('after', '\nWith --server URL and PITSTOP_TOKEN it speaks for that token, and may do what its role may.')
    .action((options: { acting?: true }) => serve(context, options.acting === true));
}

/** Resolves when the assistant has closed standard input. */
async function serve({ wiring, client, terminal }: CliContext, acting: boolean): Promise<void> {
  const handle = serveStdio(() => createToolServer(() => client(), { version: wiring.version, acting }), {
    onerror: (error) => terminal.err(`${error.message}\n`),
  });
  await new Promise<void>((resolve) => process.stdin.once('close', resolve).once('end', resolve));
  await handle.close();
}
