// One suite for every driver with the role "shell": what the runner relies on, whoever answers. It sees the outside world through
// `ShellWorld` and judges only by what the driver then shows and by what the world counted.
import { describe, expect, test } from 'vitest';
import type { Act, Driver, Observation, Result, ShellFacts } from '../../src/core/ports.ts';
import { commandTests, endTests, type CommandWorld } from './commands.ts';
import { actOn, eventually, live, only, openedWorld } from './hands.ts';

export interface ShellWorld extends CommandWorld {
  /** At least three, all reachable at first. */
  readonly nodes: readonly string[];
  readonly makeUnreachable: (node: string) => Promise<void>;
  readonly makeReachable: (node: string) => Promise<void>;
  /** Resolves once the node has been asked to boot by somebody else. */
  readonly rebootOutOfBand: (node: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type ShellAct = Extract<Act, { role: 'shell' }>;

const CALL_MS = 30_000;
const PATIENCE = { waitMs: 60_000, everyMs: 50 };

export function shellConformance(name: string, open: () => Promise<ShellWorld>): void {
  describe(`shell: ${name}`, () => {
    const world = openedWorld(open);
    looks(world);
    commandTests(world, run);
    atMostOnce(world);
    reboots(world);
    endTests(world, run);
  });
}

function looks(world: () => ShellWorld): void {
  test('observe: every node once, reachable, with a boot id of its own that stays', async () => {
    const { driver, nodes } = world();
    const first = await driver.observe(nodes, live());
    expect(first.map((one) => one.target).toSorted()).toEqual(nodes.toSorted());
    const boots = first.map((one) => factsOf(one).bootId);
    expect(boots.every((boot) => typeof boot === 'string' && boot !== '')).toBe(true);
    expect(new Set(boots).size).toBe(nodes.length);
    const second = await driver.observe(nodes, live());
    expect(bootsOf(second)).toEqual(bootsOf(first));
  });

  test('observe: nobody answers on one node (a fact), the others are seen; later it is seen again', async () => {
    const { driver, nodes, clock, makeUnreachable, makeReachable } = world();
    const [gone, ...others] = nodes as [string, ...string[]];
    await makeUnreachable(gone);
    const seen = await driver.observe(nodes, live());
    expect(factsOf(only(seen, gone))).toEqual({ role: 'shell', reachable: false, bootId: null, work: null });
    for (const other of others) expect(factsOf(only(seen, other)).reachable).toBe(true);
    const ran = await act(world(), run(world().echo.argv, false), gone, 'gone');
    expect(ran.outcome).toBe('refused');
    const findings = await driver.diagnose([gone], live());
    expect(findings.some((finding) => finding.severity === 'error' && finding.target === gone)).toBe(true);
    await makeReachable(gone);
    await eventually(clock, `${gone} to be reachable`, PATIENCE, async () => (await look(driver, gone)).reachable);
  });

  test('diagnose: all is well', async () => {
    const { driver, nodes } = world();
    const findings = await driver.diagnose(nodes, live());
    expect(findings.filter((finding) => finding.severity === 'error')).toEqual([]);
  });
}

function atMostOnce(world: () => ShellWorld): void {
  test('once: the same key runs once, also asked twice at the same time; both have its result', async () => {
    const { count } = world();
    const node = first(world());
    const before = await count.times(node);
    const ask = (key: string): Promise<Result> => act(world(), run(count.argv, true), node, key);
    for (const result of await Promise.all([ask('once-1'), ask('once-1')])) {
      expect(result.outcome).toBe('done');
      expect(result.evidence).toMatchObject({ exit: 0 });
    }
    expect((await ask('once-1')).outcome).toBe('done');
    expect(await count.times(node)).toBe(before + 1);
    await ask('once-2');
    expect(await count.times(node)).toBe(before + 2);
  });
}

function reboots(world: () => ShellWorld): void {
  test('reboot: of the boot that was meant: a new boot id comes', async () => {
    const { driver, clock } = world();
    const node = first(world());
    const before = (await look(driver, node)).bootId ?? '';
    const result = await act(world(), { role: 'shell', do: 'reboot', bootIds: { [node]: before } }, node, 'reboot');
    expect(result.outcome).toBe('accepted');
    await eventually(clock, `another boot of ${node}`, PATIENCE, async () => isOtherBoot(await look(driver, node), before));
  });

  test('reboot: another boot than the one meant is left alone, and named', async () => {
    const { driver, clock, rebootOutOfBand } = world();
    const node = first(world());
    const before = (await look(driver, node)).bootId ?? '';
    await rebootOutOfBand(node);
    await eventually(clock, `another boot of ${node}`, PATIENCE, async () => isOtherBoot(await look(driver, node), before));
    const now = (await look(driver, node)).bootId;
    const result = await act(world(), { role: 'shell', do: 'reboot', bootIds: { [node]: before } }, node, 'reboot-2');
    expect(result.outcome).toBe('done');
    expect(result.evidence).toMatchObject({ alreadyRebooted: true, bootId: now });
    expect(await look(driver, node)).toMatchObject({ reachable: true, bootId: now });
  });
}

function run(argv: readonly string[], once: boolean): ShellAct {
  return { role: 'shell', do: 'run', argv, version: null, previous: {}, once };
}

function act(world: ShellWorld, asked: ShellAct, target: string, key: string): Promise<Result> {
  return actOn(world, asked, target, key, CALL_MS);
}

async function look(driver: Driver, node: string): Promise<ShellFacts> {
  return factsOf(only(await driver.observe([node], live()), node));
}

function factsOf(seen: Observation): ShellFacts {
  // In the middle of a boot a connection may break: then nobody knows.
  if (seen.facts === null) return { role: 'shell', reachable: false, bootId: null, work: null };
  expect(seen.facts.role).toBe('shell');
  return seen.facts as ShellFacts;
}

function isOtherBoot(facts: ShellFacts, before: string): boolean {
  return facts.reachable && facts.bootId !== null && facts.bootId !== before;
}

function bootsOf(seen: readonly Observation[]): Map<string, string | null> {
  return new Map(seen.map((one): [string, string | null] => [one.target, factsOf(one).bootId]).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function first(world: ShellWorld): string {
  return world.nodes[0] as string;
}
