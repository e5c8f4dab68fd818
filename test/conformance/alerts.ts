// One suite for every driver with the role "alerts": what the runner relies on, whoever answers. It sees the outside world through
// `AlertsWorld` and judges by what the driver then shows and by what the world itself holds silent.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Act, AlertsFacts, Driver, Observation, Result } from '../../src/core/ports.ts';
import type { Clock } from '../../src/std/clock.ts';
import { eventually, expectNothingClaimed, live, openedWorld } from './hands.ts';

export interface AlertsWorld {
  readonly driver: Driver;
  /** At least four; nothing fires and nothing is silent at first. */
  readonly targets: readonly string[];
  readonly clock: Clock;
  /** Past the driver: this alert fires on the target from now on. */
  readonly fire: (target: string, alert: string) => Promise<void>;
  /** Past the driver: whether all that fires on the target is silent. */
  readonly isSilent: (target: string) => Promise<boolean>;
  /** Somebody else silences the target for an hour. */
  readonly silenceByOther: (target: string) => Promise<void>;
  /** Somebody else's silences that stand. */
  readonly others: () => Promise<number>;
  /** Somebody else ends every silence of the run. */
  readonly endByOther: (run: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type AlertsAct = Extract<Act, { role: 'alerts' }>;

const CALL_MS = 30_000;
const PATIENCE = { waitMs: 30_000, everyMs: 50 };
const HOUR_MS = 3_600_000;
/** Servers may keep whole seconds. */
const ROUNDING_MS = 1_000;

export function alertsConformance(name: string, open: () => Promise<AlertsWorld>): void {
  describe(`alerts: ${name}`, () => {
    const world = openedWorld(open);
    beforeAll(async () => {
      for (const target of world().targets) await world().fire(target, 'NodeDown');
    });
    looks(world);
    silences(world);
    others(world);
    calls(world);
  });
}

function looks(world: () => AlertsWorld): void {
  test('observe: every target once, with what fires on it and no silence', async () => {
    const { driver, targets, clock } = world();
    const before = clock.now();
    await eventually(world().clock, 'all to fire', PATIENCE, async () =>
      (await looked(world(), targets)).every((facts) => facts.firing.length === 1),
    );
    const seen = await driver.observe(targets, live());
    expect(seen.map((one) => one.target).toSorted()).toEqual(targets.toSorted());
    for (const one of seen) {
      expect(one.facts, one.why).toMatchObject({ role: 'alerts', silences: [], firing: [{ alert: 'NodeDown', silenced: false }] });
      expect(one.at).toBeGreaterThanOrEqual(before);
    }
    expect(await driver.observe([], live())).toEqual([]);
  });

  test('diagnose: no error where all is well', async () => {
    const { driver, targets } = world();
    expect((await driver.diagnose(targets, live())).filter((one) => one.severity === 'error')).toEqual([]);
  });
}

function silences(world: () => AlertsWorld): void {
  test('silence: exactly these targets; more are added; all have the later end', async () => {
    const { targets, clock } = world();
    const [a, b, c] = targets as readonly [string, string, string];
    const until1 = clock.now() + HOUR_MS;
    await done(world(), silence('run-1', until1), [a, b]);
    await expectSilent(world(), [a, b]);
    expect(await untilOf(world(), 'run-1', a)).toBeGreaterThanOrEqual(until1 - ROUNDING_MS);
    const until2 = until1 + HOUR_MS;
    await done(world(), silence('run-1', until2), [c]);
    await expectSilent(world(), [a, b, c]);
    for (const target of [a, b, c]) expect(await untilOf(world(), 'run-1', target)).toBeGreaterThanOrEqual(until2 - ROUNDING_MS);
  });

  test('silence: the same again changes nothing', async () => {
    const [a, b] = world().targets as readonly [string, string];
    const before = await looked(world(), world().targets);
    const end = await untilOf(world(), 'run-1', a);
    await done(world(), silence('run-1', end), [a, b]);
    expect(await looked(world(), world().targets)).toEqual(before);
  });

  test('silence: what somebody else ended is silent again with the next act', async () => {
    const { targets, clock, endByOther } = world();
    const [a, b, c] = targets as readonly [string, string, string];
    await endByOther('run-1');
    await expectSilent(world(), []);
    await done(world(), silence('run-1', clock.now() + HOUR_MS), [a, b, c]);
    await expectSilent(world(), [a, b, c]);
  });

  test('two runs: each takes its own targets out again, the last one leaves nothing', async () => {
    const { targets, clock } = world();
    const [a, b, c, d] = targets as readonly [string, string, string, string];
    await done(world(), silence('run-2', clock.now() + HOUR_MS), [c, d]);
    await expectSilent(world(), [a, b, c, d]);
    await done(world(), { role: 'alerts', do: 'unsilence', run: 'run-1' }, [a, c]);
    await expectSilent(world(), [b, c, d]);
    expect(await runsOn(world(), c)).toEqual(['run-2']);
    await done(world(), { role: 'alerts', do: 'unsilence', run: 'run-1' }, [b]);
    await done(world(), { role: 'alerts', do: 'unsilence', run: 'run-2' }, [c, d]);
    await expectSilent(world(), []);
    for (const facts of await looked(world(), targets)) expect(facts.silences).toEqual([]);
  });

  test('unsilence: of what is not silent is done', async () => {
    await done(world(), { role: 'alerts', do: 'unsilence', run: 'run-1' }, world().targets);
    await done(world(), { role: 'alerts', do: 'unsilence', run: 'run-never' }, world().targets);
  });
}

function others(world: () => AlertsWorld): void {
  test("somebody else's silence: shown as theirs, and still there after ours came and went", async () => {
    const { targets, clock } = world();
    const [a, b] = targets as readonly [string, string];
    await world().silenceByOther(a);
    await eventually(world().clock, 'it to be shown', PATIENCE, async () => (await look(world(), a)).silences.length === 1);
    const [theirs] = (await look(world(), a)).silences;
    expect(theirs?.by).toMatchObject({ by: 'foreign', run: null, reason: expect.stringMatching(/\w/) });
    expect((await look(world(), b)).silences).toEqual([]);
    const before = await world().others();
    await done(world(), silence('run-3', clock.now() + HOUR_MS), [a, b]);
    expect((await look(world(), a)).silences.map((one) => one.by.by).toSorted()).toEqual(['foreign', 'pitstop']);
    await done(world(), { role: 'alerts', do: 'unsilence', run: 'run-3' }, [a, b]);
    expect(await world().others()).toBe(before);
    await expectSilent(world(), [a]);
  });
}

function calls(world: () => AlertsWorld): void {
  test('past its deadline, or with an end that is over: refused, and nothing is silent', async () => {
    const { driver, targets, clock } = world();
    const b = targets[1] as string;
    const late = { act: silence('run-4', clock.now() + HOUR_MS), targets: [b], key: 'late', deadline: clock.now() - 1 };
    expect((await driver.act(late, live())).map((one) => one.outcome)).toEqual(['refused']);
    const over = { act: silence('run-4', clock.now() - 1), targets: [b], key: 'over', deadline: clock.now() + CALL_MS };
    expect((await driver.act(over, live())).map((one) => one.outcome)).toEqual(['refused']);
    expect(await runsOn(world(), b)).toEqual([]);
  });

  test('a cancelled call: nothing is thrown and nothing is claimed', async () => {
    const { driver, targets, clock } = world();
    expect((await driver.observe(targets, AbortSignal.abort())).map((one) => one.facts)).toEqual(targets.map(() => null));
    const request = { act: silence('run-5', clock.now() + HOUR_MS), targets, key: 'gone', deadline: clock.now() + CALL_MS };
    await expectNothingClaimed(driver, request);
  });

  test('describe: says what would be done, and does nothing', async () => {
    const { driver, targets, clock } = world();
    const b = targets[1] as string;
    const request = { act: silence('run-6', clock.now() + HOUR_MS), targets: [b], key: 'dry', deadline: clock.now() + CALL_MS };
    expect(driver.describe(request).join('\n')).toContain(b);
    expect(await runsOn(world(), b)).toEqual([]);
  });

  test('in the end it waits for nothing', () => {
    expect(world().driver.waitingFor()).toEqual([]);
  });
}

function silence(run: string, until: number): AlertsAct {
  return { role: 'alerts', do: 'silence', run, until, why: 'conformance' };
}

let keys = 0;

async function done(world: AlertsWorld, act: AlertsAct, targets: readonly string[]): Promise<void> {
  const request = { act, targets, key: `conformance/${keys++}`, deadline: world.clock.now() + CALL_MS };
  const results: readonly Result[] = await world.driver.act(request, live());
  expect(results.map((one) => one.target).toSorted()).toEqual(targets.toSorted());
  for (const { outcome, evidence } of results) expect(outcome, JSON.stringify(evidence)).toBe('done');
}

/** What fires on these is silent, and on no other; the driver says the same. */
async function expectSilent(world: AlertsWorld, silent: readonly string[]): Promise<void> {
  for (const target of world.targets) {
    const wanted = silent.includes(target);
    await eventually(
      world.clock,
      `${target} to be ${wanted ? 'silent' : 'heard'}`,
      PATIENCE,
      async () => (await world.isSilent(target)) === wanted,
    );
    const facts = await look(world, target);
    expect(facts.firing.map((one) => one.silenced)).toEqual(facts.firing.map(() => wanted));
    expect(facts.silences.length > 0).toBe(wanted);
  }
}

async function untilOf(world: AlertsWorld, run: string, target: string): Promise<number> {
  const own = (await look(world, target)).silences.filter((one) => one.by.run === run);
  return Math.max(...own.map((one) => one.until));
}

async function runsOn(world: AlertsWorld, target: string): Promise<(string | null)[]> {
  return (await look(world, target)).silences.filter((one) => one.by.by === 'pitstop').map((one) => one.by.run);
}

async function looked(world: AlertsWorld, targets: readonly string[]): Promise<AlertsFacts[]> {
  return (await world.driver.observe(targets, live())).map(factsOf);
}

async function look(world: AlertsWorld, target: string): Promise<AlertsFacts> {
  return factsOf((await world.driver.observe([target], live()))[0]);
}

function factsOf(seen: Observation | undefined): AlertsFacts {
  if (seen?.facts?.role !== 'alerts') throw new Error(`no facts of ${seen?.target ?? 'it'}: ${seen?.why ?? 'no observation'}`);
  return seen.facts;
}
