// Switches and nodes in one plan: who waits for whose silence, who is held, and what gets everybody going again.
import { describe, expect, it } from 'vitest';
import { Bench } from '../../../test/machine-bench.ts';
import { testPlan, testPolicy, testProcedure, testStep, type PlanWishes } from '../../../test/plans.ts';
import { foldNames } from '../fleet/nodeset.ts';
import type { MergedProcedure, Plan, Wave } from '../plan/plan.ts';
import { hasFlag } from './state.ts';
import { FLAG } from './states.ts';

const SWITCH: MergedProcedure = {
  kind: 'switch',
  components: { 'switch-firmware': '31' },
  needs: 'cleared',
  steps: [
    testStep('stage', { kind: 'run', argv: ['/stage'] }, { early: true }),
    testStep('burn', { kind: 'run', argv: ['/burn'] }, { to: 'updating', destructive: true }),
    testStep('reload', { kind: 'do', act: 'reset' }, { to: 'rebooting', destructive: true }),
    testStep('look', { kind: 'read', read: { 'switch-firmware': ['/v'] } }, { to: 'conforming' }),
  ],
  back: null,
  mopUp: [],
};

/** What is held when: node waves of the plan wait before `step`. */
interface QuietWishes extends PlanWishes {
  readonly switches?: number;
  readonly switchAtOnce?: number;
  readonly step?: string;
  /** Main nodes wait for the canary, too. */
  readonly canaryHold?: boolean;
  readonly switchProcedure?: Partial<MergedProcedure>;
}

/** The nodes of `testPlan` behind s1, s2, ...: wave 0 the switches, then the node waves, which wait for them drained. */
function quietPlan({ switches = 2, switchAtOnce = switches, step = 'apply', canaryHold = true, ...wishes }: QuietWishes = {}): Plan {
  const plan = testPlan({ canary: 0, ...wishes });
  const names = Array.from({ length: switches }, (_, i) => `s${i + 1}`);
  const wave: Wave = {
    id: 'switch',
    cluster: 'lab',
    kind: 'switch',
    targets: foldNames(names),
    procedure: 'switch',
    after: [],
    quiet: plan.waves.map(({ id }) => id),
    atOnce: switchAtOnce,
    gate: { failedMax: null, returnedMin: switches, failureRateMax: null },
    affected: '',
  };
  const held = plan.waves.map((node): Wave => {
    const until = node.id === 'main' && canaryHold && plan.waves.length > 1 ? ['switch', 'canary'] : ['switch'];
    return { ...node, after: [], holds: [{ step, until }] };
  });
  return {
    ...plan,
    procedures: { ...plan.procedures, switch: { ...SWITCH, ...wishes.switchProcedure } },
    waves: [wave, ...held],
  };
}

const stages = (bench: Bench, names: readonly string[]): string[] => names.map((name) => bench.stage(name));
const drained = (wishes: QuietWishes): Bench => {
  const bench = new Bench({ plan: quietPlan(wishes) }).begin();
  for (const name of bench.program.targets) bench.feed(name, 'done');
  for (const name of bench.program.targets) if (name.startsWith('n')) bench.feed(name, 'done');
  return bench;
};

