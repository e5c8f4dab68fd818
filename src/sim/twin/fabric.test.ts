import { describe, expect, test } from 'vitest';
import type { Act, FabricFacts, Result } from '../../core/ports.ts';
import { must } from '../../std/assert.ts';
import { sleep, VirtualClock } from '../../std/clock.ts';
import { twinConfig, type TwinConfig } from './config.ts';
import type { FabricSpec } from './fabric-config.ts';
import { createTwin, type Twin } from './twin.ts';

const MINUTE_MS = 60_000;
const SIGNAL = new AbortController().signal;
const NODES = ['n1', 'n2', 'n3', 'n4'];
/** Two units of two nodes, two rails, two spines. */
const LINKS = [
  ...NODES.flatMap((node, index) => [1, 2].map((rail) => `${node}/h${rail}--u${index < 2 ? 1 : 2}r${rail}/${(index % 2) + 1}`)),
  ...['u1r1', 'u1r2', 'u2r1', 'u2r2'].flatMap((leaf, index) => [1, 2].map((spine) => `s${spine}/${index + 1}--${leaf}/${30 + spine}`)),
];
const SWITCHES = [
  ...['u1r1', 'u1r2', 'u2r1', 'u2r2'].map((name) => ({ name, role: 'leaf' })),
  ...['s1', 's2'].map((name) => ({ name, role: 'spine' })),
];
const RELOAD = ['/opt/site/switch-reload', '{node}'];
const BURN = ['/opt/site/switch-burn', '{node}', '{version}'];
const VERSION = ['/opt/site/switch-version', '{node}', 'firmware'];
const LOOK = ['/opt/site/switch-links', '{node}'];

