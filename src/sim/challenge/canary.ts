// "Is the canary worth its time?": what waiting for it costs, and how likely it is to see a fault before all others have it.
import { withoutCanaryGate, isCanaryOf } from '../limits/lift.ts';
import { waveSize } from '../rehearse/sub-plan.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { gainNumbers, gainOf, shareOfT95, tidy, type Kind } from './kind.ts';
import { nodes, percent, sooner } from './words.ts';

/** A systematic fault that hits this share of the targets: rarer ones are for the failure rate of the main wave to see. */
const FAULT_SHARE = 0.05;

export const canarySize: Kind = {
  id: 'canary-size',
  variants: (plan) => (canaryOf(plan) === null ? [] : [{ plan: withoutCanaryGate(plan), about: canaryOf(plan)?.targets ?? '', sets: [] }]),
  ask: (facts, [without]) => {
    const canary = canaryOf(facts.plan);
    if (!without || !canary) return null;
    const gainMin = gainOf(without, 95, facts);
    if (gainMin === 0) return null;
    const size = waveSize(canary);
    const seen = seenBy(size);
    const wanted = Math.ceil(Math.log(0.1) / Math.log1p(-FAULT_SHARE));
    const advice = size < wanted ? `${wanted} would see it in nine of ten` : `${wanted} would do for nine of ten`;
    return {
      about: without.about,
      text:
        `The canary of ${nodes(size)} makes all others wait: without that, 95 % is back ${sooner(gainMin)}. ` +
        `A fault that hits ${percent(FAULT_SHARE)} of the nodes shows on it with ${percent(seen)}; ${advice}. Is this the right size?`,
      numbers: { canary: size, ...gainNumbers(without, 95), faultShare: FAULT_SHARE, seenShare: tidy(seen), nodesForNineOfTen: wanted },
      sets: [],
      worth: shareOfT95(gainMin, facts),
    };
  },
};

/** The largest canary that a wave of its kind waits for. */
function canaryOf(plan: Plan): Wave | null {
  const canaries = plan.waves.filter((canary) => plan.waves.some((wave) => waitsFor(wave, canary.id) && isCanaryOf(wave, canary)));
  return canaries.toSorted((a, b) => waveSize(b) - waveSize(a))[0] ?? null;
}

const waitsFor = ({ after, holds = [] }: Wave, id: string): boolean => after.includes(id) || holds.some(({ until }) => until.includes(id));

const seenBy = (size: number): number => 1 - (1 - FAULT_SHARE) ** size;
