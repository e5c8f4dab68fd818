// The next run, foretold: what all its targets have in common is Student-t on log time, each target's own part is normal. From the
// posterior to these few numbers, and from them to quantiles.
import { normalQuantile } from '../../std/draw.ts';
import { must } from '../../std/assert.ts';
import { normalCdf, normalTail, tCdf, tQuantile } from '../../std/special.ts';

/** What was learned of a duration. A new run's target takes medianMs x exp(between x T + logSd x Z), T ~ t(df) once a run, Z ~ N(0, 1). */
export interface LearnedPrior {
  readonly medianMs: number;
  /** Log-sd between the targets of one run. */
  readonly logSd: number;
  /** Scale of the log factor that all targets of a new run share: how runs differ, and how well the median is known. */
  readonly between: number;
  /** Degrees of freedom of that factor. */
  readonly df: number;
  /** Durations seen, censored ones included. */
  readonly n: number;
  /** Runs they were seen in. */
  readonly runs: number;
  readonly source: string;
}

/** One possible truth: its weight, and the variances of the new run's median and of a target's own part. */
export interface Possible {
  readonly weight: number;
  readonly runVariance: number;
  readonly ownVariance: number;
}

/** Quantile p (0..1) of the duration of one target in a new run, in ms. */
export function durationQuantileMs(prior: Pick<LearnedPrior, 'medianMs' | 'logSd' | 'between' | 'df'>, p: number): number {
  const night: Part = { scale: prior.between, cdf: (t) => tCdf(t, prior.df), quantile: (u) => tQuantile(u, prior.df) };
  const own: Part = { scale: prior.logSd, cdf: normalCdf, quantile: normalQuantile };
  return prior.medianMs * Math.exp(night.scale < own.scale ? sumQuantile(night, own, p) : sumQuantile(own, night, p));
}

/** The log factor of a new run, from a standard normal draw (so that draws of several steps may be correlated). */
export function runLogFactor(prior: Pick<LearnedPrior, 'between' | 'df'>, z: number): number {
  // From the tail that z lies in, where a chance has its digits.
  const size = prior.between * -tQuantile(Math.min(0.5, normalTail(Math.abs(z))), prior.df);
  return z < 0 ? -size : size;
}

/** Folds many possible truths into one law. The run's part is matched where plans look at it, at P90 and P99; the targets' own at P90. */
export function fold(possible: readonly Possible[]): Pick<LearnedPrior, 'logSd' | 'between' | 'df'> {
  const runP90 = mixtureQuantile(possible, (truth) => truth.runVariance, 0.9);
  const runP99 = mixtureQuantile(possible, (truth) => truth.runVariance, 0.99);
  const shape = shapeOf(runP99 / runP90);
  const ownP90 = mixtureQuantile(possible, (truth) => truth.ownVariance, 0.9);
  return { logSd: ownP90 / normalQuantile(0.9), between: runP90 / shape.p90, df: shape.df };
}

/** Scale and degrees of freedom are only needed to within what one sees: a handful of shapes, from very long tails to nearly normal. */
const SHAPES = [3, 4, 5, 6, 8, 10, 14, 20, 30, 60, 200].map((df) => ({
  df,
  p90: tQuantile(0.9, df),
  ratio: tQuantile(0.99, df) / tQuantile(0.9, df),
}));

/** The lightest tails that are not lighter than asked for. */
function shapeOf(ratio: number): (typeof SHAPES)[number] {
  return must(SHAPES.findLast((shape) => shape.ratio >= ratio) ?? SHAPES[0], 'a shape');
}

/** A symmetric law of a given scale. */
interface Part {
  readonly scale: number;
  readonly cdf: (x: number) => number;
  readonly quantile: (p: number) => number;
}

/** Quantile p of the sum of two independent parts: the narrow one as points, the wide one, which smooths them, as its distribution. */
function sumQuantile(narrow: Part, wide: Part, p: number): number {
  if (narrow.scale === 0) return wide.scale === 0 ? 0 : wide.scale * wide.quantile(p);
  const points = pointsOf(narrow);
  // Either part alone stays below its quantile of half the tail, but for half the tail each.
  const half = Math.min(p, 1 - p) / 2;
  const reach = narrow.scale * narrow.quantile(1 - half) + wide.scale * wide.quantile(1 - half);
  const below = (level: number): number => points.reduce((sum, { at, weight }) => sum + weight * wide.cdf((level - at) / wide.scale), 0);
  return bisect(-reach, reach, (level) => below(level) < p);
}

/** Midpoints of equal shares, cut finer towards the tails. */
function pointsOf({ scale, quantile }: Part): { readonly at: number; readonly weight: number }[] {
  const shares = (from: number, to: number, count: number): { at: number; weight: number }[] =>
    Array.from({ length: count }, (_, i) => ({
      at: scale * quantile(from + ((i + 0.5) * (to - from)) / count),
      weight: (to - from) / count,
    }));
  const upper = [...shares(0.5, 0.9, 16), ...shares(0.9, 0.99, 10), ...shares(0.99, 1, 8)];
  return [...upper.map(({ at, weight }) => ({ at: -at, weight })), ...upper];
}

/** Quantile p > 0.5 of a mixture of normals around 0. */
function mixtureQuantile(possible: readonly Possible[], variance: (truth: Possible) => number, p: number): number {
  const parts = possible.map((truth) => ({ weight: truth.weight, sd: Math.sqrt(variance(truth)) }));
  const widest = Math.max(...parts.map(({ sd }) => sd));
  return bisect(
    0,
    widest * normalQuantile(p) * 1.001,
    (level) => parts.reduce((sum, { weight, sd }) => sum + weight * normalCdf(level / sd), 0) < p,
  );
}

/** The place where `below` turns false, to a billionth of the interval. */
function bisect(low: number, high: number, below: (at: number) => boolean): number {
  let [from, to] = [low, high];
  for (let round = 0; round < 32; round++) {
    const middle = (from + to) / 2;
    if (below(middle)) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
