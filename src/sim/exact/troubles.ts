// The troubles that targets have: which way settles each and when it is over, and the faults that nodes have by themselves.
import { FLAG } from '../../core/run/states.ts';
import type { MachineState } from '../../core/run/state.ts';
import type { Chance } from '../laws/chance.ts';
import type { ChainLaws, WayLaw } from '../laws/plan-laws.ts';
import type { SimModel } from '../model.ts';

/** The machine counts attempts anew after each fall off the happy path; draws must not come again. */
export const ATTEMPTS_AN_EPISODE = 256;
/** A target that leaves the happy path more often than this is left alone: it would go on like that for ever. */
export const EPISODES_MAX = 20;
const NEVER = Number.POSITIVE_INFINITY;
const UNKNOWN = -1;

/**
 * An episode of trouble begins when a target leaves the happy path, and is over when its way of mop-up has taken its time: by itself for
 * a way of the machine's own tries, and when people have been there for any other. The way is drawn once a target, and anew when a fault
 * of its own strikes. Nearly all targets never have any trouble; they cost one byte.
 */
export class Troubles {
  readonly #model: SimModel;
  readonly #state: MachineState;
  readonly #chance: Chance;
  readonly #spanMs: number;
  // by target
  readonly #isNode: Uint8Array;
  /** 1: it has trouble, has had some, or will have a fault of its own. */
  readonly #special: Uint8Array;
  readonly #episodes: Uint8Array;
  readonly #lost: Uint8Array;
  readonly #way: Int16Array;
  readonly #mopUpMs: Float64Array;
  /** The trouble is over then; Infinity: not before people have been there. */
  readonly #until: Float64Array;
  /** Its next fault; Infinity: none within the span. */
  readonly #faultAt: Float64Array;
  readonly #faults: Uint8Array;
  /** 1: what it does now will end by that fault. */
  readonly #struck: Uint8Array;

  constructor(model: SimModel, state: MachineState, chance: Chance) {
    const { program } = model;
    const n = program.targets.length;
    this.#model = model;
    this.#state = state;
    this.#chance = chance;
    this.#spanMs = model.endMs - model.beginMs;
    this.#isNode = Uint8Array.from(program.waveOf, (wave) => Number(program.waves[wave]?.kind === 'node'));
    this.#special = new Uint8Array(n);
    this.#episodes = new Uint8Array(n);
    this.#lost = new Uint8Array(n);
    this.#way = new Int16Array(n);
    this.#mopUpMs = new Float64Array(n);
    this.#until = new Float64Array(n);
    this.#faultAt = new Float64Array(n);
    this.#faults = new Uint8Array(n);
    this.#struck = new Uint8Array(n);
  }

  reset(): void {
    this.#special.fill(0);
    this.#episodes.fill(0);
    this.#lost.fill(0);
    this.#way.fill(UNKNOWN);
    this.#until.fill(UNKNOWN);
    this.#faultAt.fill(NEVER);
    this.#faults.fill(0);
    this.#struck.fill(0);
  }

  /** Whether anything but the laws of its steps bears on the target. */
  isSpecial(target: number): boolean {
    return this.#special[target] === 1;
  }

  episodes(target: number): number {
    return this.#episodes[target] as number;
  }

