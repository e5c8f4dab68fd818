import { describe, expect, it } from 'vitest';
import { testPlan, testProcedure, testStep } from '../../../test/plans.ts';
import type { Plan } from '../plan/plan.ts';
import type { EntryKind, EntryNote } from '../ports.ts';
import { compile } from '../run/compile.ts';
import { createChronicle, record, type Chronicle } from '../run/chronicle.ts';
import { MINUTE_MS } from './learn-example.ts';
import { observationsOf, type MopUpObservation, type RunObservations, type StepObservation } from './observations.ts';

/** A run told entry by entry, in minutes. */
class Told {
  readonly plan: Plan;
  readonly chronicle: Chronicle;

  constructor(plan: Plan = testPlan({ nodes: 2, canary: 0 })) {
    this.plan = plan;
    this.chronicle = createChronicle(compile(plan));
    this.say(0, null, 'window', {}, 1);
    for (const target of this.chronicle.program.targets) this.say(0, target, 'release').say(0, target, 'baseline');
    this.say(0, null, 'begin');
  }

  say(minute: number, target: string | null, kind: EntryKind, note: EntryNote = {}, arg = 0): this {
    const id = target === null ? -1 : (this.chronicle.program.idOf.get(target) as number);
    const step = target === null ? arg : (this.chronicle.state.step[id] as number);
    record(this.chronicle, { at: minute * MINUTE_MS, target: id, kind, step, attempt: 1, note });
    return this;
  }

  /** Ends the target's steps well, one minute each, from this minute on, until the named one is under way. */
  upTo(minute: number, target: string, step: string | null): this {
    const id = this.chronicle.program.idOf.get(target) as number;
    const { state, program } = this.chronicle;
    for (let at = minute + 1; program.steps[state.step[id] as number]?.name !== step && Number.isNaN(this.chronicle.returnedAt[id]); at++)
      this.say(at, target, 'done');
    return this;
  }

  get seen(): RunObservations {
    return observationsOf('night', this.plan, this.chronicle);
  }

  of(target: string): string[] {
    return this.seen.steps.filter((each) => each.target === target).map(words);
  }

  get mopUps(): string[] {
    return this.seen.mopUps.map(mopUpWords);
  }
}

function words({ component, step, kind, attempt, tookMs, ended }: StepObservation): string {
  return `${component}/${step} ${kind} ${attempt} ${tookMs / MINUTE_MS}m ${ended}`;
}

function mopUpWords({ component, step, target, way, tookMs, ended }: MopUpObservation): string {
  return `${component} ${target} at ${step}: ${way} ${tookMs / MINUTE_MS}m ${ended}`;
}

describe('observations: steps', () => {
  it('the happy path: each step once, how long it took', () => {
    const told = new Told().upTo(0, 'n1', null);
    expect(told.of('n1')).toEqual([
      'host-os/stage run 1 1m done',
      'host-os/drain drain 1 1m done',
      'host-os/apply run 1 1m done',
      'host-os/activate reboot 1 1m done',
      'host-os/conform read 1 1m done',
      'host-os/validate check 1 1m done',
      'host-os/return return 1 1m done',
    ]);
    expect(told.seen.begun).toEqual({ 'host-os': 2 });
  });

  it('failed, expired, interrupted and still under way', () => {
    const told = new Told().upTo(0, 'n1', 'activate').upTo(0, 'n2', 'apply');
    told.say(10, 'n1', 'failed').say(100, 'n1', 'expired');
    told.say(10, 'n2', 'foreign').say(20, 'n2', 'foreign-gone').say(120, null, 'note');
    expect(told.of('n1').slice(3)).toEqual([
      'host-os/activate reboot 1 7m failed',
      // Its limit is 40 minutes; that it was noticed after 90 says nothing.
      'host-os/activate reboot 2 40m expired',
      'host-os/mop-up-reboot mop-up 1 20m censored',
    ]);
    expect(told.of('n2').slice(2)).toEqual(['host-os/apply run 1 8m censored', 'host-os/apply run 2 100m censored']);
  });

  it('the way back: its own step, and the steps of the way forward that it repeats', () => {
    const told = new Told().upTo(0, 'n1', 'activate').say(5, 'n1', 'recall').say(6, 'n1', 'done').upTo(6, 'n1', null);
    expect(told.of('n1').slice(4)).toEqual([
      'host-os/back run 1 1m done',
      'host-os/activate reboot 1 1m done',
      'host-os/conform read 1 1m done',
      'host-os/validate check 1 1m done',
      'host-os/return return 1 1m done',
    ]);
  });

  it('a chain of several components: a step says whose it is, or is of all of them', () => {
    const steps = testProcedure().steps.map((step) => (step.name === 'apply' ? { ...step, name: 'bmc.apply' } : step));
    const told = new Told(testPlan({ nodes: 1, canary: 0, procedure: { components: { 'host-os': '2', bmc: '3' }, steps } })).upTo(
      0,
      'n1',
      'conform',
    );
    expect(told.of('n1').slice(1, 4)).toEqual([
      'bmc+host-os/drain drain 1 1m done',
      'bmc/apply run 1 1m done',
      'bmc+host-os/activate reboot 1 1m done',
    ]);
    expect(told.seen.begun).toEqual({ 'bmc+host-os': 1 });
  });
});

