// The fast engine held against the exact one on twenty plans that differ in size, limits, failures, canary, crew and how many at once.
import { maintenancePlan } from '../test/maintenance.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { createRunner } from '../src/sim/rehearse/runner.ts';
import { draw } from '../src/std/draw.ts';

const PLANS = 20;
const SCENARIOS = 8;
const SEED = 20;
const MARKS = [50, 75, 95, 99] as const;
/** Mean error (per cent) at T50, T75 and T95 beyond which a rehearsal gives way to the exact engine. */
const ERROR_PCT_MAX = 1;

/** A line a plan, and the worst of all. */
export function fastAgainstExact(): Promise<string> {
  const errors = Array.from({ length: PLANS }, (_, i) => {
    const { plan, words } = planOf(i);
    return { words, off: errorsOf(plan) };
  });
  const lines = errors.map(({ words, off }) => `  ${words.padEnd(66)}${off.map((pct) => pct.toFixed(2).padStart(8)).join('')}`);
  const within = errors.filter(({ off }) => off.slice(0, 3).every((pct) => Math.abs(pct) <= ERROR_PCT_MAX)).length;
  const head = `  ${'mean difference in per cent at'.padEnd(66)}${MARKS.map((mark) => `T${mark}`.padStart(8)).join('')}`;
  return Promise.resolve(
    `\n${[head, ...lines].join('\n')}\n  ${within} of ${PLANS} within ${ERROR_PCT_MAX} % at T50, T75 and T95; the others give way to the exact engine`,
  );
}

function planOf(i: number): { readonly plan: Plan; readonly words: string } {
  const between = (least: number, most: number, what: number): number => least + draw(SEED, i, 0, what, 0) * (most - least);
  const nodes = Math.round(between(3_000, 10_000, 1));
  const imageServer = between(0.02, 0.2, 2);
  const fails = between(0.002, 0.05, 3);
  const canary = Math.round(between(0, 16, 4));
  const crew = between(0.0006, 0.004, 5);
  const unavailable = between(0.3, 1, 6);
  const policy = { unavailableAtMost: { kind: 'share', share: i % 3 === 0 ? unavailable : 1 } } as const;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return {
    plan: maintenancePlan({ nodes, imageServer, fails, canary, crew, policy }),
    words: `${nodes} nodes, image server ${percent(imageServer)}, ${percent(fails)} fail, canary ${canary}${i % 3 === 0 ? `, ${percent(unavailable)} out` : ''}`,
  };
}

/** Fast minus exact as a share of exact, over the same scenarios, by mark. */
function errorsOf(plan: Plan): number[] {
  const [fast, exact] = (['fast', 'exact'] as const).map((engine) => {
    const runner = createRunner({ plan, engine, seed: SEED });
    return Array.from({ length: SCENARIOS }, (_, scenario) => Array.from(runner.run(scenario).curve));
  }) as [number[][], number[][]];
  const mean = (curves: readonly number[][], mark: number): number =>
    curves.reduce((sum, curve) => sum + (curve[mark - 1] as number), 0) / SCENARIOS;
  return MARKS.map((mark) => 100 * (mean(fast, mark) / mean(exact, mark) - 1));
}
