// What all acts share: a request that changes something with its answer as a result, and many of them a few at a time.
import type { Outcome, Result } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { ApiSilentError, type ApiAnswer, type ApiRequest, type KubernetesApi } from './api.ts';
import { refusalOf } from './look.ts';

export interface WriteContext {
  readonly api: KubernetesApi;
  readonly signal: AbortSignal;
  readonly deadline: number;
}

/** `outcome` done: a success. refused: the server said no. unknown: it was not reached, or failed in the middle of it. */
export interface Written {
  readonly outcome: 'done' | 'refused' | 'unknown';
  /** 0: no answer. */
  readonly status: number;
  readonly body: unknown;
  readonly words: string;
}

const AT_ONCE_MAX = 16;

/** Its failure is a result, not an exception. */
export async function write({ api, signal, deadline }: WriteContext, request: ApiRequest): Promise<Written> {
  if (api.context.clock.now() >= deadline) return silent('refused', 'the deadline passed before it could be asked');
  let answer: ApiAnswer;
  try {
    answer = await api.ask(request, signal);
  } catch (error) {
    if (!(error instanceof ApiSilentError)) throw error;
    return silent(error.perhapsDone ? 'unknown' : 'refused', error.message);
  }
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { outcome: 'done', status, body, words: '' };
  return { outcome: status >= 500 ? 'unknown' : 'refused', status, body, words: refusalOf(status, body) };
}

/** Calls `work` for each, a few at a time, in order. */
export async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = all.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of queue) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE_MAX, all.length) }, worker));
  return results;
}

export function result(target: string, outcome: Outcome, evidence: JsonObject): Result {
  return { target, outcome, evidence };
}

function silent(outcome: Written['outcome'], words: string): Written {
  return { outcome, status: 0, body: null, words };
}
