// One suite for every driver with the role "allocator": what the runner relies on, whoever answers. It sees the outside world through
// `AllocatorWorld` and judges only by what the driver then shows.
import { describe, expect, test as anyTest } from 'vitest';
import type { Act, AllocatorFacts, Driver } from '../../src/core/ports.ts';
import type { Clock } from '../../src/std/clock.ts';
import { expectUnknownHasNoFacts, Hands, openedWorld } from './hands.ts';

export interface AllocatorWorld {
  readonly driver: Driver;
  /** At least four, all open and empty at first. The last one is left held by somebody else. */
  readonly nodes: readonly string[];
  readonly clock: Clock;
  /** Somebody wants to place something there: does the allocator do so? */
  place(node: string, id: string, owner: string): Promise<boolean>;
  evict(node: string, id: string): Promise<void>;
  foreignHold(node: string, reason: string): Promise<void>;
  /** Somebody begins to occupy it, or, with null, ends it. */
  session(node: string, whose: string | null): Promise<void>;
  customerRelease(nodes: readonly string[], by: string): Promise<void>;
  /** The customer has them back. */
  customerTake(nodes: readonly string[], by: string): Promise<void>;
  stop(): Promise<void>;
}

type AllocatorAct = Extract<Act, { role: 'allocator' }>;

const CALL_MS = 60_000;

/** Worlds beside each other, the tests of one world one after the other. */
const test = (title: string, body: () => Promise<void>): void => anyTest(title, { concurrent: false }, body);

export function allocatorConformance(name: string, open: () => Promise<AllocatorWorld>): void {
  describe.concurrent(`allocator: ${name}`, () => {
    const world = openedWorld(open);
    const get = (): AllocatorHands => new AllocatorHands(world());
    looking(get);
    holding(get);
    occupied(get);
    calls(get);
    foreignHands(get);
  });
}

class AllocatorHands extends Hands<AllocatorWorld, AllocatorAct, AllocatorFacts> {
  constructor(world: AllocatorWorld) {
    super(world, CALL_MS, (facts) => (facts?.role === 'allocator' ? facts : null));
  }

  async giveBack(run: string, targets: readonly string[]): Promise<void> {
    await this.act(release(run), targets);
    for (const target of targets) await this.until(target, 'open', ({ open }) => open);
  }
}

function looking(get: () => AllocatorHands): void {
  test('observe: at first all are open, unheld, empty, unoccupied and not handed over', async () => {
    const { world } = get();
    const before = world.clock.now();
    const seen = await world.driver.observe(world.nodes, new AbortController().signal);
    expect(seen.map(({ target }) => target).sort()).toEqual([...world.nodes].sort());
    for (const { facts, at } of seen) {
      expect(facts).toEqual({ role: 'allocator', open: true, hold: null, placements: [], session: null, released: null });
      expect(at).toBeGreaterThanOrEqual(before);
    }
  });

  test('observe: an unknown node has no facts, and says why, while the others have', async () => {
    await expectUnknownHasNoFacts(get().world);
  });
}

