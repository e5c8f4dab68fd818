// Scenarios of one model, collected turn by turn.
import { assert, must } from '../../std/assert.ts';
import type { Answer, Asking, ModelAbout, Request, Spec } from './asking.ts';
import { rowWidth } from './rows.ts';

/** Rows of scenarios 0, 1, ... of one model. */
export interface Collected {
  readonly about: ModelAbout;
  readonly rows: Float64Array;
}

export class Series {
  readonly spec: Spec;
  #about: ModelAbout | null = null;
  /** As they came, until somebody wants them as one. */
  #parts: Float64Array[] = [];
  #count = 0;
  #stopped = false;

  constructor(spec: Spec) {
    this.spec = spec;
  }

  get count(): number {
    return this.#count;
  }

  /** Fewer came back than were asked for: somebody stopped it. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** The request for what is missing up to `count` scenarios; none when nothing is. */
  upTo(count: number): Request[] {
    return count > this.#count ? [{ spec: this.spec, from: this.#count, count: count - this.#count }] : [];
  }

  take({ about, count, rows }: Answer, asked: number): void {
    this.#about ??= about;
    this.#parts.push(rows);
    this.#count += count;
    this.#stopped = count < asked;
  }

  /** The first `count` scenarios; there must be one at least. */
  collected(count = this.#count): Collected {
    assert(count > 0 && count <= this.#count, 'as many scenarios as are there');
    const about = must(this.#about, 'an answer with a model');
    const rows = joined(this.#parts);
    this.#parts = [rows];
    return { about, rows: rows.subarray(0, count * rowWidth(about)) };
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Brings each series up to its own number of scenarios, all in one turn. */
export function* growEach(wanted: readonly (readonly [Series, number])[]): Asking<void> {
  const requests = wanted.flatMap(([series, count]) => series.upTo(count).map((request) => ({ series, request })));
  if (requests.length === 0) return;
  const answers = yield requests.map(({ request }) => request);
  for (const [i, { series, request }] of requests.entries()) series.take(must(answers[i], 'an answer'), request.count);
}

/** Brings every series up to `count` scenarios, all in one turn. */
export function* grow(all: readonly Series[], count: number): Asking<void> {
  yield* growEach(all.map((series) => [series, count]));
}
