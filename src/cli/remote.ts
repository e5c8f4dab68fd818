// Another machine's server instead of the state folder's: where it is, and the token that says who we are.
import { readFileSync } from 'node:fs';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { Client } from './client.ts';
import { UsageError } from './exit.ts';

export interface Remote {
  readonly url: string;
  readonly token: string | null;
}

const OPTION = '--server';

/** Takes `--server URL` out of the words, wherever it stands; PITSTOP_SERVER says the same. Throws UsageError. */
export function remoteOf(args: readonly string[], env: NodeJS.ProcessEnv): { args: string[]; remote: Remote | null } {
  const kept: string[] = [];
  let url = env['PITSTOP_SERVER'] ?? '';
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === '--') {
      kept.push(...args.slice(i));
      break;
    }
    if (word === OPTION) url = args[++i] ?? '';
    else if (word.startsWith(`${OPTION}=`)) url = word.slice(OPTION.length + 1);
    else kept.push(word);
    if (word.startsWith(OPTION) && (word === OPTION || word[OPTION.length] === '=') && url === '') {
      throw new UsageError('--server needs an address, as in --server https://pitstop.example:4620');
    }
  }
  return { args: kept, remote: url === '' ? null : remoteAt(url, tokenOf(env)) };
}

export function connectTo({ url, token }: Remote): Client {
  return createORPCClient(
    new RPCLink({
      url: `${url}/rpc`,
      headers: () => (token === null ? { 'x-pitstop-csrf': 'cli' } : { authorization: `Bearer ${token}` }),
    }),
  );
}

function remoteAt(text: string, token: string | null): Remote {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--server ${text}: not an address of a server; write it as http://HOST:PORT or https://HOST`);
  }
  const isLocal = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLocal && token !== null) {
    throw new UsageError(`--server ${text}: a token is not sent over plain http to another machine; use https, or a tunnel to this one`);
  }
  return { url: url.href.replace(/\/+$/, ''), token };
}

/** Never an argument: those can be read by everybody on the machine. */
function tokenOf(env: NodeJS.ProcessEnv): string | null {
  if (env['PITSTOP_TOKEN']) return env['PITSTOP_TOKEN'];
  const file = env['PITSTOP_TOKEN_FILE'];
  if (!file) return null;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`PITSTOP_TOKEN_FILE ${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}
