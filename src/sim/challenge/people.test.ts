import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, childOf, gainOf, minutesOf, nodeProcedure, validate } from '../../../test/asked.ts';
import type { MopUpWay } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';

/** A third of the nodes fail and need somebody, and perhaps a tray. */
function mopped(policy: object, part: string | null = null): Plan {
  const repair: MopUpWay = { way: 'repair', share: 1, takes: minutesOf(30), tries: [], crew: 'hands', part };
  const { steps, ...rest } = nodeProcedure({ mopUp: [repair] });
  const failing = steps.map((step) => (step.name === 'validate' ? validate({ fails: 0.33 }) : step));
  const crew = { hands: { count: 2 } };
  return askedPlan({ policy: { gates: { failureRate: 'none' }, crew, ...policy }, procedures: [{ ...rest, steps: failing }] });
}

const NIGHT = [{ cluster: 'lab', start: '2031-07-08T20:00Z', for: '12h' }];
const shifts = (written: string): object => ({ windows: NIGHT, crew: { hands: { count: 2, shifts: written, timezone: 'UTC' } } });

describe('part-late', () => {
  const parts = (onSite: number): object => ({ parts: { tray: { onSite, arriving: [{ count: 20, at: '2031-07-10T12:00Z' }] } } });

  it('as much sooner as the child of its set is', () => {
    const plan = mopped({ windows: NIGHT, ...parts(1) }, 'tray');
    const question = askedOf(plan, 'part-late');
    expect(question).toMatchObject({ about: 'part tray', numbers: { onSite: 1, more: 2 }, sets: ['policy.parts.tray.onSite=3'] });
    const mark = [95, 99, 100].find((percent) => Object.hasOwn(question?.numbers ?? {}, `gain${percent}Min`)) ?? 0;
    expect(question?.numbers[`gain${mark}Min`]).toBeCloseTo(gainOf(plan, childOf(plan, question?.sets ?? []), mark), 2);
  });

  it('is not asked where they are on site', () => {
    expect(askedOf(mopped({ windows: NIGHT, ...parts(16) }, 'tray'), 'part-late')).toBeUndefined();
  });
});

describe('crew-asleep', () => {
  it.each(['06:00-18:00', '06:00-21:30'])('who works %s: as much sooner as the child of its set is', (written) => {
    const plan = mopped(shifts(written));
    const question = askedOf(plan, 'crew-asleep');
    expect(question).toMatchObject({ about: 'crew hands', sets: ['policy.crew.hands.shifts="00:00-24:00"'] });
    expect(question?.numbers['gain95Min']).toBeCloseTo(gainOf(plan, childOf(plan, question?.sets ?? []), 95), 2);
  });

  it('is not asked of a crew that is there all night', () => {
    expect(askedOf(mopped(shifts('19:00-12:00')), 'crew-asleep')).toBeUndefined();
  });
});
