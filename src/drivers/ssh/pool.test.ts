import { describe, expect, test } from 'vitest';
import { SshConnectError } from './failure.ts';
import { JumpHost } from './jump.ts';
import { ConnectionPool, type Pooled } from './pool.ts';

const live = new AbortController().signal;

class Fake implements Pooled {
  readonly node: string;
  ended = false;
  readonly #listeners: (() => void)[] = [];
  constructor(node: string) {
    this.node = node;
  }
  end(): void {
    this.ended = true;
    for (const listener of this.#listeners) listener();
  }
  destroy(): void {
    this.end();
  }
  onClose(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }
}

function fakes(max: number): { pool: ConnectionPool<Fake>; made: Fake[] } {
  const made: Fake[] = [];
  const pool = new ConnectionPool<Fake>(max, (node) => {
    if (node === 'dead') return Promise.reject(new SshConnectError('silent', 'nobody there'));
    const fake = new Fake(node);
    made.push(fake);
    return Promise.resolve(fake);
  });
  return { pool, made };
}

describe('pool', () => {
  test('one connection a node, kept while there is room', async () => {
    const { pool, made } = fakes(2);
    const [one, same] = await Promise.all([pool.lease('n1', live), pool.lease('n1', live)]);
    expect(one.connection).toBe(same.connection);
    expect(one.shared()).toBe(true);
    one.release();
    same.release();
    expect((await pool.lease('n1', live)).reused).toBe(true);
    expect(made).toHaveLength(1);
  });

  test('full: the least recently used idle one goes', async () => {
    const { pool, made } = fakes(2);
    for (const node of ['n1', 'n2', 'n1', 'n3']) (await pool.lease(node, live)).release();
    expect(made.map((one) => `${one.node} ${one.ended}`)).toEqual(['n1 false', 'n2 true', 'n3 false']);
    expect(pool.open).toBe(2);
  });

  test('full and none idle: nodes wait in order of arrival, those for one node together', async () => {
    const { pool } = fakes(1);
    const held = await pool.lease('n1', live);
    const order: string[] = [];
    const wait = async (node: string): Promise<void> => {
      const lease = await pool.lease(node, live);
      order.push(node);
      await Promise.resolve();
      lease.release();
    };
    const all = Promise.all(['n2', 'n3', 'n2'].map(wait));
    expect(pool.waiting).toBe(2);
    held.release();
    await all;
    expect(order).toEqual(['n2', 'n2', 'n3']);
    expect(pool.open).toBe(1);
  });

  test('a cancelled waiter leaves the queue', async () => {
    const { pool } = fakes(1);
    const held = await pool.lease('n1', live);
    const cancel = new AbortController();
    const waiting = pool.lease('n2', cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'given-up' });
    expect(pool.waiting).toBe(0);
    held.release();
  });

  test('a connection that fails or ends frees its place', async () => {
    const { pool, made } = fakes(1);
    await expect(pool.lease('dead', live)).rejects.toMatchObject({ kind: 'silent' });
    const lease = await pool.lease('n1', live);
    const waiting = pool.lease('n2', live);
    made[0]?.end();
    expect((await waiting).connection.node).toBe('n2');
    lease.release();
    expect(pool.open).toBe(1);
  });

  test('never more than allowed (random leases)', async () => {
    const { pool, made } = fakes(3);
    let most = 0;
    const work = async (index: number): Promise<void> => {
      const lease = await pool.lease(`n${index % 11}`, live);
      most = Math.max(most, made.filter((one) => !one.ended).length);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      lease.release();
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => work((index * 7) % 23)));
    expect(most).toBe(3);
    expect(pool.waiting).toBe(0);
  });
});

describe('jump host', () => {
  test('at most ten channels a connection', async () => {
    let connections = 0;
    const closers: (() => void)[] = [];
    const jump = new JumpHost(() => {
      connections++;
      return Promise.resolve({
        open: true,
        onClose: () => () => undefined,
        forward: () => Promise.resolve({ once: (_: string, closed: () => void) => closers.push(closed) }),
      } as never);
    });
    const place = { host: 'n1', port: 22, names: ['n1'] };
    const open = (count: number): Promise<unknown> => Promise.all(Array.from({ length: count }, () => jump.forward(place, live)));
    await open(10);
    expect(connections).toBe(1);
    await open(11);
    expect(connections).toBe(3);
    for (const close of closers.splice(0, 10)) close();
    await open(10);
    expect(connections).toBe(3);
  });
});
