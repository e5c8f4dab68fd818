// The local role: site hooks (leases, notices) run as programs on the machine of `serve`, without a shell.
import { accessSync } from 'node:fs';
import { z } from 'zod';
import { PlaceholderValueError, fillArgv, usesPlaceholder } from '../../core/change/placeholders.ts';
import type { ActRequest, Driver, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import { quoteCommand } from '../../std/quote.ts';
import { CommandEndError, passedEnv, watchCommand } from '../shared/command.ts';
import type { DriverContext } from '../shared/context.ts';
import { fewOf, Pending } from '../shared/pending.ts';
import { Turns } from '../shared/turns.ts';

/** Options of `drivers: {local: {use: local}}`: none yet. Parsing twice changes nothing. */
const localOptions = z.strictObject({});
export type LocalOptions = z.input<typeof localOptions>;

const OUTPUT_BYTES_MAX = 65_536;
const AT_ONCE_MAX = 8;
const TOO_LATE = 'the deadline passed, or the call was cancelled, before it started';
/** Between TERM and KILL. */
const PATIENCE_MS = 2_000;

type Answer = Omit<Result, 'target'>;

/** `{node}` in the argument list: one process a target. Without it: one process for all, and each target gets its result. */
export function openLocal(options: LocalOptions, context: DriverContext): Driver {
  localOptions.parse(options);
  const running = new Pending(context.clock);
  const closing = new AbortController();
  const start = async (argv: readonly string[], deadline: number, signal: AbortSignal): Promise<Answer> => {
    if (signal.aborted || context.clock.now() >= deadline) return refusal(TOO_LATE);
    return running.during(argv[0] ?? '', execute(argv, deadline, signal, context));
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
      const turns = new Turns(AT_ONCE_MAX);
      const run = (node: string): Promise<Answer> => filled(act.argv, { node }, (argv) => start(argv, deadline, signal));
      return Promise.all(
        targets.map(async (target) => ({ target, ...((await turns.through(() => run(target), signal)) ?? refusal(TOO_LATE)) })),
      );
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
      const slow = running.slow().map(({ what }) => what);
      return slow.length > 0 ? [`local: ${fewOf(slow)} running`] : [];
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
  use: (argv: readonly string[]) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await use(fillArgv(argv, values));
  } catch (error) {
    if (error instanceof PlaceholderValueError) return refusal(error.message);
    throw error;
  }
}

function refusal(why: string): Answer {
  return { outcome: 'refused', evidence: { why } };
}

async function execute(argv: readonly string[], deadline: number, signal: AbortSignal, context: DriverContext): Promise<Answer> {
  const [file = '', ...args] = argv;
  const { folder: cwd, clock } = context;
  const bounds = { timeoutMs: deadline - clock.now(), clock, signal, maxBytes: OUTPUT_BYTES_MAX };
  try {
    const command = { file, args, cwd, env: passedEnv(context.env), ...bounds };
    const { exit, by, stdout, stderr, cut, givenUp } = await watchCommand(command, { overflow: 'tail', patienceMs: PATIENCE_MS });
    const ending = { exit, ...(by === null ? {} : { signal: by }) };
    const output = { ...ending, stdout: stdout.trim(), stderr: stderr.trim(), ...(cut ? { cut } : {}) };
    if (!givenUp) return { outcome: 'done', evidence: output };
    const why = 'given up: the deadline passed, or the call was cancelled, while it ran';
    return { outcome: 'unknown', evidence: { why, ...output } };
  } catch (error) {
    if (error instanceof CommandEndError) return refusal(error.message);
    throw error;
  }
}