describe('twin: links', () => {
  test('at first all are active, wide and clean, and two subnet managers are there', async () => {
    const t = world();
    const facts = await t.look('n1');
    expect(facts.links.map(({ link, state, errors }) => [link, state, errors])).toEqual([
      ['n1/h1--u1r1/1', 'active', {}],
      ['n1/h2--u1r2/1', 'active', {}],
    ]);
    expect(facts.managers.map(({ name, state }) => [name, state])).toEqual([
      ['sm1', 'master'],
      ['sm2', 'standby'],
    ]);
    const [master, standby] = facts.managers;
    expect(master?.config).toMatch(/^[0-9a-f]{64}$/);
    expect(standby?.config).toBe(master?.config);
    t.hands.configureManager('sm2', 'another routing engine');
    expect((await t.look('n1')).managers[1]?.config).not.toBe(master?.config);
    expect((await t.look('s1')).links).toHaveLength(4);
    expect((await t.look('n1/h1--u1r1/1')).links).toHaveLength(1);
    expect(await t.clock.run(t.driver.observe(['n9'], SIGNAL))).toMatchObject([{ facts: null, why: expect.stringContaining('n9') }]);
  });

  test('a node that reboots: its links go, come as initialize, and are active a moment later; errors of it are counted', async () => {
    const t = world({ activeAfterMs: 60_000 });
    t.twin.rebootBySomebodyElse('n1');
    await t.pass(5_000);
    expect(await t.look('n1')).toMatchObject({ present: false, lid: null, links: [] });
    expect((await t.look('u1r1')).links.map(({ link }) => link)).not.toContain('n1/h1--u1r1/1');
    const seen = new Set<string>();
    for (let i = 0; i < 240 && !seen.has('active'); i++) {
      await t.pass(5_000);
      for (const { state } of (await t.look('n1')).links) seen.add(state);
    }
    expect([...seen]).toEqual(['initialize', 'active']);
    expect((await t.look('n1')).links[0]?.errors).toEqual({ LinkDownedCounter: 1 });
    expect(t.felt('link-down').map(({ link }) => link)).toEqual(['n1/h1--u1r1/1', 'n1/h2--u1r2/1']);
    expect(t.felt('link-up')).toHaveLength(2);
  });

  for (const [fault, shows, mends, helpsNot] of [
    ['staysDown', [], 'reseat', 'clean'],
    ['staysInitialize', ['initialize'], 'reset', 'clean'],
    ['degraded', ['active'], 'clean', 'reseat'],
    ['errors', ['active'], 'swap', 'reset'],
    ['flaps', null, 'reseat', 'clean'],
  ] as const) {
    test(`${fault}: it shows, ${helpsNot} does not help, ${mends} does`, async () => {
      const link = 'n1/h1--u1r1/1';
      const t = world({ linkFaults: { [fault]: { links: [link] } } });
      await t.pass(5 * MINUTE_MS);
      const bad = await t.look(link);
      if (shows) expect(bad.links.map(({ state }) => state)).toEqual(shows);
      const before = bad.links[0];
      if (fault === 'degraded') expect(before?.width).toBe('1X');
      if (fault === 'errors') expect(before?.errors['SymbolErrorCounter']).toBe(300);
      if (fault === 'flaps') expect(t.felt('link-down').length).toBeGreaterThan(5);
      expect(t.hands.repair(link, helpsNot)).toBe(false);
      expect(t.hands.repair(link, mends)).toBe(true);
      await t.pass(MINUTE_MS);
      const [mended] = (await t.look(link)).links;
      expect(mended).toMatchObject({ state: 'active', width: '4X' });
      const flapsThen = t.felt('link-down').length;
      await t.pass(10 * MINUTE_MS);
      expect((await t.look(link)).links).toEqual([mended]);
      expect(t.felt('link-down')).toHaveLength(flapsThen);
    });
  }

  test('without a subnet manager a link stays in initialize, until one takes over', async () => {
    const t = world({ takeoverMs: 10_000 });
    await t.act({ role: 'fabric', do: 'sm-stop' }, 'sm2');
    await t.act({ role: 'fabric', do: 'sm-stop' }, 'sm1');
    t.hands.unlink('n1/h1--u1r1/1');
    t.hands.relink('n1/h1--u1r1/1');
    await t.pass(MINUTE_MS);
    expect((await t.look('n1/h1--u1r1/1')).links[0]?.state).toBe('initialize');
    expect((await t.clock.run(t.driver.diagnose([], SIGNAL))).map(({ rule }) => rule)).toEqual(['subnet-manager']);
    await t.act({ role: 'fabric', do: 'sm-start' }, 'sm2');
    await t.pass(MINUTE_MS);
    const { links, managers } = await t.look('n1/h1--u1r1/1');
    expect(links[0]?.state).toBe('active');
    expect(managers.map(({ name, state }) => [name, state])).toEqual([['sm2', 'master']]);
    await t.act({ role: 'fabric', do: 'sm-start' }, 'sm1');
    await t.pass(MINUTE_MS);
    expect((await t.look('s1')).managers.map(({ state }) => state)).toEqual(['master', 'standby']);
    expect(await t.act({ role: 'fabric', do: 'sm-stop' }, 'sm9')).toMatchObject({ outcome: 'refused' });
  });
});

