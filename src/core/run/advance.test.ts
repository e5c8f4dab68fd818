import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bench } from '../../../test/machine-bench.ts';
import { testPolicy, testProcedure, testStep } from '../../../test/plans.ts';
import type { EntryKind } from '../ports.ts';
import { advance, eventCode } from './advance.ts';
import { hasFlag } from './state.ts';
import { FLAG } from './states.ts';

describe('machine: the happy path', () => {
  it('begin: early steps start at once on every target, drains only in the open wave', () => {
    const bench = new Bench({ nodes: 3 }).begin();
    expect(bench.started).toEqual(['n1 stage', 'n2 stage', 'n3 stage']);
    bench.feed('n1', 'done').feed('n2', 'done');
    expect(bench.stage('n1')).toBe('running');
    expect(bench.step('n1')).toBe('drain');
    expect(bench.stage('n2')).toBe('waiting');
  });

  it('canary: the main wave opens when the canary has soaked, not when it has returned', () => {
    const bench = new Bench({ nodes: 3 }).begin().feed('n2', 'done').feed('n3', 'done');
    bench.upTo('n1', 'return').feed('n1', 'done');
    expect(bench.stage('n1')).toBe('returned');
    expect(bench.wave(1)).toBe('closed');
    bench.feed('n1', 'soak-passed');
    expect([bench.wave(0), bench.wave(1)]).toEqual(['passed', 'open']);
    expect(bench.step('n2')).toBe('drain');
    bench.finish('n2').finish('n3');
    expect(bench.state.run.open).toBe(0);
  });

  it('window: closed, nothing is drained; opened, it is', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).feed(null, 'confirm');
    for (const name of bench.program.targets) bench.feed(name, 'release').feed(name, 'baseline');
    bench.feed(null, 'begin').feed('n1', 'done');
    expect(bench.stage('n1')).toBe('waiting');
    bench.feed(null, 'window', 1);
    expect(bench.step('n1')).toBe('drain');
    expect(bench.stage('n1')).toBe('running');
  });

  it('release: a target that nobody handed over is never drained', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).feed(null, 'window', 1).feed('n1', 'release').feed(null, 'begin');
    bench.feed('n1', 'done').feed('n2', 'done');
    expect([bench.stage('n1'), bench.stage('n2')]).toEqual(['running', 'waiting']);
    bench.feed('n2', 'release');
    expect(bench.stage('n2')).toBe('running');
  });
});

describe('machine: limits', () => {
  it('at once: the next target is drained when one has come back', () => {
    const bench = new Bench({ nodes: 3, canary: 0, atOnce: 1 }).begin();
    for (const name of ['n1', 'n2', 'n3']) bench.feed(name, 'done');
    expect(['n1', 'n2', 'n3'].map((name) => bench.stage(name))).toEqual(['running', 'queued', 'queued']);
    bench.upTo('n1', 'return').feed('n1', 'done');
    expect(['n2', 'n3'].map((name) => bench.stage(name))).toEqual(['running', 'queued']);
  });

  it('stragglers: give their place at once back, but stay unavailable', () => {
    const unavailable = testPolicy({ unavailableAtMost: { kind: 'count', count: 2 } });
    const bench = new Bench({ nodes: 4, canary: 0, atOnce: 2, policy: unavailable, procedure: { mopUp: [] } }).begin();
    for (const name of bench.program.targets) bench.feed(name, 'done');
    bench.upTo('n1', 'activate').feed('n1', 'expired');
    expect(bench.stage('n1')).toBe('straggling');
    expect(bench.stage('n3')).toBe('queued');
    bench.finish('n2');
    expect([bench.stage('n3'), bench.stage('n4')]).toEqual(['running', 'queued']);
  });

  it('step limit: shared by steps, first come first served', () => {
    const stage = testStep('stage', { kind: 'run', argv: ['x'] }, { early: true, uses: ['image-server'] });
    const limits = { 'image-server': { count: 2, per: 'fleet', owner: null, why: null, until: null } } as const;
    const bench = new Bench({
      nodes: 4,
      canary: 0,
      policy: testPolicy({ limits }),
      procedure: { steps: [stage, ...testProcedure().steps.slice(1)] },
    }).begin();
    expect(bench.started).toEqual(['n1 stage', 'n2 stage']);
    bench.feed('n2', 'done');
    expect(bench.started).toEqual(['n1 stage', 'n2 stage', 'n3 stage', 'n2 drain']);
  });
});

