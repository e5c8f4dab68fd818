// Worker threads that answer requests together: each takes a chunk of scenarios whenever it is free. Who ran what never shows, because a
// scenario's numbers depend on the model and on its own number only.
import { Worker } from 'node:worker_threads';
import type { Answer, ModelAbout, Request, Spec } from '../rehearse/asking.ts';
import { rowWidth } from '../rehearse/rows.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export interface Threads {
  /** Rejects with RehearsalWorkerError when a worker dies; the others are ended then too. One call at a time. */
  answer(requests: readonly Request[], stop: () => boolean): Promise<readonly Answer[]>;
  close(): Promise<void>;
}

/** A worker died: a bug of ours, or the machine has too little memory for the model. */
export class RehearsalWorkerError extends Error {
  override name = 'RehearsalWorkerError';
}

/** Long enough to make messages cheap, short enough to stop within a blink. */
const CHUNK_MS = 100;
/** Models that a worker holds; a limits analysis has dozens of them and needs each for a moment. */
const MODELS_MAX = 6;

const SOURCE = new URL('./worker.ts', import.meta.url);
/** Beside this file: as source, or as built. */
const WORKER_FILE = import.meta.url.endsWith('.ts') ? SOURCE : new URL('./worker.js', import.meta.url);

interface Thread {
  readonly worker: Worker;
  /** What it was told of, the least lately used first. */
  readonly models: Map<Spec, number>;
  job: Job | null;
}

/** One request on its way. */
interface Job {
  readonly request: Request;
  /** Scenarios handed out so far. */
  given: number;
  /** [from, count] within the request, of what has come back. */
  readonly back: (readonly [number, number])[];
  about: ModelAbout | null;
  rows: Float64Array;
  msEach: number | null;
}

export function startThreads(count: number): Threads {
  const threads = Array.from({ length: count }, (): Thread => ({ worker: new Worker(WORKER_FILE), models: new Map(), job: null }));
  let models = 0;
  let round: Round | null = null;
  let dead: RehearsalWorkerError | null = null;
  const end = async (): Promise<void> => void (await Promise.all(threads.map(({ worker }) => worker.terminate())));
  const fail = (error: unknown): void => {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    dead ??= new RehearsalWorkerError(`a worker of the rehearsal ended: ${why}`);
    round?.reject(dead);
    round = null;
    void end();
  };
  const next = (thread: Thread): void => {
    if (!round) return;
    thread.job = round.stop() ? null : chooseJob(round.jobs, thread);
    if (thread.job) hand(thread, thread.job, () => models++, count);
    else if (threads.every(({ job }) => job === null)) {
      const { jobs, resolve } = round;
      round = null;
      resolve(jobs.map(answerOf));
    }
  };
  for (const thread of threads) {
    thread.worker.on('message', (said: FromWorker) => {
      if (thread.job) take(thread.job, said);
      next(thread);
    });
    thread.worker.on('error', fail);
    thread.worker.on('exit', (code) => {
      if (round) fail(`exit code ${code}`);
    });
  }
  return {
    answer: (requests, stop) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead);
        round = { jobs: requests.map(jobOf), stop, resolve, reject };
        for (const thread of threads) next(thread);
      }),
    close: end,
  };
}

interface Round {
  readonly jobs: readonly Job[];
  readonly stop: () => boolean;
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: Error) => void;
}

function jobOf(request: Request): Job {
  return { request, given: 0, back: [], about: null, rows: new Float64Array(0), msEach: null };
}

const left = ({ request, given }: Job): number => request.count - given;

/** Its last model again, else one that nobody has begun, else where most is left. */
function chooseJob(jobs: readonly Job[], { job }: Thread): Job | null {
  const open = jobs.filter((each) => left(each) > 0);
  if (job && open.includes(job)) return job;
  return open.find(({ given }) => given === 0) ?? open.toSorted((a, b) => left(b) - left(a))[0] ?? null;
}

/** Gives the thread its next chunk: about so long, and never so much that the others would have to wait for it in the end. */
function hand(thread: Thread, job: Job, nextModel: () => number, threads: number): void {
  const { spec, from } = job.request;
  const share = Math.max(1, Math.ceil(left(job) / (2 * threads)));
  const count = job.msEach === null ? 1 : Math.max(1, Math.min(share, Math.round(CHUNK_MS / Math.max(0.01, job.msEach))));
  tell(thread, { kind: 'run', model: modelOf(thread, spec, nextModel), from: from + job.given, count });
  job.given += count;
}

/** The number of the model in that worker, which is told of it, and of one to forget. */
function modelOf(thread: Thread, spec: Spec, nextModel: () => number): number {
  const known = thread.models.get(spec);
  const model = known ?? nextModel();
  thread.models.delete(spec);
  thread.models.set(spec, model);
  if (known === undefined) tell(thread, { kind: 'model', model, spec });
  const [oldest] = thread.models;
  if (oldest && thread.models.size > MODELS_MAX) {
    thread.models.delete(oldest[0]);
    tell(thread, { kind: 'forget', model: oldest[1] });
  }
  return model;
}

function tell({ worker }: Thread, message: ToWorker): void {
  worker.postMessage(message, []);
}

function take(job: Job, { from, about, rows, tookMs }: FromWorker): void {
  const width = rowWidth(about);
  if (!job.about) {
    job.about = about;
    job.rows = new Float64Array(job.request.count * width);
  }
  const first = from - job.request.from;
  const count = rows.length / width;
  job.rows.set(rows, first * width);
  job.back.push([first, count]);
  job.msEach = tookMs / count;
}

/** What came back without a gap from the first scenario on. */
function answerOf({ about, back, rows }: Job): Answer {
  let count = 0;
  for (const [from, more] of back.toSorted(([a], [b]) => a - b)) {
    if (from !== count) break;
    count += more;
  }
  return { about, count, rows: rows.subarray(0, about ? count * rowWidth(about) : 0) };
}
