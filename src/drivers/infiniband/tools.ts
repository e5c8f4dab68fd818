// Starts the fabric's tools and the site's commands: a bounded environment, a bounded time, and words for who waits.
import { showDuration } from '../../std/duration.ts';
import { CommandEndError, passedEnv, programOf, runCommand, wordsOf, type CommandEnd } from '../shared/command.ts';
import type { DriverContext } from '../shared/context.ts';
import { msOf } from '../shared/options.ts';
import { Pending } from '../shared/pending.ts';
import type { InfinibandSettings } from './options.ts';

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/** A tool did not answer as it must; the message names it and says what it said. */
export class ToolError extends Error {
  override name = 'ToolError';
}

export class Tools {
  readonly settings: InfinibandSettings;
  readonly context: DriverContext;
  readonly timeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #closing = new AbortController();
  readonly #running: Pending;

  constructor(settings: InfinibandSettings, context: DriverContext) {
    this.settings = settings;
    this.context = context;
    this.timeoutMs = msOf(settings.timeout);
    this.#running = new Pending(context.clock);
    this.#env = passedEnv(context.env, ['PITSTOP_DIR']);
  }

  /** Aborts when the driver is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Its own end, whatever the exit code. Rejects with CommandEndError. */
  start(argv: readonly string[], signal: AbortSignal, timeoutMs: number = this.timeoutMs): Promise<CommandEnd> {
    const { clock, folder } = this.context;
    const bounds = { timeoutMs, clock, signal: AbortSignal.any([signal, this.#closing.signal]), maxBytes: OUTPUT_BYTES_MAX };
    return this.#running.during(nameOf(argv), runCommand({ ...programOf(argv, folder), env: this.#env, ...bounds }));
  }

  /** What it printed. Rejects with ToolError when it did not end with one of these exit codes. */
  async read(argv: readonly string[], signal: AbortSignal, exits: readonly number[] = [0]): Promise<CommandEnd> {
    const name = nameOf(argv);
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
    return this.#running
      .slow()
      .slice(0, 3)
      .map(({ what, ms }) => `infiniband: ${what} for ${showDuration(ms)}`);
  }

  /** Ends what runs, but for `once` commands. */
  close(): void {
    this.#closing.abort();
  }
}

/** Of the program, without its folder. */
function nameOf(argv: readonly string[]): string {
  return argv[0]?.split('/').at(-1) ?? '';
}