describe('machine: off the happy path', () => {
  it('failed attempts: as many as the step allows, then a mop-up try, then people', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().upTo('n1', 'activate');
    bench.feed('n1', 'failed');
    expect([bench.stage('n1'), bench.step('n1')]).toEqual(['running', 'activate']);
    bench.feed('n1', 'failed');
    expect([bench.stage('n1'), bench.step('n1')]).toEqual(['running', 'mop-up-reboot']);
    bench.feed('n1', 'expired');
    expect(bench.stage('n1')).toBe('straggling');
  });

  it('mop-up: after a reboot that helped, the target goes on where it fell off', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().upTo('n1', 'conform').feed('n1', 'failed');
    expect(bench.step('n1')).toBe('mop-up-reboot');
    bench.feed('n1', 'done');
    expect(bench.step('n1')).toBe('conform');
    bench.finish('n1');
    expect(bench.stage('n1')).toBe('settled');
    expect(hasFlag(bench.state, bench.id('n1'), FLAG.straggler)).toBe(false);
  });

  it('never changed: no automatic reboot of a target on which nothing destructive was done', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().feed('n1', 'failed').feed('n1', 'failed');
    expect(bench.stage('n1')).toBe('straggling');
  });

  it('fixed: looks what runs; dropped: stays named; retry: the failed step again', () => {
    const bench = new Bench({ nodes: 3, canary: 0, procedure: { mopUp: [] } }).begin();
    for (const name of bench.program.targets) bench.upTo(name, 'activate').feed(name, 'expired');
    bench.feed('n1', 'fixed').feed('n2', 'retry').feed('n3', 'drop');
    expect([bench.step('n1'), bench.step('n2')]).toEqual(['conform', 'activate']);
    expect(bench.stage('n3')).toBe('dropped');
    expect(bench.state.run.open).toBe(2);
  });

  it('retry of a version that did not take: applies it again', () => {
    const bench = new Bench({ nodes: 2, canary: 0, procedure: { mopUp: [] } })
      .begin()
      .upTo('n1', 'conform')
      .feed('n1', 'failed')
      .feed('n1', 'retry');
    expect([bench.stage('n1'), bench.step('n1')]).toEqual(['running', 'apply']);
  });

  it('soak: a target that falls out of service is taken back from the returned', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().upTo('n1', 'return').feed('n1', 'done').feed('n1', 'soak-failed');
    expect(bench.stage('n1')).toBe('straggling');
    bench.feed('n1', 'fixed');
    expect(bench.step('n1')).toBe('drain');
  });

  it('foreign act: the step is given up without a failure and starts anew when it is lifted', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().upTo('n1', 'apply').feed('n1', 'foreign');
    expect(bench.stage('n1')).toBe('parked');
    bench.feed('n1', 'foreign-gone');
    expect([bench.stage('n1'), bench.step('n1'), bench.state.failures[0], bench.state.attempt[0]]).toEqual(['running', 'apply', 0, 2]);
  });
});

describe('machine: gates', () => {
  it('canary failed: the gate holds, nothing more is drained, and an approval lets it go on', () => {
    const bench = new Bench({ nodes: 3, procedure: { mopUp: [] } }).begin().feed('n2', 'done').feed('n3', 'done');
    bench.upTo('n1', 'activate').feed('n1', 'expired');
    expect(bench.wave(0)).toBe('held');
    expect(bench.stage('n2')).toBe('waiting');
    bench.feed(null, 'approve', 0);
    expect([bench.wave(0), bench.wave(1), bench.step('n2')]).toEqual(['passed', 'open', 'drain']);
  });

  it('canary mopped up: it failed all the same, so the gate still holds', () => {
    const bench = new Bench({ nodes: 2 }).begin().upTo('n1', 'conform').feed('n1', 'failed').finish('n1');
    expect([bench.stage('n1'), bench.wave(0), bench.wave(1)]).toEqual(['settled', 'held', 'closed']);
  });

  it('failure rate: judged over the started ones, holds new drains, not those under way', () => {
    const gates = { ...testPolicy().gates, failureRate: 0.1 };
    const bench = new Bench({ nodes: 20, canary: 0, policy: testPolicy({ gates }), procedure: { mopUp: [] } }).begin();
    for (const name of bench.program.targets) bench.feed(name, 'done');
    for (const name of ['n1', 'n2']) bench.upTo(name, 'activate').feed(name, 'expired');
    expect(bench.wave(0)).toBe('open');
    bench.upTo('n3', 'activate').feed('n3', 'expired');
    expect(bench.wave(0)).toBe('held');
    bench.feed('n4', 'done');
    expect(bench.step('n4')).toBe('apply');
    expect(bench.stage('n4')).toBe('running');
  });

  it('mode confirm: each wave asks and opens on approval', () => {
    const bench = new Bench({ nodes: 2, mode: 'confirm' }).begin().feed('n1', 'done');
    expect([bench.wave(0), bench.stage('n1')]).toEqual(['asking', 'waiting']);
    bench.feed(null, 'approve', 0);
    expect([bench.wave(0), bench.step('n1')]).toEqual(['open', 'drain']);
  });
});