describe('machine: targets without a drain', () => {
  it('entry: early steps at once, the first other step only in the open window, for whom it was released', () => {
    const bench = new Bench({
      plan: {
        ...quietPlan({ nodes: 1 }),
        waves: quietPlan()
          .waves.slice(0, 1)
          .map((wave) => ({ ...wave, quiet: [] })),
      },
    });
    bench.feed(null, 'confirm').feed('s1', 'release').feed(null, 'begin');
    expect(bench.started).toEqual(['s1 stage', 's2 stage']);
    bench.feed('s1', 'done').feed('s2', 'done');
    expect(stages(bench, ['s1', 's2'])).toEqual(['waiting', 'waiting']);
    bench.feed(null, 'window', 1);
    expect(stages(bench, ['s1', 's2'])).toEqual(['running', 'waiting']);
    expect(bench.step('s1')).toBe('burn');
  });

  it('at once: counts at the entry, and is given back with the last step', () => {
    const bench = drained({ nodes: 1, switches: 2, switchAtOnce: 1 });
    expect(stages(bench, ['s1', 's2'])).toEqual(['running', 'queued']);
    bench.feed('s1', 'done').feed('s1', 'done').feed('s1', 'done');
    expect(stages(bench, ['s1', 's2'])).toEqual(['returned', 'running']);
  });

  it('recall: one that was not begun is out; one that entered and was not changed has nothing to give back', () => {
    const look = testStep('pre-look', { kind: 'run', argv: ['/look'] }, { to: 'updating' });
    const bench = drained({ nodes: 1, switches: 2, switchAtOnce: 1, switchProcedure: { steps: [look, ...SWITCH.steps.slice(1)] } });
    bench.feed('s1', 'recall').feed('s2', 'recall');
    expect(stages(bench, ['s1', 's2'])).toEqual(['running', 'skipped']);
    bench.feed('s1', 'done');
    expect(bench.stage('s1')).toBe('skipped');
    expect(bench.wave(0)).toBe('passed');
    bench.checkInvariants();
  });

  it('enough are back: nodes wait all the same for a switch that is still being worked on, and no longer for one that waits for people', () => {
    const plan = quietPlan({ nodes: 1 });
    const waves = plan.waves.map((wave) => (wave.kind === 'switch' ? { ...wave, gate: { ...wave.gate, returnedMin: 1 } } : wave));
    const bench = new Bench({ plan: { ...plan, waves } }).begin();
    for (const name of bench.program.targets) bench.feed(name, 'done');
    bench.feed('n1', 'done').feed('s1', 'done').feed('s1', 'done').feed('s1', 'done').feed('s1', 'soak-passed');
    expect([bench.stage('s1'), bench.stage('s2'), bench.wave(0), bench.stage('n1')]).toEqual(['settled', 'running', 'open', 'parked']);
    bench.feed('s2', 'expired');
    expect([bench.stage('s2'), bench.wave(0), bench.stage('n1')]).toEqual(['straggling', 'passed', 'running']);
    bench.checkInvariants();
  });

  it('without a step that looks: a mended one does its last step again, and a reboot that helped may have been the last', () => {
    const steps = SWITCH.steps.slice(0, 3);
    const mopUp = [{ way: 'remote', share: 1, takes: null, tries: [{ by: 'bmc', act: 'reboot' }], crew: null, part: null }] as const;
    const bench = drained({ nodes: 1, switches: 1, switchProcedure: { steps, mopUp } }).upTo('s1', 'reload').feed('s1', 'failed');
    expect(bench.step('s1')).toBe('mop-up-reboot');
    expect(bench.feed('s1', 'done').stage('s1')).toBe('returned');
    const other = drained({ nodes: 1, switches: 1, switchProcedure: { steps } })
      .upTo('s1', 'reload')
      .feed('s1', 'expired')
      .feed('s1', 'fixed');
    expect(other.step('s1')).toBe('reload');
  });
});

describe('machine: quiet', () => {
  it('opens when the last node is cleared', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 3 }) }).begin();
    for (const name of bench.program.targets) bench.feed(name, 'done');
    bench.feed('n1', 'done').feed('n2', 'done');
    expect(bench.wave(0)).toBe('closed');
    expect(stages(bench, ['s1', 's2'])).toEqual(['waiting', 'waiting']);
    bench.feed('n3', 'done');
    expect(bench.wave(0)).toBe('open');
    expect([bench.step('s1'), bench.stage('s1')]).toEqual(['burn', 'running']);
  });

  it.each([
    ['was given back before it was cleared', (bench: Bench) => bench.feed('n3', 'recall').feed('n3', 'done').feed('n3', 'done')],
    ['is a straggler before it was cleared', (bench: Bench) => bench.feed('n3', 'failed')],
    ['was given up', (bench: Bench) => bench.feed('n3', 'failed').feed('n3', 'drop')],
  ])('opens without a node that %s', (_, leave) => {
    const bench = new Bench({ plan: quietPlan({ nodes: 3 }) }).begin().feed('n3', 'done');
    leave(bench);
    for (const name of ['n1', 'n2']) bench.feed(name, 'done').feed(name, 'done');
    expect(bench.wave(0)).toBe('open');
  });

  it('opens without a node that was not taken, and at once without any', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 2 }) }).feed('n1', 'skip').begin();
    expect(bench.feed('n2', 'done').feed('n2', 'done').wave(0)).toBe('open');
    expect(new Bench({ plan: quietPlan({ nodes: 1 }) }).feed('n1', 'skip').begin().wave(0)).toBe('open');
  });

  it('a straggler that enters anew is waited for again', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 2 }) }).begin();
    bench.feed('n1', 'done').feed('n1', 'failed').feed('n1', 'retry').feed('n2', 'done').feed('n2', 'done');
    expect([bench.step('n1'), bench.wave(0)]).toEqual(['drain', 'closed']);
    expect(bench.feed('n1', 'done').wave(0)).toBe('open');
  });

  it('mode confirm: asks only once it is quiet', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 2, mode: 'confirm' }) }).begin();
    expect([bench.wave(0), bench.wave(1)]).toEqual(['closed', 'asking']);
    bench.feed(null, 'approve', 1);
    for (const name of ['n1', 'n2']) bench.feed(name, 'done').feed(name, 'done');
    expect(bench.wave(0)).toBe('asking');
    expect(bench.feed(null, 'approve', 0).wave(0)).toBe('open');
  });
});

