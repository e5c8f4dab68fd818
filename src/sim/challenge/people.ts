// Questions about the mop-up: parts that come too late, and crews that sleep when they are needed.
import type { Plan } from '../../core/plan/plan.ts';
import { registerOf } from '../limits/register.ts';
import { bestGain, gainNumbers, shareOfT95, type Facts, type Kind, type Outcome } from './kind.ts';
import { sooner } from './words.ts';

const LATE_MARKS = [95, 99, 100] as const;
/** More parts to have on site, as a share of those on site; at least two. */
const MORE_PARTS = 0.5;
const AROUND_THE_CLOCK = '00:00-24:00';

export const partLate: Kind = {
  id: 'part-late',
  variants: (plan) =>
    namesOf(plan, 'part').map((name) => {
      const part = plan.policy.parts[name] ?? { onSite: 0, arriving: [] };
      const onSite = part.onSite + Math.max(2, Math.ceil(MORE_PARTS * part.onSite));
      const policy = { ...plan.policy, parts: { ...plan.policy.parts, [name]: { ...part, onSite } } };
      return { plan: { ...plan, policy }, about: name, sets: [`policy.parts.${name}.onSite=${onSite}`] };
    }),
  ask: (facts, outcomes) => {
    const best = dearest(outcomes, facts);
    if (!best) return null;
    const { outcome, percent, gainMin } = best;
    const had = facts.plan.policy.parts[outcome.about]?.onSite ?? 0;
    const more = (outcome.plan.policy.parts[outcome.about]?.onSite ?? 0) - had;
    return {
      about: `part ${outcome.about}`,
      text: `Stragglers wait for a ${outcome.about}: ${had} on site ${had === 1 ? 'is' : 'are'} not enough. With ${more} more, ${percent} % is back ${sooner(gainMin)}. Can they be here before the window?`,
      numbers: { onSite: had, more, ...gainNumbers(outcome, percent) },
      sets: outcome.sets,
      worth: shareOfT95(gainMin, facts),
    };
  },
};

export const crewAsleep: Kind = {
  id: 'crew-asleep',
  variants: (plan) =>
    namesOf(plan, 'crew').flatMap((name) => {
      const crew = plan.policy.crew[name];
      const wanted = wholeTime(plan, name);
      if (!crew || crew.shifts === null || !wanted) return [];
      const policy = { ...plan.policy, crew: { ...plan.policy.crew, [name]: { ...crew, shifts: AROUND_THE_CLOCK } } };
      const calendars = { ...plan.calendars, [`crew:${name}`]: [wanted] };
      return [{ plan: { ...plan, policy, calendars }, about: name, sets: [`policy.crew.${name}.shifts="${AROUND_THE_CLOCK}"`] }];
    }),
  ask: (facts, outcomes) => {
    const best = dearest(outcomes, facts);
    if (!best) return null;
    const { outcome, percent, gainMin } = best;
    const shifts = facts.plan.policy.crew[outcome.about]?.shifts ?? '';
    return {
      about: `crew ${outcome.about}`,
      text: `The ${outcome.about} crew works ${shifts}, and stragglers wait for its morning. With as many people around the clock, ${percent} % is back ${sooner(gainMin)}. Who could come, or should the window begin earlier?`,
      numbers: gainNumbers(outcome, percent),
      sets: outcome.sets,
      worth: shareOfT95(gainMin, facts),
    };
  },
};

/** From the first window on, as a policy with these shifts would have it; null: without windows a plan has no days, and no shifts. */
function wholeTime({ policy, calendars }: Plan, crew: string): readonly [number, number] | null {
  const last = calendars[`crew:${crew}`]?.at(-1)?.[1];
  if (last === undefined || policy.windows.length === 0) return null;
  return [Math.min(...policy.windows.map(({ fromMin }) => fromMin)), last];
}

/** Crews or parts of the policy that some way of mop-up needs. */
function namesOf(plan: Plan, kind: 'crew' | 'part'): string[] {
  const prefix = kind === 'crew' ? 'crew.' : 'parts.';
  return registerOf(plan).flatMap((limit) => (limit.kind === kind ? [limit.name.slice(prefix.length)] : []));
}

function dearest(outcomes: readonly Outcome[], facts: Facts): { outcome: Outcome; percent: number; gainMin: number } | null {
  const found = outcomes.flatMap((outcome) => {
    const gain = bestGain(outcome, facts, LATE_MARKS);
    return gain ? [{ outcome, ...gain }] : [];
  });
  return found.toSorted((a, b) => b.gainMin - a.gainMin)[0] ?? null;
}
