// Plans held against the rules' plan on the same scenarios. Plans that the fast engine cannot sample are rehearsed by the exact one, and so is
// the rules' plan beside them: a pair must not differ by its engines.
import type { Plan } from '../../core/plan/plan.ts';
import type { Asking, EngineName } from '../rehearse/asking.ts';
import { engineFor } from '../rehearse/choose-engine.ts';
import { growEach, Series, type Collected } from '../rehearse/series.ts';
import { workOf } from '../rehearse/work.ts';
import { costOf, keepsPromises, type Aim } from './objective.ts';
import type { Settings } from './settings.ts';

export interface Contender {
  readonly name: string;
  /** null: a naive plan, which nobody chooses. */
  readonly settings: Settings | null;
  readonly plan: Plan;
  readonly series: Series;
}

export interface Promises {
  readonly aim: Aim;
  /** Clusters that must not be later than with the rules. */
  readonly clusters: ReadonlySet<string>;
}

export class Arena {
  readonly #rules: Plan;
  readonly #seed: number;
  readonly #promises: Promises;
  readonly #bases = new Map<EngineName, Series>();
  #stopped = false;
  #scenarios = 0;

  constructor(rules: Plan, seed: number, promises: Promises) {
    this.#rules = rules;
    this.#seed = seed;
    this.#promises = promises;
  }

  /** Somebody stopped it: nothing more will be rehearsed. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Rehearsed so far, over all plans. */
  get scenarios(): number {
    return this.#scenarios;
  }

  enter(name: string, settings: Settings | null, plan: Plan): Contender {
    return { name, settings, plan, series: new Series({ plan, engine: engineFor(plan), seed: this.#seed }) };
  }

  /** The rules' own plan beside the others. */
  rules(name: string): Contender {
    return { name, settings: null, plan: this.#rules, series: this.base() };
  }

  /** The rules' plan under the engine of the contender, or its own. */
  base(contender?: Contender): Series {
    const engine = contender?.series.spec.engine ?? engineFor(this.#rules);
    const known = this.#bases.get(engine);
    const base = known ?? new Series({ plan: this.#rules, engine, seed: this.#seed });
    this.#bases.set(engine, base);
    return base;
  }

  /** Ms of one thread that `rehearse` would take, about. */
  workMs(contenders: readonly Contender[], count: number): number {
    return this.#all(contenders).reduce((sum, series) => sum + workOf(series.spec, Math.max(0, count - series.count)).ms, 0);
  }

  *rehearse(contenders: readonly Contender[], count: number): Asking<void> {
    const all = this.#all(contenders).filter((series) => series.count < count);
    const before = all.reduce((sum, series) => sum + series.count, 0);
    yield* growEach(all.map((series) => [series, count]));
    this.#scenarios += all.reduce((sum, series) => sum + series.count, 0) - before;
    this.#stopped ||= all.some(({ stopped }) => stopped);
  }

  /** The contender and the rules' plan on the scenarios that both have; null: none yet. */
  pair(contender: Contender): { readonly own: Collected; readonly rules: Collected; readonly scenarios: number } | null {
    const base = this.base(contender);
    const scenarios = Math.min(base.count, contender.series.count);
    return scenarios === 0 ? null : { own: contender.series.collected(scenarios), rules: base.collected(scenarios), scenarios };
  }

  /** Infinity: breaks a promise, or nothing is known of it. */
  cost(contender: Contender): number {
    const pair = this.pair(contender);
    if (!pair || !keepsPromises(pair.own, pair.rules, this.#promises.clusters)) return Infinity;
    return costOf(pair.own, pair.rules, this.#promises.aim);
  }

  /** The cheapest first; those that break a promise are left out. */
  ranked(contenders: readonly Contender[]): Contender[] {
    const costs = contenders.map((contender) => ({ contender, cost: this.cost(contender) }));
    const kept = costs.filter(({ cost }) => cost < Infinity);
    return kept.toSorted((a, b) => a.cost - b.cost).map(({ contender }) => contender);
  }

  #all(contenders: readonly Contender[]): Series[] {
    return [...new Set(contenders.flatMap((contender) => [contender.series, this.base(contender)]))];
  }
}
