import { describe, expect, test } from 'vitest';
import { schedulerConformance } from '../../../test/conformance/driver.ts';
import { shellConformance } from '../../../test/conformance/shell.ts';
import type { Act, SchedulerFacts, ShellFacts } from '../../core/ports.ts';
import { sleep, VirtualClock, wallClock } from '../../std/clock.ts';
import type { Clock } from '../../std/clock.ts';
import { twinConfig, type TwinConfig } from './config.ts';
import { createTwin, type Twin } from './twin.ts';

const MINUTE_MS = 60_000;
const SIGNAL = new AbortController().signal;
const FIVE = ['n1', 'n2', 'n3', 'n4', 'n5'];

for (const returnToService of [0, 1, 2] as const) {
  schedulerConformance(`twin, ReturnToService=${returnToService}`, async () => {
    const clock = wallClock(10);
    const quick = twinConfig(FIVE, { returnToService, silentAfterMs: 1_000, latencyMs: [0, 10] });
    const twin = createTwin({ ...quick, durations: { ...quick.durations, reboot: { medianMs: 2_000, logSd: 0 } } }, clock);
    return {
      driver: twin.scheduler,
      nodes: FIVE,
      clock,
      foreignDrain: async (node, reason) => twin.foreignDrain(node, reason),
      startJob: async (nodes, seconds) => {
        const id = twin.submitJob({ nodes, durationMs: seconds * 1_000, handlesSignal: true });
        await until(clock, () => twin.jobState(id) === 'running');
        return id;
      },
      endJob: async (id) => twin.endJob(id),
      jobStartsOn: async (node) => {
        const id = twin.plantJob({ node });
        const started = twin.jobState(id) === 'running';
        twin.endJob(id);
        await until(clock, () => twin.jobState(id) === 'gone');
        return started;
      },
      rebootOutOfBand: async (node) => {
        const boots = (): number => twin.felt.filter((event) => event.what === 'booted' && event.node === node).length;
        const before = boots();
        twin.rebootBySomebodyElse(node);
        await until(clock, () => boots() > before);
      },
      stop: async () => undefined,
    };
  });
}

shellConformance('twin', async () => {
  const clock = wallClock(10);
  const quick = twinConfig(FIVE, { latencyMs: [0, 10] });
  const [soon, boot] = [
    { medianMs: 500, logSd: 0 },
    { medianMs: 2_000, logSd: 0 },
  ];
  const durations = { ...quick.durations, reboot: boot, stage: soon, read: soon, check: soon, other: soon };
  const twin = createTwin({ ...quick, durations, faults: { checkFails: { nodes: FIVE } } }, clock);
  const power = async (node: string, what: 'power-on' | 'power-off'): Promise<void> => {
    await twin.bmc.act({ act: { role: 'bmc', do: what }, targets: [node], key: what, deadline: clock.now() + MINUTE_MS }, SIGNAL);
  };
  return {
    driver: twin.shell,
    nodes: FIVE,
    clock,
    echo: { argv: ['/site/version'], stdout: '2025.06' },
    fail: { argv: ['/site/health'], exit: 1 },
    count: {
      argv: ['/site/stage', '2'],
      times: async (node) => twin.felt.filter((event) => event.what === 'stage' && event.node === node).length,
    },
    makeUnreachable: (node) => power(node, 'power-off'),
    makeReachable: (node) => power(node, 'power-on'),
    rebootOutOfBand: async (node) => twin.rebootBySomebodyElse(node),
    stop: async () => undefined,
  };
});

