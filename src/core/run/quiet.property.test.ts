// Random plans, driven in random order: whatever the plan, whoever fails, nobody waits for ever, no limit is exceeded, and nothing is
// taken from a node that carries work.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bench } from '../../../test/machine-bench.ts';
import { planInputs } from '../../../test/plan-arbitraries.ts';
import type { Plan } from '../plan/plan.ts';
import { makePlan } from '../plan/planner.ts';
import { hasFlag } from './state.ts';
import { FLAG, stageCode } from './states.ts';

const plans: fc.Arbitrary<Plan> = planInputs(9)
  .map((input): Plan => ({ ...makePlan(input).plan, id: 'random' }))
  .filter(({ findings }) => findings.every(({ rule }) => rule !== 'canary-spread'));

const chances = fc.infiniteStream(fc.integer({ min: 0, max: 999 }));

/** Drives a plan: every running step and every soak may end next, well or not; then people do what they can. */
class Drive {
  readonly bench: Bench;
  readonly #chance: () => number;
  readonly #failPermille: number;

  constructor(plan: Plan, stream: fc.Stream<number>, failPermille: number) {
    this.bench = new Bench({ plan });
    this.#chance = () => stream.next().value ?? 0;
    this.#failPermille = failPermille;
    const { bench } = this;
    bench.feed(null, 'confirm');
    for (const cluster of bench.program.clusters.keys()) bench.feed(null, 'window', cluster * 2 + 1);
    for (const name of bench.program.targets) {
      if (this.#chance() < failPermille) bench.feed(name, 'skip');
      bench.feed(name, 'release').feed(name, 'baseline');
    }
    bench.feed(null, 'begin');
  }

  /** Until nothing happens by itself any more. */
  run(): this {
    for (;;) {
      const { program } = this.bench;
      const busy = program.targets.filter((name) => ['running', 'returned'].includes(this.bench.stage(name)));
      const target = busy[this.#chance() % Math.max(1, busy.length)];
      if (target === undefined) return this;
      const bad = this.#chance() < this.#failPermille;
      const soaking = this.bench.stage(target) === 'returned';
      this.bench.feed(
        target,
        soaking ? (bad ? 'soak-failed' : 'soak-passed') : bad ? (this.#chance() < 500 ? 'failed' : 'expired') : 'done',
      );
      // To balance all books after each event would take most of the time.
      if (this.#chance() % 4 === 0) this.check();
    }
  }

  /** People come by: they approve what holds or is short, and mend or give up what straggles. */
  attend(): this {
    const { bench } = this;
    for (const name of bench.program.targets) {
      if (bench.stage(name) !== 'straggling') continue;
      bench.feed(name, (['retry', 'fixed', 'drop'] as const)[this.#chance() % 3] ?? 'drop');
    }
    this.run();
    for (const wave of bench.program.waves.keys()) {
      if (bench.wave(wave) === 'held' || this.isShort(wave)) bench.feed(null, 'approve', wave);
    }
    return this.run();
  }

  /** At work with nobody at work. */
  isShort(wave: number): boolean {
    const { bench } = this;
    const members = [...(bench.program.waves[wave]?.members ?? [])].map((target) => bench.program.targets[target] ?? '');
    return (
      bench.wave(wave) === 'open' && members.every((name) => ['settled', 'dropped', 'skipped', 'straggling'].includes(bench.stage(name)))
    );
  }

  check(): void {
    const { program, state } = this.bench;
    this.bench.checkInvariants();
    if (state.run.aborted) return;
    for (const [target, wave] of program.waveOf.entries()) {
      const { holds, quiet } = program.waves[wave] ?? { holds: [], quiet: [] };
      const step = state.step[target] as number;
      const chain = program.chains[program.chainOf[target] as number];
      const works = state.stage[target] === stageCode('running') && hasFlag(state, target, FLAG.drained);
      if (!works || !chain || step >= chain.end) continue;
      for (const hold of holds) if (step >= hold.step) for (const other of hold.until) expect(this.bench.wave(other)).toBe('passed');
      // Nodes are held until this wave has passed, so as long as it has not, none of them may be anywhere but drained, or out.
      if (this.bench.wave(wave) !== 'open') continue;
      for (const other of quiet) {
        const back = [...(program.waves[other]?.members ?? [])].filter((node) => state.stage[node] === stageCode('settled'));
        expect(back.map((node) => program.targets[node])).toEqual([]);
      }
    }
  }
}

test('any plan, all goes well, in any order: everything comes back', () => {
  fc.assert(
    fc.property(plans, chances, (plan, stream) => {
      const { bench } = new Drive(plan, stream, 0).run();
      expect(bench.state.run.open).toBe(0);
      expect([...bench.state.stage].every((stage) => stage === stageCode('settled'))).toBe(true);
      expect([...bench.state.waveState.keys()].map((wave) => bench.wave(wave))).toEqual(plan.waves.map(() => 'passed'));
    }),
    { numRuns: 40 },
  );
});

test('any plan, a tenth of all steps goes wrong, people come by: the run comes to rest', () => {
  fc.assert(
    fc.property(plans, chances, (plan, stream) => {
      const drive = new Drive(plan, stream, 100).run();
      for (let i = 0; i < 200 && drive.bench.state.run.open > 0; i++) drive.attend();
      expect(drive.bench.state.run.open).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('any plan, aborted in the middle: whoever was begun comes back, nobody else is touched', () => {
  fc.assert(
    fc.property(plans, chances, fc.integer({ min: 0, max: 60 }), (plan, stream, after) => {
      const drive = new Drive(plan, stream, 30);
      const { bench } = drive;
      for (let i = 0; i < after; i++) {
        const target = bench.program.targets.find((name) => bench.stage(name) === 'running');
        if (target !== undefined) bench.feed(target, 'done');
      }
      const entered = bench.started.length;
      bench.feed(null, 'abort');
      for (let i = 0; i < 200 && (i === 0 || bench.state.run.open > 0); i++) drive.run().attend();
      expect(bench.state.run.open).toBe(0);
      const drains = bench.started.slice(entered).filter((line) => line.endsWith(' drain'));
      for (const line of drains) expect(hasFlag(bench.state, bench.id(line.slice(0, line.indexOf(' '))), FLAG.failedOnce)).toBe(true);
    }),
    { numRuns: 40 },
  );
});
