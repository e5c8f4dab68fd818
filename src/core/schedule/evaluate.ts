// What genes are worth: the schedules that are built from them, and their cost.
import { newTimetable, serialForward } from './generate.ts';
import type { ActivityList, Scheme, Timetable } from './generate.ts';
import { justify } from './justify.ts';
import type { Network } from './network.ts';
import type { Schedule } from './problem.ts';
import type { Genes } from './vary.ts';

/** Costs are in ticks of makespan, or in weight x ticks. */
export class Evaluator {
  /** Built so far, forwards and backwards. */
  schedules = 0;
  readonly #network: Network;
  readonly #table: Timetable;
  readonly #weighted: boolean;
  readonly #weight: Float64Array;
  /** Above every weighted cost. */
  readonly #overflowCost: number;
  readonly #kept: ActivityList;

  constructor(network: Network) {
    const { project, count, supply } = network;
    this.#network = network;
    this.#table = newTimetable(network);
    this.#weighted = project.objective === 'weighted completion';
    this.#weight = Float64Array.from(project.activities, ({ weight }) => weight ?? 0);
    this.#overflowCost = this.#weight.reduce((total, each) => total + each, 0) * supply.endTick;
    this.#kept = new Uint16Array(count);
  }

  /** The cost of the schedule that the list itself gives. */
  build(genes: Genes, scheme: Scheme): number {
    this.schedules++;
    return this.#cost(scheme(this.#network, this.#table, genes.list, genes.modes));
  }

  /** Justifies the schedule just built, which had this cost. Leaves the better one here and, as the list by start, in the genes. */
  improve(genes: Genes, cost: number): number {
    const { list, modes } = genes;
    this.schedules += 2;
    if (!this.#weighted) return justify(this.#network, this.#table, list, modes, cost);
    // A shorter makespan may cost more, so here the schedule before is not always worse.
    this.#table.order.sort(list, this.#table.start, 1);
    this.#kept.set(list);
    const justified = this.#cost(justify(this.#network, this.#table, list, modes, this.#lastFinish()));
    if (justified <= cost) return justified;
    list.set(this.#kept);
    return this.build(genes, serialForward);
  }

  /** Equal for equal schedules, and nearly always different for different ones. */
  key(genes: Genes): number {
    const { start } = this.#table;
    let key = 0;
    for (let j = 0; j < start.length; j++) {
      // Multiplied before the next small number comes in: otherwise a start and a mode of few ticks would undo each other.
      key = Math.imul(key, 0x9e3779b1) + (start[j] as number);
      key = Math.imul(key ^ (key >>> 15), 0x85ebca6b) + (genes.modes[j] as number);
    }
    return key | 0;
  }

  /** The schedule just built. */
  schedule(genes: Genes, cost: number): Schedule {
    const { project, timed, modeIndex } = this.#network;
    return {
      startMin: Array.from(this.#table.start, (tick) => project.fromMin + tick * timed.tickMin),
      modes: project.activities.map((_, j) => modeIndex[genes.modes[j] as number] as number),
      makespanMin: this.#lastFinish() * timed.tickMin,
      cost: cost * timed.tickMin,
    };
  }

  #cost(last: number): number {
    if (!this.#weighted) return last;
    const { finish } = this.#table;
    if (last > this.#network.supply.overflowTick) return this.#overflowCost + last;
    let cost = 0;
    for (let j = 0; j < finish.length; j++) cost += (this.#weight[j] as number) * (finish[j] as number);
    return cost;
  }

  #lastFinish(): number {
    return Math.max(0, ...this.#table.finish);
  }
}
