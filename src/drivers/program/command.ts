// Runs one command: no shell, stdin closed, bounded output, ended when it takes too long or nobody waits for it any more.
import { spawn } from 'node:child_process';
import type { Clock } from '../../std/clock.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

export interface CommandEnd {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
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

/** Resolves with the command's own end, whatever its exit code. Rejects with CommandEndError. */
export function runCommand(command: Command): Promise<CommandEnd> {
  if (command.signal.aborted) return Promise.reject(new CommandEndError('not-started', 'nobody waits for it any more'));
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, [...command.args], { env: command.env, stdio: ['ignore', 'pipe', 'pipe'], shell: false });
    let fault: CommandEndError | null = null;
    const end = (kind: CommandEndError['kind'], message: string): void => {
      fault ??= new CommandEndError(kind, message);
      child.kill('SIGKILL');
    };
    const stdout = collect(child.stdout, command.maxBytes, () => end('too-much', `more than ${command.maxBytes} bytes of output`));
    const stderr = collect(child.stderr, command.maxBytes, () => end('too-much', `more than ${command.maxBytes} bytes of complaints`));
    const cancel = command.clock.after(command.timeoutMs, () => end('timeout', `no end within ${command.timeoutMs / 1000} s`));
    const onAbort = (): void => end('aborted', 'nobody waits for it any more');
    command.signal.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => {
      cancel();
      command.signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(startFault(error, command.file));
    });
    child.once('close', (exit, by) => {
      settle();
      if (fault) reject(fault);
      else if (exit === null) reject(new CommandEndError('killed', `ended by ${by ?? 'a signal'}`));
      else resolve({ exit, stdout: stdout(), stderr: stderr() });
    });
  });
}

function startFault(error: NodeJS.ErrnoException, file: string): CommandEndError {
  if (error.code === 'ENOENT') return new CommandEndError('missing', `${file} is not installed, or not on PATH`);
  return new CommandEndError('not-started', error.message);
}

function collect(stream: NodeJS.ReadableStream, maxBytes: number, tooMuch: () => void): () => string {
  const parts: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > maxBytes) tooMuch();
    else parts.push(part);
  });
  return () => Buffer.concat(parts).toString('utf8');
}
