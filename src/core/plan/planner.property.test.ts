// Random fleets, changes and policies: every target exactly once, the checker finds no error in what the planner makes, and no set of
// waves waits for each other.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { planInputs } from '../../../test/plan-arbitraries.ts';
import type { TargetKind } from '../fleet/model.ts';
import { names, parseNodeSet } from '../fleet/nodeset.ts';
import { checkPlan } from './check.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planner.ts';
import { makeChildPlan, makePlan } from './planner.ts';

/** A canary that touches no target is bad input, and said so; everything else must plan without an error. */
const errorsOf = (findings: Plan['findings']): string[] =>
  findings
    .filter(({ severity, rule }) => severity === 'error' && rule !== 'canary-outside')
    .map(({ rule, target, message }) => `${rule} ${target}: ${message}`);

/** Canaries all over the place, and fewer places at once, while all nodes of a place must be drained for its switches: said so, too. */
const inputs: fc.Arbitrary<PlanInput> = planInputs(40).filter(
  (input) => !makePlan(input).findings.some(({ rule }) => rule === 'canary-spread'),
);

function targetsOf(plan: Omit<Plan, 'id'>, kind: TargetKind): string[] {
  return plan.waves.filter((wave) => wave.kind === kind).flatMap(({ targets }) => namesIn(targets));
}

function namesIn(folded: string): string[] {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? [...names(parsed.set)] : [];
}

test('plan: random fleets (every target once, no error by the checker, no empty wave, the same bytes twice)', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { plan, findings } = makePlan(input);
      expect(errorsOf(findings)).toEqual([]);
      expect(errorsOf(checkPlan(plan, 0))).toEqual([]);
      const switches = [...input.procedures.values()].some(({ kind }) => kind === 'switch');
      // Where no component is for nodes they are taken along all the same: each has links to leaves.
      const nodes = input.fleet.clusters.flatMap((cluster) => namesIn(cluster.nodes));
      expect(targetsOf(plan, 'node').toSorted()).toEqual(nodes.toSorted());
      const all = input.fleet.clusters.flatMap((cluster) => cluster.switches.map(({ name }) => name));
      expect(targetsOf(plan, 'switch').toSorted()).toEqual(switches ? all.toSorted() : []);
      expect(JSON.stringify(makePlan(input).plan)).toBe(JSON.stringify(plan));
    }),
    { numRuns: 200 },
  );
});

test('plan: random fleets (never more clusters in work than allowed, however long each wave takes)', () => {
  fc.assert(
    fc.property(inputs, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (input, times) => {
      const { plan } = makePlan(input);
      const limit = input.policy.atOnce.clusters ?? Infinity;
      const spans = spansOf(plan, () => times.next().value ?? 1);
      for (const { start } of spans) {
        const working = new Set(spans.filter((span) => span.start <= start && start < span.end).map(({ cluster }) => cluster));
        expect(working.size).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 200 },
  );
});

test('plan: random fleets (a child with the same policy is its parent again)', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const parent = { ...makePlan(input).plan, id: 'p'.repeat(64) };
      const { policy, procedures, calendars } = parent;
      const child = makeChildPlan({ parent, policy, procedures, calendars, defaults: [], nowMin: null });
      expect(errorsOf(child.findings)).toEqual([]);
      // What waits for what because of a limit of clusters alone can look like a change that comes after another.
      const seen = (plan: Omit<Plan, 'id'>): unknown =>
        policy.atOnce.clusters === null ? plan.waves : plan.waves.map((wave) => ({ ...wave, after: [] }));
      expect(seen(child.plan)).toEqual(seen(parent));
      expect(child.plan.sequence).toEqual(parent.sequence);
    }),
    { numRuns: 100 },
  );
});

/** When each wave opens and when its gate passes, if draining takes it some time and the rest some more. Throws for a plan that stands still. */
function spansOf({ waves }: Omit<Plan, 'id'>, time: () => number): { cluster: string; start: number; end: number }[] {
  const byId = new Map(waves.map((wave) => [wave.id, { wave, drains: time(), works: time() }]));
  const asked = new Set<string>();
  const known = new Map<string, number>();
  const when = (moment: 'opens' | 'cleared' | 'passes', id: string): number => {
    const key = `${moment} ${id}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (asked.has(key)) throw new Error(`${key} waits for itself`);
    asked.add(key);
    const { wave, drains, works } = byId.get(id) ?? { wave: undefined, drains: NaN, works: NaN };
    const latest = {
      opens: () => [
        ...(wave?.after ?? []).map((other) => when('passes', other)),
        ...(wave?.quiet ?? []).map((other) => when('cleared', other)),
      ],
      cleared: () => [when('opens', id) + drains],
      passes: () => [
        when('cleared', id) + works,
        ...(wave?.holds ?? []).flatMap(({ until }) => until.map((other) => when('passes', other) + works)),
      ],
    }[moment]();
    const at = Math.max(0, ...latest);
    known.set(key, at);
    return at;
  };
  return waves.map(({ id, cluster }) => ({ cluster, start: when('opens', id), end: when('passes', id) }));
}
