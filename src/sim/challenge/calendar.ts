// Questions about time: a blackout that could move, and a target that has never been met.
import type { Policy, Window } from '../../core/change/policy.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { withoutBlackouts } from '../limits/lift.ts';
import { curveOf } from '../rehearse/rows.ts';
import { bestGain, gainNumbers, shareOfT95, tidy, type Kind } from './kind.ts';
import { minutes, moment, percent, sooner } from './words.ts';

/**
 * A checked plan has no blackout in a window, so a blackout alone holds nobody up: what it costs is that the next window begins so much
 * later. The variant has each window behind one begin sooner by as long as the blackouts before it are.
 */
export const blackoutMoves: Kind = {
  id: 'blackout-moves',
  variants: (plan) => {
    const { blackouts, windows: agreed } = plan.policy;
    const windows = agreed.map((window) => ahead(window, plan.policy));
    const moved = windows.flatMap(({ fromMin }, i) =>
      fromMin === agreed[i]?.fromMin ? [] : [`policy.windows.${i}.start="${moment(fromMin)}"`],
    );
    if (blackouts.length === 0 || moved.length === 0) return [];
    const changed = { ...withoutBlackouts(plan), policy: { ...plan.policy, blackouts: [], windows } };
    return [{ plan: withWindowCalendars(changed), about: 'policy.blackouts', sets: ['policy.blackouts=[]', ...moved] }];
  },
  ask: (facts, [without]) => {
    const gain = without && bestGain(without, facts, [50, 75, 95, 99, 100]);
    if (!without || !gain) return null;
    const { blackouts } = facts.plan.policy;
    const why = blackouts.map((blackout) => blackout.why).filter((words) => words !== '');
    const them = blackouts.length === 1 ? 'the blackout' : 'the blackouts';
    const said = why.length === 0 ? '' : ` (${why.join('; ')})`;
    return {
      about: without.about,
      text: `Without ${them}${said} the next window could begin that much earlier, and ${gain.percent} % is back ${sooner(gain.gainMin)}. Can ${them} move?`,
      numbers: gainNumbers(without, gain.percent),
      sets: without.sets,
      worth: shareOfT95(gain.gainMin, facts),
    };
  },
};

export const targetNeverMet: Kind = {
  id: 'target-never-met',
  variants: (plan) => (plan.policy.northStarMs === null ? [] : [{ plan, about: 'policy.northStar', sets: [] }]),
  ask: (facts, [own]) => {
    const northStarMin = (facts.plan.policy.northStarMs ?? 0) / 60_000;
    if (!own) return null;
    const times = curveOf(own.collected.rows, own.collected.about, 95);
    const met = times.filter((time) => time <= northStarMin).length / times.length;
    if (met >= 0.5) return null;
    const before = facts.past.filter(({ actualMin }) => actualMin !== null);
    const beforeMet = before.filter(({ actualMin }) => (actualMin ?? Infinity) <= northStarMin).length;
    const history = before.length === 0 ? '' : ` It was met in ${beforeMet} of ${before.length} maintenances before.`;
    const one = facts.oneNodeMin.p50;
    const floor = one !== null && one > northStarMin ? ` One node alone takes ${minutes(one)}: no plan can meet it.` : '';
    return {
      about: own.about,
      text: `The north star of ${minutes(northStarMin)} for 95 % is met in ${met === 0 ? 'none' : percent(met)} of the scenarios.${history}${floor} Is it a promise or a wish?`,
      numbers: {
        northStarMin,
        metShare: tidy(met),
        t95P50Min: facts.mark(95).p50,
        oneNodeP50Min: one,
        ...(before.length > 0 && { past: before.length, pastMet: beforeMet }),
      },
      sets: [],
      worth: 0.5 - met,
    };
  },
};

/** The window as it could be without the blackouts that lie between the first window of its cluster and itself. */
function ahead(window: Window, { windows, blackouts }: Policy): Window {
  const first = Math.min(...windows.flatMap(({ cluster, toMin }) => (cluster === window.cluster ? [toMin] : [])));
  let lengthMin = 0;
  let reachedMin = first;
  for (const { fromMin, toMin } of blackouts.toSorted((a, b) => a.fromMin - b.fromMin)) {
    if (fromMin < first || toMin > window.fromMin) continue;
    lengthMin += Math.max(0, toMin - Math.max(reachedMin, fromMin));
    reachedMin = Math.max(reachedMin, toMin);
  }
  return { ...window, fromMin: window.fromMin - lengthMin, toMin: window.toMin - lengthMin };
}

function withWindowCalendars(plan: Plan): Plan {
  const byCluster = Map.groupBy(plan.policy.windows, ({ cluster }) => cluster);
  const windows = [...byCluster].map(([cluster, own]) => [`windows:${cluster}`, joined(own)] as const);
  return { ...plan, calendars: { ...plan.calendars, ...Object.fromEntries(windows) } };
}

/** Rising; windows that touch are one. */
function joined(windows: readonly Window[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const { fromMin, toMin } of windows.toSorted((a, b) => a.fromMin - b.fromMin)) {
    const last = found.at(-1);
    if (last && fromMin <= last[1]) last[1] = Math.max(last[1], toMin);
    else found.push([fromMin, toMin]);
  }
  return found;
}
