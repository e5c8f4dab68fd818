// Where one machine's Pitstop keeps its journal and its socket.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface StateFolder {
  readonly folder: string;
  readonly journal: string;
  readonly socket: string;
  readonly log: string;
}

/** PITSTOP_STATE, else XDG_STATE_HOME/pitstop, else /var/lib/pitstop for root and ~/.local/state/pitstop for everybody else. */
export function stateFolder(env: NodeJS.ProcessEnv): StateFolder {
  return stateFolderAt(resolve(env['PITSTOP_STATE'] || standardFolder(env)));
}

/** `folder` is absolute, since the server does not run where its clients do. */
export function stateFolderAt(folder: string): StateFolder {
  return { folder, journal: join(folder, 'journal.db'), socket: join(folder, 'api.sock'), log: join(folder, 'serve.log') };
}

function standardFolder(env: NodeJS.ProcessEnv): string {
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], 'pitstop');
  return process.getuid?.() === 0 ? '/var/lib/pitstop' : join(homedir(), '.local', 'state', 'pitstop');
}