describe('twin: switches', () => {
  test('burn, reload, read: it goes away with all behind it, comes back with the new version, and what RUNS is read', async () => {
    const t = world();
    expect((await t.run('u1r1', VERSION)).evidence['stdout']).toBe('31.2008');
    await t.run('u1r1', BURN, '31.2012');
    expect((await t.run('u1r1', VERSION)).evidence['stdout']).toBe('31.2008');
    const reload = t.start('u1r1', RELOAD);
    await t.pass(MINUTE_MS);
    expect(await t.look('u1r1')).toMatchObject({ present: false, links: [] });
    expect((await t.look('n1')).links.map(({ link }) => link)).toEqual(['n1/h2--u1r2/1']);
    expect((await t.run('u1r1', VERSION)).evidence['exit']).toBe(255);
    expect(await t.clock.run(reload)).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect((await t.run('u1r1', VERSION)).evidence['stdout']).toBe('31.2012');
    await t.pass(MINUTE_MS);
    expect((await t.look('u1r1')).links.map(({ state }) => state)).toEqual(['active', 'active', 'active', 'active']);
    expect((await t.run('u1r1', LOOK)).evidence['exit']).toBe(0);
    expect(t.felt('switch-run').map(({ name, work }) => [name, work])).toEqual([
      ['apply', 0],
      ['reload', 0],
    ]);
    expect(t.felt('switch-up')).toMatchObject([{ node: 'u1r1', version: '31.2012' }]);
    expect(t.hands.versionsOf('u1r1')).toEqual({ 'switch-firmware': '31.2012' });
  });

  test('once: the same key reloads once, however often it is asked for', async () => {
    const t = world();
    const both = [t.start('u1r1', RELOAD, 'same'), t.start('u1r1', RELOAD, 'same')];
    const [first, second] = await t.clock.run(Promise.all(both));
    expect(second).toEqual(first);
    expect(await t.clock.run(t.start('u1r1', RELOAD, 'same'))).toEqual(first);
    expect(t.felt('switch-down')).toHaveLength(1);
  });

  test('jobs behind a leaf are lost, those elsewhere go on; behind a spine only where no other way is left', async () => {
    const t = world();
    const lost = t.twin.submitJob({ nodes: ['n1', 'n2'], durationMs: 600 * MINUTE_MS, handlesSignal: true });
    const kept = t.twin.submitJob({ nodes: ['n3', 'n4'], durationMs: 600 * MINUTE_MS, handlesSignal: true });
    t.hands.reloadBySomebodyElse('s1');
    expect(t.felt('job-lost')).toEqual([]);
    t.hands.reloadBySomebodyElse('u1r1');
    expect(t.felt('job-lost')).toMatchObject([{ job: Number(lost), nodes: ['n1', 'n2'], by: 'u1r1' }]);
    expect(t.felt('switch-down').map(({ node, work, actor }) => [node, work, actor])).toEqual([
      ['s1', 2, 'foreign'],
      ['u1r1', 1, 'foreign'],
    ]);
    expect(t.twin.jobState(kept)).toBe('running');
    await t.pass(60 * MINUTE_MS);
    expect(t.twin.jobState(lost)).toBe('running');
    const wide = t.twin.submitJob({ nodes: 2, durationMs: MINUTE_MS, handlesSignal: true });
    t.twin.endJob(wide);
    t.twin.endJob(lost);
    t.twin.endJob(kept);
    await t.pass(60 * MINUTE_MS);
    t.twin.submitJob({ nodes: NODES, durationMs: 600 * MINUTE_MS, handlesSignal: true });
    t.hands.reloadBySomebodyElse('s1');
    expect(t.felt('job-lost')).toHaveLength(1);
    t.hands.reloadBySomebodyElse('s2');
    expect(t.felt('job-lost')).toHaveLength(2);
  });

  test('disturbs: links that do not come back are drawn, the same ones again for the same seed, and a reseat mends them', async () => {
    const down = async (seed: number): Promise<string[]> => {
      const t = world({ disturbs: 0.4 }, { seed });
      for (const { name } of SWITCHES) await t.run(name, RELOAD);
      await t.pass(MINUTE_MS);
      const missing = [];
      for (const link of LINKS) if (!(await t.look(link)).present) missing.push(link);
      for (const link of missing) t.hands.repair(link, 'reseat');
      await t.pass(MINUTE_MS);
      for (const link of missing) expect((await t.look(link)).present).toBe(true);
      return missing;
    };
    const [first, again, other] = [await down(1), await down(1), await down(2)];
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(LINKS.length);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('a switch that never comes back, one that keeps its version, one that takes none; repaired, they do', async () => {
    const t = world({ switchFaults: { neverBack: { nodes: ['s1'] }, oldVersion: { nodes: ['s2'] }, applyFails: { nodes: ['u1r1'] } } });
    for (const name of ['s1', 's2', 'u1r1']) expect((await t.run(name, BURN, '2')).evidence['exit']).toBe(name === 'u1r1' ? 1 : 0);
    expect((await t.run('s1', RELOAD)).evidence['exit']).toBe(1);
    expect((await t.run('s2', RELOAD)).evidence['exit']).toBe(0);
    expect(t.hands.versionsOf('s2')).toEqual({ 'switch-firmware': '31.2008' });
    await t.pass(120 * MINUTE_MS);
    expect((await t.look('s1')).present).toBe(false);
    t.hands.repairSwitch('s1');
    expect((await t.look('s1')).present).toBe(true);
    expect(t.hands.versionsOf('s1')).toEqual({ 'switch-firmware': '2' });
  });

  test('a subnet manager on a switch goes with it', async () => {
    const t = world({
      managers: [
        { name: 'sm1', on: 's1', priority: 2 },
        { name: 'sm2', on: 'n4', priority: 1 },
      ],
    });
    await t.clock.run(Promise.race([t.start('s1', RELOAD), sleep(t.clock, MINUTE_MS)]));
    expect((await t.look('s2')).managers.map(({ name, state }) => [name, state])).toEqual([['sm2', 'master']]);
    await t.pass(60 * MINUTE_MS);
    expect((await t.look('s2')).managers.map(({ state }) => state)).toEqual(['master', 'standby']);
  });
});

describe('twin: fabric', () => {
  test('a snapshot in the middle of a reload goes on in a new twin', async () => {
    const t = world({ linkFaults: { errors: { links: ['n3/h1--u2r1/1'] } } });
    t.hands.unlink('n4/h1--u2r1/2');
    await t.run('u1r1', BURN, '2');
    void t.start('u1r1', RELOAD, 'cut off');
    await t.pass(MINUTE_MS);
    const later = world({}, {}, t.clock.now());
    later.twin.restore(JSON.parse(JSON.stringify(t.twin.snapshot())));
    expect((await later.look('u1r1')).present).toBe(false);
    expect((await later.look('n4')).links).toHaveLength(1);
    expect(await later.clock.run(later.start('u1r1', RELOAD, 'cut off'))).toMatchObject({ evidence: { exit: 0 } });
    expect(later.hands.versionsOf('u1r1')).toEqual({ 'switch-firmware': '2' });
    expect(later.felt('switch-down')).toEqual([]);
    expect((await later.look('n3/h1--u2r1/1')).links[0]?.errors['SymbolErrorCounter']).toBeGreaterThan(60);
  });

  test('a sweep without an answer: no facts, and it says so', async () => {
    const t = world();
    t.hands.answers(false);
    expect(await t.clock.run(t.driver.observe(['n1', 's1'], SIGNAL))).toMatchObject([{ facts: null }, { facts: null }]);
    expect(t.driver.waitingFor()).toHaveLength(1);
  });

  test('a twin without a fabric has no driver for one', () => {
    expect(createTwin(twinConfig(NODES), new VirtualClock())).toMatchObject({ fabric: null, hands: null });
  });
});

class Hands {
  readonly twin: Twin;
  readonly clock: VirtualClock;
  #keys = 0;

  constructor(twin: Twin, clock: VirtualClock) {
    this.twin = twin;
    this.clock = clock;
  }

  get driver() {
    return must(this.twin.fabric, 'a fabric');
  }

  get hands() {
    return must(this.twin.hands, 'hands in the fabric');
  }

  felt(what: string) {
    return this.twin.felt.filter((event) => event.what === what);
  }

  async look(target: string): Promise<FabricFacts> {
    const [seen] = await this.clock.run(this.driver.observe([target], SIGNAL));
    if (seen?.facts?.role !== 'fabric') throw new Error(`no facts of ${target}: ${seen?.why}`);
    return seen.facts;
  }

  async act(act: Extract<Act, { role: 'fabric' }>, target: string, key = `key ${this.#keys++}`): Promise<Result> {
    const [result] = await this.clock.run(this.driver.act({ act, targets: [target], key, deadline: Infinity }, SIGNAL));
    return must(result, 'a result');
  }

  run(target: string, argv: readonly string[], version: string | null = null): Promise<Result> {
    return this.act({ role: 'fabric', do: 'run', argv, version, previous: {}, once: true }, target);
  }

  async start(target: string, argv: readonly string[], key = `key ${this.#keys++}`): Promise<Result> {
    const act = { role: 'fabric', do: 'run', argv, version: null, previous: {}, once: true } as const;
    const [result] = await this.driver.act({ act, targets: [target], key, deadline: Infinity }, SIGNAL);
    return must(result, 'a result');
  }

  async pass(ms: number): Promise<void> {
    await this.clock.run(sleep(this.clock, ms));
  }
}

function world(fabric: Partial<FabricSpec> = {}, overrides: Partial<TwinConfig> = {}, startMs = 1_000_000): Hands {
  const clock = new VirtualClock(startMs);
  const spec = { switches: SWITCHES, links: LINKS, ...fabric };
  return new Hands(createTwin(twinConfig(NODES, { ...overrides, fabric: spec }), clock), clock);
}
