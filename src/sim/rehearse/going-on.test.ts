import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testPlan, testProcedure, type PlanWishes } from '../../../test/plans.ts';
import type { Bands } from '../../core/forecast/frozen.ts';
import type { MopUpWay, Prior } from '../../core/change/procedure.ts';
import type { Policy } from '../../core/change/policy.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { ENTRY_KINDS, type Entry } from '../../core/ports.ts';
import { createChronicle, record, type Chronicle } from '../../core/run/chronicle.ts';
import { must } from '../../std/assert.ts';
import { createExactEngine } from '../exact/engine.ts';
import { presentOf } from '../exact/present.ts';
import { simModel, type SimModel } from '../model.ts';
import { answerAll } from './asking.ts';
import { goingOn } from './going-on.ts';
import { answerHere } from './runner.ts';

const MINUTE_MS = 60_000;
const TRUTH_SEED = 99;

function prior(minutes: number, logSd: number, between: number): Prior {
  return { medianMs: minutes * MINUTE_MS, logSd, between, n: 0, source: 'test' };
}

/** Open too shortly for most runs, and once more the next day. */
const WINDOWS = [1_000_000, 1_001_440].map((fromMin) => ({ cluster: 'lab', fromMin, toMin: fromMin + 90 }));
const HANDS: readonly MopUpWay[] = [
  { way: 'hands', share: 0.7, takes: prior(90, 0.6, 0.2), tries: [], crew: 'hardware', part: null },
  { way: 'remote', share: 0.3, takes: prior(30, 0.6, 0.2), tries: [{ by: 'shell', act: 'reboot' }], crew: null, part: null },
];
const CREW = { crew: { hardware: { count: 1, shifts: null, timezone: 'UTC' } } };
const JOBS = { jobs: { busy: 0.6, nodesEach: 3, remaining: prior(45, 0.6, 0.2) } };

interface Wishes extends PlanWishes {
  readonly logSd?: number;
  readonly between?: number;
  readonly fails?: number;
}

function planOf({ logSd = 0.2, between = 0.4, fails = 0, procedure = {}, ...wishes }: Wishes = {}): Plan {
  const times: { [step: string]: number } = { stage: 5, apply: 20, activate: 10, conform: 1, validate: 15 };
  return testPlan({
    nodes: 24,
    ...wishes,
    policy: { ...wishes.policy, assume: { faultsPerNodeDay: { share: 0, n: 0, source: 'test' }, ...wishes.policy?.assume } },
    procedure: testProcedure({
      defects: { share: 0, n: 0, source: 'test' },
      steps: testProcedure().steps.map((step) => ({
        ...step,
        takes: prior(times[step.name] ?? 0.1, logSd, between),
        fails: step.name === 'apply' ? fails : 0,
        timeoutMs: null,
      })),
      ...procedure,
    }),
  });
}

/** A run that lived through one scenario of its plan, and when what share of it was back. */
interface Lived {
  readonly model: SimModel;
  readonly entries: readonly Entry[];
  readonly marksMin: Float64Array;
}

function live(plan: Plan, scenario: number): Lived {
  const model = simModel(plan, { seed: TRUTH_SEED });
  const entries: Entry[] = [];
  const { curve } = createExactEngine(model).run(scenario, {
    trace: (at, target, kind, step, attempt) =>
      entries.push({ at, target, kind: must(ENTRY_KINDS[kind], 'a kind'), step, attempt, note: null }),
  });
  return { model, entries, marksMin: curve };
}

/** What was journalled of it up to so many minutes after its first drain. */
function chronicleAt({ model, entries }: Lived, minutes: number): { chronicle: Chronicle; nowMs: number } {
  const whole = createChronicle(model.program);
  for (const entry of entries) record(whole, entry);
  const zeroMs = whole.drainedAt.reduce((first, at) => (Number.isNaN(at) ? first : Math.min(first, at)), Infinity);
  const nowMs = zeroMs + minutes * MINUTE_MS;
  const chronicle = createChronicle(model.program);
  for (const entry of entries) if (entry.at <= nowMs) record(chronicle, entry);
  chronicle.timeZero = zeroMs;
  return { chronicle, nowMs };
}

function forecastAt(plan: Plan, lived: Lived, minutes: number, scenarios = 60): Bands {
  const { chronicle, nowMs } = chronicleAt(lived, minutes);
  return must(answerAll(goingOn(plan, presentOf(chronicle, nowMs), { seed: 1, scenarios }), answerHere()), 'a forecast');
}

