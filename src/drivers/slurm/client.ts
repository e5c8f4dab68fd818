// Calls Slurm's commands for the driver: a few at a time, fewer when they are slow, again when a socket fails, and with a
// `scontrol ping` first after a silence, because with slurmctld dead every other command takes 9 s to say so.
import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sleep } from '../../std/clock.ts';
import { draw } from '../../std/draw.ts';
import { CommandEndError, runCommand, wordsOf } from '../shared/command.ts';
import type { DriverContext } from '../shared/context.ts';
import { msOf } from '../shared/options.ts';
import type { SlurmOptions } from './options.ts';
import { slurmOptions } from './options.ts';
import { CallRecord } from './record.ts';
import { SlurmRest } from './rest/rest.ts';

export type SlurmCommand = 'scontrol' | 'squeue' | 'scancel' | 'sdiag';

export interface Call {
  readonly command: SlurmCommand;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** Unix milliseconds after which it must not start (again). */
  readonly deadline?: number;
  /** false: a call whose fate is unknown is not made again. */
  readonly repeatable: boolean;
}

/** What a command said; `ok` is exit code 0, which is not yet a success. */
export interface Said {
  readonly ok: boolean;
  readonly stdout: string;
  /** stderr, or stdout where that is empty: one line, bounded. */
  readonly words: string;
}

/** slurmctld was not reached, or nobody knows whether it was. Everything it did answer is a `Said`. */
export class SlurmCallError extends Error {
  override name = 'SlurmCallError';
  /** false: the call certainly changed nothing. */
  readonly perhapsDone: boolean;
  readonly retryable: boolean;
  constructor(message: string, perhapsDone: boolean, retryable: boolean) {
    super(message);
    this.perhapsDone = perhapsDone;
    this.retryable = retryable;
  }
}

const UNREACHED = /Unable to contact slurm controller|connect failure|Connection refused|in standby mode|authentication error/i;
const BROKEN_OFF =
  /Socket timed out|Zero Bytes were transmitted|Transport endpoint|Insane message length|Communication connection failure|Resource temporarily unavailable|Message (send|receive) failure/i;

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const ATTEMPTS_MAX = 3;
const PAUSE_MS = 150;
/** A try that took longer is not repeated at once: the runner comes again. */
const REPEAT_WITHIN_MS = 5_000;
const PING_AFTER_MS = 250;
const AT_ONCE_MAX = 4;
const SLOW_MS = 2_000;
const WORDS_MAX = 500;

export class SlurmClient {
  readonly resPrefix: string;
  /** null: the options name no slurmrestd. */
  readonly rest: SlurmRest | null;
  readonly #context: DriverContext;
  readonly #env: NodeJS.ProcessEnv;
  readonly #conf: string | null;
  readonly #bin: string | null;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();
  readonly #record: CallRecord;
  readonly #waiting: (() => void)[] = [];
  readonly #seed = randomBytes(4).readInt32LE();
  #running = 0;
  #atOnce = 3;
  #calls = 0;
  #ping: Promise<void> | null = null;

  constructor(options: SlurmOptions, context: DriverContext) {
    const { conf, bin, timeout, resPrefix, rest } = slurmOptions.parse(options);
    this.resPrefix = resPrefix;
    this.rest = rest ? new SlurmRest(rest, context, timeout) : null;
    this.#context = context;
    this.#conf = conf === undefined ? null : resolve(context.folder, conf);
    this.#bin = bin === undefined ? null : resolve(context.folder, bin);
    this.#timeoutMs = msOf(timeout);
    this.#env = environment(context.env, this.#conf);
    this.#record = new CallRecord(context.clock, SLOW_MS);
  }

  get context(): DriverContext {
    return this.#context;
  }

