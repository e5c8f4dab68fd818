// The planner's search: begins with the plan that the good rules made, tries other orders, cuts and numbers at once that people allow, and
// keeps what rehearses better on the same scenarios. Pure: whoever carries it out answers its requests, and may stop it at any time.
import type { Plan } from '../../core/plan/plan.ts';
import type { Schedule } from '../../core/schedule/problem.ts';
import type { Asking } from '../rehearse/asking.ts';
import { oneNodePlan } from '../rehearse/one-node.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { curveOf } from '../rehearse/rows.ts';
import { grow, Series } from '../rehearse/series.ts';
import { Arena, type Contender } from './arena.ts';
import { blocksOf, type Block } from './blocks.ts';
import { lowerBoundOf, type LowerBound } from './bound.ts';
import { planWith, signatureOf, type Remake } from './build.ts';
import { firstCandidates, neighbours, protectedClusters } from './candidates.ts';
import { standingOf, type Found, type Standing } from './found.ts';
import { naivePlans } from './naive.ts';
import type { Aim } from './objective.ts';
import { byPriorityRule, projectOf, settingsOf, type Scheduler } from './project.ts';
import { wordsOf, type Settings } from './settings.ts';
import { Budget } from './budget.ts';
import { withReasons } from './words.ts';

export interface SearchOptions {
  readonly seed: number;
  /** Ms of one thread, by the engines' usual speed: with the seed, this alone says what is found. */
  readonly workMs: number;
  readonly aim?: Aim;
  /** Customers may be made later than with the rules. */
  readonly anyOrder?: boolean;
  /** Part (0..1) of the time that is left by the clock; absent: only `workMs` counts. */
  readonly timeLeft?: () => number;
  /** Puts clusters in a row; absent: by weight over time. */
  readonly scheduler?: Scheduler;
}

export interface SearchProgress {
  readonly tried: number;
  readonly scenarios: number;
  /** The best so far, in words, and its cost with the rules' plan at 1. */
  readonly best: string;
  readonly cost: number;
}

/** Scenarios of a first look, of a second one at the better ones, of a third at the best; and of the judgement, as far as there is time. */
const LOOKS = [8, 24, 64] as const;
const KEPT = [6, 2] as const;
const JUDGED = [12, 25, 50, 100] as const;
/** Plans with one change of the rules', plans in all, and how many are built before they are looked at: a search can be stopped between. */
const FIRST_MAX = 20;
const CONTENDERS_MAX = 30;
const TURN = 3;
/** Parts of the budget that are left when the next thing begins. */
const LEFT = { tables: 0.8, first: 0.55, neighbours: 0.45, again: 0.35, judge: 0.04 } as const;
/** Less than this (of the rules' cost) is not worth another plan than the one that everybody knows the rules of. */
const WORTH = 0.01;
/** Any other scenarios than those by which the plan was chosen. */
const UNSEEN = 0x5eed;

/** Yields requests, about as many as the budget says. `rules`: a checked plan with an id. */
export function* searching(
  rules: Plan,
  remake: Remake,
  options: SearchOptions,
  onProgress: (progress: SearchProgress) => void = () => undefined,
): Asking<Found> {
  const { seed, aim = 't95', anyOrder = false, timeLeft } = options;
  const promises = { aim, clusters: anyOrder ? new Set<string>() : protectedClusters(rules) };
  const budget = new Budget(options.workMs, timeLeft);
  const field = new Field(rules, remake, new Arena(rules, seed, promises), budget, onProgress);
  const oneNode = yield* oneNodeMinutes(rules, seed);
  const bound = oneNode === null ? null : lowerBoundOf(rules, oneNode);
  const scheduled = budget.left > LEFT.tables ? yield* scheduledSettings(rules, options) : [];
  const first = firstCandidates(rules, scheduled, anyOrder);
  yield* field.tryAll(first, FIRST_MAX, LEFT.first);
  for (const { settings } of field.best.slice(0, 2))
    yield* field.tryAll(neighbours(settings ?? {}, first), CONTENDERS_MAX, LEFT.neighbours);
  yield* field.lookAgain();
  const judgement = new Arena(rules, (seed ^ UNSEEN) >>> 0, promises);
  const judged = yield* judge(rules, field, judgement, budget);
  return foundOf(rules, field, judged, { bound, aim, anyOrder, stopped: field.stopped || judgement.stopped });
}

