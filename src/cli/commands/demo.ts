// `pitstop demo`: a whole maintenance on a twin, sped up, with nothing else installed, from plan to retro, or in the browser; leaves nothing
// behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { showPlan } from '../../files/plan-file.ts';
import { retroMarkdown } from '../../report/retro-markdown.ts';
import { showDuration } from '../../std/duration.ts';
import type { CliContext } from '../context.ts';
import { demoDocuments, demoFaults } from '../../study/demo.ts';
import { demoConsole } from '../demo-console.ts';
import { stopServer } from '../ensure-server.ts';
import type { Client } from '../client.ts';
import { follow, type Followed } from '../follow.ts';
import { planFrom, refuseErrors } from '../../study/make-plan.ts';
import { printJson } from '../output.ts';
import { onlyPeopleLeft } from '../run-end.ts';
import { stateFolderAt } from '../state-folder.ts';
import { twinOptions } from '../../study/twin-options.ts';
import { wholeFrom1 } from './events.ts';
import { retroFrom } from './retro.ts';
import { counted } from '../../std/share.ts';

interface DemoOptions {
  readonly nodes: number;
  readonly speed?: number;
  readonly seed: number;
  readonly console?: true;
  readonly port: number;
  readonly json?: true;
}

const NODES_MAX = 20_000;
/** A whole maintenance in a minute; in the browser slow enough to look at. */
const SPEED = 480;
const CONSOLE_SPEED = 60;
const PORT = 4620;

export function addDemo(program: Command, context: CliContext): void {
  program
    .command('demo')
    .description('run a maintenance on a simulated fleet, sped up, from plan to retro; nothing real is touched')
    .option('--nodes <count>', 'nodes of the fleet', nodeCount, 1_024)
    .option('--speed <factor>', `how much faster than the wall its time goes (${SPEED}; with --console ${CONSOLE_SPEED})`, wholeFrom1)
    .option('--seed <seed>', 'what durations and faults are drawn from', wholeFrom1, 1)
    .option('--console', 'in the browser instead: a site of three clusters, until Ctrl-C')
    .option('--port <port>', 'of the console on this machine; 0: any free one', portNumber, PORT)
    .option('--json', 'print the retro as JSON and nothing else')
    .addHelpText('after', '\nExamples:\n  pitstop demo --nodes 256 --seed 7\n  pitstop demo --console')
    .action((options: DemoOptions) => demo(context, options));
}

async function demo(context: CliContext, options: DemoOptions): Promise<void> {
  const { terminal } = context;
  if (options.console) return demoConsole(context, { ...options, speed: options.speed ?? CONSOLE_SPEED });
  const state = stateFolderAt(mkdtempSync(join(tmpdir(), 'pitstop-demo-')));
  try {
    await play(context, state, options);
  } finally {
    await stopServer(state);
    rmSync(state.folder, { recursive: true, force: true });
    terminal.err('the demo has cleaned up after itself\n');
  }
}

async function play(
  context: CliContext,
  state: ReturnType<typeof stateFolderAt>,
  { nodes, speed = SPEED, seed, json }: DemoOptions,
): Promise<void> {
  const { terminal, user } = context;
  const began = performance.now();
  const plan = planFrom({ ...demoDocuments(nodes), catalogue: null, inventory: null, nowMs: Date.now() });
  refuseErrors(plan.findings, 'demo');
  terminal.err(`a twin of ${counted(nodes, 'node')}, ${speed} times as fast as the wall, seed ${seed}\n`);
  const client = await context.client(state);
  const { run } = await client.runs.create({
    plan: showPlan(plan),
    options: {
      folder: state.folder,
      only: null,
      twin: { speed, seed, options: { ...twinOptions(plan), ...demoFaults() } },
      now: null,
      by: user,
    },
  });
  await client.runs.control({ run, word: 'confirm', by: user, reason: 'a demo', targets: null });
  const { exit, view } = await throughMopUp(context, client, run);
  context.exit(exit);
  const retro = await retroFrom(client, run);
  if (json) printJson(terminal, retro);
  else terminal.out(retroMarkdown(retro));
  const simulated = showDuration(Date.parse(view.now) - Date.parse(view.createdAt));
  terminal.err(`${simulated} of maintenance in ${showDuration(performance.now() - began)}\n`);
}

/** What no automatic try settled is looked at and tried once more by the operator; who fails again stays a named straggler. */
async function throughMopUp(context: CliContext, client: Client, run: string): Promise<Followed> {
  const following = { run, until: 'settled', answers: 'yes', onLeaving: 'the demo ends here' } as const;
  const first = await follow(context, client, following);
  const { straggling, parked } = first.view.stages;
  if (!onlyPeopleLeft(first.view) || (straggling ?? parked) === undefined) return first;
  const words = { run, by: context.user, reason: 'looked at by hand' };
  const say = (command: string, { leaves }: { leaves: string }): void => context.terminal.err(`the operator: ${command}: ${leaves}\n`);
  if (parked !== undefined) say('resume', await client.runs.control({ ...words, word: 'resume', targets: parked }));
  if (straggling !== undefined) say('straggler retry', await client.runs.straggler({ ...words, act: 'retry', targets: straggling }));
  return follow(context, client, following);
}

function nodeCount(text: string): number {
  const count = wholeFrom1(text);
  if (count > NODES_MAX) throw new InvalidArgumentError(`It must be at most ${NODES_MAX}.`);
  return count;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return port;
}
