// One suite for every driver with the role "scheduler": what the runner relies on, whoever answers. It sees the outside world
// through `SchedulerWorld` and judges only by what the driver then shows.
import { describe, expect, test as anyTest } from 'vitest';
import type { Act, Driver, SchedulerFacts } from '../../src/core/ports.ts';
import type { Clock } from '../../src/std/clock.ts';
import { expectUnknownHasNoFacts, Hands, openedWorld } from './hands.ts';

export interface SchedulerWorld {
  readonly driver: Driver;
  /** At least five, all idle and in service at first. The last one is left drained by somebody else. */
  readonly nodes: readonly string[];
  readonly clock: Clock;
  foreignDrain(node: string, reason: string): Promise<void>;
  /** Resolves with the job's id once it runs on exactly these nodes. It handles the signal USR1 and may be requeued. */
  startJob(nodes: readonly string[], seconds: number): Promise<string>;
  endJob(id: string): Promise<void>;
  /** Plants a job that wants this node: does it get to start, or does the scheduler say that it must wait? The job is gone afterwards. */
  jobStartsOn(node: string): Promise<boolean>;
  /** Resolves when the node has gone down and come up again; the scheduler may notice later, or not at all. */
  rebootOutOfBand(node: string): Promise<void>;
  stop(): Promise<void>;
}

type SchedulerAct = Extract<Act, { role: 'scheduler' }>;

/** Worlds beside each other, the tests of one world one after the other. */
const test = (title: string, body: () => Promise<void>): void => anyTest(title, { concurrent: false }, body);

const CALL_MS = 90_000;

/** `jobActs` false: the system has no signals and no requeue, and the driver refuses both. */
export function schedulerConformance(name: string, open: () => Promise<SchedulerWorld>, { jobActs = true } = {}): void {
  describe.concurrent(`scheduler: ${name}`, () => {
    const world = openedWorld(open);
    const get = (): SchedulerHands => new SchedulerHands(world());
    looking(get);
    reserving(get);
    draining(get);
    returning(get);
    jobs(get);
    if (jobActs) signals(get);
    calls(get);
    foreignHands(get);
  });
}

class SchedulerHands extends Hands<SchedulerWorld, SchedulerAct, SchedulerFacts> {
  constructor(world: SchedulerWorld) {
    super(world, CALL_MS, (facts) => (facts?.role === 'scheduler' ? facts : null));
  }

  some(count: number): string[] {
    return this.world.nodes.slice(0, count);
  }

  /** What the runner does after a reboot: reserves and drains again whenever the drain is gone. */
  async backUnderDrain(run: string, target: string): Promise<void> {
    await this.until(target, 'answering', (facts) => facts.responding);
    while ((await this.until(target, 'answering', (facts) => facts.responding)).drain?.run !== run) await this.takeOut(run, [target]);
  }

  async takeOut(run: string, targets: readonly string[]): Promise<void> {
    await this.act({ role: 'scheduler', do: 'reserve', run }, targets);
    await this.act({ role: 'scheduler', do: 'drain', run, why: 'conformance' }, targets);
  }

  async giveBack(run: string, targets: readonly string[]): Promise<void> {
    await this.act({ role: 'scheduler', do: 'undrain', run }, targets);
    await this.act({ role: 'scheduler', do: 'unreserve', run }, targets);
    for (const target of targets) await this.until(target, 'in service', (facts) => facts.inService);
  }
}

function looking(get: () => SchedulerHands): void {
  test('observe: idle nodes are in service, undrained, unreserved and without jobs', async () => {
    const hands = get();
    const before = hands.world.clock.now();
    const seen = await hands.world.driver.observe(hands.world.nodes, new AbortController().signal);
    expect(seen.map(({ target }) => target).sort()).toEqual([...hands.world.nodes].sort());
    for (const { facts, at } of seen) {
      expect(facts).toMatchObject({ role: 'scheduler', inService: true, responding: true, drain: null, reservation: null, jobs: [] });
      expect(at).toBeGreaterThanOrEqual(before);
    }
  });

  test('observe: an unknown node has no facts, and says why, while the others have', async () => {
    await expectUnknownHasNoFacts(get().world);
  });
}

