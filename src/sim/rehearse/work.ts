// How much there is to do, before it is begun: to choose where it is done, and to refuse what would never end.
import type { Plan } from '../../core/plan/plan.ts';
import { FAST_TARGETS_MIN } from '../fast/scale.ts';
import type { Spec } from './asking.ts';
import { waveSize } from './sub-plan.ts';

export interface Work {
  readonly events: number;
  readonly ms: number;
}

/** Events of one scenario: a start and an end for each step of each target, about. */
export function eventsOf(plan: Plan): number {
  const known = EVENTS.get(plan);
  if (known !== undefined) return known;
  const events = plan.waves.reduce((sum, wave) => sum + waveSize(wave) * (plan.procedures[wave.procedure]?.steps.length ?? 0), 0);
  EVENTS.set(plan, events);
  return events;
}

const EVENTS = new WeakMap<Plan, number>();

/** Events a millisecond on a slow machine, and what compiling a target costs (bench/rehearse.ts has the real figures). */
const EVENTS_PER_MS = 1_500;
const COMPILE_EVENTS_EACH = 3;

/** What so many scenarios of a model cost on one thread, compiling it included. */
export function workOf({ plan, engine, keep = FAST_TARGETS_MIN }: Spec, scenarios: number): Work {
  const full = eventsOf(plan);
  const targets = plan.waves.reduce((sum, wave) => sum + waveSize(wave), 0);
  const simulated = engine === 'exact' ? full : Math.min(full, (full * keep) / Math.max(1, targets));
  const events = simulated * (scenarios + COMPILE_EVENTS_EACH);
  return { events, ms: events / EVENTS_PER_MS };
}
