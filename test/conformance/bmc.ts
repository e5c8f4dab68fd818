// One suite for every driver with the role "bmc": what the runner relies on, whoever answers. It sees the outside world through
// `BmcWorld` and judges by what the driver then shows and by what the world itself says of a host's power.
import { describe, expect, test } from 'vitest';
import type { Act, BmcFacts, Driver, Result } from '../../src/core/ports.ts';
import { sleep, type Clock } from '../../src/std/clock.ts';
import { actOn, eventually, expectNothingClaimed, expectUnknownHasNoFacts, live, only, openedWorld } from './hands.ts';

export interface BmcWorld {
  readonly driver: Driver;
  /** At least two, all with power and not busy at first. */
  readonly nodes: readonly string[];
  readonly clock: Clock;
  /** Past the driver: whether the host has power. */
  readonly hasPower: (node: string) => Promise<boolean>;
  /** Past the driver: how often the host was given power since the world began; a power cycle is one more. */
  readonly starts: (node: string) => Promise<number>;
  /** The BMC no longer answers, and does again. null: this world has no such fault. */
  readonly mute: { readonly begin: (node: string) => Promise<void>; readonly end: (node: string) => Promise<void> } | null;
  /** ac-cycle works; else it is refused with a reason. */
  readonly canAcCycle: boolean;
  /** What an update brings, on each node once; null: updates are refused with a reason. */
  readonly update: { readonly image: string; readonly component: string; readonly version: string } | null;
  readonly stop: () => Promise<void>;
}

type BmcAct = Extract<Act, { role: 'bmc' }>;

const CALL_MS = 60_000;
const WAIT_MS = 120_000;
const PATIENCE = { waitMs: WAIT_MS, everyMs: 100 };
const GOING_MS = 5_000;

export function bmcConformance(name: string, open: () => Promise<BmcWorld>): void {
  describe(`bmc: ${name}`, () => {
    const world = openedWorld(open);
    looks(world);
    power(world);
    updates(world);
    calls(world);
    mutes(world);
  });
}

function looks(world: () => BmcWorld): void {
  test('observe: every node once, on, and not busy', async () => {
    const { driver, nodes, clock } = world();
    const before = clock.now();
    const seen = await driver.observe(nodes, live());
    expect(seen.map((one) => one.target).toSorted()).toEqual(nodes.toSorted());
    for (const one of seen) {
      expect(one.facts, one.why).toMatchObject({ role: 'bmc', power: 'on', busy: '' });
      expect(one.at).toBeGreaterThanOrEqual(before);
    }
  });

  test('observe: an unknown node has no facts, and says why, while the others have', async () => {
    await expectUnknownHasNoFacts(world());
  });

  test('diagnose: no error where all is well, an unknown node is named', async () => {
    const { driver, nodes } = world();
    const errors = async (targets: readonly string[]): Promise<string[]> =>
      (await driver.diagnose(targets, live())).filter((one) => one.severity === 'error').map((one) => one.target);
    expect(await errors(nodes)).toEqual([]);
    expect(new Set(await errors([...nodes, 'no-such-node']))).toEqual(new Set(['no-such-node']));
  });
}