describe('machine: holds', () => {
  it('a drained node waits for the gate of the switches, and counts as changed once it goes on', () => {
    const bench = drained({ nodes: 2 });
    expect([bench.stage('n1'), bench.step('n1'), bench.state.shown[bench.id('n1')]]).toEqual(['parked', 'apply', 2]);
    bench.finish('s1');
    expect(bench.stage('n1')).toBe('parked');
    bench.finish('s2');
    expect([bench.wave(0), bench.stage('n1'), bench.step('n1')]).toEqual(['passed', 'running', 'apply']);
    expect(hasFlag(bench.state, bench.id('n1'), FLAG.changed)).toBe(true);
  });

  it('at once 1: all are drained, one after the other, and work one after the other; nobody waits for ever', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 3, atOnce: 1 }) }).begin();
    for (const name of ['n1', 'n2', 'n3', 's1', 's2']) bench.feed(name, 'done');
    expect(stages(bench, ['n1', 'n2', 'n3'])).toEqual(['running', 'queued', 'queued']);
    for (const name of ['n1', 'n2', 'n3']) bench.feed(name, 'done').checkInvariants();
    expect(stages(bench, ['n1', 'n2', 'n3'])).toEqual(['parked', 'parked', 'parked']);
    bench.finish('s1').finish('s2');
    expect(stages(bench, ['n1', 'n2', 'n3'])).toEqual(['running', 'queued', 'queued']);
    for (const name of ['n1', 'n2', 'n3']) bench.finish(name).checkInvariants();
    expect(bench.state.run.open).toBe(0);
  });

  it('canary: the others are drained with it and wait for its gate', () => {
    const bench = drained({ nodes: 3, canary: 1 }).finish('s1').finish('s2');
    expect(stages(bench, ['n1', 'n2', 'n3'])).toEqual(['running', 'parked', 'parked']);
    bench.finish('n1');
    expect(stages(bench, ['n1', 'n2', 'n3'])).toEqual(['settled', 'running', 'running']);
  });

  it('failure rate: of those that were begun, not of those that wait; while a gate holds, nobody who was held begins', () => {
    const gates = { ...testPolicy().gates, failureRate: 0.1 };
    const bench = drained({ nodes: 30, atOnce: 20, policy: testPolicy({ gates }), procedure: { mopUp: [] } });
    const nodes = bench.program.targets.filter((name) => name.startsWith('n'));
    bench.finish('s1').finish('s2');
    expect(bench.state.waveStarted[1]).toBe(20);
    for (const name of ['n1', 'n2', 'n3']) bench.feed(name, 'expired');
    expect([bench.state.waveStarted[1], bench.wave(1)]).toEqual([23, 'held']);
    bench.finish('n4');
    expect(nodes.filter((name) => bench.stage(name) === 'running')).toHaveLength(19);
    expect(bench.stage('n24')).toBe('parked');
    bench.feed(null, 'approve', 1);
    expect(bench.stage('n24')).toBe('running');
    bench.checkInvariants();
  });

  it('overlap: what comes before the hold goes on beside the switches', () => {
    const bench = drained({ nodes: 1, step: 'activate' });
    expect([bench.step('n1'), bench.stage('n1')]).toEqual(['apply', 'running']);
    bench.feed('n1', 'done');
    expect([bench.step('n1'), bench.stage('n1')]).toEqual(['activate', 'parked']);
    expect(bench.finish('s1').finish('s2').stage('n1')).toBe('running');
  });

  it('a node that only stood still returns, and its return counts', () => {
    const steps = testProcedure().steps.filter(({ name }) => name === 'drain' || name === 'return');
    const bench = new Bench({
      plan: quietPlan({ nodes: 1, step: 'return', procedure: { components: {}, steps, back: null, mopUp: [] } }),
    }).begin();
    bench.feed('s1', 'done').feed('s2', 'done').feed('n1', 'done');
    expect([bench.step('n1'), bench.stage('n1')]).toEqual(['return', 'parked']);
    bench.finish('s1').finish('s2').feed('n1', 'done');
    expect(bench.stage('n1')).toBe('returned');
  });

  it('drain-only: the hold is before the hand-over', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 1, mode: 'drain-only' }) }).begin().feed('n1', 'done');
    expect([bench.step('n1'), bench.stage('n1'), bench.step('s1')]).toEqual(['hand-over', 'parked', 'hand-over']);
  });

  it('a gate that holds is approved, or the gate of a wave at work is passed with what is back: both lift the hold', () => {
    const bench = drained({ nodes: 1, switchProcedure: { mopUp: [] } })
      .finish('s1')
      .feed('s2', 'expired')
      .feed('s2', 'drop');
    expect([bench.wave(0), bench.stage('n1')]).toEqual(['open', 'parked']);
    bench.feed(null, 'approve', 0);
    expect([bench.wave(0), bench.stage('n1')]).toEqual(['passed', 'running']);
  });

  it('abort: who is held untouched is given back; who was changed goes on to its return, without waiting', () => {
    const bench = drained({ nodes: 2, step: 'activate' }).feed('n1', 'done').feed('n2', 'hold').feed('s1', 'done');
    bench.feed(null, 'abort');
    expect([bench.step('n1'), bench.stage('n1')]).toEqual(['activate', 'running']);
    const other = drained({ nodes: 1 }).feed(null, 'abort');
    expect([other.step('n1'), other.stage('n1'), other.stage('s1')]).toEqual(['return', 'running', 'running']);
    other.feed('n1', 'done');
    expect(other.stage('n1')).toBe('skipped');
    other.finish('s1').finish('s2');
    expect(other.state.run.open).toBe(0);
    other.checkInvariants();
  });

  it('fixed: who was mended waits like the others, wherever its step is', () => {
    const bench = new Bench({ plan: quietPlan({ nodes: 1 }) }).begin().feed('n1', 'done').feed('n1', 'failed').feed('n1', 'fixed');
    expect([bench.step('n1'), bench.stage('n1')]).toEqual(['conform', 'parked']);
    bench.feed('s1', 'done').feed('s2', 'done').finish('s1').finish('s2');
    expect([bench.step('n1'), bench.stage('n1')]).toEqual(['conform', 'running']);
  });

  it('recall: who is held is given back', () => {
    const bench = drained({ nodes: 2 }).feed('n1', 'recall');
    expect(bench.step('n1')).toBe('return');
    bench.feed('n1', 'done').checkInvariants();
    expect(bench.stage('n1')).toBe('skipped');
  });
});

