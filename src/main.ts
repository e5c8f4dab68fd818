// Wiring: the only file that knows both the command line and the server, and hands the one to the other.
import { runCli } from './cli/program.ts';
import { VERSION } from './wiring/version.ts';

process.exitCode = await runCli(process.argv, {
  version: VERSION,
  // Loaded when it is wanted: most commands are clients and start quicker without it.
  serve: async (state, options) => (await import('./wiring/serve.ts')).serve(state, options),
});
