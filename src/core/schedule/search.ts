// The search for a good schedule: a genetic algorithm on activity lists with double justification. Hartmann 1998 for the lists
// and their crossover, Valls, Ballestin and Quintanilla 2008 (A hybrid genetic algorithm for the resource-constrained project
// scheduling problem, European Journal of Operational Research 185) for justifying the children.
import { assert, must } from '../../std/assert.ts';
import { Evaluator } from './evaluate.ts';
import { Gain } from './gain.ts';
import { parallelForward, serialForward } from './generate.ts';
import { leftOver } from './impossible.ts';
import type { Network } from './network.ts';
import { Population } from './population.ts';
import type { Impossible, Schedule } from './problem.ts';
import { Random } from './random.ts';
import { ListSampler, heaviestForItsWork, longestTail, mostSuccessors } from './rules.ts';
import type { Priority } from './rules.ts';
import { Variation } from './vary.ts';
import type { Genes } from './vary.ts';

export interface SearchOptions {
  /** Equal seeds give equal schedules for an equal number of schedules. */
  readonly seed: number;
  /** The share of the time that is used up, from 0; at 1 the search ends. Asked for about every hundred schedules. The first is built in any case. */
  readonly spent?: () => number;
  /** The search ends when so many schedules are built; justifying one counts as two more. At least one of the two limits must be given. */
  readonly schedulesMax?: number;
  /** A proven lower bound of the cost: a schedule that reaches it ends the search. */
  readonly lowerBound?: number;
}

export type Found =
  | { readonly ok: true; readonly schedule: Schedule; readonly schedules: number; readonly optimal: boolean }
  | { readonly ok: false; readonly impossible: readonly Impossible[] };

/** The best schedule found in the time given, or why there is none. */
export function search(network: Network, options: SearchOptions): Found {
  assert(options.spent !== undefined || options.schedulesMax !== undefined, 'a search needs a limit');
  return new Search(network, options).run();
}

/** The population is what this share of the budget has time to draw: the longer the search, the more it has to combine before all become alike. */
const BEGINNING_SHARE = 0.03;
const SIZE_MIN = 40;
const SIZE_MAX = 4_000;
/** With less, lists come out worse; with none at all they are drawn without any rule, and that is needed too. */
const GREED_MAX = 3;
const SHIFTS_MAX = 4;
/** So greedy that the rule itself decides, all but ties. */
const GREEDIEST = 30;
/** So many schedules in a row that are kept already: there are no others. */
const SAME_MAX = 20_000;

/** To ask a clock can take longer than to build a schedule. */
const SCHEDULES_PER_QUESTION = 100;

class Search {
  readonly #network: Network;
  readonly #options: SearchOptions;
  readonly #random: Random;
  readonly #evaluator: Evaluator;
  readonly #population = new Population();
  readonly #child: Genes;
  readonly #variation: Variation;
  readonly #sampler: ListSampler;
  readonly #priorities: readonly Priority[];
  readonly #shortest: Int32Array;
  readonly #gain = new Gain();
  #best: Schedule | null = null;
  #drawn = 0;
  #same = 0;
  #timeSpent = 0;
  #askAt = 0;

  constructor(network: Network, options: SearchOptions) {
    this.#network = network;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#evaluator = new Evaluator(network);
    this.#child = { list: new Uint16Array(network.count), modes: new Int32Array(network.count) };
    this.#variation = new Variation(network, this.#random);
    this.#sampler = new ListSampler(network);
    this.#shortest = shortestModes(network);
    const weighted = network.project.objective === 'weighted completion';
    this.#priorities = [longestTail(network), weighted ? heaviestForItsWork(network) : longestTail(network), mostSuccessors(network)];
  }