/** The plans that were tried, and what is known of them. */
class Field {
  readonly rules: Plan;
  readonly arena: Arena;
  readonly #remake: Remake;
  readonly #budget: Budget;
  readonly #tell: (progress: SearchProgress) => void;
  readonly #signatures: Set<string>;
  readonly #contenders: Contender[] = [];
  readonly #seen = new Set<string>();
  refused = 0;
  repeated = 0;

  constructor(rules: Plan, remake: Remake, arena: Arena, budget: Budget, tell: (progress: SearchProgress) => void) {
    this.rules = rules;
    this.arena = arena;
    this.#remake = remake;
    this.#budget = budget;
    this.#tell = tell;
    this.#signatures = new Set([signatureOf(rules)]);
  }

  get stopped(): boolean {
    return this.arena.stopped;
  }

  get tried(): number {
    return this.#contenders.filter(({ series }) => series.count > 0).length;
  }

  /** Those that are better than the rules' plan come before cost 1; none that breaks a promise. */
  get best(): Contender[] {
    return this.arena.ranked(this.#contenders);
  }

  /** Builds plans and looks at them, a few in a turn, up to `most` of them, while more than `left` of the budget is left. */
  *tryAll(all: readonly Settings[], most: number, left: number): Asking<void> {
    const queue = [...all];
    while (queue.length > 0 && !this.stopped && this.#contenders.length < most && this.#budget.left > left) {
      const turn = queue.splice(0, TURN).flatMap((settings) => this.#enter(settings) ?? []);
      if (turn.length > 0) yield* this.#rehearse(turn, LOOKS[0]);
    }
  }

  /** More scenarios for fewer plans (successive halving: Z. Karnin et al., Almost optimal exploration in multi-armed bandits, ICML 2013). */
  *lookAgain(): Asking<void> {
    for (const [i, kept] of KEPT.entries()) {
      const finalists = this.best.slice(0, kept);
      const count = LOOKS[i + 1] ?? LOOKS[0];
      if (this.stopped || this.#budget.left < LEFT.again || !this.#budget.affords(this.arena.workMs(finalists, count), LEFT.judge)) return;
      yield* this.#rehearse(finalists, count);
    }
  }

  *#rehearse(contenders: readonly Contender[], count: number): Asking<void> {
    this.#budget.spend(this.arena.workMs(contenders, count));
    yield* this.arena.rehearse(contenders, count);
    const [first] = this.best;
    const cost = first ? Math.min(1, this.arena.cost(first)) : 1;
    this.#tell({ tried: this.tried, scenarios: this.arena.scenarios, best: first && cost < 1 ? first.name : "the rules' plan", cost });
  }

  #enter(settings: Settings): Contender | null {
    const key = wordsOf(settings, this.rules);
    if (this.#seen.has(key)) return null;
    this.#seen.add(key);
    const plan = planWith(this.rules, settings, this.#remake);
    const signature = plan && signatureOf(plan);
    if (!plan || signature === null) this.refused += 1;
    else if (this.#signatures.has(signature)) this.repeated += 1;
    else {
      this.#signatures.add(signature);
      const contender = this.arena.enter(key, settings, plan);
      this.#contenders.push(contender);
      return contender;
    }
    return null;
  }
}

interface Judged {
  /** null: the rules' plan stays. */
  readonly winner: Contender | null;
  readonly standings: readonly Standing[];
}

/**
 * The best other plan beside the rules' and the naive ones, on scenarios that nobody has looked at: who was chosen for luck loses it here.
 * Stopped before that, only a plan that had its second look may stand.
 */
function* judge(rules: Plan, field: Field, arena: Arena, budget: Budget): Asking<Judged> {
  const [best] = field.best;
  const naive = naivePlans(rules).map(({ name, plan }) => arena.enter(name, null, plan));
  const own = arena.rules("the rules' plan");
  const again = best && arena.enter(best.name, best.settings, best.plan);
  const all = [own, ...(again ? [again] : []), ...naive];
  for (const count of JUDGED) {
    const ms = arena.workMs(all, count);
    if (field.stopped || arena.stopped || (count > JUDGED[0] && !budget.affords(ms, LEFT.judge))) break;
    budget.spend(ms);
    yield* arena.rehearse(all, count);
  }
  const standings = all.flatMap((contender) => {
    const pair = arena.pair(contender);
    return pair ? [standingOf(contender.name, pair, { engine: contender.series.spec.engine, unseen: true })] : [];
  });
  if (!best || !again) return { winner: null, standings };
  const judged = standings.find(({ name }) => name === best.name);
  if (judged) return { winner: isBetter(field.arena, best) && isBetter(arena, again) && isSure(judged) ? best : null, standings };
  const seen = seenStanding(field.arena, best);
  const lasts = isBetter(field.arena, best) && best.series.count >= LOOKS[1] && seen.some(isSure);
  return { winner: lasts ? best : null, standings: [...standings, ...seen] };
}

function isBetter(arena: Arena, contender: Contender): boolean {
  return arena.cost(contender) < 1 - WORTH;
}

/** Something of it is better by more than chance. */
function isSure({ later, moreGpuHours }: Standing): boolean {
  return moreGpuHours.high < 0 || (later.highMin !== null && later.highMin < 0);
}

/** Stopped before it could be judged: what the search itself saw of it. */
function seenStanding(arena: Arena, best: Contender): Standing[] {
  const pair = arena.pair(best);
  return pair ? [standingOf(best.name, pair, { engine: best.series.spec.engine, unseen: false })] : [];
}

function foundOf(
  rules: Plan,
  field: Field,
  { winner, standings }: Judged,
  {
    bound,
    stopped,
    ...asked
  }: { readonly bound: LowerBound | null; readonly stopped: boolean; readonly aim: Aim; readonly anyOrder: boolean },
): Found {
  const plan = winner?.plan ?? rules;
  const name = winner?.name ?? "the rules' plan";
  const p50Min = standings.find((standing) => standing.name === name)?.p50Min ?? null;
  const gapPct = bound && p50Min !== null ? 100 * (p50Min / bound.minutes - 1) : null;
  const scenarios = field.arena.scenarios + standings.reduce((sum, standing) => sum + (standing.unseen ? standing.scenarios : 0), 0);
  const found = {
    plan,
    settings: winner?.settings ?? null,
    tried: field.tried,
    scenarios,
    refused: field.refused,
    repeated: field.repeated,
  };
  return withReasons({ ...found, standings, bound, gapPct, stopped }, { name, ...asked });
}

/** P50 of a node that waits for nobody; null: stopped before it was there. */
function* oneNodeMinutes(rules: Plan, seed: number): Asking<number | null> {
  const plan = oneNodePlan(rules);
  if (!plan) return null;
  const series = new Series({ plan, engine: 'exact', seed });
  yield* grow([series], JUDGED[3]);
  if (series.count === 0) return null;
  const { rows, about } = series.collected();
  return quantile(rising(curveOf(rows, about, 100)), 0.5);
}

/** What schedules of the clusters say about their order, for the earliest end and for the least capacity lost. */
function* scheduledSettings(rules: Plan, { seed, scheduler }: SearchOptions): Asking<Settings[]> {
  const blocks = yield* blocksOf(rules, seed, scheduler !== undefined);
  if (blocks.length === 0) return [];
  if (!scheduler) return ruleSettings(blocks);
  const limit = rules.policy.atOnce.clusters;
  const schedules = (['weighted completion', 'makespan'] as const).flatMap((objective): Schedule[] => {
    const schedule = scheduler(projectOf(rules, blocks, objective));
    return schedule ? [schedule] : [];
  });
  return schedules.length > 0 ? schedules.map((schedule) => settingsOf(schedule, blocks, limit)) : ruleSettings(blocks);
}

function ruleSettings(blocks: readonly Block[]): Settings[] {
  const order = byPriorityRule(blocks);
  return [{ order }, { order, clusters: 1 }];
}
