// Whole runs as films for the map: made from the journal page by page, kept for the few that were asked for last, and gone on with.
import { Filming } from '../../core/run/film.ts';
import { compile } from '../../core/run/compile.ts';
import { statusOf } from '../../core/run/status.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Journal, RunHeader } from '../../core/ports.ts';
import { packBytes, packNumbers } from '../contract/packed.ts';

export interface Replay {
  title: string;
  targets: string[];
  zeroMs: number | null;
  fromMs: number;
  toMs: number;
  initial: string;
  atMs: string;
  target: string;
  cell: string;
  marks: { [percent: string]: number | null };
  baseline: number;
}

interface Kept {
  readonly filming: Filming;
  nextSeq: number;
  /** As of `nextSeq`; null: it has gone on. */
  replay: Replay | null;
  /** One at a time. */
  work: Promise<unknown>;
}

/** Films that are kept: a run of 100,000 nodes is some 20 MB. */
const KEPT_MAX = 4;
const PAGE = 10_000;

export class FilmShelf {
  readonly #journal: Journal;
  readonly #parsePlan: (text: string) => Plan;
  readonly #kept = new Map<string, Kept>();

  constructor(journal: Journal, parsePlan: (text: string) => Plan) {
    this.#journal = journal;
    this.#parsePlan = parsePlan;
  }

  /** As far as the run has come. */
  replayOf(header: RunHeader): Promise<Replay> {
    const kept = this.#of(header);
    const made = kept.work.then(() => this.#goOn(header, kept));
    kept.work = made.catch(() => this.#kept.delete(header.run));
    return made;
  }

  #of(header: RunHeader): Kept {
    const known = this.#kept.get(header.run);
    const kept = known ?? {
      filming: new Filming(compile(this.#parsePlan(header.plan))),
      nextSeq: 1,
      replay: null,
      work: Promise.resolve(),
    };
    this.#kept.delete(header.run);
    this.#kept.set(header.run, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }

  async #goOn(header: RunHeader, kept: Kept): Promise<Replay> {
    // Between two pages the server does other things.
    for (;;) {
      const entries = await this.#journal.read(header.run, kept.nextSeq, PAGE);
      for (const entry of entries) kept.filming.take(entry);
      if (entries.length > 0) kept.replay = null;
      kept.nextSeq += entries.length;
      if (entries.length < PAGE) break;
    }
    return (kept.replay ??= replayFrom(header, kept.filming));
  }
}

function replayFrom({ run, createdAt }: RunHeader, filming: Filming): Replay {
  const { chronicle } = filming;
  const { initial, atMs, target, cell } = filming.film();
  const { marks, baseline } = statusOf(chronicle);
  return {
    title: run,
    targets: [...chronicle.program.targets],
    zeroMs: chronicle.timeZero,
    fromMs: Math.min(createdAt, atMs[0] ?? createdAt),
    toMs: Math.max(createdAt, chronicle.lastAt, atMs.at(-1) ?? createdAt),
    initial: packBytes(initial),
    atMs: packNumbers(atMs),
    target: packNumbers(target),
    cell: packBytes(cell),
    marks: { ...marks },
    baseline,
  };
}
