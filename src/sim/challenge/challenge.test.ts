import { describe, expect, it } from 'vitest';
import { askedPlan, childOf, minutesOf, nodeProcedure, SEED } from '../../../test/asked.ts';
import type { MopUpWay } from '../../core/change/procedure.ts';
import type { Cluster } from '../../core/fleet/model.ts';
import { exampleCluster, exampleProcedure } from '../../core/plan/plan-example.ts';
import { diffPlans } from '../../core/plan/child.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { answerAll } from '../rehearse/asking.ts';
import { NothingRehearsedError } from '../rehearse/rehearse.ts';
import { answerHere } from '../rehearse/runner.ts';
import { challenged, challenging, type Challenge } from './challenge.ts';
import { KINDS } from './questions.ts';

describe('a change and its sets', () => {
  const plan = richPlan();
  const changes = KINDS.flatMap(({ id, variants }) => variants(plan).map((variant) => ({ id, ...variant })));
  const said = changes.filter(({ sets }) => sets.length > 0);

  it('most kinds that change something can say it', () => {
    expect([...new Set(said.map(({ id }) => id))].sort()).toEqual([
      'blackout-moves',
      'crew-asleep',
      'drain-later',
      'lift-limit',
      'overlap',
      'part-late',
      'serial',
      'validate-all',
    ]);
  });

  it.each(said.map((change) => [`${change.id}: ${change.sets.join(' ')}`, change] as const))('%s makes the very plan', (_, change) => {
    expect(diffPlans(change.plan, childOf(plan, change.sets))).toEqual([]);
  });
});

describe('challenge', () => {
  const plan = askedPlan({ policy: { northStar: '30m', atOnce: { nodes: 4 } } });

  it('the dearest question comes first, and no kind asks twice', () => {
    const { questions } = answerAll(challenged(plan, { seed: SEED, scenarios: 24 }), answerHere());
    const gains = questions.flatMap(({ numbers }) => (typeof numbers['gain95Min'] === 'number' ? [numbers['gain95Min']] : []));
    expect(gains.length).toBeGreaterThan(1);
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  });

  it('tells the same questions on its way, of as many scenarios as were lived', () => {
    const told: Challenge[] = [];
    const last = answerAll(
      challenged(plan, { seed: SEED, scenarios: 50 }, (challenge) => told.push(challenge)),
      answerHere(),
    );
    expect(told.map(({ scenarios }) => scenarios)).toEqual([40, 50]);
    expect(told.at(-1)).toEqual(last);
    expect(answerAll(challenging(plan, { seed: SEED, scenarios: 50 }), answerHere())).toEqual(last.questions);
  });

  it('asks nothing of so few scenarios that nothing is sure', () => {
    const questions = answerAll(challenging(askedPlan({ policy: { atOnce: { nodes: 4 } } }), { seed: SEED, scenarios: 3 }), answerHere());
    expect(questions).toEqual([]);
  });

  it('stopped before the first scenario, it says so', () => {
    const nothing = answerHere();
    const asking = challenging(plan, { seed: SEED });
    expect(() => answerAll(asking, (request) => ({ ...nothing({ ...request, count: 1 }), count: 0, rows: new Float64Array() }))).toThrow(
      NothingRehearsedError,
    );
  });
});

/** Two clusters with leaf and spine switches, windows on two days round a blackout, and limits of every sort. */
function richPlan(): Plan {
  const repair: MopUpWay = { way: 'repair', share: 1, takes: minutesOf(30), tries: [], crew: 'hands', part: 'tray' };
  const node = nodeProcedure({ mopUp: [repair] });
  const served = node.steps.map((step) => (step.name === 'apply' ? { ...step, uses: ['image-server'] } : step));
  const firmware = exampleProcedure('switch-firmware', { kind: 'switch', mopUp: [] });
  return askedPlan({
    clusters: [switched('one', 'a'), switched('two', 'b')],
    procedures: [{ ...node, steps: served }, firmware],
    policy: {
      windows: ['one', 'two'].flatMap((cluster) => [
        { cluster, start: '2031-07-08T02:00Z', for: '8h' },
        { cluster, start: '2031-07-10T09:00Z', for: '10h' },
      ]),
      blackouts: [{ from: '2031-07-09', to: '2031-07-09', why: 'evaluation' }],
      atOnce: { clusters: 1, nodes: '50%', perRack: 2 },
      redundant: true,
      limits: { 'image-server': 1 },
      crew: { hands: { count: 2, shifts: '06:00-18:00', timezone: 'UTC' } },
      parts: { tray: { onSite: 1, arriving: [{ count: 20, at: '2031-07-10T12:00Z' }] } },
    },
  });
}

function switched(name: string, letter: string): Cluster {
  return exampleCluster(name, `${letter}[1-6]`, {
    racks: [1, 2].map((rack) => ({ name: `${letter}r${rack}`, nodes: `${letter}[${3 * rack - 2}-${3 * rack}]` })),
    switches: [
      { name: `${letter}s1`, role: 'leaf' },
      { name: `${letter}s2`, role: 'leaf' },
      { name: `${letter}x1`, role: 'spine' },
      { name: `${letter}x2`, role: 'spine' },
      { name: `${letter}x3`, role: 'spine' },
    ],
    links: [1, 2, 3, 4, 5, 6].map((i) => `${letter}${i}/h0--${letter}s${i <= 3 ? 1 : 2}/${i}`),
  });
}
