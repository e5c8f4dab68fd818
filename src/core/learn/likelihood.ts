// How well a spread within runs and a spread between runs explain what was seen: the marginal likelihood of log times with a common
// factor for each run, right-censored times included.
import { normalDensity, normalTail } from '../../std/special.ts';
import { TAU_DF, TAU_SCALE, type Belief } from './belief.ts';

/** One run's log times: the whole ones as their count, mean and sum of squares about it; the censored ones by how many are alike. */
export interface RunLogs {
  readonly whole: number;
  readonly mean: number;
  readonly squares: number;
  readonly censored: readonly { readonly log: number; readonly count: number }[];
}

/** Where the climb to the likeliest medians starts and ends; the caller keeps it, because neighbours lie close together. */
export interface Point {
  mu: number;
  readonly u: Float64Array;
  /** Room for a step's numbers by run: its pull, and its curvature. */
  readonly pull: Float64Array;
  readonly curvature: Float64Array;
}

export function startAt(mu: number, runs: number): Point {
  return { mu, u: new Float64Array(runs), pull: new Float64Array(runs), curvature: new Float64Array(runs) };
}

export interface Explained {
  /** Log posterior density of (log sigma, tau), up to a constant. */
  readonly logDensity: number;
  /** The median log time, given sigma and tau. */
  readonly mu: number;
  readonly muVariance: number;
}

/**
 * A censored time says "slower than this", or that the step hung and would never have ended: one in fifty. Without that, a single hung
 * node would stretch the spread of all others (a cure fraction: J. Boag, JRSS B 11 (1949) 15).
 */
const HANGS = 0.02;
const ROUNDS_MAX = 40;
const STILL = 1e-6;
/** No Newton step moves a median by more than a factor of e: far out, where a censored term is flat, steps would be endless. */
const STEP_MAX = 1;

/**
 * log t = mu + tau u_r + sigma e, with u, e ~ N(0, 1). mu and u are integrated out by Laplace's method, which is exact as long as
 * nothing is censored.
 */
export function explain(runs: readonly RunLogs[], belief: Belief, sigma: number, tau: number, point: Point): Explained {
  let slope = climb(runs, belief, sigma, tau, point);
  for (let round = 1; slope.moved > STILL && round < ROUNDS_MAX; round++) slope = climb(runs, belief, sigma, tau, point);
  return {
    logDensity: slope.logLikelihood - 0.5 * slope.logCurvature + logPriorOf(belief, sigma, tau),
    mu: point.mu,
    muVariance: 1 / slope.muPrecision,
  };
}

interface Slope {
  /** Before the step. */
  readonly logLikelihood: number;
  readonly logCurvature: number;
  readonly muPrecision: number;
  readonly moved: number;
}

/** One Newton step on (mu, u); the curvature is an arrow head, so it is solved by elimination of u. */
function climb(runs: readonly RunLogs[], belief: Belief, sigma: number, tau: number, point: Point): Slope {
  const off = point.mu - belief.logMedian;
  let logLikelihood = -0.5 * (off / belief.medianSd) ** 2;
  let muPrecision = belief.medianSd ** -2;
  let pull = -off / belief.medianSd ** 2;
  let logCurvature = 0;
  for (let r = 0; r < runs.length; r++) {
    const u = point.u[r] as number;
    const term = termOf(runs[r] as RunLogs, point.mu + tau * u, sigma);
    const diagonal = 1 + tau * tau * term.curvature;
    const uPull = tau * term.pull - u;
    logLikelihood += term.value - 0.5 * u * u;
    logCurvature += Math.log(diagonal);
    muPrecision += term.curvature / diagonal;
    pull += term.pull - (tau * term.curvature * uPull) / diagonal;
    point.pull[r] = uPull;
    point.curvature[r] = term.curvature;
  }
  const muStep = bounded(pull / muPrecision);
  let moved = Math.abs(muStep);
  point.mu += muStep;
  for (let r = 0; r < runs.length; r++) {
    const curvature = point.curvature[r] as number;
    const uStep = bounded(((point.pull[r] as number) - tau * curvature * muStep) / (1 + tau * tau * curvature));
    point.u[r] = (point.u[r] as number) + uStep;
    moved = Math.max(moved, Math.abs(uStep));
  }
  return { logLikelihood, logCurvature: logCurvature + Math.log(muPrecision), muPrecision, moved };
}

/** One run's log likelihood, its slope and its (never negative) curvature in the run's own median log time. */
function termOf(run: RunLogs, median: number, sigma: number): { value: number; pull: number; curvature: number } {
  const precision = sigma ** -2;
  const off = run.mean - median;
  let value = -run.whole * Math.log(sigma) - 0.5 * precision * (run.squares + run.whole * off * off);
  let pull = run.whole * precision * off;
  let curvature = run.whole * precision;
  for (const { log, count } of run.censored) {
    const a = (log - median) / sigma;
    const chance = HANGS + (1 - HANGS) * normalTail(a);
    const rate = ((1 - HANGS) * normalDensity(a)) / (sigma * chance);
    value += count * Math.log(chance);
    pull += count * rate;
    curvature += count * Math.max(0, rate * (rate - a / sigma));
  }
  return { value, pull, curvature };
}

function logPriorOf({ weight, variance }: Belief, sigma: number, tau: number): number {
  const spread = -weight * Math.log(sigma) - (0.5 * weight * variance) / sigma ** 2;
  return spread - 0.5 * (TAU_DF + 1) * Math.log1p((tau / TAU_SCALE) ** 2 / TAU_DF);
}

function bounded(step: number): number {
  return Math.max(-STEP_MAX, Math.min(STEP_MAX, step));
}
