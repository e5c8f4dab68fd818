// What a run under way says of its own night: the laws of the rest of it, given the steps that have ended and those that have not.
import { explain, startAt } from '../../core/learn/likelihood.ts';
import type { Program, ProgramStep } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { shareWorth } from './chance.ts';
import { SLOW_NIGHT_LOG_SD, type Law } from './law.ts';
import { isTry, type PlanLaws, type StepLaw } from './plan-laws.ts';
import type { StepSeen } from '../exact/present.ts';

/**
 * Log time of a step = log of its median + share of the night + what the step's attempts have in common + own part, all normal with known
 * spreads, so what is common has a normal posterior (conjugate update). The night is shared by all steps: those that have ended say something of
 * those that nobody has begun. Attempts under way count as longer than so far; without them the quickest would speak for all.
 * Shares of failure are updated as Beta laws.
 */
export function seenLaws(laws: PlanLaws, program: Program, seen: readonly (StepSeen | null)[]): PlanLaws {
  const told = laws.steps.map((law, id) => {
    const step = must(program.steps[id], 'a step');
    // Where jobs are assumed, a drain takes as long as they do, and its own law is only what comes after them.
    return laws.jobs !== null && waits(step) ? null : toldOf(law, step, program, seen[id] ?? null);
  });
  const night = nightOf(told);
  const steps = laws.steps.map((law, step): StepLaw => {
    const { time, nightShare } = timeWith(law, told[step] ?? null);
    return { ...law, time, nightShare, fails: failsWith(law, seen[step] ?? null) };
  });
  return { ...laws, steps, night };
}

/** What the run's attempts say of the log factor of one step, the night included: as one normal observation of it. */
interface Told {
  readonly shift: number;
  readonly variance: number;
  /** Before anything was seen, of the step's own common part. */
  readonly ownVariance: number;
  /** How much of the night is in it; 0 also where it waits for jobs or people, which says nothing of the night. */
  readonly nightShare: number;
}

/** A spread stated as none still has the jitter of clocks and calls. */
const LOG_SD_MIN = 0.02;
/** Observations that say less than this much (precision) beside what was believed say nothing. */
const WORTH_MIN = 1e-6;

function toldOf({ time: law, nightShare }: StepLaw, step: ProgramStep, program: Program, seen: StepSeen | null): Told | null {
  // A broken target reboots in its own time, and its law is that of a healthy one.
  if (seen === null || isTry(must(program.chains[step.chain], 'a chain'), step.id)) return null;
  const ownVariance = spreadOf(law) ** 2;
  const believed = ownVariance + (nightShare * SLOW_NIGHT_LOG_SD) ** 2;
  if (believed === 0) return null;
  const logMedian = Math.log(Math.max(1, law.medianMs));
  const belief = { logMedian, medianSd: Math.sqrt(believed), variance: 1, weight: 1 };
  const { mu, muVariance } = explain([seen.times], belief, Math.max(LOG_SD_MIN, law.logSd), 0, startAt(logMedian, 1));
  // What the posterior knows beyond the belief is what the observations said.
  const precision = 1 / muVariance - 1 / believed;
  if (precision < WORTH_MIN) return null;
  const moved = mu - logMedian;
  return { shift: moved + moved / (believed * precision), variance: 1 / precision, ownVariance, nightShare: waits(step) ? 0 : nightShare };
}

/** Standard deviation of the common part; of a Student-t with few degrees of freedom more than its scale. */
function spreadOf({ between, df }: Law): number {
  const stretch = df === Number.POSITIVE_INFINITY ? 1 : df / Math.max(1, df - 2);
  return between * Math.sqrt(stretch);
}

function waits({ action }: ProgramStep): boolean {
  return action.kind === 'do' && (action.act === 'drain' || action.act === 'hand-over');
}

function nightOf(told: readonly (Told | null)[]): PlanLaws['night'] {
  let [precision, pull] = [SLOW_NIGHT_LOG_SD ** -2, 0];
  for (const each of told) {
    if (each === null) continue;
    const worth = each.nightShare / (each.ownVariance + each.variance);
    precision += each.nightShare * worth;
    pull += worth * each.shift;
  }
  return { logMean: pull / precision, logSd: precision ** -0.5 };
}

/** Given the night, the step's own part is normal around k (shift - its share of the night), so k of that share is taken back. */
function timeWith({ time, nightShare }: StepLaw, told: Told | null): Pick<StepLaw, 'time' | 'nightShare'> {
  if (told === null) return { time, nightShare };
  const { shift, variance, ownVariance } = told;
  const known = ownVariance / (ownVariance + variance);
  const between = Math.sqrt(ownVariance * (1 - known));
  return {
    time: { ...time, medianMs: time.medianMs * Math.exp(known * shift), between, df: Infinity },
    nightShare: nightShare * (1 - known),
  };
}

function failsWith({ fails }: StepLaw, seen: StepSeen | null): StepLaw['fails'] {
  if (seen === null || seen.ended === 0) return fails;
  const worth = shareWorth(fails);
  return { ...fails, share: (fails.share * worth + seen.failed) / (worth + seen.ended), n: fails.n + seen.ended };
}
