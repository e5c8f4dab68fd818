// Questions about time: a blackout that could move, and a target that has never been met.
import { withoutBlackouts } from '../limits/lift.ts';
import { curveOf } from '../rehearse/rows.ts';
import { bestGain, gainNumbers, shareOfT95, tidy, type Kind } from './kind.ts';
import { minutes, percent, sooner } from './words.ts';

export const blackoutMoves: Kind = {
  id: 'blackout-moves',
  variants: (plan) =>
    plan.policy.blackouts.length === 0 ? [] : [{ plan: withoutBlackouts(plan), about: 'policy.blackouts', sets: ['policy.blackouts=[]'] }],
  ask: (facts, [without]) => {
    const gain = without && bestGain(without, facts, [50, 75, 95, 99]);
    if (!without || !gain) return null;
    const why = facts.plan.policy.blackouts.map((blackout) => blackout.why).filter((words) => words !== '');
    const them = facts.plan.policy.blackouts.length === 1 ? 'the blackout' : 'the blackouts';
    return {
      about: without.about,
      text: `Without ${them}${why.length === 0 ? '' : ` (${why.join('; ')})`}, ${gain.percent} % is back ${sooner(gain.gainMin)}. Can ${them} move?`,
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
      text: `The north star of ${minutes(northStarMin)} for 95 % is met in ${percent(met)} of the scenarios.${history}${floor} Is it a promise or a wish?`,
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
