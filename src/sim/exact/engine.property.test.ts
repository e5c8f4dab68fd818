// Any small plan: the engine ends, breaks no limit, and says nothing that cannot be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testPlan, testStep } from '../../../test/plans.ts';
import type { MopUpWay, Step } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { ENTRY_KINDS } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { simModel, type SimModel } from '../model.ts';
import { createExactEngine } from './engine.ts';

const MINUTE_MS = 60_000;
const START_MIN = 1_000_000;
const LIMITS = ['servers', 'power'] as const;

describe('any small plan', () => {
  it('comes to an end, within its limits, with results that can be', () => {
    fc.assert(
      fc.property(plans, fc.nat(1_000), (plan, seed) => {
        const limits = new LimitWatch();
        const model = simModel(plan, {
          seed,
          startMs: START_MIN * MINUTE_MS,
          instead: {
            takesMs: (_, target, step) => {
              limits.begins(model, target, step);
              return null;
            },
          },
        });
        const result = createExactEngine(model).run(0, {
          trace: (atMs, target, kind, step, attempt) => {
            expect(atMs).toBeLessThanOrEqual(model.endMs);
            limits.ends(model, target, ENTRY_KINDS[kind] as string, step, attempt);
          },
        });
        expect(limits.broken).toEqual([]);
        for (const marks of [result.curve, ...result.clusters]) expect([...marks]).toEqual([...marks].toSorted((a, b) => a - b));
        expect(result.curve[0]).toBeGreaterThanOrEqual(0);
        expect(result.mopUpMin).toBeGreaterThanOrEqual(0);
        expect(result.gpuHoursNotReturned).toBeLessThanOrEqual(8 * 72 * model.program.targets.length);
        expect(result.stragglers).toBeLessThanOrEqual(model.program.targets.length);
        expect([...result.waitMin, ...result.limitWaitMin].every((min) => min >= 0)).toBe(true);
        expect(createExactEngine(model).run(0)).toEqual(result);
      }),
      { numRuns: 300 },
    );
  });
});

/** Who holds what, told by begins and events alone: places of steps, and places among those at once. */
class LimitWatch {
  readonly broken: string[] = [];
  readonly #steps = new Map<number, ProgramStep>();
  readonly #acting = new Set<number>();
  readonly #drained = new Set<number>();

  begins({ program, plan }: SimModel, target: number, stepId: number): void {
    const step = must(program.steps[stepId], 'step');
    if (this.#steps.has(target)) this.broken.push(`${target} begins ${step.name} in the middle of another step`);
    this.#steps.set(target, step);
    for (const [limit, name] of LIMITS.entries()) {
      const users = [...this.#steps.values()].filter(({ limits }) => limits.some((id) => program.limits[id]?.name === name)).length;
      if (users > must(plan.policy.limits[name], 'limit').count) this.broken.push(`${users} at ${LIMITS[limit]}`);
    }
    // A straggler that is drained anew has given its place up, and is drained still.
    if (program.chains[step.chain]?.entry === stepId && !this.#drained.has(target)) this.#acting.add(target);
    if (program.chains[step.chain]?.entry === stepId) this.#drained.add(target);
    const wave = must(program.waveOf[target], 'wave');
    const atOnce = [...this.#acting].filter((other) => program.waveOf[other] === wave).length;
    if (atOnce > must(plan.waves[wave], 'wave').atOnce) this.broken.push(`${atOnce} at once`);
  }

  ends({ program }: SimModel, target: number, kind: string, stepId: number, attempt: number): void {
    if (!['done', 'failed', 'expired'].includes(kind)) return;
    const step = must(program.steps[stepId], 'step');
    if (this.#steps.get(target) !== step) this.broken.push(`${target} ends ${step.name}, which it has not begun`);
    this.#steps.delete(target);
    const isBack = kind === 'done' && step.name === 'return';
    const falls = kind === 'expired' || (kind === 'failed' && attempt >= step.attempts);
    if (isBack || falls) this.#acting.delete(target);
    if (isBack) this.#drained.delete(target);
  }
}

const prior = fc.record({
  medianMs: fc.integer({ min: 0, max: 40 * MINUTE_MS }),
  logSd: fc.double({ min: 0, max: 1, noNaN: true }),
  n: fc.nat(20),
  source: fc.constant('test'),
});
const share = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const work = fc.record({
  takes: fc.option(prior),
  fails: share,
  attempts: fc.integer({ min: 1, max: 3 }),
  uses: fc.subarray([...LIMITS]),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 60 * MINUTE_MS })),
});
const way: fc.Arbitrary<MopUpWay> = fc.record({
  way: fc.constantFrom('a', 'b'),
  share,
  takes: fc.option(prior),
  tries: fc.subarray([{ by: 'shell', act: 'reboot' } as const, { by: 'bmc', act: 'power-cycle' } as const]),
  crew: fc.constantFrom('hands', 'nobody', null),
  part: fc.constantFrom('tray', 'unheard-of', null),
});
const windows = fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 300 })), { maxLength: 3 });

