// T(N): the same plan for one node, two, four, ... up to the fleet, every limit as it is. Where the marks begin to rise, the work is no
// longer O(1).
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { evenly, subPlan, targetsByWave, type WaveTargets } from '../rehearse/sub-plan.ts';

export interface GrowthPlan {
  readonly nodes: number;
  readonly plan: Plan;
}

/** 1, 2, 4, ... and all of them; counted are nodes, or whatever a plan without nodes is about. */
export function growthPlans(plan: Plan): GrowthPlan[] {
  const targets = targetsByWave(plan);
  const hasNodes = plan.waves.some(({ kind }) => kind === 'node');
  const counts = ({ kind }: Wave): boolean => kind === 'node' || !hasNodes;
  const all = plan.waves.filter(counts).reduce((sum, { id }) => sum + (targets.get(id)?.length ?? 0), 0);
  const sizes: number[] = [];
  for (let nodes = 1; nodes < all; nodes *= 2) sizes.push(nodes);
  return [
    ...sizes.map((nodes) => ({ nodes, plan: subPlan(plan, partOf(plan, targets, counts, nodes, all)) })),
    ...(all > 0 ? [{ nodes: all, plan }] : []),
  ];
}

/** The smallest size from which on the mark is more than a tenth above that of one node; null: none. */
export function bendOf(growth: readonly { readonly nodes: number; readonly t95Min: number | null }[]): number | null {
  const one = growth[0]?.t95Min ?? null;
  if (one === null) return null;
  const isFlat = ({ t95Min }: { readonly t95Min: number | null }): boolean => t95Min !== null && t95Min <= 1.1 * one;
  const lastFlat = growth.findLastIndex(isFlat);
  return growth[lastFlat + 1]?.nodes ?? null;
}

/** So many of the counted targets, spread evenly over their waves (largest remainders), and of the others the same share, at least one each. */
function partOf(plan: Plan, targets: WaveTargets, counts: (wave: Wave) => boolean, nodes: number, all: number): WaveTargets {
  const sized = plan.waves.map((wave) => ({ wave, names: targets.get(wave.id) ?? [] }));
  const counted = sized.filter(({ wave }) => counts(wave));
  const exact = counted.map(({ names }) => (names.length * nodes) / all);
  const given = exact.map(Math.floor);
  let left = nodes - given.reduce((sum, count) => sum + count, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => remainder(exact, given, b) - remainder(exact, given, a));
  for (const i of byRemainder) if (left-- > 0) given[i] = (given[i] as number) + 1;
  const of = new Map(counted.map(({ wave }, i) => [wave.id, given[i] as number]));
  return new Map(
    sized.map(({ wave, names }) => [wave.id, evenly(names, of.get(wave.id) ?? Math.max(1, Math.round((names.length * nodes) / all)))]),
  );
}

function remainder(exact: readonly number[], given: readonly number[], i: number): number {
  return (exact[i] as number) - (given[i] as number);
}
