// Off the happy path: how many targets leave it, by which way they come back, and how long that takes. A mixture of lognormals, one a
// way, fitted by expectation-maximisation with those that are still out; the catalogue's ways stand in it as a few pseudo-observations,
// so that with few stragglers the catalogue speaks and with many the stragglers do.
import { assert } from '../../std/assert.ts';
import { normalDensity, normalTail } from '../../std/special.ts';
import type { MopUpWay, Prior } from '../change/procedure.ts';
import { TAU_SCALE } from './belief.ts';
import { learnShare, type LearnedShare, type Tally } from './failures.ts';
import type { MopUpObservation } from './observations.ts';
import type { LearnedPrior } from './predictive.ts';
import { stillOut } from './survival.ts';

interface LearnedWay {
  readonly way: string;
  /** Share (0..1) of stragglers; all ways add up to 1. */
  readonly share: number;
  readonly takes: LearnedPrior;
}

export interface LearnedMopUp {
  /** Share of targets that leave the happy path. */
  readonly off: LearnedShare;
  readonly ways: readonly LearnedWay[];
  /** Share (0..1) of stragglers that were still out after the longest time at which any came back, counted, not fitted; null: none came back. */
  readonly outlives: { readonly share: number; readonly afterMs: number } | null;
  /** Stragglers seen. */
  readonly n: number;
  readonly runs: number;
}

const HOUR_MS = 3_600_000;
const DEFAULT_SOURCE = 'guess; of the faults in the InfiniteHBD trace a quarter is mended within 4 hours, and a fifth lasts over a week';
const LASTING: MopUpWay = wayLike('outlives', 0.15, { medianMs: 96 * HOUR_MS, logSd: 0.9, n: 0, source: DEFAULT_SOURCE });
/** Where the catalogue states none. */
const DEFAULT_WAYS: readonly MopUpWay[] = [
  wayLike('remote', 0.6, { medianMs: 35 * 60_000, logSd: 0.8, n: 0, source: DEFAULT_SOURCE }),
  wayLike('hands', 0.25, { medianMs: 5 * HOUR_MS, logSd: 0.7, n: 0, source: DEFAULT_SOURCE }),
  LASTING,
];
/** A way that somebody journalled and no catalogue knows, before its own observations speak. */
const UNKNOWN_TAKES: Prior = { medianMs: 2 * HOUR_MS, logSd: 1.2, n: 0, source: 'guess: a way that no catalogue names' };
const UNKNOWN_SHARE = 0.02;

/** What the believed shares, and each way's believed duration, count in stragglers. */
const SHARES_WORTH = 8;
const TAKES_WORTH = 4;
const ROUNDS_MAX = 500;
const STILL = 1e-7;

/** `stated`: the catalogue's ways; `statedOff`: the share that its steps let expect; null: nobody has said. */
export function learnMopUp(
  observations: readonly MopUpObservation[],
  begun: readonly Tally[],
  stated: readonly MopUpWay[],
  statedOff: number | null,
): LearnedMopUp {
  for (const { tookMs } of observations) assert(Number.isFinite(tookMs) && tookMs >= 0, `off the happy path for ${tookMs} ms`);
  const curve = stillOut(observations.map(({ tookMs, ended }) => ({ tookMs, ended: ended === 'back' })));
  const outlives = curve.at(-1) ?? null;
  const believed = believedWays(stated, observations, outlives?.share ?? 0);
  const laws = fitWays(observations, believed);
  const runs = new Set(observations.map(({ run }) => run)).size;
  return {
    off: learnShare(begun, statedOff),
    ways: laws.map((law) => learnedWay(law, runs)),
    outlives,
    n: observations.length,
    runs,
  };
}

/** The catalogue's ways, those that were journalled, and one that lasts if there is none and some are still out at the end. */
function believedWays(stated: readonly MopUpWay[], observations: readonly MopUpObservation[], out: number): readonly MopUpWay[] {
  const known = stated.length > 0 ? stated : DEFAULT_WAYS;
  const names = new Set(known.map(({ way }) => way));
  const unknown = [...new Set(observations.flatMap(({ way }) => (way === null || names.has(way) ? [] : [way])))].sort();
  const longestMs = observations.reduce((longest, { tookMs }) => Math.max(longest, tookMs), 0);
  const lasts = known.some(({ way, takes }) => way === LASTING.way || (takes?.medianMs ?? 0) > longestMs);
  return [...known, ...unknown.map((way) => wayLike(way, UNKNOWN_SHARE, UNKNOWN_TAKES)), ...(out > 0 && !lasts ? [LASTING] : [])];
}

interface Law {
  readonly way: string;
  readonly believed: Prior;
  readonly believedShare: number;
  readonly share: number;
  readonly mu: number;
  readonly sigma: number;
  /** Stragglers that came back this way, as far as one can tell. */
  readonly back: number;
}

