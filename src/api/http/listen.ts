// Opens the doors: the owner's Unix socket, and the ports that were asked for, all answered by one app.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { userInfo } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import type { OidcSignIn } from '../auth/oidc.ts';
import type { Caller } from '../context.ts';
import type { ApiParts } from '../parts.ts';
import { createApp, type AppOptions } from './app.ts';
import type { Door } from './door.ts';
import { type Address, isLoopback, showAddress } from './hosts.ts';

export interface Doors {
  /** Path. A stale one of a dead server is replaced; the caller holds the state folder's lock, so no live one is. */
  readonly socket: string;
  /** Port 0: any free one. */
  readonly tcp: readonly Address[];
  /** Nobody comes in without a token, not even from this machine. */
  readonly requireToken: boolean;
  /** Further names of this server, for the Host header: `pitstop.example.org`, with its port or without. */
  readonly names: readonly string[];
  /** A proxy stands before it, and is believed. */
  readonly trustProxy: boolean;
  readonly oidc: OidcSignIn | null;
  readonly consoleFolder: string | null;
}

export interface ApiServer {
  /** Ports that are open, with their real numbers. */
  readonly listens: readonly Address[];
  close(): Promise<void>;
}

/** What was asked for would let everybody in, or nobody; nothing was opened. */
class ListenRefusedError extends Error {
  override name = 'ListenRefusedError';
}

/** A request must be here whole in this time; what is answered, and streams, may take as long as they like. */
const REQUEST_MS_MAX = 120_000;
const HEADERS_MS_MAX = 20_000;

/** `log`: the log of `serve`, a line each. Rejects with ListenRefusedError, or with what the system says of an address. */
export async function listen(
  parts: Omit<ApiParts, 'listens' | 'signIn'>,
  doors: Doors,
  log: (line: string) => void,
  given: Pick<AppOptions, 'limits' | 'sizes' | 'router'> = {},
): Promise<ApiServer> {
  const unasked = whoUnasked(doors);
  if (unasked === null) refuseWithoutWayIn(parts, doors);
  const listens: Address[] = [];
  const shown: string[] = [];
  const app = createApp(
    { ...parts, listens: shown, signIn: { token: true, oidc: doors.oidc?.name ?? null } },
    { ...doors, ...given, listens: () => listens, unasked, log },
  );
  const serverFor = (doorOf: (incoming: Pick<IncomingMessage, 'socket'>) => Door): Server => {
    const answer = getRequestListener((request, { incoming }) => app.fetch(request, { door: doorOf(incoming) }));
    return createServer(
      { headersTimeout: HEADERS_MS_MAX, requestTimeout: REQUEST_MS_MAX },
      (incoming, outgoing) => void answer(incoming, outgoing),
    );
  };
  const opened: Server[] = [];
  try {
    for (const address of doors.tcp) {
      const server = serverFor((incoming) => ({ kind: 'tcp', address: peerOf(incoming) }));
      opened.push(server);
      const real = { host: address.host, port: await openPort(server, address) };
      listens.push(real);
      shown.push(`http://${showAddress(real)}`);
    }
    rmSync(doors.socket, { force: true });
    const owners = serverFor(() => ({ kind: 'socket' }));
    opened.push(owners);
    await opening(owners, (ready) => owners.listen(doors.socket, ready));
    chmodSync(doors.socket, 0o600);
  } catch (error) {
    await Promise.all(opened.map(closed));
    throw error;
  }
  // Written as one, so that whoever waits for the address has read the rest as well.
  if (listens.length > 0) log(openingLines(listens, unasked, doors).join('\n'));
  return {
    listens,
    close: async () => {
      await Promise.all(opened.map(closed));
    },
  };
}

/** Only where nobody but this machine can knock, and nothing says that a proxy lets others in. */
function whoUnasked({ tcp, requireToken, names, trustProxy }: Doors): Caller | null {
  const isOpen = !requireToken && !trustProxy && tcp.every(({ host }) => isLoopback(host)) && names.every((name) => isLoopback(bare(name)));
  return isOpen ? { name: userName(), role: 'admin', customer: null, via: 'loopback', csrf: null } : null;
}

function bare(name: string): string {
  return name.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function refuseWithoutWayIn({ desk }: Pick<ApiParts, 'desk'>, { tcp, oidc }: Doors): void {
  const far = tcp.filter(({ host }) => !isLoopback(host));
  const hasWayIn = oidc !== null || desk.tokens.list().some(({ state }) => state === 'valid');
  if (far.length === 0 || hasWayIn) return;
  throw new ListenRefusedError(
    `${far.map(showAddress).join(', ')} can be reached from other machines, and there is no token that would let anybody in; ` +
      'make one first: pitstop token mint --role admin --name NAME --reason "first token", then pitstop down, then serve again',
  );
}

function openingLines(listens: readonly Address[], unasked: Caller | null, { requireToken, oidc }: Doors): string[] {
  const where = listens.map((address) => `http://${showAddress(address)}`).join(', ');
  const far = listens.some(({ host }) => !isLoopback(host));
  return [
    `listening on ${where}`,
    unasked
      ? `no token is asked for: everybody on this machine is ${unasked.name} with the role ${unasked.role} there (--require-token ends that)`
      : `everybody needs a token${oidc ? ` or ${oidc.name}` : ''}${requireToken ? ', as asked for' : ''}`,
    ...(far ? ['this is plain http, which can be read on its way: put a proxy with https before it, and say --trust-proxy'] : []),
  ];
}

function peerOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}

async function openPort(server: Server, { host, port }: Address): Promise<number> {
  await opening(server, (ready) => server.listen({ host, port }, ready));
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

function opening(server: Server, open: (ready: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    open(() => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Streams never end by themselves. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A container may run us under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
