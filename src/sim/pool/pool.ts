// Answers what a rehearsal asks for: small work here and now, larger work on worker threads, with the same numbers either way.
import { availableParallelism } from 'node:os';
import type { Answer, Asking, Request, Spec } from '../rehearse/asking.ts';
import { rowWidth, writeRow } from '../rehearse/rows.ts';
import type { Runner } from '../rehearse/exact-runner.ts';
import { createRunner } from '../rehearse/runner.ts';
import { workOf } from '../rehearse/work.ts';
import { startThreads, type Threads } from './threads.ts';

export interface Pool {
  /** Throws RehearsalWorkerError when a worker dies. One call at a time. */
  answer(requests: readonly Request[], stop: () => boolean): Promise<readonly Answer[]>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly workers?: number;
  /** Work up to about so many milliseconds is done without a worker; 0: never. */
  readonly hereMs?: number;
}

/** More of them than this only wait for memory. */
const WORKERS_MAX = 16;
/** A worker costs about as much to start as this. */
const HERE_MS = 300;
/** How long the event loop may be kept from a Ctrl-C. */
const BREATH_MS = 50;

export function openPool({ workers = Math.min(WORKERS_MAX, availableParallelism()), hereMs = HERE_MS }: PoolOptions = {}): Pool {
  let threads: Threads | null = null;
  const runners = new Map<Spec, Runner>();
  return {
    answer: async (requests, stop) => {
      // Once they are there, workers are the better place for everything.
      if (!threads && expectedMs(requests) < hereMs) return answerHere(requests, runners, stop);
      threads ??= startThreads(workers);
      return threads.answer(requests, stop);
    },
    close: async () => {
      await threads?.close();
      threads = null;
    },
  };
}

/** Carries a driver out. `stop` is asked all the time; once true, the driver is given what is there, and ends. */
export async function carryOut<T>(pool: Pool, asking: Asking<T>, stop: () => boolean = () => false): Promise<T> {
  let turn = asking.next();
  while (!turn.done) turn = asking.next(await pool.answer(turn.value, stop));
  return turn.value;
}

function expectedMs(requests: readonly Request[]): number {
  return requests.reduce((sum, { spec, count }) => sum + workOf(spec, count).ms, 0);
}

async function answerHere(requests: readonly Request[], runners: Map<Spec, Runner>, stop: () => boolean): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const request of requests) answers.push(await oneHere(request, runners, stop));
  return answers;
}

async function oneHere({ spec, from, count }: Request, runners: Map<Spec, Runner>, stop: () => boolean): Promise<Answer> {
  if (stop()) return { about: null, count: 0, rows: new Float64Array(0) };
  const runner = runners.get(spec) ?? createRunner(spec);
  runners.set(spec, runner);
  const { about } = runner;
  const rows = new Float64Array(count * rowWidth(about));
  let done = 0;
  for (let breathed = performance.now(); done < count && !stop(); done++) {
    writeRow(rows, done, about, runner.run(from + done));
    if (performance.now() - breathed < BREATH_MS) continue;
    await breathe();
    breathed = performance.now();
  }
  return { about, count: done, rows: rows.subarray(0, done * rowWidth(about)) };
}

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
