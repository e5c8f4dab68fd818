import { describe, expect, it } from 'vitest';
import { hasErrors } from '../../core/finding.ts';
import { resolveQuantity } from '../../core/change/quantity.ts';
import { planWith, signatureOf } from './build.ts';
import { firstCandidates, keepsPriority, neighbours, protectedClusters } from './candidates.ts';
import { searchExample } from './search-example.ts';
import { applySettings, wordsOf } from './settings.ts';

const windows = [
  { cluster: 'a', fromMin: 0, toMin: 600 },
  { cluster: 'a', fromMin: 1_440, toMin: 2_040 },
  { cluster: 'b', fromMin: 0, toMin: 600 },
  { cluster: 'b', fromMin: 1_440, toMin: 2_040 },
];
const { rules, remake } = searchExample({
  clusters: { a: { nodes: 16, priority: 1 }, b: { nodes: 16, priority: 2 }, c: { nodes: 16 } },
  places: 4,
  policy: { windows, atOnce: { clusters: 3, nodes: { kind: 'count', count: 9 }, perRack: share(1), perUnit: share(1) } },
});

describe('candidates', () => {
  const all = firstCandidates(rules, [], false);

  it('nowhere looser than the policy, whatever is chosen', () => {
    const { policy } = rules;
    for (const settings of [...all, ...all.flatMap((one) => neighbours(one, all))]) {
      const { policy: own } = applySettings(rules, settings);
      expect(own.atOnce.clusters ?? 4).toBeLessThanOrEqual(3);
      for (const key of ['nodes', 'perRack', 'perUnit'] as const) {
        expect(resolveQuantity(own.atOnce[key], 16)).toBeLessThanOrEqual(resolveQuantity(policy.atOnce[key], 16));
      }
      for (const window of own.windows) expect(windows).toContainEqual(window);
      const { limits, gates, validation, blackouts, overlap, jobs } = own;
      expect(policy).toMatchObject({ limits, gates, validation, blackouts, overlap, jobs });
    }
  });

  it('all of them are plans that the checker passes, and not the same', () => {
    const plans = all.map((settings) => planWith(rules, settings, remake));
    expect(plans.every((plan) => plan !== null && !hasErrors(plan.findings))).toBe(true);
    expect(new Set(plans.flatMap((plan) => (plan ? [signatureOf(plan)] : []))).size).toBeGreaterThan(10);
  });

  it("customers by their priority, the operator's own anywhere", () => {
    expect(keepsPriority(['c', 'a', 'b'], rules)).toBe(true);
    expect(keepsPriority(['b', 'a', 'c'], rules)).toBe(false);
    expect(all.filter(({ order }) => order).map(({ order }) => order?.join(''))).toEqual(['acb', 'cab']);
    expect(firstCandidates(rules, [], true).filter(({ order }) => order).length).toBe(5);
    expect([...protectedClusters(rules)]).toEqual(['a', 'b']);
  });

  it('a customer who is served before others keeps his window', () => {
    expect(all.some(({ laterWindow }) => laterWindow !== undefined)).toBe(false);
    expect(firstCandidates(rules, [], true).filter(({ laterWindow }) => laterWindow)).toEqual([
      { laterWindow: ['a'] },
      { laterWindow: ['b'] },
    ]);
  });

  it('a window that is left unused is gone from policy and calendar', () => {
    const { policy, calendars } = applySettings(rules, { laterWindow: ['b'] });
    expect(policy.windows).toEqual([windows[0], windows[1], windows[3]]);
    expect(calendars['windows:b']).toEqual([[1_440, 2_040]]);
  });

  it('a default that was changed is not said to be in force', () => {
    const { rules: open, remake: again } = searchExample({ clusters: { a: { nodes: 8 }, b: { nodes: 8 } }, places: 2 });
    const stated = { ...open, report: { ...open.report, defaults: ['policy.atOnce.clusters = no limit', 'policy.redundant = false'] } };
    const plan = planWith(stated, { clusters: 1 }, (changes) => {
      const made = again(changes);
      return { ...made, plan: { ...made.plan, report: stated.report } };
    });
    expect(plan?.report.defaults).toEqual(['policy.redundant = false']);
  });

  it('in words that can be set by hand', () => {
    expect(wordsOf({ cut: 'rack', chains: 3, clusters: 2, nodes: 0.5 }, rules)).toBe(
      "waves of one rack in 3 rows a cluster; 2 of the clusters at once; 4 of a wave's targets at once",
    );
    expect(wordsOf({}, rules)).toBe('as the rules have it');
  });
});

function share(part: number) {
  return { kind: 'share', share: part } as const;
}
