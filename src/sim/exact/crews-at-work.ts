// Who of the stragglers is being worked on where a run under way stands. Nobody journals that; it follows from how many a crew can take on
// at once, who fell first, and when others were mended.
import type { Policy } from '../../core/change/policy.ts';
import type { WayLaw } from '../laws/plan-laws.ts';

interface Places {
  /** That were free from the beginning. */
  never: number;
  /** Since when the others have been free for another target (Unix ms), the longest first. */
  readonly freed: number[];
}

export class CrewsAtWork {
  readonly #nowMs: number;
  readonly #places: ReadonlyMap<string, Places>;

  /** `mendedAt`: by target, when people said that it is mended (Unix ms); NaN: they did not. Whoever mended it was free for the next one. */
  constructor(crews: Policy['crew'], mendedAt: Float64Array, nowMs: number) {
    const mended = [...mendedAt].filter((at) => !Number.isNaN(at)).sort((a, b) => b - a);
    this.#nowMs = nowMs;
    this.#places = new Map(
      Object.entries(crews).map(([name, { count }]) => {
        const freed = mended.slice(0, count).reverse();
        return [name, { never: count - freed.length, freed }];
      }),
    );
  }

  /** For how many ms people have mended in this way a target that was theirs from `calledAt` (Unix ms); 0: its crew is at work on others. */
  elapsedMs({ crew }: WayLaw, calledAt: number): number {
    const places = crew === null ? undefined : this.#places.get(crew);
    const freeAt = places === undefined || places.never > 0 ? -Infinity : (places.freed[0] ?? Infinity);
    const since = Math.max(calledAt, freeAt);
    return since < this.#nowMs ? Math.round(this.#nowMs - since) : 0;
  }

  /** A target is worked on in this way: its crew has a place less for the next one. */
  take({ byTries, crew }: WayLaw): void {
    const places = byTries || crew === null ? undefined : this.#places.get(crew);
    if (places === undefined) return;
    if (places.never > 0) places.never--;
    else places.freed.shift();
  }
}