function reserving(get: () => SchedulerHands): void {
  const runOf = async (target: string): Promise<string | null> => (await get().facts(target)).reservation?.run ?? null;

  test('reserve: members enter, enter again, and leave one by one, the last included', async () => {
    const hands = get();
    const [a, b, c] = [hands.node(0), hands.node(1), hands.node(2)];
    const reserve = { role: 'scheduler', do: 'reserve', run: 'members' } as const;
    const unreserve = { role: 'scheduler', do: 'unreserve', run: 'members' } as const;
    expect(await hands.outcomes(reserve, [a])).toEqual({ [a]: 'done' });
    expect(await hands.outcomes(reserve, [b, c])).toEqual({ [b]: 'done', [c]: 'done' });
    expect(await hands.outcomes(reserve, [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect([await runOf(a), await runOf(b), await runOf(c)]).toEqual(['members', 'members', 'members']);
    expect((await hands.facts(a)).reservation?.by).toBe('pitstop');
    expect(await hands.outcomes(unreserve, [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect([await runOf(a), await runOf(b), await runOf(c)]).toEqual([null, null, 'members']);
    expect(await hands.outcomes(unreserve, [a, c])).toEqual({ [a]: 'done', [c]: 'done' });
    expect(await runOf(c)).toBeNull();
    expect(await hands.outcomes(unreserve, [c])).toEqual({ [c]: 'done' });
  });

  test('reserve: asked for at the same time by several, nobody is lost', async () => {
    const hands = get();
    const reserve = { role: 'scheduler', do: 'reserve', run: 'crowd' } as const;
    const three = hands.some(3);
    await Promise.all(three.map((node) => hands.act(reserve, [node])));
    for (const node of three) expect(await runOf(node)).toBe('crowd');
    await Promise.all(three.map((node) => hands.act({ role: 'scheduler', do: 'unreserve', run: 'crowd' }, [node])));
    for (const node of three) expect(await runOf(node)).toBeNull();
  });

  test('reserve: a reserved node takes no job, without any drain', async () => {
    const hands = get();
    await hands.act({ role: 'scheduler', do: 'reserve', run: 'shield' }, [hands.node(0)]);
    expect(await hands.world.jobStartsOn(hands.node(0))).toBe(false);
    await hands.act({ role: 'scheduler', do: 'unreserve', run: 'shield' }, [hands.node(0)]);
    expect(await hands.world.jobStartsOn(hands.node(0))).toBe(true);
  });
}

function draining(get: () => SchedulerHands): void {
  test('drain: it is kept as ours, names run and cause, and is harmless when set again', async () => {
    const hands = get();
    const [a, b] = [hands.node(0), hands.node(1)];
    const drain = { role: 'scheduler', do: 'drain', run: 'mine', why: 'new image' } as const;
    expect(await hands.outcomes(drain, [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    expect(await hands.outcomes(drain, [a, b])).toEqual({ [a]: 'done', [b]: 'done' });
    const facts = await hands.facts(a);
    expect(facts).toMatchObject({ inService: false, drain: { by: 'pitstop', run: 'mine' } });
    expect(facts.drain?.reason).toContain('new image');
    expect(await hands.world.jobStartsOn(b)).toBe(false);
    await hands.giveBack('mine', [a, b]);
  });

  test('drain: the drain of another run is neither taken over nor lifted', async () => {
    const hands = get();
    const a = hands.node(0);
    await hands.act({ role: 'scheduler', do: 'drain', run: 'first', why: '' }, [a]);
    expect(await hands.outcomes({ role: 'scheduler', do: 'drain', run: 'second', why: '' }, [a])).toEqual({ [a]: 'refused' });
    expect(await hands.outcomes({ role: 'scheduler', do: 'undrain', run: 'second' }, [a])).toEqual({ [a]: 'refused' });
    expect((await hands.facts(a)).drain?.run).toBe('first');
    await hands.giveBack('first', [a]);
  });

  test('unknown targets: refused, and the known ones beside them are served', async () => {
    const hands = get();
    const a = hands.node(0);
    const wanted = { [a]: 'done', 'no-such-node': 'refused' };
    expect(await hands.outcomes({ role: 'scheduler', do: 'reserve', run: 'some' }, [a, 'no-such-node'])).toEqual(wanted);
    expect(await hands.outcomes({ role: 'scheduler', do: 'drain', run: 'some', why: '' }, ['no-such-node', a])).toEqual(wanted);
    const back = await hands.outcomes({ role: 'scheduler', do: 'undrain', run: 'some' }, [a, 'no-such-node']);
    expect(back['no-such-node']).toBe('refused');
    expect(['done', 'accepted']).toContain(back[a]);
    await hands.giveBack('some', [a]);
  });
}

function returning(get: () => SchedulerHands): void {
  for (const order of [['undrain', 'unreserve'] as const, ['unreserve', 'undrain'] as const]) {
    test(`undrain: returns to service (${order.join(' before ')})`, async () => {
      const hands = get();
      const a = hands.node(0);
      await hands.takeOut('return', [a]);
      expect((await hands.facts(a)).inService).toBe(false);
      for (const act of order) {
        const outcome = (await hands.outcomes({ role: 'scheduler', do: act, run: 'return' }, [a]))[a];
        expect(['done', 'accepted']).toContain(outcome);
      }
      const facts = await hands.until(a, 'in service', (shown) => shown.inService);
      expect(facts).toMatchObject({ drain: null, reservation: null });
      expect(await hands.outcomes({ role: 'scheduler', do: 'undrain', run: 'return' }, [a])).toEqual({ [a]: 'done' });
      expect(await hands.world.jobStartsOn(a)).toBe(true);
    });
  }

  test('reboot out of band: the node comes back, but no work gets on it until it is undrained', async () => {
    const hands = get();
    const a = hands.node(1);
    await hands.takeOut('boot', [a]);
    await hands.world.rebootOutOfBand(a);
    await hands.backUnderDrain('boot', a);
    expect((await hands.facts(a)).inService).toBe(false);
    expect(await hands.world.jobStartsOn(a)).toBe(false);
    await hands.giveBack('boot', [a]);
    expect(await hands.world.jobStartsOn(a)).toBe(true);
  });
}

function jobs(get: () => SchedulerHands): void {
  test('drain: a node that carries a job shows it until the job has ended', async () => {
    const hands = get();
    const [a, b] = [hands.node(0), hands.node(1)];
    const job = await hands.world.startJob([a, b], 600);
    await hands.takeOut('busy', [a, b]);
    const facts = await hands.facts(a);
    expect(facts.drain?.run).toBe('busy');
    expect(facts.jobs.map(({ id }) => id)).toEqual([job]);
    expect(facts.jobs[0]?.batchNode).toBe(a);
    expect((await hands.facts(b)).jobs.map(({ id }) => id)).toEqual([job]);
    await hands.world.endJob(job);
    await hands.until(a, 'cleared', (shown) => shown.jobs.length === 0);
    await hands.until(b, 'cleared', (shown) => shown.jobs.length === 0);
    await hands.giveBack('busy', [a, b]);
  });
}

function signals(get: () => SchedulerHands): void {
  test('signal: a running job is asked, an unknown one refused', async () => {
    const hands = get();
    const a = hands.node(0);
    const job = await hands.world.startJob([a], 600);
    const signal = { role: 'scheduler', do: 'signal', job, signal: 'USR1', to: 'batch' } as const;
    for (const result of [await hands.act(signal, [a], 'same'), await hands.act(signal, [a], 'same')]) {
      expect(['done', 'accepted']).toContain(result[0]?.outcome);
    }
    expect((await hands.facts(a)).jobs.map(({ id }) => id)).toEqual([job]);
    expect(await hands.outcomes({ ...signal, job: '999999' }, [a])).toEqual({ [a]: 'refused' });
    await hands.world.endJob(job);
    await hands.until(a, 'cleared', (shown) => shown.jobs.length === 0);
    expect(await hands.outcomes(signal, [a])).toEqual({ [a]: 'refused' });
  });

  test('requeue: the job leaves a drained node, once for each intent, and a job that is no more is refused', async () => {
    const hands = get();
    const a = hands.node(0);
    const job = await hands.world.startJob([a], 600);
    await hands.takeOut('requeue', [a]);
    const requeue = { role: 'scheduler', do: 'requeue', job, hold: false } as const;
    for (const result of [await hands.act(requeue, [a], 'once'), await hands.act(requeue, [a], 'once')]) {
      expect(['done', 'accepted']).toContain(result[0]?.outcome);
    }
    await hands.until(a, 'cleared', (shown) => shown.jobs.length === 0);
    await hands.world.endJob(job);
    expect(await hands.outcomes(requeue, [a])).toEqual({ [a]: 'refused' });
    expect(await hands.outcomes({ ...requeue, job: '999999' }, [a])).toEqual({ [a]: 'refused' });
    await hands.giveBack('requeue', [a]);
  });
}

function calls(get: () => SchedulerHands): void {
  test('a deadline that has passed: refused, and nothing happened', async () => {
    const hands = get();
    const { driver, clock } = hands.world;
    const target = hands.node(0);
    const act = { role: 'scheduler', do: 'drain', run: 'late', why: '' } as const;
    const request = { act, targets: [target], key: 'late', deadline: clock.now() - 1 };
    const results = await driver.act(request, new AbortController().signal);
    expect(results.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect((await hands.facts(target)).drain).toBeNull();
  });

  test('nobody waits any more: no facts, an unknown result, no exception', async () => {
    const hands = get();
    const { driver, clock } = hands.world;
    const gone = AbortSignal.abort();
    expect((await driver.observe([hands.node(0)], gone)).map(({ facts }) => facts)).toEqual([null]);
    const request = { act: { role: 'scheduler', do: 'unreserve', run: 'gone' } as const, targets: [hands.node(0)], key: 'gone' };
    const results = await driver.act({ ...request, deadline: clock.now() + CALL_MS }, gone);
    expect(results.map(({ outcome }) => outcome)).toEqual(['unknown']);
  });

  test('describe: says what would be done, and does nothing', async () => {
    const hands = get();
    const act = { role: 'scheduler', do: 'drain', run: 'dry', why: 'a look' } as const;
    const words = hands.world.driver.describe({ act, targets: hands.some(2), key: 'dry', deadline: hands.world.clock.now() + CALL_MS });
    expect(words.join('\n')).toMatch(/drain/);
    expect((await hands.facts(hands.node(0))).drain).toBeNull();
  });

  test('diagnose: a healthy scheduler gives no error, an unknown node is named', async () => {
    const hands = get();
    const { driver } = hands.world;
    const { signal } = new AbortController();
    expect((await driver.diagnose(hands.some(2), signal)).filter(({ severity }) => severity === 'error')).toEqual([]);
    const errors = (await driver.diagnose([hands.node(0), 'no-such-node'], signal)).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ target }) => target)).toEqual(['no-such-node']);
  });
}

/** Last, because the node stays drained. */
function foreignHands(get: () => SchedulerHands): void {
  test('a foreign drain: never overwritten, never lifted, while its neighbour in the same call is drained', async () => {
    const hands = get();
    const [ours, theirs] = [hands.node(0), hands.node(-1)];
    await hands.world.foreignDrain(theirs, 'bad DIMM, see ticket 4711');
    expect((await hands.facts(theirs)).drain).toMatchObject({ by: 'foreign', run: null, reason: 'bad DIMM, see ticket 4711' });
    const results = await hands.act({ role: 'scheduler', do: 'drain', run: 'polite', why: '' }, [theirs, ours]);
    const byTarget = new Map(results.map((result) => [result.target, result]));
    expect(byTarget.get(ours)?.outcome).toBe('done');
    expect(byTarget.get(theirs)?.outcome).toBe('refused');
    expect(JSON.stringify(byTarget.get(theirs)?.evidence)).toContain('ticket 4711');
    expect(await hands.outcomes({ role: 'scheduler', do: 'undrain', run: 'polite' }, [theirs])).toEqual({ [theirs]: 'refused' });
    await hands.act({ role: 'scheduler', do: 'reserve', run: 'polite' }, [ours]);
    await hands.giveBack('polite', [ours]);
    expect((await hands.facts(theirs)).drain).toMatchObject({ by: 'foreign', reason: 'bad DIMM, see ticket 4711' });
  });
}