function power(world: () => BmcWorld): void {
  test('power-off and power-on: taken, seen by the driver, and true; the neighbour keeps its power', async () => {
    const { nodes, hasPower } = world();
    const [node, neighbour] = [first(world()), nodes[1] ?? ''];
    await taken(world(), 'power-off', node);
    await shows(world(), node, 'off', (facts) => facts.power === 'off');
    expect(await hasPower(node)).toBe(false);
    expect(await hasPower(neighbour)).toBe(true);
    await taken(world(), 'power-off', node);
    expect((await look(world(), node)).power).toBe('off');
    await taken(world(), 'power-on', node);
    await shows(world(), node, 'on', (facts) => facts.power === 'on');
    expect(await hasPower(node)).toBe(true);
    const starts = await world().starts(node);
    await taken(world(), 'power-on', node);
    expect(await world().starts(node)).toBe(starts);
  });

  test('power-cycle: the host loses its power once and has it again', async () => {
    const node = first(world());
    const before = await world().starts(node);
    await taken(world(), 'power-cycle', node);
    await eventually(world().clock, `${node} started`, PATIENCE, async () => (await world().starts(node)) > before);
    await shows(world(), node, 'on', (facts) => facts.power === 'on');
    expect(await world().starts(node)).toBe(before + 1);
  });

  test('power-cycle of a node that is off: it is on afterwards', async () => {
    const node = first(world());
    await taken(world(), 'power-off', node);
    await shows(world(), node, 'off', (facts) => facts.power === 'off');
    await taken(world(), 'power-cycle', node);
    await shows(world(), node, 'on', (facts) => facts.power === 'on');
    expect(await world().hasPower(node)).toBe(true);
  });

  test('ac-cycle: the host loses its power and has it again; refused, saying why, where that is not possible', async () => {
    const node = first(world());
    const before = await world().starts(node);
    const result = await act(world(), { role: 'bmc', do: 'ac-cycle' }, node, 'ac');
    if (!world().canAcCycle) {
      expect(result).toMatchObject({ outcome: 'refused' });
      expect(result.evidence['why']).toMatch(/\w/);
      expect(await world().starts(node)).toBe(before);
      return;
    }
    expect(['done', 'accepted', 'unknown']).toContain(result.outcome);
    await eventually(world().clock, `${node} started`, PATIENCE, async () => (await world().starts(node)) > before);
    await shows(world(), node, 'on', (facts) => facts.power === 'on');
  });

  test('reset: of the BMC alone; the host keeps its power', async () => {
    const node = first(world());
    const before = await world().starts(node);
    const result = await act(world(), { role: 'bmc', do: 'reset' }, node, 'reset');
    expect(['done', 'accepted', 'unknown']).toContain(result.outcome);
    await goneOrNot(world(), node);
    await shows(world(), node, 'answering', (facts) => facts.power === 'on');
    expect(await world().starts(node)).toBe(before);
  });

  test('many at once: one result a node, and only their power goes', async () => {
    const { driver, nodes, clock, hasPower } = world();
    const request = { act: { role: 'bmc', do: 'power-off' }, targets: nodes, key: 'all-off', deadline: clock.now() + CALL_MS } as const;
    const results = await driver.act(request, live());
    expect(results.map((one) => one.target).toSorted()).toEqual(nodes.toSorted());
    for (const node of nodes) await shows(world(), node, 'off', (facts) => facts.power === 'off');
    await driver.act({ ...request, act: { role: 'bmc', do: 'power-on' }, key: 'all-on', deadline: clock.now() + CALL_MS }, live());
    for (const node of nodes) await shows(world(), node, 'on', (facts) => facts.power === 'on');
    for (const node of nodes) expect(await hasPower(node)).toBe(true);
  });
}

function updates(world: () => BmcWorld): void {
  const updateOf = (image: string, component: string): BmcAct => ({ role: 'bmc', do: 'update', image, components: [component] });

  test('update: ends with exit 0, and the inventory shows the version; refused, saying why, where that is not possible', async () => {
    const { update } = world();
    const node = first(world());
    if (!update) {
      const result = await act(world(), updateOf('image.bin', 'bmc'), node, 'update');
      expect(result).toMatchObject({ outcome: 'refused' });
      expect(result.evidence['why']).toMatch(/\w/);
      return;
    }
    const before = (await look(world(), node)).firmware?.[update.component];
    expect(before).not.toBe(update.version);
    const result = await act(world(), updateOf(update.image, update.component), node, 'update', WAIT_MS);
    expect(result, JSON.stringify(result)).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    await shows(world(), node, 'updated', (facts) => facts.firmware?.[update.component] === update.version && facts.busy === '');
  });

  test('update: of a component that is not there: refused, and nothing is under way', async () => {
    const { update } = world();
    if (!update) return;
    const result = await act(world(), updateOf(update.image, 'no-such-component'), first(world()), 'update-none');
    expect(result).toMatchObject({ outcome: 'refused' });
    expect((await look(world(), first(world()))).busy).toBe('');
  });
}

