// Keeps one connection a node over its steps and at most so many open: the least recently used idle one is closed when another node
// needs its place, and nodes wait for a place in the order in which they came.
import { SshConnectError, asConnectError } from './failure.ts';
import { orAbort } from './or-abort.ts';

export interface Pooled {
  /** Ends it in good order. */
  end(): void;
  /** Ends it at once: what was not sent yet never will be. */
  destroy(): void;
  onClose(listener: () => void): () => void;
}

export interface Lease<C> {
  readonly connection: C;
  /** It was open before: it may have died unnoticed. */
  readonly reused: boolean;
  /** Somebody else uses it too. */
  shared(): boolean;
  release(): void;
  /** Also closes it. */
  drop(): void;
}

interface Place<C> {
  readonly node: string;
  readonly opening: Promise<C>;
  connection: C | null;
  users: number;
}

interface Waiter<C> {
  grant(place: Place<C>): void;
}

export class ConnectionPool<C extends Pooled> {
  readonly #max: number;
  readonly #connect: (node: string) => Promise<C>;
  readonly #places = new Map<string, Place<C>>();
  /** Least recently used first. */
  readonly #idle = new Map<string, Place<C>>();
  /** By node, in order of arrival. */
  readonly #waiting = new Map<string, Waiter<C>[]>();
  #closed = false;
  #pumping = false;

  constructor(max: number, connect: (node: string) => Promise<C>) {
    this.#max = max;
    this.#connect = connect;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get open(): number {
    return this.#places.size;
  }

  /** Waits for a place and for the login; rejects with SshConnectError. */
  async lease(node: string, signal: AbortSignal): Promise<Lease<C>> {
    if (this.#closed) throw new SshConnectError('given-up', 'the ssh driver is closed');
    if (signal.aborted) throw givenUp();
    const before = this.#places.get(node);
    const place = before ? this.#use(before) : await this.#wait(node, signal);
    const reused = place.connection !== null;
    try {
      const connection = await orAbort(place.opening, signal, givenUp);
      let held = true;
      const release = (): void => {
        if (held) this.#release(place);
        held = false;
      };
      const drop = (): void => {
        this.#forget(place);
        connection.destroy();
        release();
      };
      return { connection, reused, shared: () => place.users > 1, release, drop };
    } catch (error) {
      this.#release(place);
      throw asConnectError(error);
    }
  }

  close(): void {
    this.#closed = true;
    for (const place of this.#places.values()) {
      place.connection?.end();
    }
    this.#places.clear();
    this.#idle.clear();
  }

  #wait(node: string, signal: AbortSignal): Promise<Place<C>> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const rest = (this.#waiting.get(node) ?? []).filter((one) => one !== waiter);
        if (rest.length > 0) this.#waiting.set(node, rest);
        else this.#waiting.delete(node);
        reject(givenUp());
      };
      const waiter: Waiter<C> = {
        grant: (place) => {
          signal.removeEventListener('abort', abort);
          resolve(this.#use(place));
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      const others = this.#waiting.get(node);
      if (others) others.push(waiter);
      else this.#waiting.set(node, [waiter]);
      this.#pump();
    });
  }

  /** Gives free places to those who wait longest; all who wait for the same node share one. */
  #pump(): void {
    // A connection that ends to make room calls back into here.
    if (this.#pumping) return;
    this.#pumping = true;
    for (const [node, waiters] of this.#waiting) {
      if (!this.#places.has(node) && !this.#room()) break;
      this.#waiting.delete(node);
      const place = this.#places.get(node) ?? this.#open(node);
      for (const waiter of waiters) waiter.grant(place);
    }
    this.#pumping = false;
  }

  #room(): boolean {
    if (this.#places.size < this.#max) return true;
    for (const place of this.#idle.values()) {
      this.#forget(place);
      place.connection?.end();
      return true;
    }
    return false;
  }

  #open(node: string): Place<C> {
    const place: Place<C> = { node, opening: this.#connect(node), connection: null, users: 0 };
    this.#places.set(node, place);
    void this.#settle(place);
    return place;
  }

  async #settle(place: Place<C>): Promise<void> {
    const free = (): void => {
      this.#forget(place);
      this.#pump();
    };
    try {
      const connection = await place.opening;
      place.connection = connection;
      connection.onClose(free);
      if (this.#places.get(place.node) !== place) connection.destroy();
    } catch {
      free();
    }
  }

  #use(place: Place<C>): Place<C> {
    place.users++;
    this.#idle.delete(place.node);
    return place;
  }

  #release(place: Place<C>): void {
    place.users--;
    if (place.users === 0 && this.#places.get(place.node) === place) this.#idle.set(place.node, place);
    this.#pump();
  }

  #forget(place: Place<C>): void {
    if (this.#places.get(place.node) !== place) return;
    this.#places.delete(place.node);
    this.#idle.delete(place.node);
  }
}

function givenUp(): SshConnectError {
  return new SshConnectError('given-up', 'given up before a connection was there');
}
