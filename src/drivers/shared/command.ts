// Runs one command: no shell, stdin closed, bounded output, ended with its children when it takes too long or nobody waits for it any more.
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import type { Clock } from '../../std/clock.ts';
import { TIMER_MS_MAX } from './limit.ts';
import { Tail } from './tail.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where it runs; default: where we do. */
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of stdout and stderr each. */
  readonly maxBytes: number;
}

export interface CommandEnd {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command fared, whoever ended it. */
export interface CommandFate {
  /** null: ended by a signal, or not seen to end at all. */
  readonly exit: number | null;
  readonly by: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The beginning of an output was forgotten. */
  readonly cut: boolean;
  /** Why we ended it; null: we did not. */
  readonly givenUp: CommandEndError | null;
}

export interface Manner {
  /** With more than `maxBytes` of output: `end` it, or keep the `tail`. */
  readonly overflow: 'end' | 'tail';
  /** Between TERM and KILL; 0: KILL at once. */
  readonly patienceMs: number;
}

/** The command did not come to an end of its own. `started` false: it certainly did nothing. */
export class CommandEndError extends Error {
  override name = 'CommandEndError';
  readonly kind: 'missing' | 'not-started' | 'timeout' | 'aborted' | 'too-much' | 'killed';
  readonly started: boolean;
  constructor(kind: CommandEndError['kind'], message: string) {
    super(message);
    this.kind = kind;
    this.started = kind !== 'missing' && kind !== 'not-started';
  }
}

/** Between the end of a command, or its KILL, and the end of an output that its children hold open. */
const AFTER_END_MS = 2_000;

/** Resolves with the command's own end, whatever its exit code. Rejects with CommandEndError. */
export async function runCommand(command: Command): Promise<CommandEnd> {
  const { exit, by, stdout, stderr, givenUp } = await watchCommand(command, { overflow: 'end', patienceMs: 0 });
  if (givenUp) throw givenUp;
  if (exit === null) throw new CommandEndError('killed', `ended by ${by ?? 'a signal'}`);
  return { exit, stdout, stderr };
}

/** Resolves once it has started and ended, whoever ended it. Rejects with CommandEndError when it certainly did nothing. */
export function watchCommand(command: Command, { overflow, patienceMs }: Manner): Promise<CommandFate> {
  const { clock, signal, maxBytes, timeoutMs } = command;
  if (signal.aborted) return Promise.reject(new CommandEndError('not-started', 'nobody waits for it any more'));
  return new Promise((resolve, reject) => {
    const child = started(command, reject);
    if (!child) return;
    const out = new Tail(maxBytes);
    const err = new Tail(maxBytes);
    const cancels: (() => void)[] = [];
    let givenUp: CommandEndError | null = null;
    const forget = (): void => {
      for (const cancel of cancels) cancel();
      signal.removeEventListener('abort', onAbort);
    };
    const settle = (exit: number | null, by: NodeJS.Signals | null): void => {
      forget();
      resolve({ exit, by, stdout: out.text(), stderr: err.text(), cut: out.cut || err.cut, givenUp });
    };
    // Later than the reading of what is in the pipes by then.
    const settleLater = (exit: number | null, by: NodeJS.Signals | null): void =>
      void cancels.push(clock.after(AFTER_END_MS, () => setImmediate(() => settle(exit, by))));
    const kill = (): void => {
      killGroup(child, 'SIGKILL');
      // Nobody may end what runs as another user.
      settleLater(null, null);
    };
    const giveUp = (kind: CommandEndError['kind'], message: string): void => {
      if (givenUp) return;
      givenUp = new CommandEndError(kind, message);
      if (patienceMs === 0) return kill();
      killGroup(child, 'SIGTERM');
      cancels.push(clock.after(patienceMs, kill));
    };
    const onAbort = (): void => giveUp('aborted', 'nobody waits for it any more');
    const keep = (tail: Tail, chunk: Buffer, what: string): void => {
      tail.add(chunk);
      if (tail.cut && overflow === 'end') giveUp('too-much', `more than ${maxBytes} bytes of ${what}`);
    };
    child.stdout?.on('data', (chunk: Buffer) => keep(out, chunk, 'output'));
    child.stderr?.on('data', (chunk: Buffer) => keep(err, chunk, 'complaints'));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      forget();
      reject(startFault(error, command));
    });
    child.once('exit', settleLater);
    child.once('close', settle);
    signal.addEventListener('abort', onAbort, { once: true });
    cancels.push(clock.after(Math.min(timeoutMs, TIMER_MS_MAX), () => giveUp('timeout', `no end within ${timeoutMs / 1000} s`)));
  });
}

/** An argument list of the options; a program with a slash in its name is found from the fleet's folder. */
export function programOf(argv: readonly string[], folder: string): Pick<Command, 'file' | 'args'> {
  const [program = '', ...args] = argv;
  return { file: program.includes('/') ? resolvePath(folder, program) : program, args };
}

const ENV_PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** All that a command sees of our environment, which may hold secrets of other drivers; `more` names what it sees besides. */
export function passedEnv(env: NodeJS.ProcessEnv, more: readonly string[] = []): NodeJS.ProcessEnv {
  return Object.fromEntries([...ENV_PASSED, ...more].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

interface Wording {
  /** Default: 300. */
  readonly maxCharacters?: number;
  /** Lines that say nothing. */
  readonly without?: RegExp;
  readonly secrets?: readonly string[];
}

/** What a command said, in one line: stderr, or stdout where that is empty. Secrets are blotted out. */
export function wordsOf(
  { stdout, stderr }: Pick<CommandEnd, 'stdout' | 'stderr'>,
  { maxCharacters = 300, without, secrets = [] }: Wording = {},
): string {
  const text = stderr.trim() === '' ? stdout : stderr;
  const lines = text
    .slice(0, 20 * maxCharacters)
    .split('\n')
    .map((line) => line.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim());
  const told = lines.filter((line) => line !== '' && !without?.test(line)).join('; ');
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), told).slice(0, maxCharacters);
}

/** null: `reject` was told why there is none. */
function started({ file, args, env, cwd }: Command, reject: (fault: CommandEndError) => void): ChildProcess | null {
  try {
    // A group of its own, so that its children end with it.
    return spawn(file, [...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: false, detached: true });
  } catch (error) {
    reject(new CommandEndError('not-started', `cannot start ${JSON.stringify(file)}: ${error instanceof Error ? error.message : ''}`));
    return null;
  }
}

function startFault(error: NodeJS.ErrnoException, { file, cwd }: Command): CommandEndError {
  const orFolder = cwd === undefined ? '' : `, or the folder ${cwd} is not there`;
  if (error.code === 'ENOENT') return new CommandEndError('missing', `${file} is not installed, or not on PATH${orFolder}`);
  return new CommandEndError('not-started', error.message);
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has ended, or is another user's.
  }
}
