// What the way back of a chain takes, from the laws of its steps: until 19 of 20 targets that begin together are through, on 19 of 20 nights.
import type { Chain, ProgramStep } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { sumOf, type Law } from '../laws/law.ts';
import type { SimModel } from '../model.ts';

export interface Takes {
  readonly takesMin: number;
  /** Observations behind it; 0: nobody here has measured it. */
  readonly n: number;
  readonly source: string;
}

const MINUTE_MS = 60_000;
/** Of a normal law: 19 of 20 lie below. */
const Z95 = 1.645;

export const changes = ({ program }: SimModel, { first, end }: Chain): boolean =>
  program.steps.slice(first, end).some(({ destructive }) => destructive);

export const hasWayBack = ({ back, backEnd }: Chain): boolean => backEnd > back;

/** `counts`: whom the way back is for; absent: every target of the chain. */
export function wayBack(model: SimModel, { back, backEnd }: Chain, counts?: (target: number) => boolean): Takes {
  return timeOf(model, model.program.steps.slice(back, backEnd), counts);
}

/** The sum of the steps' laws at 1.645 of both spreads together. A step that a limit lets through in turns takes as many of them. */
export function timeOf(model: SimModel, steps: readonly ProgramStep[], counts: (target: number) => boolean = () => true): Takes {
  const laws = steps.map((step) => inTurns(must(model.laws.steps[step.id], 'a law').time, turnsOf(model, step, counts)));
  const { medianMs, logSd, between, n, source } = sumOf(laws);
  return { takesMin: (medianMs * Math.exp(Z95 * Math.hypot(logSd, between))) / MINUTE_MS, n, source };
}

/** One after the other, each turn as long as the mean of a target: luck and bad luck of single targets even out. */
function inTurns(law: Law, turns: number): Law {
  if (turns === 1) return law;
  const meanMs = law.medianMs * Math.exp(law.logSd ** 2 / 2);
  return { ...law, medianMs: meanMs * turns, logSd: law.logSd / Math.sqrt(turns) };
}

/** How often a limit lets a full set of targets through until all have been. */
function turnsOf({ program }: SimModel, { chain, limits }: ProgramStep, counts: (target: number) => boolean): number {
  const turns = limits.map((limit) => {
    const standing = new Map<number, number>();
    for (const [target, counter] of (program.limits[limit]?.counterOf ?? []).entries()) {
      if (counter >= 0 && program.chainOf[target] === chain && counts(target)) standing.set(counter, (standing.get(counter) ?? 0) + 1);
    }
    return Math.max(1, ...[...standing].map(([counter, count]) => Math.ceil(count / Math.max(1, program.capacity[counter] as number))));
  });
  return Math.max(1, ...turns);
}
