// What people ask of plans, answered beside the server: on threads of their own, from what was answered before, and never twice at once.
import { ORPCError } from '@orpc/server';
import type { Forecast } from '../core/forecast/forecast.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Answers, AskKind, Asks } from './studies/answers.ts';
import type { Progress } from './studies/slices.ts';
import { openStudyThread, type StudyThread } from './studies/thread.ts';

/** Per cent, P50 and P90 minutes. */
export type ShortCurve = [number, number | null, number | null][];

interface Working {
  readonly plan: string;
  readonly what: string;
  /** Scenarios. */
  readonly done: number;
  /** null: it waits for its turn. */
  readonly total: number | null;
  /** Since it was asked. */
  readonly sinceMs: number;
}

export interface Studies {
  /** Two who ask the same at once get the same answer. Rejects with TOO_MANY_REQUESTS when too many wait, and with StudyError. */
  ask<K extends AskKind>(kind: K, plans: readonly Plan[], args: Asks[K]): Promise<Answers[K]>;
  /** Of the latest rehearsal of the plan here; null: there was none. */
  curveOf(plan: string): ShortCurve | null;
  working(): Working[];
  /** Whatever is under way or waits is given up. */
  close(): Promise<void>;
}

const ANSWERS_MAX = 64;
const WAITING_MAX = 20;
const CURVES_MAX = 1_000;

/** What people wait for in front of the screen goes past what takes a minute. */
const LANE_OF: { readonly [kind in AskKind]: 'quick' | 'long' } = {
  rehearsal: 'quick',
  comparison: 'quick',
  night: 'quick',
  expected: 'quick',
  limits: 'long',
  questions: 'long',
  proposal: 'long',
};

const WORDS: { readonly [kind in AskKind]: string } = {
  rehearsal: 'rehearsing the plan',
  comparison: 'comparing it with another over the same nights',
  night: 'living through one night',
  expected: 'looking when each target is to be back',
  limits: 'lifting its limits one by one',
  questions: 'asking why it is as it is',
  proposal: 'writing its proposal',
};

/** `open` makes a thread; tests answer themselves. */
export function openStudies(open: () => StudyThread = openStudyThread): Studies {
  const lanes = { quick: new Lane(open()), long: new Lane(open()) };
  const answers = new Latest<unknown>(ANSWERS_MAX);
  const curves = new Latest<ShortCurve>(CURVES_MAX);
  const underWay = new Map<string, Job>();
  return {
    ask: async <K extends AskKind>(kind: K, plans: readonly Plan[], args: Asks[K]) => {
      const key = JSON.stringify([kind, plans.map(({ id }) => id), Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
      // The key names kind, plans and arguments, so what is found under it is of this kind.
      const known = answers.get(key) ?? underWay.get(key)?.answer;
      if (known !== undefined) return known as Answers[K];
      if (lanes.quick.waiting + lanes.long.waiting >= WAITING_MAX) throw tooMany();
      const job = new Job(plans[0]?.id ?? '', WORDS[kind]);
      const answer = lanes[LANE_OF[kind]].take(job, (thread) => thread.ask({ kind, plans, args }, job.tell));
      job.answer = answer;
      underWay.set(key, job);
      try {
        const made = await answer;
        answers.set(key, made);
        // A child that was only tried out is nobody's plan in a list, and does no harm here.
        if (kind === 'rehearsal') curves.set(job.plan, shortCurve((made as Answers['rehearsal']).forecast));
        return made;
      } finally {
        underWay.delete(key);
      }
    },
    curveOf: (plan) => curves.get(plan) ?? null,
    working: () => [...underWay.values()].map((job) => job.shown()),
    close: async () => void (await Promise.all([lanes.quick.close(), lanes.long.close()])),
  };
}

function tooMany(): Error {
  const message = `${WAITING_MAX} questions wait for their rehearsals already: ask again when some are answered`;
  return new ORPCError('TOO_MANY_REQUESTS', { status: 429, message });
}

function shortCurve({ curve }: Forecast): ShortCurve {
  return curve.map(({ share, p50Min, p90Min }) => [share, p50Min, p90Min]);
}

class Job {
  readonly plan: string;
  answer: Promise<unknown> | undefined;
  readonly #what: string;
  readonly #since = performance.now();
  #progress: Progress | null = null;

  constructor(plan: string, what: string) {
    this.plan = plan;
    this.#what = what;
  }

  readonly tell = (progress: Progress): void => {
    this.#progress = progress;
  };

  begin(): void {
    this.#progress ??= { done: 0, total: 0 };
  }

  shown(): Working {
    const { done, total } = this.#progress ?? { done: 0, total: null };
    const what = this.#progress === null ? `waiting for its turn: ${this.#what}` : this.#what;
    return { plan: this.plan, what, done, total, sinceMs: Math.round(performance.now() - this.#since) };
  }
}

/** One thread and who waits for it. */
class Lane {
  readonly #thread: StudyThread;
  #last: Promise<unknown> = Promise.resolve();
  #taken = 0;
  #closed = false;

  constructor(thread: StudyThread) {
    this.#thread = thread;
  }

  /** Without the one whose turn it is. */
  get waiting(): number {
    return Math.max(0, this.#taken - 1);
  }

  take<T>(job: Job, study: (thread: StudyThread) => Promise<T>): Promise<T> {
    this.#taken++;
    const mine = this.#last.then(() => {
      if (this.#closed) throw new ORPCError('REFUSED', { status: 409, message: 'the server is about to end' });
      job.begin();
      return study(this.#thread);
    });
    this.#last = mine.then(
      () => this.#taken--,
      () => this.#taken--,
    );
    return mine;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.close();
    await this.#last;
  }
}

/** The so many that were used last, by key. */
class Latest<T> {
  readonly #most: number;
  readonly #byKey = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): T | undefined {
    const value = this.#byKey.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, value);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > this.#most && oldest !== undefined) this.#byKey.delete(oldest);
  }
}