describe('twin: determinism', () => {
  test('the same seed gives the same felt log, another seed another', async () => {
    const [first, again, other] = [await maintain(7), await maintain(7), await maintain(8)];
    expect(first.length).toBeGreaterThan(100);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('draws do not depend on what else happens (one node alone and among others)', async () => {
    const times = await Promise.all(
      [['n1'], FIVE].map(async (nodes) => {
        const { twin, clock } = world({}, nodes);
        await clock.run(Promise.all(nodes.toReversed().map((node) => runOn(twin, node, ['/opt/site/apply', '2025.07'], `r/apply/1`))));
        return twin.felt.find(({ what, node }) => what === 'apply' && node === 'n1')?.tookMs;
      }),
    );
    expect(times[0]).toBeTypeOf('number');
    expect(times[1]).toBe(times[0]);
  });
});

describe('twin: reboots', () => {
  test('a reboot: conditional on the boot id, unreachable meanwhile, the applied version afterwards', async () => {
    const { twin, clock } = world();
    await clock.run(runOn(twin, 'n1', ['/opt/site/apply', '{version}'], 'r/apply/1', '2025.07'));
    expect(twin.versionsOf('n1')).toEqual({ 'host-os': '2025.06' });
    const before = await lookAt(twin, clock, 'n1');
    expect(await reboot(twin, clock, 'n1', 'another boot')).toMatchObject({
      outcome: 'done',
      evidence: { alreadyRebooted: true, bootId: before.bootId },
    });
    expect(await reboot(twin, clock, 'n1', before.bootId ?? '')).toMatchObject({ outcome: 'accepted' });
    await clock.run(sleep(clock, 10_000));
    expect((await lookAt(twin, clock, 'n1')).reachable).toBe(false);
    await clock.run(sleep(clock, 60 * MINUTE_MS));
    const after = await lookAt(twin, clock, 'n1');
    expect(after.reachable).toBe(true);
    expect(after.bootId).not.toBe(before.bootId);
    expect(await reboot(twin, clock, 'n1', before.bootId ?? '')).toMatchObject({ outcome: 'done', evidence: { alreadyRebooted: true } });
    expect((await clock.run(runOn(twin, 'n1', ['/opt/site/version'], 'r/read/1'))).evidence['stdout']).toBe('2025.07');
    expect(twin.felt.filter(({ what }) => what === 'reboot')).toMatchObject([{ node: 'n1', by: 'ssh', work: 0, actor: 'pitstop' }]);
  });

  for (const [returnToService, kept] of [
    [0, true],
    [1, true],
    [2, false],
  ] as const) {
    test(`a reboot under our drain and reservation: drain ${kept ? 'kept, node down' : 'lost, node in service'} (ReturnToService=${returnToService})`, async () => {
      const { twin, clock } = world({ returnToService });
      await schedule(twin, clock, { role: 'scheduler', do: 'reserve', run: 'r1' }, ['n1']);
      await schedule(twin, clock, { role: 'scheduler', do: 'drain', run: 'r1', why: 'image' }, ['n1']);
      twin.plantJob({ node: 'n1' });
      twin.rebootBySomebodyElse('n1');
      await clock.run(sleep(clock, 60 * MINUTE_MS));
      const facts = await factsOf(twin, clock, 'n1');
      expect(facts.drain?.run ?? null).toBe(kept ? 'r1' : null);
      expect(facts.state.startsWith('down')).toBe(kept);
      expect(facts.reservation?.run).toBe('r1');
      expect(twin.felt.filter(({ what }) => what === 'job-start')).toEqual([]);
      await schedule(twin, clock, { role: 'scheduler', do: 'undrain', run: 'r1' }, ['n1']);
      await schedule(twin, clock, { role: 'scheduler', do: 'unreserve', run: 'r1' }, ['n1']);
      expect(twin.felt.filter(({ what, name }) => what === 'job-start' && name === 'planted')).toHaveLength(1);
    });
  }

  test('a reboot under work: the job is lost on all its nodes and starts again elsewhere', async () => {
    const { twin, clock } = world();
    const id = twin.submitJob({ nodes: ['n1', 'n2'], durationMs: 30 * MINUTE_MS, handlesSignal: true });
    twin.rebootBySomebodyElse('n1');
    await clock.run(sleep(clock, 5_000));
    expect(twin.felt.filter(({ what }) => what === 'job-end')).toMatchObject([{ nodes: ['n1', 'n2'], how: 'lost' }]);
    await clock.run(sleep(clock, 20 * MINUTE_MS));
    expect(twin.jobState(id)).toBe('running');
    expect(twin.felt.filter(({ what }) => what === 'job-start').map(({ restart }) => restart)).toEqual([0, 1]);
  });
});

describe('twin: faults', () => {
  test('each fault does what its name says, and a repair or a power cycle ends it', async () => {
    const { twin, clock } = world({
      faults: { neverBack: { nodes: ['n1'], times: 1 }, oldVersion: { nodes: ['n2'] }, backTwice: { nodes: ['n3'], times: 1 } },
    });
    twin.misbehave('n4', 'applyFails', 1);
    twin.misbehave('n5', 'rebootFails', 1);
    const applied = await clock.run(Promise.all(FIVE.map((node) => runOn(twin, node, ['apply', '2'], 'r/apply/1'))));
    expect(applied.map(({ evidence }) => evidence['exit'])).toEqual([0, 0, 0, 1, 0]);
    for (const node of FIVE) await reboot(twin, clock, node, (await lookAt(twin, clock, node)).bootId ?? '');
    await clock.run(sleep(clock, 60 * MINUTE_MS));
    const seen = await clock.run(twin.shell.observe(FIVE, SIGNAL));
    expect(seen.map(({ facts }) => facts?.role === 'shell' && facts.reachable)).toEqual([false, true, true, true, true]);
    expect(FIVE.map((node) => twin.versionsOf(node)['host-os'])).toEqual(['2025.06', '2025.06', '2', '2025.06', '2025.06']);
    expect(twin.felt.filter(({ what, node }) => what === 'booted' && node === 'n3').map(({ by }) => by)).toEqual(['ssh', 'itself']);
    expect(twin.felt.filter(({ node, what }) => node === 'n5' && what.startsWith('reboot'))).toMatchObject([{ what: 'reboot-ignored' }]);
    const cycle = {
      act: { role: 'bmc', do: 'power-cycle' } as const,
      targets: ['n1'],
      key: 'r/mop-up/1',
      deadline: clock.now() + MINUTE_MS,
    };
    expect(await clock.run(twin.bmc.act(cycle, SIGNAL))).toMatchObject([{ outcome: 'accepted' }]);
    await clock.run(sleep(clock, 60 * MINUTE_MS));
    expect(twin.versionsOf('n1')['host-os']).toBe('2');
  });

  test('a drain that hangs: its job ends, its epilog does not, until somebody repairs it', async () => {
    const { twin, clock } = world({ faults: { hangDrain: { nodes: ['n1', 'n2'] } } });
    twin.submitJob({ nodes: ['n1'], durationMs: MINUTE_MS, handlesSignal: false });
    await schedule(twin, clock, { role: 'scheduler', do: 'drain', run: 'r1', why: '' }, ['n1', 'n2', 'n3']);
    await clock.run(sleep(clock, 60 * MINUTE_MS));
    const jobs = async (): Promise<number[]> => {
      const seen = await clock.run(twin.scheduler.observe(['n1', 'n2', 'n3'], SIGNAL));
      return seen.map(({ facts }) => (facts?.role === 'scheduler' ? facts.jobs.length : -1));
    };
    expect(await jobs()).toEqual([1, 1, 0]);
    twin.repair('n1');
    twin.repair('n2');
    expect(await jobs()).toEqual([0, 0, 0]);
  });

  test('a scheduler that is killed or mute: no facts, no act that is called done', async () => {
    const { twin, clock } = world({ slowScheduler: { share: 0, answerMs: 5_000, dropShare: 1 } });
    expect(await clock.run(twin.scheduler.observe(['n1'], SIGNAL))).toMatchObject([{ facts: null }]);
    const results = [];
    for (const node of FIVE) results.push(...(await schedule(twin, clock, { role: 'scheduler', do: 'drain', run: 'r1', why: '' }, [node])));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    twin.killScheduler();
    expect(await schedule(twin, clock, { role: 'scheduler', do: 'drain', run: 'r1', why: '' }, ['n1'])).toMatchObject([
      { outcome: 'refused' },
    ]);
    expect(await clock.run(twin.scheduler.observe(['n1'], SIGNAL))).toMatchObject([{ facts: null }]);
  });
});

describe('twin: commands', () => {
  test('once: the same key runs once, also for callers who come while it runs or after it', async () => {
    const { twin, clock } = world();
    const stage = (): Promise<unknown> => runOn(twin, 'n1', ['stage', '2'], 'r/stage/1');
    const both = await clock.run(Promise.all([stage(), stage()]));
    expect(both[0]).toEqual(both[1]);
    expect(await clock.run(stage())).toEqual(both[0]);
    expect(twin.felt.filter(({ what }) => what === 'stage')).toHaveLength(1);
    await clock.run(runOn(twin, 'n1', ['stage', '2'], 'r/stage/2'));
    expect(twin.felt.filter(({ what }) => what === 'stage')).toHaveLength(2);
  });

  test('a command cut off by a reboot is unknown, one past its deadline too, and no answer is made up', async () => {
    const { twin, clock } = world();
    const cut = runOn(twin, 'n1', ['apply', '2'], 'r/apply/1');
    const late = runOn(twin, 'n2', ['apply', '2'], 'r/apply/1', null, clock.now() + 10_000);
    await clock.run(sleep(clock, 1_000));
    twin.rebootBySomebodyElse('n1');
    expect(await clock.run(cut)).toMatchObject({ outcome: 'unknown' });
    expect(await clock.run(late)).toMatchObject({ outcome: 'unknown' });
    await clock.run(sleep(clock, 60 * MINUTE_MS));
    expect(twin.versionsOf('n1')).toEqual({ 'host-os': '2025.06' });
  });

  test('a signal: a job that handles it writes a checkpoint and goes on, another one ends', async () => {
    const { twin, clock } = world();
    let keys = 0;
    const [good, bad] = [true, false].map((handlesSignal) => twin.submitJob({ nodes: 1, durationMs: 600 * MINUTE_MS, handlesSignal }));
    for (const job of [good, bad])
      await schedule(twin, clock, { role: 'scheduler', do: 'signal', job: job ?? '', signal: 'USR1', to: 'batch' }, ['n1']);
    const proof = (): Promise<unknown> => clock.run(runOn(twin, 'n1', ['stat', '-c', '%.9Y', `/ckpt/${good}/latest`], `p/${keys++}`, null));
    expect(await proof()).toMatchObject({ evidence: { exit: 1 } });
    await clock.run(sleep(clock, 10 * MINUTE_MS));
    expect(twin.jobState(good ?? '')).toBe('running');
    expect(twin.jobState(bad ?? '')).toBe('gone');
    expect(await proof()).toMatchObject({ evidence: { exit: 0 } });
    expect(twin.felt.filter(({ what }) => what === 'checkpoint')).toMatchObject([{ job: Number(good) }]);
  });
});

describe('twin: outlives its process and grows', () => {
  test('a snapshot restored into a new twin goes on where the old one stood', async () => {
    const { twin, clock, config } = world();
    const job = twin.submitJob({ nodes: 2, durationMs: 10 * MINUTE_MS, handlesSignal: true });
    await schedule(twin, clock, { role: 'scheduler', do: 'reserve', run: 'r1' }, ['n4']);
    await clock.run(runOn(twin, 'n4', ['apply', '2'], 'r/apply/1'));
    twin.rebootBySomebodyElse('n4');
    await clock.run(sleep(clock, 10_000));
    const kept = JSON.parse(JSON.stringify(twin.snapshot()));
    const laterClock = new VirtualClock(clock.now() - 5_000);
    const later = createTwin(config, laterClock);
    later.restore(kept);
    expect((await lookAt(later, laterClock, 'n4')).reachable).toBe(false);
    expect(later.jobState(job)).toBe('running');
    await laterClock.run(sleep(laterClock, 60 * MINUTE_MS));
    expect(later.versionsOf('n4')).toEqual({ 'host-os': '2' });
    expect((await lookAt(later, laterClock, 'n4')).bootId).toBe('n4-boot-2');
    expect((await factsOf(later, laterClock, 'n4')).reservation?.run).toBe('r1');
    expect(later.jobState(job)).toBe('gone');
    await laterClock.run(runOn(later, 'n4', ['apply', '2'], 'r/apply/1'));
    expect(later.felt.filter(({ what }) => what === 'apply')).toEqual([]);
  });

  test('10,000 nodes: a look, a drain and a step on all of them take little', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `n${index + 1}`);
    const config = twinConfig(names, { felt: false });
    const clock = new VirtualClock();
    const twin = createTwin({ ...config, jobs: { ...config.jobs, busy: 0.9 } }, clock);
    const began = performance.now();
    expect(await clock.run(twin.scheduler.observe(names, SIGNAL))).toHaveLength(10_000);
    await schedule(twin, clock, { role: 'scheduler', do: 'drain', run: 'r1', why: '' }, names);
    await clock.run(Promise.all(names.map((node) => runOn(twin, node, ['stage', '2'], 'r/stage/1'))));
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(twin.felt).toEqual([]);
  });
});

