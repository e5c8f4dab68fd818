// Sorts activity lists by time, stably, without allocating.
import type { ActivityList } from './generate.ts';

/** Counting is faster than comparing while there are at most so many ticks for each activity. */
const TICKS_PER_ACTIVITY = 8;

export class TimeOrder {
  readonly #places: Int32Array;
  readonly #sorted: ActivityList;

  /** For lists of so many activities. */
  constructor(count: number) {
    this.#places = new Int32Array(TICKS_PER_ACTIVITY * count + 1);
    this.#sorted = new Uint16Array(count);
  }

  /** Sorts by the time of each activity, upwards (1) or downwards (-1). */
  sort(list: ActivityList, time: Int32Array, direction: 1 | -1): void {
    let first = 0x7fffffff;
    let last = 0;
    for (let j = 0; j < time.length; j++) {
      const at = time[j] as number;
      if (at < first) first = at;
      if (at > last) last = at;
    }
    if (last - first < this.#places.length - 1) this.#count(list, time, direction, direction === 1 ? first : last, last - first);
    else this.#insert(list, time, direction);
  }

  #count(list: ActivityList, time: Int32Array, direction: 1 | -1, begin: number, span: number): void {
    const places = this.#places;
    const sorted = this.#sorted;
    places.fill(0, 0, span + 2);
    for (let j = 0; j < time.length; j++) {
      const after = ((time[j] as number) - begin) * direction + 1;
      places[after] = (places[after] as number) + 1;
    }
    for (let t = 1; t <= span; t++) places[t] = (places[t] as number) + (places[t - 1] as number);
    for (let i = 0; i < list.length; i++) {
      const j = list[i] as number;
      const at = ((time[j] as number) - begin) * direction;
      const place = places[at] as number;
      places[at] = place + 1;
      sorted[place] = j;
    }
    list.set(sorted);
  }

  /** By insertion, as the lists of schedules are nearly in order of time. */
  #insert(list: ActivityList, time: Int32Array, direction: 1 | -1): void {
    for (let i = 1; i < list.length; i++) {
      const j = list[i] as number;
      const key = (time[j] as number) * direction;
      let k = i - 1;
      while (k >= 0 && (time[list[k] as number] as number) * direction > key) {
        list[k + 1] = list[k] as number;
        k--;
      }
      list[k + 1] = j;
    }
  }
}