/** The likeliest shares, medians and spreads given the observations and the beliefs (MAP by EM: A. Dempster et al., JRSS B 39 (1977) 1). */
function fitWays(observations: readonly MopUpObservation[], believed: readonly MopUpWay[]): Law[] {
  const total = believed.reduce((sum, { share }) => sum + share, 0);
  let laws = believed.map(({ way, share, takes }): Law => {
    const prior = takes ?? UNKNOWN_TAKES;
    const believedShare = total > 0 ? share / total : 1 / believed.length;
    const mu = Math.log(prior.medianMs);
    return { way, believed: prior, believedShare, share: believedShare, mu, sigma: Math.max(0.1, prior.logSd), back: 0 };
  });
  const seen = observations.map(({ tookMs, ended, way }) => ({ log: Math.log(Math.max(1, tookMs)), back: ended === 'back', way }));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const weights = seen.map((each) => responsibilities(each, laws));
    const next = laws.map((law, k) =>
      refit(
        law,
        seen,
        weights.map((row) => row[k] ?? 0),
      ),
    );
    const moved = next.reduce((most, law, k) => Math.max(most, distance(law, laws[k])), 0);
    laws = next;
    if (moved < STILL) break;
  }
  return laws;
}

interface Seen {
  readonly log: number;
  readonly back: boolean;
  readonly way: string | null;
}

/** How likely it is that the straggler goes each way; where it is known, that one alone. */
function responsibilities({ log, back, way }: Seen, laws: readonly Law[]): number[] {
  const likely = laws.map((law) => {
    if (way !== null) return law.way === way ? 1 : 0;
    const a = (log - law.mu) / law.sigma;
    // The smallest share keeps a straggler that no law explains from dividing by zero.
    return law.share * (back ? normalDensity(a) / law.sigma : normalTail(a)) + Number.MIN_VALUE;
  });
  const sum = likely.reduce((total, value) => total + value, 0);
  return likely.map((value) => value / sum);
}

function refit(law: Law, seen: readonly Seen[], weights: readonly number[]): Law {
  const centre = Math.log(law.believed.medianMs);
  let [weight, back, sum, squares] = [0, 0, TAKES_WORTH * centre, 0];
  const expected = seen.map(({ log, back }) => (back ? { log, variance: 0 } : beyond(law, log)));
  for (const [i, { log }] of expected.entries()) {
    const share = weights[i] as number;
    weight += share;
    sum += share * log;
    if (seen[i]?.back === true) back += share;
  }
  const mu = sum / (TAKES_WORTH + weight);
  for (const [i, { log, variance }] of expected.entries()) squares += (weights[i] as number) * ((log - mu) ** 2 + variance);
  const variance = (TAKES_WORTH * (law.believed.logSd ** 2 + (mu - centre) ** 2) + squares) / (TAKES_WORTH + weight);
  const share = (SHARES_WORTH * law.believedShare + weight) / (SHARES_WORTH + seen.length);
  return { ...law, share, mu, sigma: Math.max(0.1, Math.sqrt(variance)), back };
}

/** Mean and variance of a normal log time that is known to lie beyond `log`. */
function beyond({ mu, sigma }: Law, log: number): { log: number; variance: number } {
  const a = (log - mu) / sigma;
  const tail = normalTail(a);
  // Far out the normal's hazard is its argument; 1e-200 is where the quotient loses its digits.
  const hazard = tail > 1e-200 ? normalDensity(a) / tail : a + 1 / a;
  return { log: mu + sigma * hazard, variance: Math.max(0, sigma ** 2 * (1 + a * hazard - hazard ** 2)) };
}

function distance(a: Law, b: Law | undefined): number {
  return b === undefined ? 1 : Math.abs(a.share - b.share) + Math.abs(a.mu - b.mu) + Math.abs(a.sigma - b.sigma);
}

function learnedWay({ way, believed, share, mu, sigma, back }: Law, runs: number): LearnedWay {
  return {
    way,
    share,
    takes: {
      medianMs: Math.exp(mu),
      logSd: sigma,
      // The median is known as well as its observations and pseudo-observations tell it; on top, runs differ.
      between: Math.hypot(TAU_SCALE, sigma / Math.sqrt(TAKES_WORTH + back)),
      df: Math.min(200, TAKES_WORTH + Math.round(back)),
      n: Math.round(back),
      runs: back >= 0.5 ? runs : 0,
      source:
        back >= 0.5
          ? `${Math.round(back)} stragglers of ${runs} ${runs === 1 ? 'run' : 'runs'}; before: ${believed.source}`
          : believed.source,
    },
  };
}

function wayLike(way: string, share: number, takes: Prior): MopUpWay {
  return { way, share, takes, tries: [], crew: null, part: null };
}
