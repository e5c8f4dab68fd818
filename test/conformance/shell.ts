// One suite for every driver with the role "shell": what the runner relies on, whoever answers. It sees the outside world through
// `ShellWorld` and judges only by what the driver then shows and by what the world counted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act, Driver, Observation, Result, ShellFacts } from '../../src/core/ports.ts';
import { sleep, type Clock } from '../../src/std/clock.ts';

export interface ShellWorld {
  readonly driver: Driver;
  /** At least three, all reachable at first. */
  readonly nodes: readonly string[];
  readonly clock: Clock;
  /** Ends with 0 and prints `stdout`. */
  readonly echo: { readonly argv: readonly string[]; readonly stdout: string };
  /** Ends with `exit`, which is not 0. */
  readonly fail: { readonly argv: readonly string[]; readonly exit: number };
  /** Ends with 0 after a while that two calls have time to meet in; `times` is how often it has run on a node. */
  readonly count: { readonly argv: readonly string[]; readonly times: (node: string) => Promise<number> };
  readonly makeUnreachable: (node: string) => Promise<void>;
  readonly makeReachable: (node: string) => Promise<void>;
  /** Resolves once the node has been asked to boot by somebody else. */
  readonly rebootOutOfBand: (node: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type ShellAct = Extract<Act, { role: 'shell' }>;

const CALL_MS = 30_000;
const WAIT_MS = 60_000;

export function shellConformance(name: string, open: () => Promise<ShellWorld>): void {
  describe(`shell: ${name}`, () => {
    let world: ShellWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.stop());
    looks(() => world);
    commands(() => world);
    atMostOnce(() => world);
    reboots(() => world);
    ends(() => world);
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
    await eventually(clock, async () => (await look(driver, gone)).reachable);
  });

  test('diagnose: all is well', async () => {
    const { driver, nodes } = world();
    const findings = await driver.diagnose(nodes, live());
    expect(findings.filter((finding) => finding.severity === 'error')).toEqual([]);
  });
}

function commands(world: () => ShellWorld): void {
  test('run: exit 0 and the output, trimmed, one result a node', async () => {
    const { driver, nodes, echo, clock } = world();
    const request = { act: run(echo.argv, false), targets: nodes, key: 'echo', deadline: clock.now() + CALL_MS };
    const results = await driver.act(request, live());
    expect(results.map((one) => one.target).toSorted()).toEqual(nodes.toSorted());
    for (const { outcome, evidence } of results) {
      expect(outcome).toBe('done');
      expect(evidence).toMatchObject({ exit: 0, stdout: echo.stdout });
    }
    expect(driver.describe(request).length).toBeGreaterThan(0);
  });

  test('run: another exit code is done, too, and is for the caller to judge', async () => {
    const result = await act(world(), run(world().fail.argv, false), first(world()), 'fail');
    expect(result.outcome).toBe('done');
    expect(result.evidence).toMatchObject({ exit: world().fail.exit });
  });

  test('run: past its deadline it does not start', async () => {
    const { driver, clock, count } = world();
    const node = first(world());
    const before = await count.times(node);
    const request = { act: run(count.argv, true), targets: [node], key: 'late', deadline: clock.now() - 1 };
    expect((await driver.act(request, live()))[0]?.outcome).toBe('refused');
    expect(await count.times(node)).toBe(before);
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
    await eventually(clock, async () => isOtherBoot(await look(driver, node), before));
  });

  test('reboot: another boot than the one meant is left alone, and named', async () => {
    const { driver, clock, rebootOutOfBand } = world();
    const node = first(world());
    const before = (await look(driver, node)).bootId ?? '';
    await rebootOutOfBand(node);
    await eventually(clock, async () => isOtherBoot(await look(driver, node), before));
    const now = (await look(driver, node)).bootId;
    const result = await act(world(), { role: 'shell', do: 'reboot', bootIds: { [node]: before } }, node, 'reboot-2');
    expect(result.outcome).toBe('done');
    expect(result.evidence).toMatchObject({ alreadyRebooted: true, bootId: now });
    expect(await look(driver, node)).toMatchObject({ reachable: true, bootId: now });
  });
}

function ends(world: () => ShellWorld): void {
  test('a cancelled call: nothing is thrown and nothing is claimed', async () => {
    const { driver, nodes, echo, clock } = world();
    const gone = AbortSignal.abort();
    const seen = await driver.observe(nodes, gone);
    expect(seen.map((one) => one.facts)).toEqual(nodes.map(() => null));
    const request = { act: run(echo.argv, false), targets: nodes, key: 'gone', deadline: clock.now() + CALL_MS };
    const results = await driver.act(request, gone);
    expect(results).toHaveLength(nodes.length);
    for (const { outcome } of results) expect(['refused', 'unknown']).toContain(outcome);
  });

  test('in the end it waits for nothing', () => {
    expect(world().driver.waitingFor()).toEqual([]);
  });
}

function run(argv: readonly string[], once: boolean): ShellAct {
  return { role: 'shell', do: 'run', argv, version: null, previous: {}, once };
}

async function act(world: ShellWorld, act: ShellAct, node: string, key: string): Promise<Result> {
  const request = { act, targets: [node], key, deadline: world.clock.now() + CALL_MS };
  const results = await world.driver.act(request, live());
  expect(results).toHaveLength(1);
  return results[0] as Result;
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

function only(seen: readonly Observation[], node: string): Observation {
  const found = seen.filter((one) => one.target === node);
  expect(found).toHaveLength(1);
  return found[0] as Observation;
}

function first(world: ShellWorld): string {
  return world.nodes[0] as string;
}

function live(): AbortSignal {
  return new AbortController().signal;
}

async function eventually(clock: Clock, probe: () => Promise<boolean>): Promise<void> {
  const deadline = clock.now() + WAIT_MS;
  while (!(await probe())) {
    expect(clock.now(), 'still waiting').toBeLessThan(deadline);
    await sleep(clock, 50);
  }
}