  run(): Found {
    const first = this.#spent();
    const beginUntil = first + (1 - first) * BEGINNING_SHARE;
    do this.#begin();
    while (!this.#over() && this.#population.size < SIZE_MAX && (this.#drawn < SIZE_MIN || this.#spent() < beginUntil));
    while (!this.#over()) this.#breed();
    return this.#result();
  }

  /** A schedule of a list by a rule, alternately in the serial and the parallel scheme. */
  #begin(): void {
    const turn = this.#drawn++;
    const priority = this.#priorities[(turn >> 1) % this.#priorities.length] as Priority;
    const greed = turn < 2 ? GREEDIEST : this.#random.unit() * GREED_MAX;
    this.#sampler.sample(this.#child.list, priority, greed, this.#random);
    this.#drawModes();
    const cost = this.#evaluator.build(this.#child, turn % 2 === 0 ? parallelForward : serialForward);
    const improved = this.#evaluator.improve(this.#child, cost);
    this.#gain.learn(cost - improved);
    this.#keep(improved, SIZE_MAX);
  }

  /** Shortest modes for some individuals, any modes for others, and everything in between. */
  #drawModes(): void {
    const { from } = this.#network.modes;
    const any = this.#random.unit();
    for (let j = 0; j < this.#network.count; j++) {
      const first = from[j] as number;
      const drawn = first + this.#random.below((from[j + 1] as number) - first);
      this.#child.modes[j] = this.#random.unit() < any ? drawn : (this.#shortest[j] as number);
    }
  }

  #breed(): void {
    const { list, modes } = this.#child;
    this.#variation.cross(this.#population.draw(this.#random), this.#population.draw(this.#random), this.#child);
    this.#variation.shift(list, this.#random.below(SHIFTS_MAX + 1));
    this.#variation.changeModes(modes);
    const cost = this.#evaluator.build(this.#child, serialForward);
    if (!this.#gain.mayPay(cost - this.#population.worstCost)) return;
    const improved = this.#evaluator.improve(this.#child, cost);
    this.#gain.learn(cost - improved);
    this.#keep(improved, SIZE_MIN);
  }

  /** Keeps the child, if it is new: beside the others while there are fewer than so many, else in place of a worse one. */
  #keep(cost: number, size: number): void {
    const key = this.#evaluator.key(this.#child);
    this.#same = this.#population.has(key) ? this.#same + 1 : 0;
    if (this.#same > 0) return;
    if (cost < (this.#best?.cost ?? Infinity) / this.#network.timed.tickMin) this.#best = this.#evaluator.schedule(this.#child, cost);
    if (this.#population.size < size) this.#population.add(this.#child, cost, key);
    else if (cost <= this.#population.worstCost) this.#population.replaceWorst(this.#child, cost, key);
  }

  #over(): boolean {
    return this.#optimal() || this.#same > SAME_MAX || this.#spent() >= 1;
  }

  /** The share of the budget that is used. */
  #spent(): number {
    const { spent, schedulesMax = Infinity } = this.#options;
    const { schedules } = this.#evaluator;
    if (spent !== undefined && schedules >= this.#askAt) {
      this.#timeSpent = spent();
      this.#askAt = schedules + SCHEDULES_PER_QUESTION;
    }
    return Math.max(schedules / schedulesMax, this.#timeSpent);
  }

  #optimal(): boolean {
    const { lowerBound = -Infinity } = this.#options;
    // Bounds of weighted cost are rounded down a little.
    return this.#best !== null && this.#best.cost <= lowerBound * (1 + 1e-9);
  }

  #result(): Found {
    const schedule = must(this.#best, 'the first schedule');
    const { schedules } = this.#evaluator;
    const { project, timed, supply } = this.#network;
    const overflowMin = supply.overflowTick * timed.tickMin;
    if (schedule.makespanMin <= overflowMin) return { ok: true, schedule, schedules, optimal: this.#optimal() };
    const attempts = timed.activities.map((activity, j) => {
      const mode = must(
        activity.modes.find(({ index }) => index === schedule.modes[j]),
        'mode',
      );
      const finishMin = (schedule.startMin[j] as number) - project.fromMin + mode.duration * timed.tickMin;
      return { activity, mode, successors: project.activities[j]?.successors ?? [], over: finishMin > overflowMin };
    });
    return { ok: false, impossible: leftOver(timed, attempts, schedules) };
  }
}

function shortestModes({ count, modes, duration }: Network): Int32Array {
  const shortest = modes.from.slice(0, count);
  for (let j = 0; j < count; j++)
    for (let m = modes.from[j] as number; m < (modes.from[j + 1] as number); m++)
      if ((duration[m] as number) < (duration[shortest[j] as number] as number)) shortest[j] = m;
  return shortest;
}