function world(overrides: Partial<Omit<TwinConfig, 'nodes'>> = {}, nodes = FIVE): { twin: Twin; clock: VirtualClock; config: TwinConfig } {
  const clock = new VirtualClock(1_000_000);
  const config = twinConfig(nodes, overrides);
  return { twin: createTwin(config, clock), clock, config };
}

/** Stages, applies and reboots a busy, faulty twin; gives what it felt. */
async function maintain(seed: number): Promise<unknown[]> {
  const nodes = Array.from({ length: 24 }, (_, index) => `n${index + 1}`);
  const clock = new VirtualClock();
  const base = twinConfig(nodes, { seed, faults: { neverBack: { share: 0.1 }, backTwice: { share: 0.2 } }, lostAnswers: 0.1 });
  const twin = createTwin({ ...base, jobs: { ...base.jobs, busy: 0.7, handlesSignal: 0.5 } }, clock);
  await schedule(twin, clock, { role: 'scheduler', do: 'drain', run: 'r1', why: '' }, nodes);
  await clock.run(
    Promise.all(
      nodes.map(async (node) => {
        await runOn(twin, node, ['stage', '2'], 'r/stage/1');
        await runOn(twin, node, ['apply', '2'], 'r/apply/1');
        const bootId = (await shellFacts(twin, node)).bootId ?? '';
        const act = { role: 'shell', do: 'reboot', bootIds: { [node]: bootId } } as const;
        await twin.shell.act({ act, targets: [node], key: 'r/reboot/1', deadline: Infinity }, SIGNAL);
      }),
    ),
  );
  await clock.run(sleep(clock, 60 * MINUTE_MS));
  return [...twin.felt];
}

