// One suite for every driver with the role "fabric": what the runner relies on, whoever answers. It sees the outside world through
// `FabricWorld` and judges only by what the driver then shows and by what the world counted.
import { describe, expect, test } from 'vitest';
import type { Act, Driver, FabricFacts, Observation, Result } from '../../src/core/ports.ts';
import { commandTests, endTests, type CommandWorld } from './commands.ts';
import { actOn, eventually, live, only, openedWorld } from './hands.ts';

export interface FabricWorld extends CommandWorld {
  /** At least four nodes, all of whose links are active at first; the first two share a leaf, the last has no link to any leaf of theirs. */
  readonly nodes: readonly string[];
  /** Switches, all present at first. */
  readonly switches: readonly string[];
  /** Of a node, by the names of the driver. */
  readonly linksOf: (node: string) => readonly string[];
  /** A node-to-switch link by name. */
  readonly unlink: (link: string) => Promise<void>;
  readonly relink: (link: string) => Promise<void>;
  /** All links of a switch. */
  readonly unlinkSwitch: (name: string) => Promise<void>;
  readonly relinkSwitch: (name: string) => Promise<void>;
  /** Adds to an error counter of a link; resolves once it can be seen. */
  readonly plantErrors: (link: string, count: number) => Promise<void>;
  /** By the names that `sm-stop` takes; the first is the master, the second stands by. Empty: this world has none. */
  readonly managers: readonly string[];
  readonly stop: () => Promise<void>;
}

type FabricAct = Extract<Act, { role: 'fabric' }>;

const CALL_MS = 30_000;
const PATIENCE = { waitMs: 60_000, everyMs: 50 };

export function fabricConformance(name: string, open: () => Promise<FabricWorld>): void {
  describe(`fabric: ${name}`, () => {
    const world = openedWorld(open);
    looks(world);
    links(world);
    switches(world);
    commandTests(world, run);
    once(world);
    managers(world);
    endTests(world, run);
  });
}

function looks(world: () => FabricWorld): void {
  test('observe: every node and switch once, present, all links of the nodes active, and none with an error', async () => {
    const { driver, nodes, switches, clock, linksOf } = world();
    const targets = [...nodes, ...switches];
    const before = clock.now();
    const seen = await driver.observe(targets, live());
    expect(seen.map(({ target }) => target).toSorted()).toEqual(targets.toSorted());
    for (const one of seen) {
      expect(one.at).toBeGreaterThanOrEqual(before);
      expect(factsOf(one).present, one.why).toBe(true);
    }
    for (const node of nodes) {
      const facts = factsOf(only(seen, node));
      expect(facts.links.map(({ link }) => link).toSorted()).toEqual([...linksOf(node)].toSorted());
      expect(facts.links.every(({ state }) => state === 'active')).toBe(true);
    }
  });

  test('observe: a link by its name shows itself alone, as its node shows it', async () => {
    const { driver, linksOf } = world();
    const node = nodeOf(world(), 0);
    const link = linksOf(node)[0] as string;
    const seen = await driver.observe([link, node], live());
    const facts = factsOf(only(seen, link));
    expect(facts).toMatchObject({ present: true, links: [{ link, state: 'active' }] });
    expect(factsOf(only(seen, node)).links).toContainEqual(facts.links[0]);
  });

  test('observe: what nobody is called is never present, and says why, while the others are seen', async () => {
    const { driver } = world();
    const seen = await driver.observe(['no-such-node', 'no-such-node/a--no-such-switch/1', nodeOf(world(), 0)], live());
    for (const target of ['no-such-node', 'no-such-node/a--no-such-switch/1']) {
      const { facts, why } = only(seen, target);
      expect(facts?.role === 'fabric' && facts.present).toBe(false);
      expect(why).not.toBe('');
    }
    expect(factsOf(only(seen, nodeOf(world(), 0))).present).toBe(true);
  });
}

function links(world: () => FabricWorld): void {
  test('a link goes down and comes back: its node, its name and its neighbours tell so', async () => {
    const { driver, linksOf, unlink, relink } = world();
    const [node, neighbour] = [nodeOf(world(), 0), nodeOf(world(), 1)];
    const link = linksOf(node)[0] as string;
    await unlink(link);
    await eventually(world().clock, `${link} to be down`, PATIENCE, async () => !(await isActive(driver, link)));
    const seen = await driver.observe([node, neighbour], live());
    const shown = only(seen, node).facts;
    if (shown?.role === 'fabric') expect(shown.links.filter((one) => one.link === link && one.state === 'active')).toEqual([]);
    expect(factsOf(only(seen, neighbour)).links.every(({ state }) => state === 'active')).toBe(true);
    await relink(link);
    await eventually(world().clock, `${link} to be active`, PATIENCE, () => isActive(driver, link));
    expect((await look(driver, node)).links.map((one) => one.link)).toContain(link);
  });

  test('errors of a link are seen on it, on its node, and on nobody else', async () => {
    const { driver, linksOf, plantErrors } = world();
    const [node, neighbour] = [nodeOf(world(), 1), nodeOf(world(), 2)];
    const link = linksOf(node)[0] as string;
    await plantErrors(link, 250);
    const seen = await driver.observe([link, node, neighbour], live());
    for (const target of [link, node]) {
      const errors = factsOf(only(seen, target)).links.find((one) => one.link === link)?.errors ?? {};
      expect(Math.max(0, ...Object.values(errors))).toBeGreaterThanOrEqual(250);
    }
    expect(factsOf(only(seen, neighbour)).links.every(({ errors }) => Object.values(errors).every((count) => count < 250))).toBe(true);
  });
}