const plans: fc.Arbitrary<Plan> = fc
  .record({
    nodes: fc.integer({ min: 1, max: 12 }),
    canary: fc.nat(3),
    atOnce: fc.integer({ min: 1, max: 12 }),
    mode: fc.constantFrom('act', 'confirm', 'drain-only', 'observe'),
    works: fc.tuple(work, work, work, work),
    ways: fc.array(way, { maxLength: 3 }),
    windows,
    blackouts: windows,
    shifts: fc.option(windows),
    atWindowEnd: fc.constantFrom('finish-started', 'stop-and-return', 'ask'),
    counts: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), fc.nat(3)),
    faults: share,
    unavailable: fc.double({ min: 0.1, max: 1, noNaN: true }),
    failureRate: fc.option(fc.double({ min: 0, max: 0.5, noNaN: true })),
  })
  .map(({ nodes, canary, atOnce, mode, works, ways, counts, ...wishes }) => {
    const { gates } = testPlan().policy;
    const intervals = (pairs: [number, number][]) =>
      pairs.map(([from, length]) => ({ fromMin: START_MIN + from, toMin: START_MIN + from + length }));
    const plan = testPlan({
      nodes,
      canary: Math.min(canary, nodes - 1),
      atOnce,
      mode,
      policy: {
        windows: intervals(wishes.windows).map((interval) => ({ ...interval, cluster: 'lab' })),
        blackouts: intervals(wishes.blackouts).map((interval) => ({ ...interval, why: 'test' })),
        atWindowEnd: wishes.atWindowEnd,
        limits: { servers: limit(counts[0]), power: limit(counts[1]) },
        unavailableAtMost: { kind: 'share', share: wishes.unavailable },
        crew: { hands: { count: counts[2], shifts: wishes.shifts && 'some', timezone: 'UTC' } },
        parts: { tray: { onSite: counts[3], arriving: [{ count: 1, atMin: START_MIN + 500 }] } },
        gates: { ...gates, failureRate: wishes.failureRate },
        assume: { faultsPerNodeDay: { share: wishes.faults, n: 3, source: 'test' } },
      },
      procedure: { steps: stepsOf(works), mopUp: ways },
    });
    const calendar = intervals(wishes.shifts ?? [])
      .map(({ fromMin, toMin }) => [fromMin, toMin] as const)
      .toSorted((a, b) => a[0] - b[0])
      .filter(([from], i, all) => i === 0 || from >= must(all[i - 1], 'shift')[1]);
    return { ...plan, calendars: wishes.shifts ? { 'crew:hands': calendar } : {} };
  });

function limit(count: number): Plan['policy']['limits'][string] {
  return { count, per: 'fleet', owner: null, why: null, until: null };
}

function stepsOf([stage, apply, activate, conform]: readonly [Partial<Step>, Partial<Step>, Partial<Step>, Partial<Step>]): Step[] {
  return [
    testStep('stage', { kind: 'run', argv: ['x'] }, { early: true, ...stage }),
    testStep('drain', { kind: 'do', act: 'drain' }, { to: 'draining', timeoutMs: null }),
    testStep('apply', { kind: 'run', argv: ['x'] }, { to: 'updating', destructive: true, ...apply }),
    testStep('activate', { kind: 'do', act: 'reboot' }, { to: 'rebooting', destructive: true, ...activate }),
    testStep('conform', { kind: 'read', read: {} }, { to: 'conforming', ...conform }),
    testStep('return', { kind: 'do', act: 'return' }, { timeoutMs: null }),
  ];
}