async function runOn(
  twin: Twin,
  node: string,
  argv: readonly string[],
  key: string,
  version: string | null = null,
  deadline = Number.POSITIVE_INFINITY,
): Promise<{ outcome: string; evidence: { readonly [key: string]: unknown } }> {
  const act = { role: 'shell', do: 'run', argv, version, previous: {}, once: true } as const;
  const [result] = await twin.shell.act({ act, targets: [node], key, deadline }, SIGNAL);
  if (!result) throw new Error('no result');
  return result;
}

async function reboot(twin: Twin, clock: VirtualClock, node: string, bootId: string): Promise<unknown> {
  const act = { role: 'shell', do: 'reboot', bootIds: { [node]: bootId } } as const;
  const [result] = await clock.run(twin.shell.act({ act, targets: [node], key: 'r/reboot/1', deadline: clock.now() + MINUTE_MS }, SIGNAL));
  return result;
}

function schedule(twin: Twin, clock: VirtualClock, act: Extract<Act, { role: 'scheduler' }>, targets: readonly string[]) {
  return clock.run(twin.scheduler.act({ act, targets, key: `r/${act.do}/1`, deadline: clock.now() + MINUTE_MS }, SIGNAL));
}

function lookAt(twin: Twin, clock: VirtualClock, node: string): Promise<ShellFacts> {
  return clock.run(shellFacts(twin, node));
}

async function shellFacts(twin: Twin, node: string): Promise<ShellFacts> {
  const [seen] = await twin.shell.observe([node], SIGNAL);
  if (seen?.facts?.role !== 'shell') throw new Error(`no facts of ${node}`);
  return seen.facts;
}

async function factsOf(twin: Twin, clock: VirtualClock, node: string): Promise<SchedulerFacts> {
  const [seen] = await clock.run(twin.scheduler.observe([node], SIGNAL));
  if (seen?.facts?.role !== 'scheduler') throw new Error(`no facts of ${node}`);
  return seen.facts;
}

/** Polls on the clock; a deadline of a minute of it. */
async function until(clock: Clock, holds: () => boolean): Promise<void> {
  const deadline = clock.now() + MINUTE_MS;
  while (!holds()) {
    if (clock.now() > deadline) throw new Error('it never came true');
    await sleep(clock, 50);
  }
}
