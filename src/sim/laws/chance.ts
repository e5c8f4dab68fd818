// The draws of one scenario: what its steps have in common, and from that every duration and failure of a target, in any order.
import type { ShareOf } from '../../core/change/procedure.ts';
import type { Program } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { draw, normalQuantile } from '../../std/draw.ts';
import { betaQuantile, tQuantile } from '../../std/special.ts';
import { expOf } from './exponential.ts';
import { keyOf } from './key.ts';
import type { Law } from './law.ts';
import { normalOf } from './normal-table.ts';
import type { PlanLaws } from './plan-laws.ts';
import { longerThan, restMs } from './rest.ts';

/** A stated share is worth so many observations by itself, and as many as it takes to have seen so many failures: whoever says 0.5 % has seen some. */
const STATED_WORTH = 20;
const STATED_FAILURES = 2;
const STATED_WORTH_MAX = 1e6;
const DAY_MS = 86_400_000;

const KEY = {
  scenario: keyOf('#scenario'),
  night: keyOf('#night'),
  approval: keyOf('#approval'),
  gateReview: keyOf('#gate review'),
  remaining: keyOf('#remaining'),
  busy: keyOf('#busy'),
  defects: keyOf('#defects'),
  disturbs: keyOf('#disturbs'),
  links: keyOf('#links'),
  faults: keyOf('#faults'),
  way: keyOf('#way'),
  mopUp: keyOf('#mop-up'),
} as const;

/** Observations that the share is worth, those behind it included: the concentration of its Beta. */
export function shareWorth({ share, n }: Pick<ShareOf, 'share' | 'n'>): number {
  return n + Math.min(STATED_WORTH_MAX, Math.max(STATED_WORTH, share > 0 ? STATED_FAILURES / share : 0));
}

/** One a rehearsal; `reset` makes it that of a scenario. Times are whole milliseconds. */
export class Chance {
  readonly #seed: number;
  readonly #laws: PlanLaws;
  readonly #chainOf: Int32Array;
  readonly #keys: Int32Array;
  #scenario = 0;
  // by step
  readonly #timeKeys: Int32Array;
  readonly #failKeys: Int32Array;
  readonly #logSd: Float64Array;
  /** Median of the scenario. */
  readonly #medianMs: Float64Array;
  readonly #fails: Float64Array;
  // by chain
  readonly #defects: Float64Array;
  readonly #disturbs: Float64Array;
  readonly #waysMs: readonly Float64Array[];
  #faultsPerMs = 0;
  #approvalMs = 0;
  #gateReviewMs = 0;
  #remainingMs = 0;

  constructor(seed: number, program: Program, laws: PlanLaws) {
    this.#seed = seed;
    this.#laws = laws;
    this.#chainOf = program.chainOf;
    this.#keys = laws.targetKeys;
    this.#timeKeys = Int32Array.from(laws.steps, ({ timeKey }) => timeKey);
    this.#failKeys = Int32Array.from(laws.steps, ({ failKey }) => failKey);
    this.#logSd = Float64Array.from(laws.steps, ({ time }) => time.logSd);
    this.#medianMs = new Float64Array(laws.steps.length);
    this.#fails = new Float64Array(laws.steps.length);
    this.#defects = new Float64Array(laws.chains.length);
    this.#disturbs = new Float64Array(laws.chains.length);
    this.#waysMs = laws.chains.map(({ ways }) => new Float64Array(ways.length));
  }

