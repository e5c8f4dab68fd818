// Channels through a jump host: a few connections to it, each with at most ten channels at a time, which a jump host takes far better
// than one login a node.
import type { Duplex } from 'node:stream';
import type { Place } from './addresses.ts';
import type { SshConnection } from './connection.ts';
import { SshConnectError, asConnectError } from './failure.ts';

const CHANNELS_MAX = 10;

interface Trunk {
  readonly opening: Promise<SshConnection>;
  channels: number;
  broken: boolean;
}

export class JumpHost {
  readonly #connect: () => Promise<SshConnection>;
  readonly #trunks = new Set<Trunk>();

  constructor(connect: () => Promise<SshConnection>) {
    this.#connect = connect;
  }

  /** A stream to the place. Rejects with SshConnectError: kind `silent` only when the node itself did not answer. */
  async forward(place: Place, signal: AbortSignal): Promise<Duplex> {
    const trunk = this.#trunk();
    trunk.channels++;
    const leave = (): void => {
      trunk.channels--;
    };
    try {
      const connection = await trunk.opening.catch((error: unknown) => {
        throw new SshConnectError('ours', `jump host: ${asConnectError(error).message}`);
      });
      const channel = await connection.forward(place, signal).catch((error: unknown) => {
        if (connection.open) throw error;
        throw new SshConnectError('ours', 'jump host: the connection to it broke', true);
      });
      channel.once('close', leave);
      return channel;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    const trunks = [...this.#trunks];
    this.#trunks.clear();
    await Promise.all(trunks.map((trunk) => trunk.opening.then((connection) => connection.end(), ignore)));
  }

  #trunk(): Trunk {
    for (const trunk of this.#trunks) {
      if (trunk.channels < CHANNELS_MAX && !trunk.broken) return trunk;
    }
    const trunk: Trunk = { opening: this.#connect(), channels: 0, broken: false };
    const forget = (): void => {
      trunk.broken = true;
      this.#trunks.delete(trunk);
    };
    this.#trunks.add(trunk);
    trunk.opening.then((connection) => connection.onClose(forget), forget);
    return trunk;
  }
}

function ignore(): void {
  // Those who waited for the jump host have its error.
}
