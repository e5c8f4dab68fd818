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
  readonly #parts: Answer[] = [];
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

  take(answer: Answer, asked: number): void {
    this.#parts.push(answer);
    this.#count += answer.count;
    this.#stopped = answer.count < asked;
  }

  /** The first `count` scenarios; there must be one at least. */
  collected(count = this.#count): Collected {
    assert(count > 0 && count <= this.#count, 'as many scenarios as are there');
    const about = must(this.#parts.find((part) => part.about !== null)?.about, 'an answer with a model');
    const width = rowWidth(about);
    const rows = new Float64Array(this.#count * width);
    let at = 0;
    for (const part of this.#parts) {
      rows.set(part.rows, at);
      at += part.rows.length;
    }
    return { about, rows: rows.subarray(0, count * width) };
  }
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
