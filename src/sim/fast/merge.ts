// One scenario of the full fleet from two halves: the sample's returns, each counted as often as it stands for, and every straggler's own.
import { resolveQuantity } from '../../core/change/quantity.ts';
import type { ReturnScope } from '../../core/run/program.ts';
import { windowEnds } from '../exact/windows.ts';
import { CLUSTER_MARKS, type ScenarioResult } from '../result.ts';
import type { Bulk } from './bulk.ts';
import type { FallenTable } from './fallen.ts';
import { Returns } from './returns.ts';
import type { Stratum } from './scale.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As in src/sim/exact/outcome.ts. */
const NOT_RETURNED_HOURS_MAX = 72;
const GPUS = 8;
const PER_CENT = Array.from({ length: 100 }, (_, i) => i + 1);

/** Everything but the waits, which are summed elsewhere. */
export type Merged = Omit<ScenarioResult, 'waitMin' | 'came' | 'limitWaitMin' | 'events'>;

/** A target, or many alike. */
interface Share {
  /** Infinity: not within the horizon. */
  readonly backAt: number;
  /** -1: it never was. */
  readonly drainedAt: number;
  readonly failed: boolean;
  readonly weight: number;
  readonly cluster: number;
  readonly isCounted: number;
}

interface Totals {
  hours: number;
  stragglers: number;
  bulkAt: number;
  lastAt: number;
  /** A straggler is not back within the horizon. */
  open: boolean;
  /** Targets that were not given back unchanged, by cluster. */
  readonly takenIn: Float64Array;
}

export class Merge {
  readonly #bulk: Bulk;
  readonly #strata: readonly Stratum[];
  /** Of the full plan, by cluster. */
  readonly #countedIn: readonly number[];
  readonly #windowEnds: Float64Array;
  readonly #gpusOf: Float64Array;
  // by stratum, which is by wave
  readonly #isCounted: Uint8Array;
  readonly #clusterOf: Int32Array;
  readonly #scopes: readonly { readonly clusters: ReadonlySet<number>; readonly need: ReturnScope['need'] }[];
  readonly #returns = new Returns();

  /** `countedIn`: counted targets of the full plan by cluster of the program. */
  constructor(bulk: Bulk, strata: readonly Stratum[], countedIn: readonly number[]) {
    const { program, plan, counted, beginMs } = bulk.model;
    const ends = windowEnds(plan);
    const isCounted = new Set(counted);
    this.#bulk = bulk;
    this.#strata = strata;
    this.#countedIn = countedIn;
    this.#windowEnds = Float64Array.from(program.clusters, ({ name, mode }) =>
      mode === 'observe' ? Infinity : (ends.get(name) ?? Infinity) - beginMs,
    );
    this.#gpusOf = Float64Array.from(program.clusters, ({ gpusPerNode }) => gpusPerNode ?? GPUS);
    this.#isCounted = Uint8Array.from(program.waves, ({ members }) => Number(isCounted.has(members[0] ?? -1)));
    this.#clusterOf = Int32Array.from(program.waves, ({ cluster }) => cluster);
    this.#scopes = program.scopes.map(({ members, need }) => ({
      clusters: new Set(Array.from(members, (target) => program.clusterOf[target] as number)),
      need,
    }));
  }

  /** `backAt`: by straggler. */
  merge(fallen: FallenTable, backAt: Float64Array): Merged {
    const { zero, model } = this.#bulk;
    const takenIn = new Float64Array(this.#countedIn.length);
    const totals: Totals = { hours: 0, stragglers: 0, bulkAt: zero, lastAt: zero, open: false, takenIn };
    this.#returns.reset(model.program.targets.length + fallen.count);
    this.#addSample(fallen, totals);
    this.#addStragglers(fallen, backAt, totals);
    this.#returns.sort();
    const gateAt = this.#gateAt(takenIn);
    const mopUpMin = totals.open ? Infinity : Math.max(0, totals.lastAt - totals.bulkAt) / MINUTE_MS;
    return {
      curve: this.#marks(
        PER_CENT,
        this.#countedIn.reduce((sum, count) => sum + count, 0),
        null,
      ),
      clusters: this.#countedIn.map((count, cluster) =>
        count === 0 ? new Float64Array(CLUSTER_MARKS.length).fill(Number.NaN) : this.#marks(CLUSTER_MARKS, count, new Set([cluster])),
      ),
      gateMin: (gateAt - zero) / MINUTE_MS,
      mopUpMin: totals.stragglers === 0 ? 0 : mopUpMin,
      gpuHoursNotReturned: totals.hours,
      stragglers: totals.stragglers,
      short: this.#windowEnds.some((end) => end < gateAt) ? 1 : 0,
    };
  }

  #addSample(fallen: FallenTable, totals: Totals): void {
    const { failed, out, returnedAt, drainedAt, model } = this.#bulk;
    const lost = new Int32Array(this.#strata.length);
    for (let at = 0; at < fallen.count; at++) lost[fallen.stratum[at] as number] = (lost[fallen.stratum[at] as number] as number) + 1;
    for (const [index, { all, kept }] of this.#strata.entries()) {
      const members = model.program.waves[index]?.members ?? [];
      const whole = all === kept;
      let well = 0;
      for (const target of members) well += 1 - (failed[target] as number);
      const weight = whole ? 1 : Math.max(0, all - (lost[index] as number)) / Math.max(1, well);
      for (const target of members) {
        // The sample's stragglers stand for nobody: the full fleet's are added one by one.
        if (out[target] === 1 || (failed[target] === 1 && !whole)) continue;
        this.#take(totals, {
          backAt: returnedAt[target] === -1 ? Infinity : (returnedAt[target] as number),
          drainedAt: drainedAt[target] as number,
          failed: failed[target] === 1,
          weight,
          cluster: this.#clusterOf[index] as number,
          isCounted: this.#isCounted[index] as number,
        });
      }
    }
  }

  #addStragglers(fallen: FallenTable, backAt: Float64Array, totals: Totals): void {
    for (let at = 0; at < fallen.count; at++) {
      const stratum = fallen.stratum[at] as number;
      this.#take(totals, {
        backAt: backAt[at] as number,
        drainedAt: fallen.drainedAt[at] as number,
        failed: true,
        weight: 1,
        cluster: this.#clusterOf[stratum] as number,
        isCounted: this.#isCounted[stratum] as number,
      });
    }
  }

  #take(totals: Totals, { backAt, drainedAt, failed, weight, cluster, isCounted }: Share): void {
    const isBack = backAt < Infinity;
    totals.takenIn[cluster] = (totals.takenIn[cluster] as number) + weight;
    if (isBack) this.#returns.add(backAt, weight, cluster, isCounted);
    if (failed) totals.stragglers += weight;
    if (failed && !isBack) totals.open = true;
    else if (failed) totals.lastAt = Math.max(totals.lastAt, backAt);
    else if (isBack) totals.bulkAt = Math.max(totals.bulkAt, backAt);
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
      if (needed > 0) met = Math.max(met, this.#returns.when([needed], clusters, false)[0] as number);
    }
    return met;
  }

  /** Minutes from time zero at which these per cent of `all` counted targets were back. */
  #marks(shares: readonly number[], all: number, clusters: ReadonlySet<number> | null): Float64Array {
    const needed = shares.map((share) => Math.ceil((share / 100) * all));
    return Float64Array.from(this.#returns.when(needed, clusters, true), (at) => (at - this.#bulk.zero) / MINUTE_MS);
  }
}
