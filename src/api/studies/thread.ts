// Starts a study thread when there is something to study, and ends it when there has been nothing for a while.
import { Worker } from 'node:worker_threads';
import type { Plan } from '../../core/plan/plan.ts';
import type { Answers, AskKind, Asks } from './answers.ts';
import type { FromStudy, ToStudy } from './messages.ts';
import type { Progress } from './slices.ts';

export interface Question<K extends AskKind = AskKind> {
  readonly kind: K;
  readonly plans: readonly Plan[];
  readonly args: Asks[K];
}

/** One question at a time. */
export interface StudyThread {
  /** Rejects when the question cannot be answered: a bug of ours, or the machine has too little memory. */
  ask<K extends AskKind>(question: Question<K>, tell: (progress: Progress) => void): Promise<Answers[K]>;
  close(): Promise<void>;
}

/** What was asked could not be answered. */
class StudyError extends Error {
  override name = 'StudyError';
}

const SOURCE = new URL('./worker.ts', import.meta.url);
/** Beside this file: as source, or as built. */
const WORKER_FILE = import.meta.url.endsWith('.ts') ? SOURCE : new URL('./worker.js', import.meta.url);
const IDLE_MS = 120_000;

export function openStudyThread(): StudyThread {
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = null;
    await ending?.terminate();
  };
  return {
    ask: async <K extends AskKind>({ kind, plans, args }: Question<K>, tell: (progress: Progress) => void) => {
      clearTimeout(idle);
      worker ??= new Worker(WORKER_FILE);
      const asked: ToStudy = { kind, plans: plans.map((plan) => JSON.stringify(plan)), args };
      try {
        // What the worker says is what `answers.ts` made of this kind.
        return (await answered(worker, asked, tell)) as Answers[K];
      } catch (error) {
        await end();
        throw error;
      } finally {
        idle = setTimeout(() => void end(), IDLE_MS);
        idle.unref();
      }
    },
    close: end,
  };
}

function answered(worker: Worker, asked: ToStudy, tell: (progress: Progress) => void): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const take = (said: FromStudy): void => {
    if (said.say === 'progress') tell(said.progress);
    else if (said.say === 'answer') resolve(said.answer);
    else reject(new StudyError(said.message));
  };
  const died = (why: unknown): void => reject(new StudyError(`a study thread ended: ${why instanceof Error ? why.stack : String(why)}`));
  const exited = (code: number): void => died(`exit code ${code}`);
  worker.on('message', take);
  worker.on('error', died);
  worker.on('exit', exited);
  worker.postMessage(asked, []);
  return promise.finally(() => {
    worker.off('message', take);
    worker.off('error', died);
    worker.off('exit', exited);
  });
}
