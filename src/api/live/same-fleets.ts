// Fleet documents that say the same as one object: whatever is made once a document is then made once for the desk's and every run's.
import type { Fleet } from '../../core/fleet/model.ts';
import { fleetId } from '../../files/plan-file.ts';

export class SameFleets {
  readonly #byId = new Map<string, Fleet>();
  readonly #known = new WeakMap<Fleet, Fleet>();

  /** The first document of this content that was asked for. */
  one(fleet: Fleet): Fleet {
    const known = this.#known.get(fleet);
    if (known) return known;
    const id = fleetId(fleet);
    const one = this.#byId.get(id) ?? fleet;
    this.#byId.set(id, one);
    this.#known.set(fleet, one);
    return one;
  }
}