function holding(get: () => AllocatorHands): void {
  test('hold: ours, with run and cause, harmless when set again; nothing new is placed, what is there stays', async () => {
    const hands = get();
    const [a, b] = [hands.node(0), hands.node(1)];
    expect(await hands.world.place(a, 'vm-1', 'ada')).toBe(true);
    expect(await hands.outcomes(hold('mine'), [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect(await hands.outcomes(hold('mine'), [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    const facts = await hands.facts(a);
    expect(facts).toMatchObject({ open: false, hold: { by: 'pitstop', run: 'mine' }, placements: [{ id: 'vm-1', owner: 'ada' }] });
    expect(facts.hold?.reason).toContain('conformance');
    expect(await hands.world.place(b, 'vm-2', 'ada')).toBe(false);
    await hands.world.evict(a, 'vm-1');
    await hands.until(a, 'empty', ({ placements }) => placements.length === 0);
    expect(await hands.outcomes(release('mine'), [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect(await hands.facts(a)).toMatchObject({ open: true, hold: null });
    expect(await hands.world.place(b, 'vm-3', 'ada')).toBe(true);
    await hands.world.evict(b, 'vm-3');
  });

  test('release: of what is not held, done; and again, done', async () => {
    const hands = get();
    const a = hands.node(0);
    expect(await hands.outcomes(release('none'), [a])).toEqual({ [a]: 'done' });
    await hands.act(hold('none'), [a]);
    expect(await hands.outcomes(release('none'), [a])).toEqual({ [a]: 'done' });
    expect(await hands.outcomes(release('none'), [a])).toEqual({ [a]: 'done' });
  });

  test('the hold of another run is neither taken over nor lifted', async () => {
    const hands = get();
    const a = hands.node(0);
    await hands.act(hold('first'), [a]);
    expect(await hands.outcomes(hold('second'), [a])).toEqual({ [a]: 'refused' });
    expect(await hands.outcomes(release('second'), [a])).toEqual({ [a]: 'refused' });
    expect((await hands.facts(a)).hold?.run).toBe('first');
    await hands.giveBack('first', [a]);
  });

  test('unknown targets: refused, and the known ones beside them are served', async () => {
    const hands = get();
    const a = hands.node(0);
    expect(await hands.outcomes(hold('some'), ['no-such-node', a])).toEqual({ [a]: 'done', 'no-such-node': 'refused' });
    expect(await hands.outcomes(release('some'), [a, 'no-such-node'])).toEqual({ [a]: 'done', 'no-such-node': 'refused' });
  });

  test('asked for at the same time by several, nobody is lost', async () => {
    const hands = get();
    const three = hands.world.nodes.slice(0, 3);
    await Promise.all(three.map((node) => hands.act(hold('crowd'), [node])));
    for (const node of three) expect((await hands.facts(node)).hold?.run).toBe('crowd');
    await Promise.all(three.map((node) => hands.act(release('crowd'), [node])));
    for (const node of three) expect((await hands.facts(node)).hold).toBeNull();
  });

  test('two runs ask for the same node at the same time: one has it, the other is refused', async () => {
    const hands = get();
    const a = hands.node(0);
    const both = await Promise.all([hands.outcomes(hold('left'), [a]), hands.outcomes(hold('right'), [a])]);
    expect(both.map((outcomes) => outcomes[a] ?? '').sort()).toEqual(['done', 'refused']);
    const run = both[0]?.[a] === 'done' ? 'left' : 'right';
    expect((await hands.facts(a)).hold?.run).toBe(run);
    await hands.giveBack(run, [a]);
  });
}

function occupied(get: () => AllocatorHands): void {
  test('session: whose it is and since when, under our hold too, until it ends', async () => {
    const hands = get();
    const a = hands.node(1);
    const before = hands.world.clock.now();
    await hands.world.session(a, 'grace');
    const { session } = await hands.until(a, 'in session', (facts) => facts.session !== null);
    expect(session?.whose).toBe('grace');
    if (session?.since !== null) expect(session?.since).toBeGreaterThanOrEqual(before - 1_000);
    await hands.act(hold('visit'), [a]);
    expect((await hands.facts(a)).session?.whose).toBe('grace');
    await hands.world.session(a, null);
    await hands.until(a, 'free', (facts) => facts.session === null);
    await hands.giveBack('visit', [a]);
  });

  test('the customer hands over: by whom and when; our hold comes and goes under it', async () => {
    const hands = get();
    const [a, b] = [hands.node(0), hands.node(1)];
    const before = hands.world.clock.now();
    await hands.world.customerRelease([a, b], 'aurora');
    const { released } = await hands.until(a, 'handed over', (facts) => facts.released !== null);
    expect(released?.by).toBe('aurora');
    expect(released?.at).toBeGreaterThanOrEqual(before - 1_000);
    expect(await hands.outcomes(hold('handed'), [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect(await hands.outcomes(release('handed'), [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect((await hands.facts(b)).released?.by).toBe('aurora');
    await hands.world.customerTake([a, b], 'aurora');
    expect(await hands.until(a, 'back with the customer', (facts) => facts.released === null)).toMatchObject({ open: true, hold: null });
  });
}

function calls(get: () => AllocatorHands): void {
  const late = { role: 'allocator', do: 'hold', run: 'late', why: 'a look' } as const;

  test('a deadline that has passed: refused, and nothing happened', async () => {
    const hands = get();
    const { driver, clock } = hands.world;
    const request = { act: late, targets: [hands.node(0)], key: 'late', deadline: clock.now() - 1 };
    expect((await driver.act(request, new AbortController().signal)).map(({ outcome }) => outcome)).toEqual(['refused']);
    expect((await hands.facts(hands.node(0))).hold).toBeNull();
  });

  test('nobody waits any more: no facts, nothing is claimed, no exception', async () => {
    const hands = get();
    const { driver, clock } = hands.world;
    const gone = AbortSignal.abort();
    expect((await driver.observe([hands.node(0)], gone)).map(({ facts }) => facts)).toEqual([null]);
    const results = await driver.act({ act: late, targets: [hands.node(0)], key: 'gone', deadline: clock.now() + CALL_MS }, gone);
    expect(results).toHaveLength(1);
    for (const { outcome } of results) expect(['refused', 'unknown']).toContain(outcome);
    expect((await hands.facts(hands.node(0))).hold).toBeNull();
  });

  test('describe: says what would be done, and does nothing', async () => {
    const hands = get();
    const { driver, clock } = hands.world;
    const words = driver.describe({ act: late, targets: [hands.node(0)], key: 'dry', deadline: clock.now() + CALL_MS });
    expect(words.join('\n')).toMatch(/hold/);
    expect((await hands.facts(hands.node(0))).hold).toBeNull();
  });

  test('diagnose: a healthy allocator gives no error, an unknown node is named', async () => {
    const hands = get();
    const { driver, nodes } = hands.world;
    const { signal } = new AbortController();
    expect((await driver.diagnose(nodes, signal)).filter(({ severity }) => severity === 'error')).toEqual([]);
    const errors = (await driver.diagnose([hands.node(0), 'no-such-node'], signal)).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ target }) => target)).toEqual(['no-such-node']);
  });
}

/** Last, because the node stays held. */
function foreignHands(get: () => AllocatorHands): void {
  test('a foreign hold: never overwritten, never lifted, while its neighbour in the same call is held', async () => {
    const hands = get();
    const [ours, theirs] = [hands.node(0), hands.node(-1)];
    await hands.world.foreignHold(theirs, 'network audit, ticket 4711');
    const before = (await hands.until(theirs, 'held', ({ hold }) => hold !== null)).hold;
    expect(before).toMatchObject({ by: 'foreign', run: null });
    expect(before?.reason).toContain('ticket 4711');
    const results = await hands.act(hold('polite'), [theirs, ours]);
    const byTarget = new Map(results.map((result) => [result.target, result]));
    expect(byTarget.get(ours)?.outcome).toBe('done');
    expect(byTarget.get(theirs)?.outcome).toBe('refused');
    expect(JSON.stringify(byTarget.get(theirs)?.evidence)).toContain('ticket 4711');
    expect(await hands.outcomes(release('polite'), [theirs, ours])).toEqual({ [theirs]: 'refused', [ours]: 'done' });
    expect((await hands.facts(theirs)).hold).toEqual(before);
  });

  test('in the end it waits for nothing', async () => {
    expect(get().world.driver.waitingFor()).toEqual([]);
  });
}

function hold(run: string): AllocatorAct {
  return { role: 'allocator', do: 'hold', run, why: 'conformance' };
}

function release(run: string): AllocatorAct {
  return { role: 'allocator', do: 'release', run, why: 'conformance' };
}
