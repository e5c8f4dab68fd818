// One scenario of the full fleet from two halves: the sample's returns, each counted as often as it stands for, and every straggler's own.
import { resolveQuantity } from '../../core/change/quantity.ts';
import type { ReturnScope } from '../../core/run/program.ts';
import { CLUSTER_MARKS, type ScenarioResult } from '../result.ts';
import type { Bulk } from './bulk.ts';
import { windowEnds } from '../exact/windows.ts';
import type { FallenTable } from './fallen.ts';
import type { Stratum } from './scale.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As in src/sim/exact/outcome.ts. */
const NOT_RETURNED_HOURS_MAX = 72;
const GPUS = 8;
const PER_CENT = Array.from({ length: 100 }, (_, i) => i + 1);
/** Weights are fractions, so a sum of a million of them may lack this much. */
const DUST = 1e-6;

/** Everything but the waits, which are summed elsewhere. */
export type Merged = Omit<ScenarioResult, 'waitMin' | 'came' | 'limitWaitMin' | 'events'>;

export class Merge {
  readonly #bulk: Bulk;
  readonly #strata: readonly Stratum[];
  readonly #isCounted: Uint8Array;
  /** Of the full plan, by cluster. */
  readonly #countedIn: readonly number[];
  readonly #windowEnds: Float64Array;
  readonly #gpusOf: Float64Array;
  /** By stratum: whether its returns are counted, and its cluster. */
  readonly #stratumCounted: Uint8Array;
  readonly #clusterOf: Int32Array;
  readonly #scopes: readonly { readonly clusters: ReadonlySet<number>; readonly need: ReturnScope['need'] }[];
  // a point each: a target of the sample, or a straggler
  #at = new Float64Array(0);
  #weight = new Float64Array(0);
  #cluster = new Int32Array(0);
  #counts = new Uint8Array(0);
  #order = new Int32Array(0);
  #points = 0;