function switches(world: () => FabricWorld): void {
  test('a leaf goes down: nothing behind it is active, the rest is untouched, and all comes back', async () => {
    const { driver, nodes, linksOf, unlinkSwitch, relinkSwitch } = world();
    const leaf = leafOf(linksOf(nodeOf(world(), 0))[0] as string);
    const behind = nodes.flatMap((node) => linksOf(node).filter((link) => leafOf(link) === leaf));
    const far = nodes.filter((node) => linksOf(node).every((link) => leafOf(link) !== leaf));
    expect(behind.length).toBeGreaterThan(1);
    expect(far.length).toBeGreaterThan(0);
    await unlinkSwitch(leaf);
    await eventually(world().clock, `${leaf} to be gone`, PATIENCE, async () => {
      const { facts } = only(await driver.observe([leaf], live()), leaf);
      return facts?.role === 'fabric' && (!facts.present || facts.links.length === 0);
    });
    const seen = await driver.observe([...behind, ...far], live());
    for (const link of behind) expect(isActiveIn(only(seen, link), link), link).toBe(false);
    for (const node of far) expect(factsOf(only(seen, node)).links.every(({ state }) => state === 'active')).toBe(true);
    await relinkSwitch(leaf);
    await eventually(world().clock, `all behind ${leaf} to be active`, PATIENCE, async () => {
      const now = await driver.observe(behind, live());
      return behind.every((link) => isActiveIn(only(now, link), link));
    });
  });
}

function once(world: () => FabricWorld): void {
  test('once: the same key runs once a target, also asked twice at the same time; both have its result', async () => {
    const { count } = world();
    const [node, other] = [nodeOf(world(), 0), nodeOf(world(), 1)];
    const [before, otherBefore] = [await count.times(node), await count.times(other)];
    const ask = (target: string, key: string): Promise<Result> => act(world(), run(count.argv, true), target, key);
    for (const result of await Promise.all([ask(node, 'once-1'), ask(node, 'once-1'), ask(other, 'once-1')])) {
      expect(result).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    }
    expect((await ask(node, 'once-1')).outcome).toBe('done');
    expect([await count.times(node), await count.times(other)]).toEqual([before + 1, otherBefore + 1]);
    await ask(node, 'once-2');
    expect(await count.times(node)).toBe(before + 2);
  });

  test('diagnose: all is well; a node that is not there is named', async () => {
    const { driver, nodes } = world();
    expect((await driver.diagnose(nodes, live())).filter(({ severity }) => severity === 'error')).toEqual([]);
    const errors = (await driver.diagnose(['no-such-node'], live())).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ target }) => target)).toEqual(['no-such-node']);
  });
}

function managers(world: () => FabricWorld): void {
  test('subnet managers: one master and its standby are told, the same on every target', async () => {
    const { driver, nodes, managers: names } = world();
    const seen = (await driver.observe(nodes, live())).map((one) => factsOf(one).managers);
    for (const managers of seen) expect(managers).toEqual(seen[0]);
    expect(seen[0]?.map(({ name, state }) => [name, state]) ?? []).toEqual(
      names.map((name, index) => [name, index === 0 ? 'master' : 'standby']),
    );
  });

  test('sm-stop: the standby takes over, and sm-start brings the other back; an unknown manager is refused', async () => {
    const { managers: names } = world();
    const [master, standby] = names;
    expect((await act(world(), { role: 'fabric', do: 'sm-stop' }, 'no-such-manager', 'sm')).outcome).toBe('refused');
    if (master === undefined || standby === undefined) return;
    expect(['done', 'accepted']).toContain((await act(world(), { role: 'fabric', do: 'sm-stop' }, master, 'sm-stop')).outcome);
    await eventually(
      world().clock,
      `${standby} to be the only master`,
      PATIENCE,
      async () => (await managersOf(world())) === `${standby} master`,
    );
    expect(['done', 'accepted']).toContain((await act(world(), { role: 'fabric', do: 'sm-start' }, master, 'sm-start')).outcome);
    await eventually(world().clock, `one master and a standby`, PATIENCE, async () => {
      const told = await managersOf(world());
      return told.includes(master) && told.includes(standby) && told.includes(' standby') && told.split(' master').length === 2;
    });
  });
}

function run(argv: readonly string[], once: boolean): FabricAct {
  return { role: 'fabric', do: 'run', argv, version: null, previous: {}, once };
}

function act(world: FabricWorld, asked: FabricAct, target: string, key: string): Promise<Result> {
  return actOn(world, asked, target, key, CALL_MS);
}

/** "sm1 master, sm2 standby", by name; empty while nobody tells. */
async function managersOf({ driver, nodes }: FabricWorld): Promise<string> {
  const [seen] = await driver.observe(nodes.slice(-1), live());
  if (seen?.facts?.role !== 'fabric') return '';
  return seen.facts.managers
    .map(({ name, state }) => `${name} ${state}`)
    .toSorted()
    .join(', ');
}

async function isActive(driver: Driver, link: string): Promise<boolean> {
  return isActiveIn(only(await driver.observe([link], live()), link), link);
}

function isActiveIn({ facts }: Observation, link: string): boolean {
  return facts?.role === 'fabric' && facts.present && facts.links.some((one) => one.link === link && one.state === 'active');
}

async function look(driver: Driver, target: string): Promise<FabricFacts> {
  return factsOf(only(await driver.observe([target], live()), target));
}

function factsOf({ target, facts, why }: Observation): FabricFacts {
  if (facts?.role !== 'fabric') throw new Error(`no facts of ${target}: ${why}`);
  return facts;
}

function nodeOf({ nodes }: FabricWorld, index: number): string {
  return nodes[index] as string;
}

function leafOf(link: string): string {
  return /--([^/]+)\//.exec(link)?.[1] ?? '';
}