  lasts(target: number, now: number): boolean {
    return (this.#until[target] as number) > now;
  }

  /** The moment at which the trouble is over by itself; Infinity: people must come. */
  overAt(target: number): number {
    return this.#until[target] as number;
  }

  /** The way that settles the trouble of a target that has one, and how long that takes. */
  wayOf(target: number): WayLaw {
    const chain = this.#model.program.chainOf[target] as number;
    return this.#model.laws.chains[chain]?.ways[this.#way[target] as number] as WayLaw;
  }

  mopUpMs(target: number): number {
    return this.#mopUpMs[target] as number;
  }

  /** Whether it has left the happy path too often to be looked after any more. */
  isLost(target: number): boolean {
    return this.#lost[target] === 1;
  }

  /** What the target fell off at has been mended, so it does not fail there again on its way back. */
  mendedAt(target: number, step: number): boolean {
    return this.#state.failedStep[target] === step && this.#isStraggler(target);
  }

  /** The run has begun work on the target: from now on its own faults count. */
  entered(target: number, now: number): void {
    if (this.#isNode[target] === 1 && this.#faults[target] === 0) this.#nextFault(target, now);
  }

  /** The moment of a fault of its own before `end`, which from then on is what ends the step or the soak; -1: there is none. */
  strikeBefore(target: number, now: number, end: number): number {
    if (!this.isSpecial(target)) return -1;
    // A fault that came while it was being mended was mended with it.
    if ((this.#faultAt[target] as number) <= now && this.#isStraggler(target)) this.#nextFault(target, now);
    const at = this.#faultAt[target] as number;
    if (at > end) return -1;
    this.#struck[target] = 1;
    return Math.max(now, at);
  }

  /** The target has left the happy path (true: a new episode begins), or a try has not helped and the trouble is the one it has. */
  fell(target: number, now: number): boolean {
    if (this.lasts(target, now)) return false;
    this.#special[target] = 1;
    const episode = (this.#episodes[target] as number) + 1;
    if (episode > EPISODES_MAX) {
      this.#lost[target] = 1;
      this.#until[target] = NEVER;
      return false;
    }
    this.#episodes[target] = episode;
    this.#drawWay(target, now);
    const mopUpMs = this.#chance.mopUpMs(target, this.#way[target] as number, episode);
    this.#mopUpMs[target] = mopUpMs;
    this.#until[target] = this.wayOf(target).byTries ? now + mopUpMs : NEVER;
    return true;
  }

  /** For a run that is gone on with: the target had trouble, and that is over. */
  hadSome(target: number): void {
    this.#special[target] = 1;
    this.#episodes[target] = 1;
  }

  /**
   * For a run that is gone on with: the target has trouble. `elapsedMs`: for how long each way of mending it has been tried; `possible`:
   * whether it may be the one.
   */
  takeUp(target: number, now: number, elapsedMs: (way: WayLaw) => number, possible: (way: WayLaw) => boolean): void {
    this.hadSome(target);
    const { ways } = this.#model.laws.chains[this.#model.program.chainOf[target] as number] as ChainLaws;
    const wayAt = (index: number): WayLaw => ways[index] as WayLaw;
    const way = this.#chance.wayOn(
      target,
      (index) => elapsedMs(wayAt(index)),
      (index) => possible(wayAt(index)),
    );
    const mopUpMs = this.#chance.mopUpOnMs(target, way, elapsedMs(wayAt(way)));
    this.#way[target] = way;
    this.#mopUpMs[target] = mopUpMs;
    this.#until[target] = this.wayOf(target).byTries ? now + mopUpMs : NEVER;
  }

  mended(target: number, now: number): void {
    this.#until[target] = now;
  }

  #drawWay(target: number, now: number): void {
    const struck = this.#struck[target] === 1;
    this.#struck[target] = 0;
    if (!struck && this.#way[target] !== UNKNOWN) return;
    this.#way[target] = this.#chance.way(target, struck ? (this.#faults[target] as number) : 0);
    if (struck) this.#nextFault(target, now);
  }

  #nextFault(target: number, now: number): void {
    const count = (this.#faults[target] as number) + 1;
    this.#faults[target] = count;
    const at = now + Math.max(1, Math.round(this.#chance.faultInMs(target, count)));
    this.#faultAt[target] = at > this.#spanMs ? NEVER : at;
    if (at <= this.#spanMs) this.#special[target] = 1;
  }

  #isStraggler(target: number): boolean {
    return ((this.#state.flags[target] as number) & FLAG.straggler) !== 0;
  }
}
