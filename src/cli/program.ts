// The command line: one file a command, one exit code for every end, and with `--json` one document on stdout whatever happens.
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { CliContext, Wiring } from './context.ts';
import { addBacktest } from './commands/backtest.ts';
import { addAsk } from './commands/ask.ts';
import { addCompare } from './commands/compare.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvents } from './commands/events.ts';
import { addFleet } from './commands/fleet.ts';
import { addInventory } from './commands/inventory.ts';
import { addLearn } from './commands/learn.ts';
import { addLimits } from './commands/limits.ts';
import { addMcp } from './commands/mcp.ts';
import { addPlan } from './commands/plan.ts';
import { addPropose } from './commands/propose.ts';
import { addRehearse } from './commands/rehearse.ts';
import { addRetro } from './commands/retro.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addSchema } from './commands/schema.ts';
import { addServer } from './commands/server.ts';
import { addShare } from './commands/share.ts';
import { addToken } from './commands/token.ts';
import { addWatch } from './commands/watch.ts';
import { addWords } from './commands/words.ts';
import { ensureServer, type Launch } from './ensure-server.ts';
import { EXIT, failureOf, type ExitCode } from './exit.ts';
import { printJson } from './output.ts';
import { connectTo, remoteOf, type Remote } from './remote.ts';
import { stateFolder } from './state-folder.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const ABOUT = `The maintenance desk of an AI supercomputer: plan, run and review maintenance on thousands of GPU nodes.`;

const EXAMPLES = `
A first maintenance:
  pitstop demo                                                        a simulated one, nothing else needed
  pitstop fleet import slurm -o fleet.yaml                            what there is
  pitstop doctor --fleet fleet.yaml                                   does everything answer?
  pitstop plan --fleet fleet.yaml --change change.yaml -o july.plan.json
  pitstop run july.plan.json --fleet fleet.yaml --dry-run             every command it would give
  pitstop run july.plan.json --fleet fleet.yaml
  pitstop retro july-1                                                what was learned

Exit codes: 0 done; 1 a gate or check says no; 2 bad input; 3 an outside system did not answer; 4 a bug of ours.
Every command that asks the server takes --server URL (or PITSTOP_SERVER), with the token in PITSTOP_TOKEN or PITSTOP_TOKEN_FILE.
With --json one JSON document is printed to stdout and nothing else; all other words go to stderr.`;

/** Runs one command line (`argv` as the process has it) and returns its exit code. Never throws. */
export async function runCli(argv: readonly string[], wiring: Wiring): Promise<ExitCode> {
  const terminal = processTerminal();
  const launch: Launch = { program: process.execPath, args: [...process.execArgv, argv[1] ?? '', 'serve'], env: process.env };
  try {
    const { args, remote } = remoteOf(argv.slice(2), process.env);
    return await runCommand(args, contextOf(terminal, wiring, launch, remote));
  } catch (error) {
    const { exit, text } = failureOf(error);
    terminal.err(`${text}\n`);
    return exit;
  }
}

/** `args` begin with the command's name. */
async function runCommand(args: readonly string[], { context, code }: { context: CliContext; code: () => ExitCode }): Promise<ExitCode> {
  try {
    await programOf(context).parseAsync(args, { from: 'user' });
    return code();
  } catch (error) {
    const { exit, text, error: document } = failureOf(error);
    if (text !== '') context.terminal.err(`${text}\n`);
    if (exit !== EXIT.done && args.includes('--json')) printJson(context.terminal, { error: document });
    return exit;
  }
}

function contextOf(
  terminal: Terminal,
  wiring: Wiring,
  launch: Launch,
  remote: Remote | null,
): { context: CliContext; code: () => ExitCode } {
  let code: ExitCode = EXIT.done;
  const state = stateFolder(process.env);
  const context: CliContext = {
    wiring,
    terminal,
    state,
    user: userName(),
    client: (other) => (remote !== null && other === undefined ? Promise.resolve(connectTo(remote)) : ensureServer(other ?? state, launch)),
    exit: (given) => {
      code = given;
    },
  };
  return { context, code: () => code };
}

function programOf(context: CliContext): Command {
  const { terminal, wiring } = context;
  const program = new Command('pitstop')
    .description(ABOUT)
    .version(wiring.version, '--version', 'print the version')
    // So that an option behind a word of a command's own, as in `runs import --json`, is that word's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .addHelpText('after', EXAMPLES);
  for (const add of [
    addFleet,
    addInventory,
    addDoctor,
    addPlan,
    addRehearse,
    addLimits,
    addCompare,
    addAsk,
    addPropose,
    addRun,
    addWatch,
    addRuns,
    addWords,
    addEvents,
    addRetro,
    addLearn,
    addBacktest,
    addServer,
    addShare,
    addToken,
    addDemo,
    addMcp,
    addSchema,
  ]) {
    add(program, context);
  }
  return program;
}

/** A container may run us under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
