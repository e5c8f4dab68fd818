import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { exactly, rehearseTest, type Says } from '../../../test/rehearsals.ts';
import type { Policy } from '../../core/change/policy.ts';
import type { MopUpWay } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';

const START_MIN = 1_000_000;
const MINUTES: { readonly [step: string]: number } = { stage: 4, drain: 1, apply: 10, activate: 5, conform: 1, validate: 2, return: 0 };
const says: Says = (_, step) => MINUTES[step] ?? null;

/** All nodes leave the happy path at validate, minute 23; n1 first, by name. */
const allFail = (_: string, step: string): boolean => step === 'validate';

describe('people', () => {
  it('without a crew that is counted mend all at once', () => {
    expect(mended(planOf({ way: { takes: exactly(60) } }))).toEqual({ n1: 83, n2: 83, n3: 83, n4: 83 });
  });

  it('have places, first come first served', () => {
    const crew = { hardware: { count: 2, shifts: null, timezone: 'UTC' } };
    expect(mended(planOf({ way: { takes: exactly(60), crew: 'hardware' }, policy: { crew } }))).toEqual({
      n1: 83,
      n2: 83,
      n3: 143,
      n4: 143,
    });
  });

  it('sleep between their shifts, and finish what they have begun', () => {
    const crew = { hardware: { count: 1, shifts: 'as the calendar says', timezone: 'UTC' } };
    const plan = planOf({ way: { takes: exactly(60), crew: 'hardware' }, policy: { crew } });
    const calendars = { 'crew:hardware': [shift(-100, -50), shift(0, 100), shift(500, 600), shift(600, 620)] };
    // n2 is begun at 83 and finished after the shift; the next shift takes n3 and, going over into the following, n4.
    expect(mended({ ...plan, calendars })).toEqual({ n1: 83, n2: 143, n3: 560, n4: 620 });
  });

  it('never come back after their last shift', () => {
    const crew = { hardware: { count: 1, shifts: 'as the calendar says', timezone: 'UTC' } };
    const plan = planOf({ way: { takes: exactly(60), crew: 'hardware' }, policy: { crew } });
    const { result } = run({ ...plan, calendars: { 'crew:hardware': [shift(0, 100)] } });
    expect(result.mopUpMin).toBe(Number.POSITIVE_INFINITY);
    expect(result.stragglers).toBe(4);
  });

  it('are taken to be there at all hours where nobody knows their shifts, and the notes say so', () => {
    const crew = { hardware: { count: 4, shifts: '06:00-22:00', timezone: 'UTC' } };
    const plan = planOf({ way: { takes: exactly(60), crew: 'hardware' }, policy: { crew } });
    expect(mended(plan)['n4']).toBe(83);
    expect(run(plan).model.notes.join()).toContain('crew hardware is taken to be there at all hours');
  });

  it('wait for parts, and then for a place', () => {
    const parts = {
      tray: {
        onSite: 1,
        arriving: [
          { count: 1, atMin: START_MIN + 300 },
          { count: 1, atMin: START_MIN + 200 },
        ],
      },
    };
    const crew = { hardware: { count: 1, shifts: null, timezone: 'UTC' } };
    const plan = planOf({ way: { takes: exactly(150), crew: 'hardware', part: 'tray' }, policy: { crew, parts } });
    // On site for n1; at 200 for n2, at 300 for n3, who then waits for the crew; n4 gets none.
    expect(mended(plan)).toEqual({ n1: 173, n2: 350, n3: 500 });
  });

  it('have parts that arrived before the begin on site', () => {
    const parts = { tray: { onSite: 0, arriving: [{ count: 4, atMin: START_MIN - 5_000 }] } };
    expect(mended(planOf({ way: { takes: exactly(60), part: 'tray' }, policy: { parts } }))).toEqual({ n1: 83, n2: 83, n3: 83, n4: 83 });
  });

  it('have what the policy does not count, and the notes say so', () => {
    const plan = planOf({ way: { takes: exactly(60), crew: 'night', part: 'cable' } });
    expect(mended(plan)).toEqual({ n1: 83, n2: 83, n3: 83, n4: 83 });
    const notes = run(plan).model.notes.join();
    expect(notes).toContain('crew night is taken to be large enough');
    expect(notes).toContain('part cable is taken to be at hand');
  });
});

interface Wishes {
  readonly way: Partial<MopUpWay>;
  readonly policy?: Partial<Policy>;
}

function planOf({ way, policy }: Wishes): Plan {
  return testPlan({
    nodes: 4,
    canary: 0,
    policy: { ...policy, assume: { faultsPerNodeDay: { share: 0, n: 0, source: 'test' } } },
    procedure: { mopUp: [{ way: 'people', share: 1, takes: null, tries: [], crew: null, part: null, ...way }] },
  });
}

const shift = (from: number, to: number): readonly [number, number] => [START_MIN + from, START_MIN + to];

function run(plan: Plan): ReturnType<typeof rehearseTest> {
  return rehearseTest(plan, { says, fails: allFail, startMs: START_MIN * 60_000 });
}

/** Minute at which each node was said to be mended. */
function mended(plan: Plan): { [target: string]: number } {
  return Object.fromEntries(run(plan).fed.flatMap(({ kind, target, min }) => (kind === 'fixed' ? [[target, min]] : [])));
}
