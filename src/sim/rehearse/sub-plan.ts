// The same plan for fewer targets: one node with what it waits for, a fleet of every size, a sample of a large one. Names stay, so that a
// target has the same chance in each of them.
import { assert } from '../../std/assert.ts';
import type { Quantity } from '../../core/change/policy.ts';
import { foldNames, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { withoutWaves } from './order-of-waves.ts';

/** The targets of each wave, expanded once; in the plan's order. */
export type WaveTargets = ReadonlyMap<string, readonly string[]>;

/** Without going through the names. */
export function waveSize(wave: Wave): number {
  const parsed = parseNodeSet(wave.targets);
  assert(parsed.ok, `a checked plan holds a node set that does not parse: ${wave.targets}`);
  return size(parsed.set);
}

export function planSize(plan: Plan): number {
  return plan.waves.reduce((sum, wave) => sum + waveSize(wave), 0);
}

export function targetsByWave(plan: Plan): WaveTargets {
  return new Map(plan.waves.map((wave) => [wave.id, [...expand(wave.targets)]]));
}

/**
 * The plan with only `kept` of its targets, by wave; a wave without any is left out, and what waited for it waits for what it waited for.
 * Counts of the policy stay as they are, but never above the targets that are left; shares stay shares. The id stays the parent's.
 */
export function subPlan(plan: Plan, kept: WaveTargets): Plan {
  const gone = new Set(plan.waves.flatMap(({ id }) => ((kept.get(id) ?? []).length === 0 ? [id] : [])));
  const waves = withoutWaves(plan.waves, gone).map((wave) => smallerWave(wave, kept.get(wave.id) ?? [], plan.policy.atOnce.nodes));
  const phases = plan.phases
    .map((phase) => ({ ...phase, waves: phase.waves.filter((id) => !gone.has(id)) }))
    .filter((phase) => phase.waves.length > 0);
  return { ...plan, waves, phases };
}

/** So many of the items, from the middle of as many equal parts of the list. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / taken)] as T);
}

function smallerWave(wave: Wave, targets: readonly string[], atOnce: Quantity): Wave {
  const before = waveSize(wave);
  const now = targets.length;
  if (now === before) return wave;
  const part = (count: number): number => Math.floor((count * now) / before + 1e-9);
  const { failedMax, returnedMin } = wave.gate;
  return {
    ...wave,
    targets: foldNames(targets),
    atOnce: Math.min(now, atOnce.kind === 'count' ? wave.atOnce : Math.max(1, part(wave.atOnce))),
    gate: {
      ...wave.gate,
      failedMax: failedMax === null ? null : Math.min(failedMax, now - 1),
      returnedMin: Math.min(now, returnedMin === 0 ? 0 : Math.max(1, part(returnedMin))),
    },
  };
}
