// The local role: site hooks (leases, notices) run as programs on the machine of `serve`, without a shell.
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync } from 'node:fs';
import { z } from 'zod';
import { PlaceholderValueError, fillArgv, usesPlaceholder } from '../../core/change/placeholders.ts';
import type { ActRequest, Driver, Outcome, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { Clock } from '../../std/clock.ts';
import type { JsonObject } from '../../std/json.ts';
import { quoteCommand } from '../../std/quote.ts';

/** Options of `drivers: {local: {use: local}}`: none yet. Parsing twice changes nothing. */
const localOptions = z.strictObject({});
export type LocalOptions = z.input<typeof localOptions>;

export interface LocalContext {
  /** Programs run here, and relative paths begin here. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
}

/** All that a program sees of our environment, which may hold secrets of other drivers. */
const ENV_PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
const OUTPUT_BYTES_MAX = 65_536;
const AT_ONCE_MAX = 8;
/** Between TERM and KILL, and between a program's exit and the end of output that its children hold open. */
const PATIENCE_MS = 2_000;
const TIMER_MS_MAX = 2_147_483_647;

/** `{node}` in the argument list: one process a target. Without it: one process for all, and each target gets its result. */
export function openLocal(options: LocalOptions, context: LocalContext): Driver {
  localOptions.parse(options);
  const running = new Map<ChildProcess, { readonly program: string; readonly since: number }>();
  const closing = new AbortController();
  const start = async (argv: readonly string[], deadline: number, signal: AbortSignal): Promise<Omit<Result, 'target'>> => {
    if (signal.aborted || context.clock.now() >= deadline)
      return refusal('the deadline passed, or the call was cancelled, before it started');
    return execute(argv, deadline, signal, context, running);
  };
  return {
    name: 'local',
    roles: ['local'],
    folds: false,
    /** There is nothing to see: no facts are of this role. */
    observe: () => Promise.resolve([]),
    async act(request: ActRequest, outer): Promise<Result[]> {
      const { act, targets, deadline } = request;
      assert(act.role === 'local', `the local driver was asked for the role ${act.role}`);
      const signal = AbortSignal.any([outer, closing.signal]);
      if (targets.length === 0) return [];
      if (!usesPlaceholder(act.argv, 'node')) {
        const result = await filled(act.argv, {}, (argv) => start(argv, deadline, signal));
        return targets.map((target) => ({ target, ...result }));
      }
      const results: Result[] = [];
      const queue = targets.values();
      const work = async (): Promise<void> => {
        for (const node of queue) {
          results.push({ target: node, ...(await filled(act.argv, { node }, (argv) => start(argv, deadline, signal))) });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE_MAX }, work));
      return results;
    },
    describe: ({ act, targets }) => (act.role === 'local' && targets.length > 0 ? [`local: ${quoteCommand(act.argv)}`] : []),
    diagnose(targets) {
      try {
        accessSync(context.folder);
        return Promise.resolve([]);
      } catch {
        const message = `programs are to run in ${context.folder}, which is not there`;
        return Promise.resolve(targets.map((target) => ({ severity: 'error' as const, target, rule: 'local-folder', message })));
      }
    },
    waitingFor() {
      const now = context.clock.now();
      const slow = [...running.values()].filter((one) => now - one.since >= 5_000).map((one) => one.program);
      return slow.length > 0
        ? [`local: ${slow.slice(0, 3).join(', ')}${slow.length > 3 ? ` and ${slow.length - 3} more` : ''} running`]
        : [];
    },
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

async function filled(
  argv: readonly string[],
  values: { readonly [name: string]: string },
  use: (argv: readonly string[]) => Promise<Omit<Result, 'target'>>,
): Promise<Omit<Result, 'target'>> {
  try {
    return await use(fillArgv(argv, values));
  } catch (error) {
    if (error instanceof PlaceholderValueError) return refusal(error.message);
    throw error;
  }
}

function refusal(why: string): Omit<Result, 'target'> {
  return { outcome: 'refused', evidence: { why } };
}

function execute(
  argv: readonly string[],
  deadline: number,
  signal: AbortSignal,
  context: LocalContext,
  running: Map<ChildProcess, { readonly program: string; readonly since: number }>,
): Promise<Omit<Result, 'target'>> {
  const [program = '', ...args] = argv;
  const env = Object.fromEntries(ENV_PASSED.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]]])));
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      // A group of its own, so that its children end with it.
      child = spawn(program, args, { cwd: context.folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    } catch (error) {
      resolve(refusal(`cannot start ${JSON.stringify(program)}: ${error instanceof Error ? error.message : String(error)}`));
      return;
    }
    running.set(child, { program, since: context.clock.now() });
    const out = new Tail();
    const err = new Tail();
    let givenUp = false;
    const cancels: (() => void)[] = [];
    const settle = (outcome: Outcome, evidence: JsonObject): void => {
      for (const cancel of cancels) cancel();
      signal.removeEventListener('abort', giveUp);
      running.delete(child);
      resolve({ outcome, evidence });
    };
    const ended = (exit: number | null, name: string | null): void => {
      const output = { exit, ...(name === null ? {} : { signal: name }), stdout: out.text(), stderr: err.text() };
      const cut = out.cut || err.cut ? { cut: true } : {};
      if (givenUp) settle('unknown', { why: 'given up: the deadline passed, or the call was cancelled, while it ran', ...output, ...cut });
      else settle('done', { ...output, ...cut });
    };
    const giveUp = (): void => {
      givenUp = true;
      killGroup(child, 'SIGTERM');
      cancels.push(context.clock.after(PATIENCE_MS, () => killGroup(child, 'SIGKILL')));
    };
    child.stdout?.on('data', (chunk: Buffer) => out.add(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.add(chunk));
    child.once('error', (error) => settle('refused', { why: `cannot start ${JSON.stringify(program)}: ${error.message}` }));
    child.once('exit', (exit, name) => {
      cancels.push(context.clock.after(PATIENCE_MS, () => ended(exit, name)));
    });
    child.once('close', ended);
    signal.addEventListener('abort', giveUp, { once: true });
    cancels.push(context.clock.after(Math.min(deadline - context.clock.now(), TIMER_MS_MAX), giveUp));
  });
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    child.kill(name);
  }
}

/** The end of an output. */
class Tail {
  cut = false;
  #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= OUTPUT_BYTES_MAX) {
      this.#size -= this.#chunks.shift()?.length ?? 0;
      this.cut = true;
    }
  }

  text(): string {
    const all = Buffer.concat(this.#chunks);
    if (all.length > OUTPUT_BYTES_MAX) this.cut = true;
    return all.subarray(-OUTPUT_BYTES_MAX).toString('utf8').trim();
  }
}
