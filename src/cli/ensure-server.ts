// The server of a state folder, from its clients' side: reached by its socket, started detached when it is missing, stopped by `down`.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Client } from './client.ts';
import { serverIsGone, SilentError, UsageError } from './exit.ts';
import type { StateFolder } from './state-folder.ts';

/** How the server's process is made: this program again, with `serve`. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export type ServerInfo = Awaited<ReturnType<Client['server']['info']>>;

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 60_000;
const POLL_MS = 25;
/** A server that lost the race for the folder ends, and the winner needs a moment until it listens. */
const RIVAL_MS = 5_000;
const LOG_LINES = 20;
/** Linux and macOS take no longer path of a socket. */
const SOCKET_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

/** Throws SilentError when it does not come up, UsageError when the folder cannot be used. */
export async function ensureServer(state: StateFolder, launch: Launch): Promise<Client> {
  makeStateFolder(state);
  if ((await reach(state)) === null) await start(state, launch);
  return connect(state.socket);
}

/** What the running server says of itself; null when none runs. Throws UsageError when it is somebody else's. */
export async function reach(state: StateFolder): Promise<ServerInfo | null> {
  try {
    return await connect(state.socket).server.info();
  } catch (error) {
    if (serverIsGone(error)) return null;
    if (codeOf(error) === 'EACCES')
      throw new UsageError(`${state.socket} belongs to somebody else: set PITSTOP_STATE to a folder of yours`);
    throw error;
  }
}

/** Stops the server and waits until its process is gone. null = none ran. Throws SilentError when it does not end. */
export async function stopServer(state: StateFolder): Promise<ServerInfo | null> {
  const info = await reach(state);
  if (info === null) return null;
  await connect(state.socket)
    .server.stop()
    .catch((error: unknown) => {
      if (!serverIsGone(error)) throw error;
    });
  const deadline = Date.now() + STOP_MS_MAX;
  while (!isGone(info.pid)) {
    if (Date.now() > deadline)
      throw new SilentError(`the server (pid ${info.pid}) was asked to stop and still runs; its log: ${state.log}`);
    await pause(POLL_MS);
  }
  return info;
}

function makeStateFolder({ folder, socket }: StateFolder): void {
  if (Buffer.byteLength(socket) > SOCKET_BYTES_MAX) {
    throw new UsageError(`${socket}: too long for a socket (${SOCKET_BYTES_MAX} bytes); set PITSTOP_STATE to a folder with a shorter path`);
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`${folder}: the state folder cannot be made (${codeOf(error)}); set PITSTOP_STATE to a folder of yours`);
  }
}

async function start(state: StateFolder, { program, args, env }: Launch): Promise<void> {
  const logFrom = statSync(state.log, { throwIfNoEntry: false })?.size ?? 0;
  const log = openSync(state.log, 'a', 0o600);
  const child = spawn(program, args, {
    cwd: state.folder,
    env: { ...env, PITSTOP_STATE: state.folder },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let deadline = Date.now() + START_MS_MAX;
  let why = 'did not answer in time';
  const ended = (words: string) => (): void => {
    why = words;
    deadline = Math.min(deadline, Date.now() + RIVAL_MS);
  };
  child.once('error', ended('could not be started'));
  child.once('exit', ended('ended at once'));
  while (Date.now() < deadline) {
    if ((await reach(state)) !== null) return;
    await pause(POLL_MS);
  }
  throw new SilentError(`the server ${why}; ${state.log} ends with:\n${tail(state.log, logFrom)}`);
}

function tail(file: string, from: number): string {
  const lines = readFileSync(file).subarray(from).toString().trimEnd().split('\n');
  return lines.slice(-LOG_LINES).join('\n') || '(nothing)';
}

/** Ended, or ended and not yet buried by its parent. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