  /** `countedIn`: counted targets of the full plan by cluster of the program. */
  constructor(bulk: Bulk, strata: readonly Stratum[], countedIn: readonly number[]) {
    const { program, plan, counted, beginMs } = bulk.model;
    this.#bulk = bulk;
    this.#strata = strata;
    this.#countedIn = countedIn;
    this.#isCounted = new Uint8Array(program.targets.length);
    for (const target of counted) this.#isCounted[target] = 1;
    const ends = windowEnds(plan);
    this.#windowEnds = Float64Array.from(program.clusters, ({ name, mode }) =>
      mode === 'observe' ? Infinity : (ends.get(name) ?? Infinity) - beginMs,
    );
    this.#gpusOf = Float64Array.from(program.clusters, ({ gpusPerNode }) => gpusPerNode ?? GPUS);
    this.#stratumCounted = Uint8Array.from(program.waves, ({ members }) => this.#isCounted[members[0] ?? 0] ?? 0);
    this.#clusterOf = Int32Array.from(program.waves, ({ cluster }) => cluster);
    this.#scopes = program.scopes.map(({ members, need }) => ({
      clusters: new Set(Array.from(members, (target) => program.clusterOf[target] as number)),
      need,
    }));
  }

  /** `backAt`: by straggler. */
  merge(fallen: FallenTable, backAt: Float64Array): Merged {
    const { zero } = this.#bulk;
    const totals = { hours: 0, stragglers: 0, bulkAt: zero, lastAt: zero, open: false };
    this.#makeRoom(this.#isCounted.length + fallen.count);
    const takenIn = new Float64Array(this.#countedIn.length);
    this.#addSample(fallen, totals, takenIn);
    this.#addStragglers(fallen, backAt, totals, takenIn);
    this.#sort();
    const counted = this.#countedIn.reduce((sum, count) => sum + count, 0);
    const gateAt = this.#gateAt(takenIn);
    const mopUpMin = totals.open ? Infinity : Math.max(0, totals.lastAt - totals.bulkAt) / MINUTE_MS;
    return {
      curve: this.#marks(PER_CENT, counted, (point) => this.#counts[point] === 1),
      clusters: this.#countedIn.map((count, cluster) =>
        count === 0
          ? new Float64Array(CLUSTER_MARKS.length).fill(Number.NaN)
          : this.#marks(CLUSTER_MARKS, count, (point) => this.#counts[point] === 1 && this.#cluster[point] === cluster),
      ),
      gateMin: (gateAt - zero) / MINUTE_MS,
      mopUpMin: totals.stragglers === 0 ? 0 : mopUpMin,
      gpuHoursNotReturned: totals.hours,
      stragglers: totals.stragglers,
      short: this.#windowEnds.some((end) => end < gateAt) ? 1 : 0,
    };
  }

  #addSample(fallen: FallenTable, totals: Totals, takenIn: Float64Array): void {
    const bulk = this.#bulk;
    const { program } = bulk.model;
    const lost = new Int32Array(this.#strata.length);
    for (let at = 0; at < fallen.count; at++) lost[fallen.stratum[at] as number] = (lost[fallen.stratum[at] as number] as number) + 1;
    for (const [index, { all, kept }] of this.#strata.entries()) {
      const members = program.waves[index]?.members ?? [];
      const cluster = this.#clusterOf[index] as number;
      let well = 0;
      for (const target of members) well += 1 - (bulk.failed[target] as number);
      const weight = all === kept ? 1 : well === 0 ? 0 : (all - (lost[index] as number)) / well;
      for (const target of members) {
        const failed = bulk.failed[target] === 1;
        if (failed && all !== kept) continue;
        if (bulk.recalled[target] === 1 && bulk.changed[target] === 0) continue;
        takenIn[cluster] = (takenIn[cluster] as number) + weight;
        const backAt = bulk.returnedAt[target] as number;
        this.#note(totals, {
          failed,
          backAt: backAt < 0 ? Infinity : backAt,
          drainedAt: bulk.drainedAt[target] as number,
          cluster,
          weight,
        });
        if (backAt >= 0) this.#add(backAt, weight, cluster, this.#isCounted[target] as number);
      }
    }
  }

  #addStragglers(fallen: FallenTable, backAt: Float64Array, totals: Totals, takenIn: Float64Array): void {
    for (let at = 0; at < fallen.count; at++) {
      const stratum = fallen.stratum[at] as number;
      const cluster = this.#clusterOf[stratum] as number;
      const back = backAt[at] as number;
      takenIn[cluster] = (takenIn[cluster] as number) + 1;
      this.#note(totals, { failed: true, backAt: back, drainedAt: fallen.drainedAt[at] as number, cluster, weight: 1 });
      if (back < Infinity) this.#add(back, 1, cluster, this.#stratumCounted[stratum] as number);
    }
  }

  #note(totals: Totals, target: { failed: boolean; backAt: number; drainedAt: number; cluster: number; weight: number }): void {
    const { failed, backAt, drainedAt, cluster, weight } = target;
    if (failed) {
      totals.stragglers += weight;
      if (backAt < Infinity) totals.lastAt = Math.max(totals.lastAt, backAt);
      else totals.open = true;
    } else if (backAt < Infinity) totals.bulkAt = Math.max(totals.bulkAt, backAt);
    if (drainedAt < 0) return;
    const { endMs, beginMs } = this.#bulk.model;
    const hours = (Math.min(backAt, endMs - beginMs) - drainedAt) / HOUR_MS;
    totals.hours += weight * (this.#gpusOf[cluster] as number) * Math.min(NOT_RETURNED_HOURS_MAX, hours);
  }

  /** Ms since the begin at which the last scope of the return gate had enough back. */
  #gateAt(takenIn: Float64Array): number {
    let met = this.#bulk.zero;
    for (const { clusters, need } of this.#scopes) {
      const taken = Math.round([...clusters].reduce((sum, cluster) => sum + (takenIn[cluster] as number), 0));
      const needed = taken === 0 ? 0 : Math.min(taken, resolveQuantity(need, taken));
      if (needed > 0) met = Math.max(met, this.#when([needed], (point) => clusters.has(this.#cluster[point] as number))[0] as number);
    }
    return met;
  }

  /** Minutes from time zero at which these per cent of `all` were back. */
  #marks(shares: readonly number[], all: number, test: (point: number) => boolean): Float64Array {
    const needed = shares.map((share) => Math.ceil((share / 100) * all));
    return Float64Array.from(this.#when(needed, test), (at) => (at - this.#bulk.zero) / MINUTE_MS);
  }

  /** The moments at which the weights of the points that pass the test come to these rising sums; Infinity: never. */
  #when(needed: readonly number[], test: (point: number) => boolean): number[] {
    const found: number[] = [];
    let sum = 0;
    for (let i = 0; i < this.#points && found.length < needed.length; i++) {
      const point = this.#order[i] as number;
      if (!test(point)) continue;
      sum += this.#weight[point] as number;
      while (found.length < needed.length && sum >= (needed[found.length] as number) - DUST) found.push(this.#at[point] as number);
    }
    return needed.map((_, i) => found[i] ?? Infinity);
  }

  #add(at: number, weight: number, cluster: number, counts: number): void {
    const point = this.#points++;
    this.#at[point] = at;
    this.#weight[point] = weight;
    this.#cluster[point] = cluster;
    this.#counts[point] = counts;
  }

  #sort(): void {
    const at = this.#at;
    const order = this.#order.subarray(0, this.#points);
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => (at[a] as number) - (at[b] as number));
  }

  #makeRoom(points: number): void {
    this.#points = 0;
    if (this.#at.length >= points) return;
    this.#at = new Float64Array(2 * points);
    this.#weight = new Float64Array(2 * points);
    this.#cluster = new Int32Array(2 * points);
    this.#counts = new Uint8Array(2 * points);
    this.#order = new Int32Array(2 * points);
  }
}

interface Totals {
  hours: number;
  stragglers: number;
  bulkAt: number;
  lastAt: number;
  open: boolean;
}
