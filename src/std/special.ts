// Special functions of statistics: gamma, incomplete beta, normal, Student-t, and their inverses. Textbook algorithms, named where they
// stand; relative errors are around 1e-12, and never above 1e-9 where a test looks.
import { assert } from './assert.ts';
import { normalQuantile } from './draw.ts';

/** Below this a continued fraction is taken to stand still. */
const EPSILON = 1e-16;
/** Stands in for a denominator of zero in Lentz's algorithm. */
const TINY = 1e-300;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/** C. Lanczos' approximation with g = 7 and the nine coefficients of P. Godfrey (2001). */
const LANCZOS_G = 7;
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const;

/** Natural logarithm of the gamma function, for x > 0. */
export function lgamma(x: number): number {
  assert(x > 0, `lgamma of ${x}`);
  // The reflection formula: the approximation holds to the right of one half.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lgamma(1 - x);
  const z = x - 1;
  let sum: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (z + i);
  const t = z + LANCZOS_G + 0.5;
  return HALF_LOG_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The regularised incomplete beta function I_x(a, b): the chance that a Beta(a, b) is at most x. */
export function betaCdf(x: number, a: number, b: number): number {
  assert(a > 0 && b > 0 && x >= 0 && x <= 1, `betaCdf of ${x}, ${a}, ${b}`);
  return betaTails(x, 1 - x, a, b, logBetaFront(a, b));
}

/** The x at which betaCdf(x, a, b) is p; 0 < p < 1. */
export function betaQuantile(p: number, a: number, b: number): number {
  assert(p > 0 && p < 1 && a > 0 && b > 0, `betaQuantile of ${p}, ${a}, ${b}`);
  // A root near 1 is looked for from the other side, where it has all its digits.
  return p <= betaCdf(0.5, a, b) ? lowerBetaQuantile(p, a, b) : 1 - lowerBetaQuantile(1 - p, b, a);
}

/** Student's t with `df` degrees of freedom (Infinity: the normal distribution). */
export function tCdf(t: number, df: number): number {
  assert(df > 0, `tCdf with ${df} degrees of freedom`);
  if (df === Number.POSITIVE_INFINITY) return normalCdf(t);
  const tail = 0.5 * betaTails(df / (df + t * t), (t * t) / (df + t * t), df / 2, 0.5, logBetaFront(df / 2, 0.5));
  return t < 0 ? tail : 1 - tail;
}

/** The t at which tCdf(t, df) is p; 0 < p < 1. */
export function tQuantile(p: number, df: number): number {
  assert(p > 0 && p < 1 && df > 0, `tQuantile of ${p}, ${df}`);
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p);
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  // Around the middle one share of t^2 : df is nearly 1 and has lost its digits; the other one has them.
  const far = 2 * tail < betaCdf(0.5, df / 2, 0.5);
  const share = far ? betaQuantile(2 * tail, df / 2, 0.5) : betaQuantile(1 - 2 * tail, 0.5, df / 2);
  const t = Math.sqrt(far ? (df * (1 - share)) / share : (df * share) / (1 - share));
  return p < 0.5 ? -t : t;
}

/** The chance that a standard normal is at most x. */
export function normalCdf(x: number): number {
  return normalTail(-x);
}

/** The chance that a standard normal is above x; keeps its digits where that is tiny. */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x);
  return x < SERIES_MAX ? 0.5 - normalDensity(x) * oddSeries(x) : normalDensity(x) * millsRatio(x);
}

export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x - HALF_LOG_TWO_PI);
}

const SERIES_MAX = 2.5;

/** x + x^3/3 + x^5/15 + ...: Abramowitz and Stegun 26.2.11; all terms are positive, so nothing cancels. */
function oddSeries(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 3; term > EPSILON * sum; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return sum;
}

/** 1/(x + 1/(x + 2/(x + 3/(x + ...: Abramowitz and Stegun 26.2.14, from the far end. */
function millsRatio(x: number): number {
  // 60 levels at 2.5 and ever fewer further out leave an error below 1e-14.
  let value = x;
  for (let level = Math.ceil(8 + 330 / (x * x)); level > 0; level--) value = x + level / value;
  return 1 / value;
}

/** The logarithm of 1 : B(a, b). */
function logBetaFront(a: number, b: number): number {
  return lgamma(a + b) - lgamma(a) - lgamma(b);
}

/** I_x(a, b) with x and 1 - x given apart, so that neither has lost its digits. */
function betaTails(x: number, rest: number, a: number, b: number, logFront: number): number {
  if (x === 0 || rest === 0) return x === 0 ? 0 : 1;
  const front = Math.exp(logFront + a * Math.log(x) + b * Math.log(rest));
  // Numerical Recipes (3rd edition) 6.4: the fraction converges fast on this side of the mean only.
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(rest, b, a)) / b;
}

/** The continued fraction of the incomplete beta function by Lentz's algorithm: Numerical Recipes (3rd edition) 6.4 and 5.2. */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  // It needs some square root of the larger parameter many levels.
  const levels = 200 + 10 * Math.sqrt(Math.max(a, b));
  for (let m = 1; m < levels; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < EPSILON) break;
  }
  return fraction;
}

/** The root below one half, by Newton's steps on log x, each kept inside what bisection knows: with a small a it may lie at 1e-100. */
function lowerBetaQuantile(p: number, a: number, b: number): number {
  const logFront = logBetaFront(a, b);
  // Where x is small, I_x is x^a / (a B(a, b)).
  let [low, high] = [-700, Math.log(0.5)];
  let y = Math.min(high, Math.max(low, (Math.log(p * a) - logFront) / a));
  for (let round = 0; round < 200; round++) {
    const x = Math.exp(y);
    const miss = betaTails(x, 1 - x, a, b, logFront) - p;
    if (miss === 0) return x;
    if (miss > 0) high = y;
    else low = y;
    const slope = Math.exp(logFront + a * y + (b - 1) * Math.log1p(-x));
    const newton = y - miss / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - y) < 1e-15 * Math.max(1, Math.abs(y))) return Math.exp(next);
    y = next;
  }
  return Math.exp(y);
}
