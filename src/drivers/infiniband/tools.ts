// Starts the fabric's tools and the site's commands: a bounded environment, a bounded time, and words for who waits.
import { resolve } from 'node:path';
import { must } from '../../std/assert.ts';
import { parseDuration, showDuration } from '../../std/duration.ts';
import { CommandEndError, runCommand, type CommandEnd } from '../program/command.ts';
import type { InfinibandContext, InfinibandSettings } from './options.ts';

/** All that a program sees of our environment, which may hold secrets of other drivers. */
const ENV_PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'PITSTOP_DIR'];
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const WORDS_MAX = 300;
const SLOW_MS = 5_000;

/** A tool did not answer as it must; the message names it and says what it said. */
export class ToolError extends Error {
  override name = 'ToolError';
}

export class Tools {
  readonly settings: InfinibandSettings;
  readonly context: InfinibandContext;
  readonly timeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #closing = new AbortController();
  readonly #running = new Map<symbol, { readonly what: string; readonly since: number }>();

  constructor(settings: InfinibandSettings, context: InfinibandContext) {
    this.settings = settings;
    this.context = context;
    this.timeoutMs = must(parseDuration(settings.timeout), 'timeout of the infiniband driver');
    this.#env = Object.fromEntries(ENV_PASSED.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]]])));
  }

  /** Aborts when the driver is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Its own end, whatever the exit code. Rejects with CommandEndError. */
  async start(argv: readonly string[], signal: AbortSignal, timeoutMs: number = this.timeoutMs): Promise<CommandEnd> {
    const [program = '', ...args] = argv;
    const file = program.includes('/') ? resolve(this.context.folder, program) : program;
    const both = AbortSignal.any([signal, this.#closing.signal]);
    const { clock } = this.context;
    const mark = Symbol(program);
    this.#running.set(mark, { what: program.split('/').at(-1) ?? program, since: clock.now() });
    try {
      return await runCommand({ file, args, env: this.#env, timeoutMs, clock, signal: both, maxBytes: OUTPUT_BYTES_MAX });
    } finally {
      this.#running.delete(mark);
    }
  }

  /** What it printed. Rejects with ToolError when it did not end with one of these exit codes. */
  async read(argv: readonly string[], signal: AbortSignal, exits: readonly number[] = [0]): Promise<CommandEnd> {
    const name = argv[0]?.split('/').at(-1) ?? '';
    try {
      const end = await this.start(argv, signal);
      if (exits.includes(end.exit)) return end;
      throw new ToolError(`${name} ended with ${end.exit}: ${wordsOf(end) || 'without a word'}`);
    } catch (error) {
      if (error instanceof CommandEndError) throw new ToolError(`${name}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  waitingFor(): readonly string[] {
    const now = this.context.clock.now();
    return [...this.#running.values()]
      .filter(({ since }) => now - since >= SLOW_MS)
      .slice(0, 3)
      .map(({ what, since }) => `infiniband: ${what} for ${showDuration(now - since)}`);
  }

  /** Ends what runs, but for `once` commands. */
  close(): void {
    this.#closing.abort();
  }
}

/** stderr, or stdout where that is empty: one line, bounded. */
export function wordsOf({ stdout, stderr }: CommandEnd): string {
  const text = stderr.trim() === '' ? stdout : stderr;
  return text
    .slice(0, 10 * WORDS_MAX)
    .trim()
    .split(/\s*\n\s*/)
    .join('; ')
    .slice(0, WORDS_MAX);
}