  reset(scenario: number): void {
    this.#scenario = scenario;
    const { logMean, logSd } = this.#laws.night;
    const night = logMean + logSd * normalQuantile(this.#common(KEY.night, 0));
    for (const [step, { time, timeKey, failKey, fails, nightShare }] of this.#laws.steps.entries()) {
      this.#medianMs[step] = Math.exp(nightShare * night) * this.#median(time, timeKey);
      this.#fails[step] = this.#share(fails, failKey);
    }
    for (const [chain, { defects, disturbs, ways }] of this.#laws.chains.entries()) {
      this.#defects[chain] = this.#share(defects, KEY.defects);
      this.#disturbs[chain] = disturbs === null ? 0 : this.#share(disturbs, KEY.disturbs);
      for (const [index, way] of ways.entries()) (this.#waysMs[chain] as Float64Array)[index] = this.#median(way.takes, way.key);
    }
    this.#faultsPerMs = -Math.log1p(-this.#share(this.#laws.faultsPerNodeDay, KEY.faults)) / DAY_MS;
    this.#approvalMs = this.#median(this.#laws.approval, KEY.approval);
    this.#gateReviewMs = this.#median(this.#laws.gateReview, KEY.gateReview);
    this.#remainingMs = this.#laws.jobs ? this.#median(this.#laws.jobs.remaining, KEY.remaining) : 0;
  }

  /** How long this attempt would take, if nothing cut it short. */
  takesMs(target: number, step: number, attempt: number): number {
    const u = draw(this.#seed, this.#scenario, this.#keys[target] as number, this.#timeKeys[step] as number, attempt);
    return Math.floor((this.#medianMs[step] as number) * expOf((this.#logSd[step] as number) * normalOf(u)) + 0.5);
  }

  /** How long this attempt still takes after `elapsedMs`. */
  takesOnMs(target: number, step: number, attempt: number, elapsedMs: number): number {
    const u = draw(this.#seed, this.#scenario, this.#keys[target] as number, this.#timeKeys[step] as number, attempt);
    return Math.round(restMs(this.#medianMs[step] as number, this.#logSd[step] as number, elapsedMs, u));
  }

  /** Whether this attempt fails by its own step's share. */
  fails(target: number, step: number, attempt: number): boolean {
    const share = this.#fails[step] as number;
    return share > 0 && this.#draw(target, this.#failKeys[step] as number, attempt) < share;
  }

  /** Whether the target has a defect that a check catches which catches this share of them. The same at every attempt: it is there. */
  caught(target: number, catches: number): boolean {
    return this.#draw(target, KEY.defects, 0) < catches * (this.#defects[this.#chainOf[target] as number] as number);
  }

  /** Share (0..1) of the links of a switch that do not come back with it. */
  disturbs(target: number): number {
    return this.#disturbs[this.#chainOf[target] as number] as number;
  }

  // What holds for all targets of the scenario, for an engine that counts failures instead of drawing each.

  medianMs(step: number): number {
    return this.#medianMs[step] as number;
  }

  /** Share (0..1) of the step's attempts that fail. */
  failShare(step: number): number {
    return this.#fails[step] as number;
  }

  /** Share (0..1) of the chain's targets that come out of the work with a defect. */
  defectShare(chain: number): number {
    return this.#defects[chain] as number;
  }

  /** Share (0..1) of a switch's links that do not come back with it, by the switch's chain. */
  disturbShare(chain: number): number {
    return this.#disturbs[chain] as number;
  }

  /** Rate of the faults that a node has by itself. */
  get faultsPerMs(): number {
    return this.#faultsPerMs;
  }

  /** Whether one of the node's links is gone, given the chance that all are there; `look` counts its looks. */
  linkGone(target: number, allThere: number, look: number): boolean {
    return this.#draw(target, KEY.links, look) >= allThere;
  }

  /** Which way of mop-up settles the target's trouble; `trouble` counts those that the work did not cause. */
  way(target: number, trouble: number): number {
    const { ways } = this.#laws.chains[this.#chainOf[target] as number] as PlanLaws['chains'][number];
    let left = this.#draw(target, KEY.way, trouble);
    for (let way = 0; way < ways.length - 1; way++) {
      left -= (ways[way] as (typeof ways)[number]).share;
      if (left < 0) return way;
    }
    return ways.length - 1;
  }

  /** How long that way takes; `episode` counts how often the target left the happy path. */
  mopUpMs(target: number, way: number, episode: number): number {
    const chain = this.#chainOf[target] as number;
    const { takes } = must(this.#laws.chains[chain]?.ways[way], 'a way of mop-up');
    const u = this.#draw(target, KEY.mopUp, episode);
    return Math.round(((this.#waysMs[chain] as Float64Array)[way] as number) * expOf(takes.logSd * normalOf(u)));
  }

  /** The way that settles trouble which lasts still. `elapsedMs`: for how long each way has been tried. */
  wayOn(target: number, elapsedMs: (way: number) => number, possible: (way: number) => boolean): number {
    const chain = this.#chainOf[target] as number;
    const { ways } = this.#laws.chains[chain] as PlanLaws['chains'][number];
    const medians = this.#waysMs[chain] as Float64Array;
    // The longer it lasts, the likelier are the slow ones.
    const weights = ways.map(({ share, takes }, way) =>
      possible(way) ? share * longerThan(medians[way] as number, takes.logSd, elapsedMs(way)) : 0,
    );
    let left = this.#draw(target, KEY.way, 0) * weights.reduce((sum, weight) => sum + weight, 0);
    const found = weights.findIndex((weight) => weight > 0 && (left -= weight) < 0);
    // None is possible, or all would have been over long ago: the one that takes longest.
    return found < 0 ? slowest(medians) : found;
  }

  /** How long that way still takes after `elapsedMs`. */
  mopUpOnMs(target: number, way: number, elapsedMs: number): number {
    const chain = this.#chainOf[target] as number;
    const { takes } = (this.#laws.chains[chain] as PlanLaws['chains'][number]).ways[way] as { readonly takes: Law };
    return Math.round(restMs(this.#waysMs[chain]?.[way] ?? 0, takes.logSd, elapsedMs, this.#draw(target, KEY.mopUp, 1)));
  }

  /** From now until the node has a fault of its own; `count` counts the faults asked for. */
  faultInMs(target: number, count: number): number {
    return this.#faultsPerMs === 0 ? Number.POSITIVE_INFINITY : -Math.log(this.#draw(target, KEY.faults, count)) / this.#faultsPerMs;
  }

  /** How long after its window opened the target's job ends; 0: it carries none. */
  jobEndMs(target: number): number {
    const { jobs } = this.#laws;
    const block = jobs ? (jobs.blockOf[target] as number) : -1;
    if (!jobs || block < 0) return 0;
    const key = jobs.keys[block] as number;
    if (draw(this.#seed, this.#scenario, key, KEY.busy, 0) >= jobs.busy) return 0;
    const u = draw(this.#seed, this.#scenario, key, KEY.remaining, 0);
    return Math.round(this.#remainingMs * expOf(jobs.remaining.logSd * normalOf(u)));
  }

  /** After how many ms from now the job of a target ends that still waits for it, `elapsedMs` after its window opened. */
  jobEndOnMs(target: number, elapsedMs: number): number {
    const { jobs } = this.#laws;
    const block = jobs ? (jobs.blockOf[target] as number) : -1;
    if (!jobs || block < 0) return 0;
    const u = draw(this.#seed, this.#scenario, jobs.keys[block] as number, KEY.remaining, 0);
    return Math.round(restMs(this.#remainingMs, jobs.remaining.logSd, elapsedMs, u));
  }

  /** Until somebody answers the question of that wave. */
  approvalMs(waveKey: number): number {
    const u = draw(this.#seed, this.#scenario, waveKey, KEY.approval, 0);
    return Math.round(this.#approvalMs * expOf(this.#laws.approval.logSd * normalOf(u)));
  }

  /** Until somebody has looked at the wave whose gate holds. */
  gateReviewMs(waveKey: number): number {
    const u = draw(this.#seed, this.#scenario, waveKey, KEY.gateReview, 0);
    return Math.round(this.#gateReviewMs * expOf(this.#laws.gateReview.logSd * normalOf(u)));
  }

  #draw(target: number, key: number, attempt: number): number {
    return draw(this.#seed, this.#scenario, this.#keys[target] as number, key, attempt);
  }

  #common(key: number, count: number): number {
    return draw(this.#seed, this.#scenario, KEY.scenario, key, count);
  }

  #median(law: Law, key: number): number {
    if (law.between === 0) return law.medianMs;
    const u = this.#common(key, 0);
    return law.medianMs * Math.exp(law.between * tQuantile(u, law.df));
  }

  /** The share of this scenario: Beta with the stated mean, the surer the more was observed. */
  #share({ share, n }: Pick<ShareOf, 'share' | 'n'>, key: number): number {
    if (share <= 0 || share >= 1) return Math.min(1, Math.max(0, share));
    const worth = shareWorth({ share, n });
    return betaQuantile(this.#common(key, 1), share * worth, (1 - share) * worth);
  }
}

function slowest(medians: Float64Array): number {
  return medians.indexOf(medians.reduce((max, ms) => Math.max(max, ms)));
}
