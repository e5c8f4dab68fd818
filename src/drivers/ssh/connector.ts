// Makes connections to nodes out of the options: address, jump host, login, time limit, and another try when sshd dropped us.
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../std/clock.ts';
import type { DriverContext } from '../shared/context.ts';
import { limitTime } from '../shared/limit.ts';
import { msOf } from '../shared/options.ts';
import { readOptionFile } from '../shared/secrets.ts';
import { parseHostsFile, placeOf, type Place } from './addresses.ts';
import { dial, logIn, type Login, type SshConnection } from './connection.ts';
import { SshConnectError, asConnectError } from './failure.ts';
import { JumpHost } from './jump.ts';
import { KnownHosts } from './known-hosts.ts';
import type { SshSettings } from './options.ts';
import { readIdentity, type Identity } from './secrets.ts';

const TRIES_MAX = 3;
const PAUSE_MS = 200;

export interface Connector {
  /** Rejects with SshConnectError. */
  connect(node: string): Promise<SshConnection>;
  close(): Promise<void>;
}

/** Reads every file and secret that the options name; throws OptionSourceError for one that is not there. */
export function openConnector(settings: SshSettings, context: DriverContext): Connector {
  const knownHosts = readKnownHosts(settings, context);
  const addresses = parseHostsFile(settings.addresses ? readOptionFile('addresses of the ssh driver', settings.addresses, context) : '');
  const connectMs = msOf(settings.connectTimeout);
  const keepaliveMs = msOf(settings.keepalive);
  const closing = new AbortController();
  const loginAs = (user: string, identity: Identity): Login => ({
    user,
    methods: readIdentity(user, identity, context),
    knownHosts,
    keepaliveMs,
  });
  const user = settings.user ?? userInfo().username;
  const login = loginAs(user, settings);

  const reach = async (place: Place, as: Login, through: JumpHost | null): Promise<SshConnection> => {
    const limit = limitTime(context.clock, connectMs, closing.signal);
    try {
      const stream = through ? await through.forward(place, limit.signal) : await dial(place, limit.signal);
      return await logIn(stream, place, as, limit.signal);
    } finally {
      limit.clear();
    }
  };
  const patiently = (connect: () => Promise<SshConnection>): Promise<SshConnection> => tryAgain(connect, context, closing.signal);

  const jump = settings.jump;
  let jumpHost: JumpHost | null = null;
  if (jump) {
    const host = addresses.get(jump.address) ?? jump.address;
    const place: Place = { host, port: jump.port, names: [...new Set([jump.address, host])] };
    const identity = jump.key ? jump : settings;
    const jumpLogin = loginAs(jump.user ?? user, identity);
    jumpHost = new JumpHost(() => patiently(() => reach(place, jumpLogin, null)));
  }
  return {
    connect: (node) =>
      patiently(() => {
        const place = placeOf(node, settings.address, settings.port, addresses);
        return reach(place, login, jumpHost);
      }),
    close: async () => {
      closing.abort();
      await jumpHost?.close();
    },
  };
}

/** Only what happened before the login is tried again, a little later each time, with jitter against a thundering herd. */
async function tryAgain(connect: () => Promise<SshConnection>, context: DriverContext, closing: AbortSignal): Promise<SshConnection> {
  for (let tries = 1; ; tries++) {
    try {
      return await connect();
    } catch (error) {
      const failure = asConnectError(error);
      if (!failure.retryable || tries === TRIES_MAX) throw failure;
    }
    await sleep(context.clock, PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random()), closing);
    if (closing.aborted) throw new SshConnectError('given-up', 'the ssh driver is closed');
  }
}

function readKnownHosts(settings: SshSettings, context: DriverContext): KnownHosts {
  if (settings.knownHosts)
    return new KnownHosts(readOptionFile('knownHosts of the ssh driver', settings.knownHosts, context), settings.knownHosts);
  const path = join(context.env['HOME'] ?? '', '.ssh', 'known_hosts');
  try {
    return new KnownHosts(readFileSync(path, 'utf8'), path);
  } catch {
    return new KnownHosts('', path);
  }
}