  /** The answer of slurmctld. Rejects with SlurmCallError when there was none. */
  async say(call: Call): Promise<Said> {
    for (let attempt = 1; ; attempt++) {
      const began = this.#context.clock.now();
      try {
        return await this.#once(call);
      } catch (error) {
        if (!(error instanceof SlurmCallError)) throw error;
        const quick = this.#context.clock.now() - began < REPEAT_WITHIN_MS;
        const again = error.retryable && quick && attempt < ATTEMPTS_MAX && (call.repeatable || !error.perhapsDone);
        if (!again || call.signal.aborted || this.#closing.signal.aborted) throw error;
        const jitter = 0.5 + draw(this.#seed, 0, 0, this.#calls, attempt);
        await sleep(this.#context.clock, PAUSE_MS * 2 ** attempt * jitter, call.signal);
      }
    }
  }

  /** The output of a read. Rejects with SlurmCallError also when slurmctld refused it. */
  async read(command: SlurmCommand, args: readonly string[], signal: AbortSignal): Promise<string> {
    const said = await this.say({ command, args, signal, repeatable: true });
    if (!said.ok) throw new SlurmCallError(`${command} ${args.slice(0, 2).join(' ')}: ${said.words}`, false, false);
    return said.stdout;
  }

  waitingFor(): readonly string[] {
    return this.#record.waitingFor();
  }

  /** Ends every command under way. */
  close(): void {
    this.#closing.abort();
  }

  async #once(call: Call): Promise<Said> {
    await this.#turn();
    try {
      if (this.#record.silentFor() > PING_AFTER_MS) await this.#pinged();
      const late = call.deadline !== undefined && this.#context.clock.now() >= call.deadline;
      if (late) throw new SlurmCallError('the deadline passed before the command could start', false, false);
      return await this.#run(call.command, call.args, call.signal, call.deadline);
    } finally {
      this.#running--;
      for (let free = Math.floor(this.#atOnce) - this.#running; free > 0; free--) this.#waiting.shift()?.();
    }
  }

  /** Waits until fewer than #atOnce commands run; first come, first served. */
  async #turn(): Promise<void> {
    while (this.#running >= Math.floor(this.#atOnce)) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running++;
  }

  /** One ping for all who need one now. */
  #pinged(): Promise<void> {
    this.#ping ??= this.#pingOnce().finally(() => {
      this.#ping = null;
    });
    return this.#ping;
  }

  async #pingOnce(): Promise<void> {
    await this.#run('scontrol', ['ping'], this.#closing.signal);
  }

  async #run(command: SlurmCommand, args: readonly string[], signal: AbortSignal, deadline?: number): Promise<Said> {
    const { clock } = this.#context;
    if (this.#conf !== null) await assertReadable(this.#conf);
    const call = this.#record.begin(`${command} ${args.slice(0, 2).join(' ')}`);
    this.#calls++;
    const timeoutMs = Math.max(1, Math.min(this.#timeoutMs, deadline === undefined ? Infinity : deadline - clock.now()));
    const both = AbortSignal.any([signal, this.#closing.signal]);
    const file = this.#bin === null ? command : join(this.#bin, command);
    try {
      const end = await runCommand({ file, args, env: this.#env, timeoutMs, clock, signal: both, maxBytes: OUTPUT_BYTES_MAX });
      const said = { ok: end.exit === 0, stdout: end.stdout, words: wordsOf(end, { maxCharacters: WORDS_MAX, without: /^\*+/ }) };
      if (args[0] === 'ping') assertUp(said);
      else if (!said.ok) assertAnswered(said.words);
      this.#paced(call.answered());
      return said;
    } catch (error) {
      const fault = asCallError(error);
      if (both.aborted) call.dropped();
      else {
        call.failed(fault.message);
        this.#paced(Infinity);
      }
      throw fault;
    }
  }

  /** Fewer at once after a slow or failed call, slowly more again after quick ones. */
  #paced(ms: number): void {
    this.#atOnce = ms >= SLOW_MS ? Math.max(1, this.#atOnce / 2) : Math.min(AT_ONCE_MAX, this.#atOnce + 0.25);
  }
}

/** Only what leads to the cluster: SQUEUE_FORMAT, SCANCEL_INTERACTIVE and their like would change what commands do. */
function environment(env: NodeJS.ProcessEnv, conf: string | null): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(SLURM|SQUEUE|SINFO|SCONTROL|SCANCEL|SDIAG)_/.test(name));
  const slurm = Object.fromEntries(['SLURM_CONF', 'SLURM_JWT'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return { ...Object.fromEntries(kept), ...slurm, ...(conf === null ? {} : { SLURM_CONF: conf }), LC_ALL: 'C', SLURM_TIME_FORMAT: '%s' };
}

/** Slurm's commands look for a missing slurm.conf for 60 s; we say so at once. */
async function assertReadable(conf: string): Promise<void> {
  try {
    await access(conf);
  } catch {
    throw new SlurmCallError(`${conf} cannot be read: see "conf" of this cluster's scheduler driver`, false, false);
  }
}

/** A ping exits 0 or 1 by version and by backup controllers; its words count. */
function assertUp({ stdout, words }: Said): void {
  if (/\bis DOWN\b/.test(stdout) && !/\bis UP\b/.test(stdout)) throw new SlurmCallError(words, false, true);
}

function assertAnswered(words: string): void {
  if (BROKEN_OFF.test(words)) throw new SlurmCallError(words, true, true);
  if (UNREACHED.test(words)) throw new SlurmCallError(words, false, true);
}

function asCallError(error: unknown): SlurmCallError {
  if (error instanceof SlurmCallError) return error;
  if (error instanceof CommandEndError) return new SlurmCallError(error.message, error.started, false);
  throw error;
}
