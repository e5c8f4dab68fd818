// Runs the site's commands, remembers how they fared lately, and lets no value of a passed variable out in their words.
import { showDuration } from '../../std/duration.ts';
import { CommandEndError, passedEnv, programOf, runCommand, wordsOf, type CommandEnd } from '../shared/command.ts';
import type { DriverContext } from '../shared/context.ts';
import { msOf } from '../shared/options.ts';
import { Pending } from '../shared/pending.ts';
import { readListing, ListingError, type Listed } from './listing.ts';
import type { AllocatorSettings } from './options.ts';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
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
  readonly context: DriverContext;
  readonly #timeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #secrets: readonly string[];
  readonly #closing = new AbortController();
  readonly #open: Pending;
  #silence: { readonly since: number; readonly why: string } | null = null;
  #lastMs = 0;

  constructor(settings: AllocatorSettings, context: DriverContext) {
    this.settings = settings;
    this.context = context;
    this.#timeoutMs = msOf(settings.timeout);
    this.#open = new Pending(context.clock);
    this.#env = passedEnv(context.env, settings.passEnv);
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
    const texts = this.#open.slow().map(({ what, ms }) => `allocator: ${what} has run for ${showDuration(ms)}`);
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
    const timeoutMs = Math.min(this.#timeoutMs, deadline - clock.now());
    if (timeoutMs <= 0) throw new AllocatorCallError('the deadline passed before the command could start', false);
    const signal = AbortSignal.any([outer, this.#closing.signal]);
    const end = this.#open.begin(what);
    try {
      return await runCommand({ ...programOf(argv, folder), env: this.#env, timeoutMs, clock, signal, maxBytes: OUTPUT_BYTES_MAX });
    } finally {
      this.#lastMs = end();
    }
  }

  #faultOf(error: unknown): AllocatorCallError {
    if (error instanceof AllocatorCallError) return error;
    if (error instanceof ListingError) return new AllocatorCallError(this.#redact(error.message), false);
    if (error instanceof CommandEndError) return new AllocatorCallError(error.message, error.started);
    throw error;
  }

  #wordsOf(end: CommandEnd): string {
    return wordsOf(end, { secrets: this.#secrets }) || 'no words';
  }

  #redact(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  }
}
