// One ssh connection: the login with the host's key checked, sessions that start a shell and nothing else, channels through a jump host.
import type { Duplex } from 'node:stream';
import { connect as connectTcp, Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { SshConnectError, socketFailure } from './failure.ts';
import type { HostVerdict, KnownHosts } from './known-hosts.ts';
import type { Place } from './addresses.ts';
import { orAbort } from './or-abort.ts';

/** RFC 4254 section 5.1: the server was asked to connect and could not. */
const CONNECT_FAILED = 2;
const KEEPALIVES_MISSED_MAX = 3;

export interface Login {
  readonly user: string;
  readonly methods: readonly AnyAuthMethod[];
  readonly knownHosts: KnownHosts;
  readonly keepaliveMs: number;
}

/** A TCP connection to the place; rejects with SshConnectError. */
export function dial(place: Place, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const where = `${place.host}:${place.port}`;
    const socket = connectTcp({ host: place.host, port: place.port, noDelay: true });
    const abort = (): void => {
      socket.destroy();
      reject(new SshConnectError('silent', `${where}: no answer in time`));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const failed = (error: NodeJS.ErrnoException): void => {
      signal.removeEventListener('abort', abort);
      reject(socketFailure(error, where));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.removeListener('error', failed);
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
  });
}

/** Logs in over the stream. Owns the stream from then on. */
export function logIn(stream: Duplex, place: Place, login: Login, signal: AbortSignal): Promise<SshConnection> {
  return new Promise((resolve, reject) => {
    const where = `${place.host}:${place.port}`;
    const client: Client = new ssh2.Client();
    let verdict: HostVerdict = { ok: true };
    const fail = (error: SshConnectError): void => {
      signal.removeEventListener('abort', late);
      reject(error);
      client.destroy();
      stream.destroy();
    };
    const late = (): void => fail(new SshConnectError('silent', `${where}: connected, but no ssh login in time`));
    client.on('error', (error) => fail(loginFailure(error, verdict, where, login.user)));
    const hungUp = (): void => fail(new SshConnectError('silent', `${where}: hung up before the login`, true));
    client.once('end', hungUp);
    client.once('close', hungUp);
    client.once('ready', () => {
      signal.removeEventListener('abort', late);
      resolve(new SshConnection(client, stream));
    });
    if (signal.aborted) return late();
    signal.addEventListener('abort', late, { once: true });
    client.connect({
      sock: stream,
      username: login.user,
      authHandler: [...login.methods],
      readyTimeout: 0,
      keepaliveInterval: login.keepaliveMs,
      keepaliveCountMax: KEEPALIVES_MISSED_MAX,
      algorithms: { serverHostKey: hostKeyAlgorithms(login.knownHosts, place) },
      hostVerifier: (key: Buffer): boolean => {
        verdict = login.knownHosts.check(place.names, place.port, key);
        return verdict.ok;
      },
    });
  });
}

type HostKeyAlgorithms = NonNullable<NonNullable<Parameters<Client['connect']>[0]['algorithms']>['serverHostKey']>;

function hostKeyAlgorithms(knownHosts: KnownHosts, place: Place): HostKeyAlgorithms {
  return knownHosts.algorithms(place.names, place.port) as Extract<HostKeyAlgorithms, unknown[]>;
}

function loginFailure(error: Error & { level?: string }, verdict: HostVerdict, where: string, user: string): SshConnectError {
  if (!verdict.ok) return new SshConnectError('host-key', `${where}: ${verdict.why}`);
  if (error.level === 'client-authentication') return new SshConnectError('login', `${where}: no key of ours may log in as ${user}`);
  if (error.level === 'client-socket') return socketFailure(error, where);
  if (/before handshake|ended by other party|connection lost/i.test(error.message)) {
    return new SshConnectError('silent', `${where}: hung up before the login`, true);
  }
  return new SshConnectError('ours', `${where}: ${error.message}`);
}

/** Logged in. Dies with its stream, which every method and channel then shows. */
export class SshConnection {
  readonly #client: Client;
  readonly #stream: Duplex;
  #open = true;
  readonly #listeners = new Set<() => void>();

  constructor(client: Client, stream: Duplex) {
    this.#client = client;
    this.#stream = stream;
    client.removeAllListeners('error');
    client.removeAllListeners('end');
    client.removeAllListeners('close');
    // What an error means is told by the end of the channels; without a listener it would end the process.
    client.on('error', () => this.destroy());
    // A channel of a jump host stays half open when the node behind it is gone.
    client.on('end', () => this.destroy());
    client.on('close', () => this.#ended());
    stream.on('close', () => this.#ended());
  }

  get open(): boolean {
    return this.#open;
  }

  /** Calls back once, at once when it has ended already; the returned function takes the listener away. */
  onClose(listener: () => void): () => void {
    if (this.#open) this.#listeners.add(listener);
    else listener();
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#client.end();
    // A peer that is gone never closes its side.
    if (this.#stream instanceof Socket) this.#stream.destroySoon();
  }

  destroy(): void {
    if (this.#stream instanceof Socket) this.#stream.resetAndDestroy();
    else this.#stream.destroy();
    this.#client.destroy();
    this.#ended();
  }

  /** A started shell that reads its script from the channel: nothing ran yet. Rejects with SshConnectError. */
  shell(signal: AbortSignal): Promise<ClientChannel> {
    return this.#session(signal, (callback) => this.#client.exec('exec /bin/sh -s', callback));
  }

  sftp(signal: AbortSignal): Promise<SFTPWrapper> {
    return this.#session(signal, (callback) => this.#client.sftp(callback));
  }

  /** A channel through this host to another one. Rejects with SshConnectError. */
  forward(place: Place, signal: AbortSignal): Promise<ClientChannel> {
    const where = `${place.host}:${place.port}`;
    const opening = new Promise<ClientChannel>((resolve, reject) => {
      this.#guarded(reject, () =>
        this.#client.forwardOut('127.0.0.1', 0, place.host, place.port, (error, channel) => {
          if (error) reject(forwardFailure(error, where));
          else resolve(channel);
        }),
      );
    });
    const silent = (): Error => new SshConnectError('silent', `${where}: no answer through the jump host in time`);
    return orAbort(opening, signal, silent, (channel) => channel.close());
  }

  #session<T extends { end(): unknown }>(
    signal: AbortSignal,
    start: (callback: (error: Error | undefined, channel: T) => void) => void,
  ): Promise<T> {
    const opening = new Promise<T>((resolve, reject) => {
      this.#guarded(reject, () =>
        start((error, channel) => {
          if (!error) return resolve(channel);
          reject(this.#open ? new SshConnectError('ours', `no session: ${error.message}`) : closed());
        }),
      );
    });
    const slow = (): Error => new SshConnectError('ours', 'connected, but no session was opened in time');
    return orAbort(opening, signal, slow, (channel) => channel.end());
  }

  /** ssh2 throws on a connection that ended, instead of calling back. */
  #guarded(reject: (error: Error) => void, start: () => unknown): void {
    if (!this.#open) return reject(closed());
    try {
      start();
    } catch {
      reject(closed());
    }
  }

  #ended(): void {
    if (!this.#open) return;
    this.#open = false;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}

function closed(): SshConnectError {
  return new SshConnectError('silent', 'the connection has ended', true);
}

function forwardFailure(error: Error & { reason?: number }, where: string): SshConnectError {
  if (error.reason === CONNECT_FAILED) return new SshConnectError('silent', `${where}: no connection from the jump host`);
  if (error.reason === undefined) return closed();
  return new SshConnectError('ours', `${where}: the jump host refuses to forward: ${error.message}`);
}
