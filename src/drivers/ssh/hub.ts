// Says scripts to nodes over the pooled connections, and knows whom it waits for.
import type { ClientChannel, SFTPWrapper } from 'ssh2';
import type { Clock } from '../../std/clock.ts';
import type { DriverContext } from '../shared/context.ts';
import { limitTime } from '../shared/limit.ts';
import { msOf } from '../shared/options.ts';
import { fewOf, Pending } from '../shared/pending.ts';
import { openConnector, type Connector } from './connector.ts';
import type { SshConnection } from './connection.ts';
import { SshConnectError, asConnectError } from './failure.ts';
import type { SshSettings } from './options.ts';
import { ConnectionPool, type Lease } from './pool.ts';
import { endScript } from './scripts.ts';
import { hangUp, talk, type Talk } from './talk.ts';

const HANG_UP_MS = 2_000;
/** A connection that was open before may be dead; then a fresh one is tried, and this many in all. */
const CONNECTIONS_TRIED_MAX = 3;

export class SshHub {
  readonly #clock: Clock;
  readonly #connectMs: number;
  readonly #max: number;
  readonly #connector: Connector;
  readonly #pool: ConnectionPool<SshConnection>;
  readonly #pending: Pending;

  constructor(settings: SshSettings, context: DriverContext) {
    this.#clock = context.clock;
    this.#max = settings.connections;
    this.#connectMs = msOf(settings.connectTimeout);
    this.#pending = new Pending(context.clock);
    this.#connector = openConnector(settings, context);
    this.#pool = new ConnectionPool(settings.connections, (node) => this.#pending.during(node, this.#connector.connect(node)));
  }

  /**
   * Rejects with SshConnectError when the script was certainly not sent; resolves in every other case. The script is not sent any more
   * once the signal has ended. `began` is called right before it is sent. With `answerMs` the node must have answered by then.
   */
  async speak(node: string, script: string, signal: AbortSignal, answerMs: number | null, began: () => void): Promise<Talk> {
    const { lease, session } = await this.#session(node, signal, (connection, limit) => connection.shell(limit));
    began();
    if (answerMs === null) return this.#converse(lease, session, script, signal);
    const limit = limitTime(this.#clock, answerMs, signal);
    try {
      return await this.#pending.during(node, this.#converse(lease, session, script, limit.signal));
    } finally {
      limit.clear();
    }
  }

  /** Runs `use` with an sftp session. Rejects with SshConnectError when there was none, and with whatever `use` throws. */
  async transfer<T>(node: string, signal: AbortSignal, use: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    const { lease, session } = await this.#session(node, signal, (connection, limit) => connection.sftp(limit));
    try {
      return await use(session);
    } finally {
      session.end();
      lease.release();
    }
  }

  waitingFor(): string[] {
    const slow = this.#pending.slow().map(({ what }) => what);
    const lines = this.#pool.waiting > 0 ? [`ssh: ${this.#pool.waiting} nodes wait for one of ${this.#max} connections`] : [];
    return slow.length > 0 ? [...lines, `ssh: ${fewOf(slow)} slow to answer`] : lines;
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#connector.close();
  }

  async #session<T extends ClientChannel | SFTPWrapper>(
    node: string,
    signal: AbortSignal,
    open: (connection: SshConnection, limit: AbortSignal) => Promise<T>,
  ): Promise<{ lease: Lease<SshConnection>; session: T }> {
    for (let tries = 1; ; tries++) {
      const lease = await this.#pool.lease(node, signal);
      const limit = limitTime(this.#clock, this.#connectMs, signal);
      try {
        const session = await this.#pending.during(node, open(lease.connection, limit.signal));
        if (!signal.aborted) return { lease, session };
        session.end();
        throw new SshConnectError('given-up', 'given up before it was sent');
      } catch (error) {
        const gone = !lease.connection.open || (limit.expired() && !lease.shared());
        if (gone) lease.drop();
        else lease.release();
        if (signal.aborted) throw new SshConnectError('given-up', 'given up before it was sent');
        // Nothing was sent yet, so a connection that had died in its sleep is replaced.
        if (!gone || !lease.reused || tries === CONNECTIONS_TRIED_MAX) throw asConnectError(error);
      } finally {
        limit.clear();
      }
    }
  }

  /** Gives the connection back; one on which even the end of the talk got no answer is closed, unless others talk on it. */
  async #converse(lease: Lease<SshConnection>, channel: ClientChannel, script: string, signal: AbortSignal): Promise<Talk> {
    const talked = await talk(lease.connection, channel, script, this.#clock, signal);
    if (talked.end !== 'limit') {
      lease.release();
      return talked;
    }
    void this.#putBack(lease, channel, talked.pid);
    return talked;
  }

  /** Ends what was left running. sshd's own signals do not do: it refuses them where root logs in. */
  async #putBack(lease: Lease<SshConnection>, channel: ClientChannel, pid: string | null): Promise<void> {
    const { connection } = lease;
    const limit = limitTime(this.#clock, HANG_UP_MS, new AbortController().signal);
    try {
      if (pid !== null) await talk(connection, await connection.shell(limit.signal), endScript(pid), this.#clock, limit.signal);
    } catch {
      // Then nobody can; the end of the channel shows whether the connection still lives.
    } finally {
      limit.clear();
    }
    const hungUp = await hangUp(connection, channel, this.#clock);
    if (hungUp || lease.shared()) lease.release();
    else lease.drop();
  }
}
