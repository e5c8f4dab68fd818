import { describe, expect, it } from 'vitest';
import { checkPlan } from '../../core/plan/check.ts';
import { hasErrors } from '../../core/finding.ts';
import { answerAll } from '../rehearse/asking.ts';
import { answerHere } from '../rehearse/runner.ts';
import { grow, Series, type Collected } from '../rehearse/series.ts';
import type { Found } from './found.ts';
import { keepsPromises } from './objective.ts';
import { searchExample, type ExampleWishes } from './search-example.ts';
import { searching, type SearchOptions, type SearchProgress } from './search.ts';

/** Two clusters before three places: drained together, most of them stand in line. */
const CROWDED: ExampleWishes = { clusters: { a: { nodes: 24 }, b: { nodes: 24 } }, places: 3 };
const HOUR_MIN = 60;

function search(wishes: ExampleWishes, options: Partial<SearchOptions> = {}): Found & { readonly told: readonly SearchProgress[] } {
  const { rules, remake } = searchExample(wishes);
  const told: SearchProgress[] = [];
  const asking = searching(rules, remake, { seed: 1, workMs: 120, ...options }, (progress) => told.push(progress));
  return { ...answerAll(asking, answerHere()), told };
}

const wordsIn = ({ plan }: Found): string =>
  plan.report.why
    .filter(({ about }) => about === 'search')
    .map(({ text }) => text)
    .join('\n');

describe('search', () => {
  const hours = search(CROWDED, { aim: 'gpu-hours' });
  const own = hours.standings.find(({ name }) => name !== "the rules' plan" && hours.standings[1]?.name === name);

  it('one shared limit: whoever would only stand in line is drained later', () => {
    expect(hours.settings).not.toBeNull();
    expect(own?.moreGpuHours.high).toBeLessThan(0);
    expect(own?.unseen).toBe(true);
  });

  it('the plan that is found is one that the checker passes, and nowhere looser', () => {
    const { rules } = searchExample(CROWDED);
    expect(hasErrors(checkPlan(hours.plan, null))).toBe(false);
    const { atOnce, limits, gates, validation } = hours.plan.policy;
    expect(rules.policy).toMatchObject({ limits, gates, validation });
    expect(atOnce.clusters ?? 2).toBeLessThanOrEqual(2);
  });

  it('the naive plans stand beside it', () => {
    expect(hours.standings.map(({ name }) => name)).toEqual(expect.arrayContaining(["the rules' plan", 'rack by rack', 'all at once']));
  });

  it('the report says what was tried, what is better, and how far the bound is', () => {
    expect(wordsIn(hours)).toMatch(/other plans rehearsed/);
    expect(wordsIn(hours)).toMatch(/chosen: /);
    expect(wordsIn(hours)).toMatch(/lower bound of P50 of T95: .*image-server/);
  });

  it('equal seeds and budgets find equal plans', () => {
    const again = search(CROWDED, { aim: 'gpu-hours' });
    expect(again.plan).toEqual(hours.plan);
    expect(again.told).toEqual(hours.told);
  });

  it('never worse than the rules by its own measure', () => {
    for (const { cost } of hours.told) expect(cost).toBeLessThanOrEqual(1);
    expect(own?.gpuHours).toBeLessThan(own?.rulesGpuHours ?? 0);
  });

  it('with places for all there is nothing to win: the rules stay, and it says so', () => {
    const found = search({ clusters: { a: { nodes: 12 }, b: { nodes: 12 } }, places: 24 });
    expect(found.settings).toBeNull();
    expect(wordsIn(found)).toMatch(/the rules' plan stays/);
    expect(found.plan.waves).toEqual(searchExample({ clusters: { a: { nodes: 12 }, b: { nodes: 12 } }, places: 24 }).rules.waves);
  });

  it('a customer who is served first is not made later', () => {
    const wishes: ExampleWishes = { clusters: { big: { nodes: 48, priority: 1 }, small: { nodes: 12, priority: 2 } }, places: 3 };
    const found = search(wishes, { aim: 'gpu-hours' });
    expect(found.settings).not.toBeNull();
    const [own, rules] = [found.plan, searchExample(wishes).rules].map((plan) => {
      const series = new Series({ plan, engine: 'exact', seed: 11 });
      answerAll(grow([series], 40), answerHere());
      return series.collected();
    }) as [Collected, Collected];
    expect(keepsPromises(own, rules, new Set(['big']))).toBe(true);
  });

  it('stopped at any moment it ends, with the rules or something better', () => {
    for (const stopAt of [0, 1, 3, 8, 14]) {
      const { rules, remake } = searchExample(CROWDED);
      const answer = answerHere();
      let asked = 0;
      const found = answerAll(searching(rules, remake, { seed: 1, workMs: 120, aim: 'gpu-hours' }), (request) =>
        asked++ < stopAt ? answer(request) : { about: null, count: 0, rows: new Float64Array(0) },
      );
      expect(found.stopped).toBe(true);
      expect(hasErrors(checkPlan(found.plan, null))).toBe(false);
      expect(wordsIn(found)).toMatch(/ended before it was done/);
    }
  });

  it('no time at all: only the rules and the naive plans are rehearsed', () => {
    const found = search(CROWDED, { timeLeft: () => 0 });
    expect(found.tried).toBe(0);
    expect(found.settings).toBeNull();
    expect(found.standings.length).toBe(3);
  });
});

describe('search with windows', () => {
  const window = (cluster: string, fromHour: number, hours: number) => ({
    cluster,
    fromMin: fromHour * HOUR_MIN,
    toMin: (fromHour + hours) * HOUR_MIN,
  });

  it('no window but those agreed, and each cluster keeps one', () => {
    const windows = [window('a', 0, 2), window('b', 0, 2), window('b', 3, 6)];
    const found = search({ clusters: { a: { nodes: 24 }, b: { nodes: 24 } }, places: 3, policy: { windows } }, { aim: 'gpu-hours' });
    for (const own of found.plan.policy.windows) expect(windows).toContainEqual(own);
    expect(new Set(found.plan.policy.windows.map(({ cluster }) => cluster))).toEqual(new Set(['a', 'b']));
    expect(found.standings[1]?.moreGpuHours.high).toBeLessThan(0);
  });

  it('a blackout in between stays one', () => {
    const blackouts = [{ fromMin: 3 * HOUR_MIN, toMin: 5 * HOUR_MIN, why: 'evaluation' }];
    const windows = [window('a', 0, 3), window('a', 5, 6), window('b', 0, 3), window('b', 5, 6)];
    const found = search(
      { clusters: { a: { nodes: 24 }, b: { nodes: 24 } }, places: 3, policy: { windows, blackouts } },
      { aim: 'gpu-hours' },
    );
    expect(found.plan.policy.blackouts).toEqual(blackouts);
    expect(hasErrors(checkPlan(found.plan, null))).toBe(false);
  });
});
