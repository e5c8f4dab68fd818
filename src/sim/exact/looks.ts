// What the looks at a target find: defects that the work left behind, and links that did not come back with their switch.
import { FLAG } from '../../core/run/states.ts';
import type { MachineState } from '../../core/run/state.ts';
import type { Chance } from '../laws/chance.ts';
import type { SimModel } from '../model.ts';

const NOT_LOOKED = 0;
const FOUND = 1;
const MENDED = 2;

/** Neither goes away by itself: what one attempt has found, the next one finds too, until it is mended. */
export class Looks {
  readonly #state: MachineState;
  readonly #chance: Chance;
  readonly #links: SimModel['laws']['links'];
  // by step
  readonly #looks: Uint8Array;
  readonly #catches: Float64Array;
  // by target
  readonly #defect: Uint8Array;
  readonly #linkGone: Uint8Array;
  readonly #linkLooks: Uint8Array;
  /** By link: 1 once a look after the work on its switch has seen it. */
  readonly #seen: Uint8Array;

  constructor({ program, laws }: SimModel, state: MachineState, chance: Chance) {
    this.#state = state;
    this.#chance = chance;
    this.#links = laws.links;
    this.#looks = Uint8Array.from(laws.steps, ({ looks }) => Number(looks));
    this.#catches = Float64Array.from(laws.steps, ({ catches }) => catches);
    this.#defect = new Uint8Array(program.targets.length);
    this.#linkGone = new Uint8Array(program.targets.length);
    this.#linkLooks = new Uint8Array(program.targets.length);
    this.#seen = new Uint8Array(laws.links?.switches.length ?? 0);
  }

  reset(): void {
    this.#defect.fill(NOT_LOOKED);
    this.#linkGone.fill(0);
    this.#linkLooks.fill(0);
    this.#seen.fill(0);
  }

  /** Whether this step could find anything wrong with some target. */
  mayFind(step: number): boolean {
    return this.#looks[step] === 1 && (this.#links !== null || (this.#catches[step] as number) > 0);
  }

  /** Whether this step, if it looks at all, finds something wrong with the target. */
  find(target: number, step: number): boolean {
    return this.#looks[step] === 1 && (this.#findDefect(target, step) || this.#findLink(target));
  }

  /** It left the happy path: whatever was found will be mended. */
  fell(target: number): void {
    if (this.#defect[target] === FOUND) this.#defect[target] = MENDED;
    this.#linkGone[target] = 0;
  }

  #findDefect(target: number, step: number): boolean {
    const catches = this.#catches[step] as number;
    if (catches === 0 || this.#defect[target] === MENDED) return false;
    const found = this.#chance.caught(target, catches);
    if (found) this.#defect[target] = FOUND;
    return found;
  }

  #findLink(target: number): boolean {
    if (!this.#links || this.#linkGone[target] === 1) return this.#linkGone[target] === 1;
    let allThere = 1;
    for (let link = this.#links.from[target] as number; link < (this.#links.from[target + 1] as number); link++) {
      const there = this.#links.switches[link] as number;
      const changed = ((this.#state.flags[there] as number) & FLAG.changed) !== 0;
      if (!changed || this.#seen[link] === 1) continue;
      this.#seen[link] = 1;
      allThere *= 1 - this.#chance.disturbs(there);
    }
    if (allThere === 1) return false;
    const look = this.#linkLooks[target] as number;
    this.#linkLooks[target] = look + 1;
    if (!this.#chance.linkGone(target, allThere, look)) return false;
    this.#linkGone[target] = 1;
    return true;
  }
}