describe('machine: words of people', () => {
  it('pause: steps under way end, no further one starts; resume: goes on', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().upTo('n1', 'apply').feed(null, 'pause').feed('n1', 'done');
    expect(bench.stage('n1')).toBe('parked');
    bench.feed(null, 'resume');
    expect([bench.stage('n1'), bench.step('n1')]).toEqual(['running', 'activate']);
  });

  it('hold of a target: only that one stops', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().feed('n1', 'hold').feed('n1', 'done').feed('n2', 'done');
    expect([bench.stage('n1'), bench.stage('n2')]).toEqual(['parked', 'running']);
    expect(bench.feed('n1', 'unhold').stage('n1')).toBe('running');
  });

  it('abort: untouched are given back, changed go on to their return', () => {
    const bench = new Bench({ nodes: 4, canary: 0, atOnce: 3 }).begin();
    for (const name of bench.program.targets) bench.feed(name, 'done');
    bench.upTo('n1', 'activate').feed(null, 'abort');
    expect([bench.step('n1'), bench.stage('n4')]).toEqual(['activate', 'skipped']);
    bench.feed('n2', 'done');
    expect(bench.step('n2')).toBe('return');
    bench.feed('n2', 'done');
    expect(bench.stage('n2')).toBe('skipped');
    bench.feed('n3', 'done').feed('n3', 'done');
    bench.finish('n1');
    expect(bench.state.run.open).toBe(0);
  });

  it('recall: a changed target takes the way back, an untouched one is given back', () => {
    const bench = new Bench({ nodes: 2, canary: 0 }).begin().upTo('n1', 'conform').upTo('n2', 'drain');
    bench.feed('n1', 'recall').feed('n2', 'recall').feed('n1', 'done').feed('n2', 'done');
    expect([bench.step('n1'), bench.step('n2')]).toEqual(['back', 'return']);
    bench.feed('n1', 'done');
    expect(bench.step('n1')).toBe('back-activate');
    bench.finish('n1');
    expect(bench.stage('n1')).toBe('settled');
  });

  it('drain-only: drains, waits for a hand-over, looks, returns; never applies', () => {
    const bench = new Bench({ nodes: 2, canary: 0, mode: 'drain-only' }).begin();
    expect(bench.step('n1')).toBe('drain');
    bench.feed('n1', 'done');
    expect(bench.step('n1')).toBe('hand-over');
    bench.finish('n1');
    expect(bench.started.filter((line) => line.startsWith('n1'))).toEqual([
      'n1 drain',
      'n1 hand-over',
      'n1 conform',
      'n1 validate',
      'n1 return',
    ]);
  });
});

describe('machine: any order of events', () => {
  it('invariants: limits hold, counters balance, the open count is right, nothing throws', () => {
    const kinds: EntryKind[] = [
      'done',
      'failed',
      'expired',
      'foreign',
      'foreign-gone',
      'hold',
      'unhold',
      'recall',
      'retry',
      'fixed',
      'drop',
      'soak-passed',
      'soak-failed',
      'skip',
    ];
    const runKinds: EntryKind[] = ['pause', 'resume', 'abort', 'approve', 'window', 'gate-timeout'];
    const event = fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({ target: fc.integer({ min: 0, max: 7 }), kind: fc.constantFrom(...kinds), arg: fc.constant(0) }),
      },
      {
        weight: 8,
        arbitrary: fc.record({ target: fc.integer({ min: 0, max: 7 }), kind: fc.constant<EntryKind>('done'), arg: fc.constant(0) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ target: fc.constant(-1), kind: fc.constantFrom(...runKinds), arg: fc.integer({ min: 0, max: 1 }) }),
      },
    );
    const limits = { 'image-server': { count: 2, per: 'fleet', owner: null, why: null, until: null } } as const;
    const policy = testPolicy({ limits, unavailableAtMost: { kind: 'count', count: 5 } });
    const steps = testProcedure().steps.map((step) => (step.action.kind === 'run' ? { ...step, uses: ['image-server'] } : step));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const bench = new Bench({ nodes: 8, canary: 1, atOnce: 3, policy, procedure: { steps } }).begin();
        for (const { target, kind, arg } of events) {
          advance(bench.program, bench.state, target, eventCode(kind), arg, []);
          bench.checkInvariants();
        }
      }),
      { numRuns: 500 },
    );
  });
});