describe('observations: mop-up', () => {
  it('nobody left the happy path: none', () => {
    expect(new Told().upTo(0, 'n1', null).mopUps).toEqual([]);
  });

  it('back by an automatic try: from leaving the path to the return, by the way whose try it was', () => {
    const told = new Told().upTo(0, 'n1', 'apply').say(10, 'n1', 'failed').say(25, 'n1', 'done').upTo(25, 'n1', null);
    expect(told.mopUps).toEqual(['host-os n1 at apply: remote 20m back']);
  });

  it('a first attempt that fails is not off the path', () => {
    const told = new Told().upTo(0, 'n1', 'activate').say(10, 'n1', 'failed').upTo(10, 'n1', null);
    expect(told.mopUps).toEqual([]);
  });

  it('people had a hand in it: the way that they name, else none', () => {
    const mended = (note: EntryNote): Told =>
      new Told().upTo(0, 'n1', 'apply').say(10, 'n1', 'failed').say(20, 'n1', 'failed').say(100, 'n1', 'fixed', note).upTo(100, 'n1', null);
    expect(mended({ by: 'kim', why: 'reseated' }).mopUps).toEqual(['host-os n1 at apply: null 93m back']);
    expect(mended({ by: 'kim', why: 'reseated', data: { way: 'hands' } }).mopUps).toEqual(['host-os n1 at apply: hands 93m back']);
  });

  it('still out at the end, and given up: censored, the latter when it was given up', () => {
    const told = new Told().upTo(0, 'n1', 'apply').upTo(0, 'n2', 'apply');
    for (const target of ['n1', 'n2']) told.say(10, target, 'failed').say(20, target, 'failed');
    told.say(50, 'n2', 'drop', { by: 'kim', why: 'board' }).say(90, null, 'note');
    expect(told.mopUps).toEqual(['host-os n1 at apply: null 80m censored', 'host-os n2 at apply: null 40m censored']);
  });

  it('a soak that failed: from the return that it took back; twice off is two', () => {
    const told = new Told().upTo(0, 'n1', 'apply').say(10, 'n1', 'failed').say(25, 'n1', 'done').upTo(25, 'n1', null);
    told.say(32, 'n1', 'soak-failed').say(50, 'n1', 'fixed').upTo(50, 'n1', null).say(60, 'n1', 'soak-passed');
    expect(told.mopUps).toEqual(['host-os n1 at apply: remote 20m back', 'host-os n1 at conform: null 26m back']);
  });

  it('steps with tries of their own: several ways, the one that worked', () => {
    const mopUp = (['remote', 'power'] as const).map((way) => ({
      way,
      share: 0.5,
      takes: null,
      tries: [{ by: 'shell' as const, act: 'reboot' as const }],
      crew: null,
      part: null,
    }));
    const steps = testProcedure().steps.map((step) =>
      step.name === 'apply' ? testStep('apply', step.action, { destructive: true }) : step,
    );
    const told = new Told(testPlan({ nodes: 1, canary: 0, procedure: { mopUp, steps } })).upTo(0, 'n1', 'apply');
    told.say(10, 'n1', 'failed').say(20, 'n1', 'failed').say(30, 'n1', 'done').upTo(30, 'n1', null);
    expect(told.mopUps).toEqual(['host-os n1 at apply: power 25m back']);
  });
});