function calls(world: () => BmcWorld): void {
  test('a deadline that has passed: refused, and nothing happened', async () => {
    const { driver, clock, hasPower } = world();
    const node = first(world());
    const starts = await world().starts(node);
    for (const what of ['power-off', 'power-cycle', 'reset'] as const) {
      const request = { act: { role: 'bmc', do: what } as const, targets: [node], key: `late-${what}`, deadline: clock.now() - 1 };
      expect((await driver.act(request, live())).map((one) => one.outcome)).toEqual(['refused']);
    }
    expect(await hasPower(node)).toBe(true);
    expect(await world().starts(node)).toBe(starts);
  });

  test('nobody waits any more: no facts, an unknown or refused result, no exception', async () => {
    const { driver, clock, hasPower } = world();
    const node = first(world());
    expect((await driver.observe([node], AbortSignal.abort())).map((one) => one.facts)).toEqual([null]);
    const request = { act: { role: 'bmc', do: 'power-off' } as const, targets: [node], key: 'gone', deadline: clock.now() + CALL_MS };
    await expectNothingClaimed(driver, request);
    expect(await hasPower(node)).toBe(true);
  });

  test('an unknown node: refused and named, and the one beside it is served', async () => {
    const { driver, clock } = world();
    const targets = ['no-such-node', first(world())];
    const request = { act: { role: 'bmc', do: 'power-on' } as const, targets, key: 'some', deadline: clock.now() + CALL_MS };
    const results = new Map((await driver.act(request, live())).map((one) => [one.target, one]));
    expect(results.get('no-such-node')?.outcome).toBe('refused');
    expect(JSON.stringify(results.get('no-such-node')?.evidence)).toContain('no-such-node');
    expect(['done', 'accepted']).toContain(results.get(first(world()))?.outcome);
  });

  test('describe: says what would be done to whom, and does nothing', async () => {
    const { driver, clock, hasPower } = world();
    const node = first(world());
    const request = { act: { role: 'bmc', do: 'power-off' } as const, targets: [node], key: 'dry', deadline: clock.now() + CALL_MS };
    expect(driver.describe(request).join('\n')).toContain(node);
    expect(await hasPower(node)).toBe(true);
  });
}

/** Last, because drivers may spare a BMC for a while that did not answer. */
function mutes(world: () => BmcWorld): void {
  test('a BMC that does not answer: no facts, no power taken from anybody, the others are seen; later it is seen again', async () => {
    const { driver, nodes, clock, mute } = world();
    if (!mute) return;
    const [node, neighbour] = [first(world()), nodes[1] ?? ''];
    await mute.begin(node);
    const seen = await driver.observe([node, neighbour], live());
    expect(only(seen, node).facts).toBeNull();
    expect(only(seen, node).why).toMatch(/\w/);
    expect(only(seen, neighbour).facts).toMatchObject({ power: 'on' });
    const request = { act: { role: 'bmc', do: 'power-on' } as const, targets: [node], key: 'mute', deadline: clock.now() + CALL_MS };
    for (const { outcome, evidence } of await driver.act(request, live())) {
      expect(['unknown', 'refused']).toContain(outcome);
      expect(evidence['why']).toMatch(/\w/);
    }
    await mute.end(node);
    await shows(world(), node, 'answering', (facts) => facts.power === 'on');
  });

  test('in the end it waits for nothing', () => {
    expect(world().driver.waitingFor()).toEqual([]);
  });
}

function act(world: BmcWorld, asked: BmcAct, node: string, key: string, callMs = CALL_MS): Promise<Result> {
  return actOn(world, asked, node, `conformance/${key}`, callMs);
}

let keys = 0;

async function taken(world: BmcWorld, what: 'power-on' | 'power-off' | 'power-cycle', node: string): Promise<void> {
  const result = await act(world, { role: 'bmc', do: what }, node, `${what}/${keys++}`);
  expect(['done', 'accepted'], JSON.stringify(result.evidence)).toContain(result.outcome);
}

async function look(world: BmcWorld, node: string): Promise<BmcFacts> {
  const seen = only(await world.driver.observe([node], live()), node);
  if (seen.facts?.role !== 'bmc') throw new Error(`no facts of ${node}: ${seen.why}`);
  return seen.facts;
}

/** Looks until `holds`; facts null is never it. */
async function shows(world: BmcWorld, node: string, what: string, holds: (facts: BmcFacts) => boolean): Promise<void> {
  await eventually(world.clock, `${node} ${what}`, PATIENCE, async () => {
    const { facts } = only(await world.driver.observe([node], live()), node);
    return facts?.role === 'bmc' && holds(facts);
  });
}

/** A BMC that was told to reset answers for a moment more; one that does not go away at all is fine, too. */
async function goneOrNot(world: BmcWorld, node: string): Promise<void> {
  const deadline = world.clock.now() + GOING_MS;
  while (world.clock.now() < deadline && only(await world.driver.observe([node], live()), node).facts !== null)
    await sleep(world.clock, 100);
}

function first(world: BmcWorld): string {
  return world.nodes[0] as string;
}
