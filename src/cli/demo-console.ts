// `pitstop demo --console`: a server with a simulated site of three clusters, a maintenance under way on one of them, a past one and a next
// one, for the browser. It stays until Ctrl-C and leaves nothing behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from '../core/plan/plan.ts';
import { showPlan } from '../files/plan-file.ts';
import { CONSOLE_DEMO_CUSTOMER, consoleDemo } from '../study/demo-console.ts';
import { demoFaults } from '../study/demo.ts';
import { planFrom, refuseErrors, type Source } from '../study/make-plan.ts';
import { twinOptions } from '../study/twin-options.ts';
import type { Client } from './client.ts';
import type { CliContext } from './context.ts';
import { reach } from './ensure-server.ts';
import { UsageError } from './exit.ts';
import { stateFolderAt, type StateFolder } from './state-folder.ts';

export interface ConsoleOptions {
  readonly port: number;
  /** Simulated seconds a second, of the maintenance under way. */
  readonly speed: number;
  readonly seed: number;
}

/** The one in the past is over in a few seconds. */
const PAST_SPEED = 3_600;
const START_MS_MAX = 60_000;
const POLL_MS = 25;

export async function demoConsole(context: CliContext, options: ConsoleOptions): Promise<void> {
  const { terminal, wiring } = context;
  const state = stateFolderAt(mkdtempSync(join(tmpdir(), 'pitstop-demo-')));
  const tcp = [{ host: '127.0.0.1', port: options.port }];
  const doors = { tcp, requireToken: false, names: [], trustProxy: false, oidc: null, webhooks: [] };
  try {
    const serving = wiring.serve(state, doors).catch((error: unknown) => {
      throw portTaken(error, options.port);
    });
    const address = await Promise.race([upAt(state), serving.then(() => null)]);
    if (address === null) return;
    const client = await context.client(state);
    const run = await furnish(client, state, context.user, options).catch(async (error: unknown) => {
      await client.server.stop();
      await serving;
      throw error;
    });
    terminal.err(`\nThe console:        ${address}\n`);
    terminal.err(`The maintenance:    ${address}/runs/${run}\n`);
    terminal.err(`\nA simulated site of 896 nodes, ${options.speed} times as fast as the wall; nothing real is touched. Ctrl-C ends it.\n`);
    await serving;
  } finally {
    rmSync(state.folder, { recursive: true, force: true });
    terminal.err('the demo has cleaned up after itself\n');
  }
}

/** Resolves with the address that browsers use. */
async function upAt(state: StateFolder): Promise<string> {
  const deadline = Date.now() + START_MS_MAX;
  while (Date.now() < deadline) {
    const info = await reach(state);
    if (info?.listens[0] !== undefined) return info.listens[0];
    await pause(POLL_MS);
  }
  throw new Error('the server of the demo did not come up');
}

/** A past maintenance, one under way, and one that is planned. Returns the name of the one under way. */
async function furnish(client: Client, state: StateFolder, user: string, { speed, seed }: ConsoleOptions): Promise<string> {
  const { changes, policy, pastPolicy } = consoleDemo();
  await begin(client, state, user, { plan: planOf(changes.past, pastPolicy), speed: PAST_SPEED, seed });
  const { run } = await begin(client, state, user, { plan: planOf(changes.now, policy), speed, seed });
  await client.runs.control({
    run,
    word: 'release',
    by: CONSOLE_DEMO_CUSTOMER,
    reason: 'agreed for tonight',
    targets: 'hb1-[0001-0512]',
  });
  await client.plans.keep({ text: showPlan(planOf(changes.next, policy)), folder: state.folder, reason: 'the next cluster' });
  return run;
}

async function begin(
  client: Client,
  { folder }: StateFolder,
  by: string,
  { plan, speed, seed }: { readonly plan: Plan; readonly speed: number; readonly seed: number },
): Promise<{ readonly run: string }> {
  const twin = { speed, seed, options: { ...twinOptions(plan), ...demoFaults() } };
  const { run } = await client.runs.create({ plan: showPlan(plan), options: { folder, only: null, twin, now: null, by } });
  await client.runs.control({ run, word: 'confirm', by, reason: 'a demo', targets: null });
  return { run };
}

function planOf(change: Source, policy: Source): Plan {
  const { fleet } = consoleDemo();
  const plan = planFrom({ fleet, change, policy, catalogue: null, inventory: null, nowMs: Date.now() });
  refuseErrors(plan.findings, change.file);
  return plan;
}

function portTaken(error: unknown, port: number): unknown {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return isTaken ? new UsageError(`port ${port} is taken: end what listens there, or give another with --port`) : error;
}
