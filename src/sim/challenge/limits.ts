// Questions about limits: the dearest one, and whether the window is long enough for what it must hold.
import type { Limit } from '../../core/change/policy.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { windowEnds } from '../exact/windows.ts';
import { meanDifference } from '../limits/differences.ts';
import { registerOf } from '../limits/register.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { fieldOf } from '../rehearse/rows.ts';
import { planSize } from '../rehearse/sub-plan.ts';
import { bestGain, gainNumbers, gainOf, shareOfT95, tidy, type Facts, type Kind, type Outcome, type Variant } from './kind.ts';
import { minutes, percent, sooner } from './words.ts';

/** Below this share of T95 a limit is nobody's business. */
const WORTH_ASKING = 0.02;
/** A window that is too short in one of ten nights is too short. */
const SHORT_SHARE = 0.1;

export const liftLimit: Kind = {
  id: 'lift-limit',
  variants: (plan) => {
    const all = planSize(plan);
    return named(plan).flatMap(([name, { count }]) => [withPlaces(plan, name, Math.min(all, 2 * count)), withPlaces(plan, name, all)]);
  },
  ask: (facts, outcomes) => {
    const [best] = pairsOf(outcomes)
      .flatMap(({ twice, lifted }) => {
        const gain = bestGain(lifted, facts, [95, 99]);
        return gain ? [{ twice, lifted, ...gain }] : [];
      })
      .toSorted((a, b) => b.gainMin - a.gainMin);
    if (!best || shareOfT95(best.gainMin, facts) < WORTH_ASKING) return null;
    const { twice, lifted, percent: mark, gainMin } = best;
    const limit = facts.plan.policy.limits[lifted.about];
    if (!limit) return null;
    const twiceMin = gainOf(twice, mark, facts);
    const half = twiceMin > 0 && Number.isFinite(twiceMin) ? ` Twice as many places alone win ${minutes(twiceMin)}.` : '';
    return {
      about: `limit ${lifted.about}`,
      text: `${lifted.about} has ${counted(limit)}: with room for all, ${mark} % is back ${sooner(gainMin)}.${half} ${belongs(limit)} What would it take to lift it?`,
      numbers: { count: limit.count, ...gainNumbers(lifted, mark), ...gainNumbers(twice, mark, 'doubledGain') },
      sets: lifted.sets,
      worth: shareOfT95(gainMin, facts),
    };
  },
};

export const windowShort: Kind = {
  id: 'window-short',
  variants: (plan) =>
    plan.policy.windows.length === 0
      ? []
      : [
          { plan, about: 'policy.windows', sets: [] },
          ...registerOf(plan).flatMap(({ name, kind, lifted }): Variant[] =>
            lifted && kind !== 'window' && kind !== 'blackout' ? [{ plan: lifted, about: name, sets: [] }] : [],
          ),
        ],
  ask: (facts, [own, ...lifted]) => {
    const share = own ? shortShare(own) : 0;
    if (share <= SHORT_SHARE) return null;
    const missingMin = missing(facts);
    const [best] = lifted
      .map((outcome) => ({ outcome, share: shortShare(outcome) }))
      .filter(({ outcome }) => meanDifference(shortOf(outcome), shortOf(own ?? outcome)).high < 0)
      .toSorted((a, b) => a.share - b.share);
    const mend = best
      ? `Without ${best.outcome.about} it would be ${percent(best.share)}.`
      : 'No single limit, lifted, makes that surely rarer.';
    const by =
      missingMin === null || missingMin === undefined || missingMin === 0 ? '' : `, in one of ten by ${minutes(missingMin)} or more`;
    return {
      about: 'policy.windows',
      text: `In ${percent(share)} of the nights the window is over before the return gate is met${by}. ${mend} Is a longer window to be had, or a limit to be lifted?`,
      numbers: {
        shortShare: tidy(share),
        ...(missingMin !== undefined && { missingP90Min: missingMin }),
        liftedShare: best ? tidy(best.share) : null,
        lift: best?.outcome.about ?? null,
      },
      sets: [],
      worth: share,
    };
  },
};

/** Limits of the policy that some step takes and that have no room for all. */
function named(plan: Plan): (readonly [string, Limit])[] {
  const binding = new Set(registerOf(plan).flatMap(({ name, kind, lifted }) => (kind === 'limit' && lifted ? [name] : [])));
  return Object.entries(plan.policy.limits).filter(([name]) => binding.has(name));
}

function counted({ count, per }: Limit): string {
  return `${count} ${count === 1 ? 'place' : 'places'} ${per === 'fleet' ? 'in the whole fleet' : `per ${per}`}`;
}

function belongs({ owner, until }: Limit): string {
  if (owner !== null) return `It is ${owner}'s, ${until === null ? 'with no date by which it is mended' : `to be mended by ${until}`}.`;
  return until === null ? 'It has no owner, and no date by which it is mended.' : `It has no owner, and is to be mended by ${until}.`;
}

function withPlaces(plan: Plan, name: string, count: number): Variant {
  const limits = Object.entries(plan.policy.limits).map(([key, limit]) => [key, key === name ? { ...limit, count } : limit] as const);
  return {
    plan: { ...plan, policy: { ...plan.policy, limits: Object.fromEntries(limits) } },
    about: name,
    sets: [`policy.limits.${name}.count=${count}`],
  };
}

function pairsOf(outcomes: readonly Outcome[]): { readonly twice: Outcome; readonly lifted: Outcome }[] {
  return outcomes.flatMap((twice, i) => {
    const lifted = outcomes[i + 1];
    return i % 2 === 0 && lifted ? [{ twice, lifted }] : [];
  });
}

const shortOf = ({ collected: { rows, about } }: Outcome): Float64Array => fieldOf(rows, about, 'short');

function shortShare(outcome: Outcome): number {
  const short = shortOf(outcome);
  return short.reduce((sum, value) => sum + value, 0) / short.length;
}

/**
 * P90 of the return gate against the end of the windows; null: not within the horizon; undefined: clusters whose last windows end at
 * different times have no such number in common.
 */
function missing({ plan, collected: { rows, about } }: Facts): number | null | undefined {
  const { windows } = plan.policy;
  const ends = new Set(windowEnds(plan).values());
  if (ends.size > 1) return undefined;
  const gateMin = quantile(rising(fieldOf(rows, about, 'gateMin')), 0.9);
  const lengthMin = Math.max(...windows.map(({ toMin }) => toMin)) - Math.min(...windows.map(({ fromMin }) => fromMin));
  return Number.isFinite(gateMin) ? tidy(Math.max(0, gateMin - lengthMin)) : null;
}
