// Runs the site's commands, remembers how they fared lately, and lets no value of a passed variable out in their words.
import { resolve } from 'node:path';
import { must } from '../../std/assert.ts';
import { parseDuration, showDuration } from '../../std/duration.ts';
import { CommandEndError, runCommand, type CommandEnd } from '../program/command.ts';
import { readListing, ListingError, type Listed } from './listing.ts';
import type { AllocatorContext, AllocatorSettings } from './options.ts';

/** All that a command sees of our environment, which may hold secrets of other drivers; the options may add to it. */
const ENV_PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const WORDS_MAX = 300;
const SLOW_MS = 5_000;
const SECRET_CHARACTERS_MIN = 4;

/** The command did not come to an end that says anything. */
export class AllocatorCallError extends Error {
  override name = 'AllocatorCallError';
  /** false: the command certainly did nothing. */
  readonly perhapsDone: boolean;
  constructor(message: string, perhapsDone: boolean) {
    super(message);
    this.perhapsDone = perhapsDone;
  }
}

export interface Said {
  readonly ok: boolean;
  readonly exit: number;
  readonly words: string;
}

export class AllocatorClient {
  readonly settings: AllocatorSettings;
  readonly context: AllocatorContext;
  readonly #timeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #secrets: readonly string[];
  readonly #closing = new AbortController();
  readonly #open = new Set<{ readonly what: string; readonly since: number }>();
  #silence: { readonly since: number; readonly why: string } | null = null;
  #lastMs = 0;

  constructor(settings: AllocatorSettings, context: AllocatorContext) {
    this.settings = settings;
    this.context = context;
    this.#timeoutMs = must(parseDuration(settings.timeout), 'timeout of the allocator driver');
    const names = [...ENV_PASSED, ...settings.passEnv];
    this.#env = Object.fromEntries(names.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]]])));
    this.#secrets = settings.passEnv.flatMap((name) => context.env[name] ?? []).filter((value) => value.length >= SECRET_CHARACTERS_MIN);
  }

  /** Every node that the allocator tells of. Rejects with AllocatorCallError when it tells nothing that can be believed. */
  async list(signal: AbortSignal): Promise<ReadonlyMap<string, Listed>> {
    try {
      const end = await this.#run('list', this.settings.list, signal, Infinity);
      if (end.exit !== 0) throw new AllocatorCallError(`list ended with exit code ${end.exit}: ${this.#wordsOf(end)}`, false);
      const nodes = readListing(end.stdout);
      this.#silence = null;
      return nodes;
    } catch (error) {
      const fault = this.#faultOf(error);
      if (!signal.aborted) this.#silence = { since: this.#silence?.since ?? this.context.clock.now(), why: fault.message };
      throw fault;
    }
  }

  /** What a command that changes something said. Rejects with AllocatorCallError when it came to no end of its own. */
  async write(what: string, argv: readonly string[], signal: AbortSignal, deadline: number): Promise<Said> {
    try {
      const end = await this.#run(what, argv, signal, deadline);
      return { ok: end.exit === 0, exit: end.exit, words: this.#wordsOf(end) };
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  waitingFor(): string[] {
    const now = this.context.clock.now();
    const texts = [...this.#open]
      .filter(({ since }) => now - since >= SLOW_MS)
      .map(({ what, since }) => `allocator: ${what} has run for ${showDuration(now - since)}`);
    if (this.#silence) texts.unshift(`allocator: says nothing since ${showDuration(now - this.#silence.since)} (${this.#silence.why})`);
    else if (this.#lastMs >= SLOW_MS) texts.push(`allocator: slow, the last command took ${showDuration(this.#lastMs)}`);
    return texts;
  }

  /** Ends every command under way. */
  close(): void {
    this.#closing.abort();
  }

  async #run(what: string, argv: readonly string[], outer: AbortSignal, deadline: number): Promise<CommandEnd> {
    const { clock, folder } = this.context;
    const [program = '', ...args] = argv;
    const timeoutMs = Math.min(this.#timeoutMs, deadline - clock.now());
    if (timeoutMs <= 0) throw new AllocatorCallError('the deadline passed before the command could start', false);
    const signal = AbortSignal.any([outer, this.#closing.signal]);
    const file = program.includes('/') ? resolve(folder, program) : program;
    const call = { what, since: clock.now() };
    this.#open.add(call);
    try {
      return await runCommand({ file, args, env: this.#env, timeoutMs, clock, signal, maxBytes: OUTPUT_BYTES_MAX });
    } finally {
      this.#open.delete(call);
      this.#lastMs = clock.now() - call.since;
    }
  }

  #faultOf(error: unknown): AllocatorCallError {
    if (error instanceof AllocatorCallError) return error;
    if (error instanceof ListingError) return new AllocatorCallError(this.#redact(error.message), false);
    if (error instanceof CommandEndError) return new AllocatorCallError(error.message, error.started);
    throw error;
  }

  #wordsOf({ stdout, stderr }: CommandEnd): string {
    const text = [stderr, stdout].find((words) => words.trim() !== '') ?? 'no words';
    const line = text
      .slice(0, 10 * WORDS_MAX)
      .replaceAll(/[\p{Cc}\s]+/gu, ' ')
      .trim();
    return this.#redact(line).slice(0, WORDS_MAX);
  }

  #redact(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  }
}