const markOf = ({ marksMin }: Lived, q: number): number => marksMin[q - 1] as number;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the forecast of a run under way', () => {
  it('steps that take what they are stated to take: from any moment on, the end is foretold to one in a hundred', () => {
    const plan = planOf({ logSd: 0, between: 0, atOnce: 6 });
    const lived = live(plan, 3);
    const end = markOf(lived, 95);
    for (const share of [0.3, 0.6, 0.9]) {
      const { p50Min, p90Min } = must(forecastAt(plan, lived, share * end)['95'], 'mark 95');
      expect(must(p50Min, 'P50') / end).toBeCloseTo(1, 2);
      expect(must(p90Min, 'P90') / end).toBeCloseTo(1, 2);
    }
  });

  it('it narrows and comes nearer to the truth as the run goes on', () => {
    const plan = planOf({ atOnce: 8 });
    const shares = [0.1, 0.4, 0.8];
    const widths = shares.map((): number[] => []);
    const errors = shares.map((): number[] => []);
    for (let scenario = 0; scenario < 25; scenario++) {
      const lived = live(plan, scenario);
      const end = markOf(lived, 95);
      for (const [i, share] of shares.entries()) {
        const { p50Min, p90Min } = must(forecastAt(plan, lived, share * end, 40)['95'], 'mark 95');
        widths[i]?.push((must(p90Min, 'P90') - must(p50Min, 'P50')) / end);
        errors[i]?.push(Math.abs(must(p50Min, 'P50') - end) / end);
      }
    }
    const [early, middle, late] = widths.map(mean) as [number, number, number];
    expect(middle).toBeLessThan(0.7 * early);
    expect(late).toBeLessThan(0.7 * middle);
    const [errorEarly, errorMiddle, errorLate] = errors.map(mean) as [number, number, number];
    expect(errorMiddle).toBeLessThan(0.7 * errorEarly);
    expect(errorLate).toBeLessThan(0.7 * errorMiddle);
  });

  it.each([
    ['from early on', {}, 30, 75],
    ['half way', {}, 60, 95],
    ['stragglers in line for a crew of one', { fails: 0.2, procedure: { mopUp: HANDS }, policy: CREW }, 120, 95],
  ])('%s: its P90 holds as often as it says', (_, wishes: Wishes, minutes, mark) => {
    const plan = planOf({ ...wishes, atOnce: 12 });
    const inside = Array.from({ length: 120 }, (__, scenario) => live(plan, scenario))
      .filter((lived) => markOf(lived, mark) > minutes)
      .map((lived) => markOf(lived, mark) <= must(must(forecastAt(plan, lived, minutes, 40)[mark], 'the mark').p90Min, 'P90'));
    // Of forty scenarios the 36th promises 88 %; four standard errors of a hundred runs on either side.
    const share = inside.filter(Boolean).length / inside.length;
    expect(inside.length).toBeGreaterThan(80);
    expect(share).toBeGreaterThan(0.75);
    expect(share).toBeLessThan(0.99);
  });

  it('any moment of any run: what was reached is what it was, what was not comes later', () => {
    const wishes = fc.record({
      nodes: fc.integer({ min: 2, max: 20 }),
      atOnce: fc.integer({ min: 1, max: 20 }),
      fails: fc.constantFrom(0, 0.1, 0.5),
      procedure: fc.constantFrom<NonNullable<Wishes['procedure']>>({}, { mopUp: HANDS }),
      mode: fc.constantFrom('act' as const, 'confirm' as const),
      policy: fc.constantFrom<Partial<Policy>>(
        {},
        { windows: WINDOWS },
        { windows: WINDOWS, atWindowEnd: 'stop-and-return' },
        { assume: JOBS },
        CREW,
      ),
    });
    fc.assert(
      fc.property(wishes, fc.nat(1_000), fc.double({ min: 0, max: 1.2, noNaN: true }), (wish, scenario, share) => {
        const plan = planOf(wish);
        const lived = live(plan, scenario);
        const minutes = share * Math.min(10_000, markOf(lived, 99));
        const bands = forecastAt(plan, lived, minutes, 3);
        for (const [mark, { p50Min, p90Min }] of Object.entries(bands)) {
          const actual = markOf(lived, Number(mark));
          if (actual < minutes - 0.001) expect([p50Min, p90Min]).toEqual([expect.closeTo(actual, 3), expect.closeTo(actual, 3)]);
          else expect(p50Min ?? Infinity).toBeGreaterThanOrEqual(minutes - 0.001);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a pause, a hold and a foreign act are taken to end now', () => {
    const plan = planOf({ between: 0.1, canary: 0 });
    const lived = live(plan, 5);
    const { chronicle, nowMs } = chronicleAt(lived, 12);
    const target = (name: string): number => must(chronicle.program.idOf.get(name), name);
    const say = (name: string | null, kind: Entry['kind']): unknown =>
      record(chronicle, { at: nowMs, target: name === null ? -1 : target(name), kind, step: -1, attempt: 0, note: null });
    say('n1', 'foreign');
    say('n2', 'hold');
    say(null, 'pause');
    const bands = must(answerAll(goingOn(plan, presentOf(chronicle, nowMs), { seed: 1, scenarios: 20 }), answerHere()), 'a forecast');
    expect(must(bands['99'], 'mark 99').p90Min).toBeLessThan(240);
  });
});