describe('machine: many waves', () => {
  it('abort: no wave opens on the way, and nobody is drained', () => {
    const bench = new Bench({ nodes: 3, canary: 1 }).begin().feed('n1', 'hold');
    for (const name of bench.program.targets) bench.feed(name, 'done');
    bench.feed(null, 'abort');
    expect(stages(bench, ['n1', 'n2', 'n3'])).toEqual(['skipped', 'skipped', 'skipped']);
    expect(bench.started.filter((line) => line.endsWith('drain'))).toEqual([]);
  });

  it('8,000 waves in a row of which nothing is taken pass in one event', () => {
    const plan = testPlan({ nodes: 8_000, canary: 0 });
    const waves = plan.waves.flatMap((wave) =>
      Array.from({ length: 8_000 }, (_, i): Wave => {
        return {
          ...wave,
          id: `w${i}`,
          targets: `n${i + 1}`,
          atOnce: 1,
          after: i === 0 ? [] : [`w${i - 1}`],
          gate: { ...wave.gate, returnedMin: 1 },
        };
      }),
    );
    const bench = new Bench({ plan: { ...plan, waves } }).feed(null, 'confirm').feed(null, 'window', 1);
    for (const name of bench.program.targets) bench.feed(name, 'skip');
    bench.feed(null, 'begin');
    expect([bench.state.run.open, bench.wave(7_999)]).toEqual([0, 'passed']);
  });
});
