// The driver for Slurm, by scontrol, squeue and scancel of 22.05 or later: what holds and what was seen to go wrong is in
// docs/reference; the rules (whose drain, when in service) are docs/concepts.md.
import type { Act, ActRequest, Driver, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { DriverContext } from '../shared/context.ts';
import { SlurmCallError, SlurmClient } from './client.ts';
import { describeAct } from './commands.ts';
import { diagnoseSlurm } from './diagnose.ts';
import { drain, undrain } from './drain.ts';
import { observationOf } from './facts.ts';
import { requeueJob, signalJob, type JobAnswer } from './jobs.ts';
import { lookAtCluster, SlurmOutputError } from './look.ts';
import type { SlurmOptions } from './options.ts';
import { reserve, unreserve } from './reserve.ts';
import { allOf, Turnstile, type WriteContext } from './write.ts';

type SchedulerAct = Extract<Act, { role: 'scheduler' }>;

const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const ANSWERS_REMEMBERED = 10_000;

/** Nothing is called before the first observe, act or diagnose. Throws zod's error for bad options. */
export function openSlurm(options: SlurmOptions, context: DriverContext): Driver {
  const client = new SlurmClient(options, context);
  const acts = new Acts(client);
  return {
    name: 'slurm',
    roles: ['scheduler'],
    folds: true,
    async observe(targets, signal) {
      if (targets.length === 0) return [];
      const at = context.clock.now();
      try {
        const look = await lookAtCluster(client, signal);
        return targets.map((target) => observationOf(target, look, client.resPrefix));
      } catch (error) {
        const why = reasonOf(error);
        return targets.map((target) => ({ target, at, facts: null, why }));
      }
    },
    act: (request, signal) => acts.act(request, signal),
    describe: (request) => describeAct(request, client.resPrefix, client.rest),
    diagnose: (targets, signal) => diagnoseSlurm(client, targets, signal),
    waitingFor: () => client.waitingFor(),
    close: () => Promise.resolve(client.close()),
  };
}

class Acts {
  readonly #client: SlurmClient;
  readonly #turns = new Turnstile();
  /** What became of signals and requeues, by intent: the same one twice is one. */
  readonly #answers = new Map<string, JobAnswer>();

  constructor(client: SlurmClient) {
    this.#client = client;
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    assert(act.role === 'scheduler', `the slurm driver was asked for ${act.role}: ${act.do}`);
    if (targets.length === 0) return [];
    const { clock } = this.#client.context;
    if (clock.now() >= deadline) return allOf(targets, 'refused', { why: 'its deadline passed before it could start' });
    const to: WriteContext = { client: this.#client, signal, deadline };
    try {
      return await this.#perform(to, act, targets, key);
    } catch (error) {
      return allOf(targets, 'unknown', { why: reasonOf(error) });
    }
  }

  async #perform(to: WriteContext, act: SchedulerAct, targets: readonly string[], key: string): Promise<Result[]> {
    if (act.do === 'signal' || act.do === 'requeue') {
      const perform = (): Promise<JobAnswer> => (act.do === 'signal' ? signalJob(to, act) : requeueJob(to, act));
      const answer = await this.#turns.through(`job ${act.job}`, () => this.#once(`${key} ${JSON.stringify(act)}`, perform));
      return allOf(targets, answer.outcome, answer.evidence);
    }
    const { run } = act;
    assert(RUN.test(run), `not a run id: ${JSON.stringify(run)}`);
    if (act.do === 'reserve') return this.#turns.through(`reservation ${run}`, () => reserve(to, run, targets));
    if (act.do === 'unreserve') return this.#turns.through(`reservation ${run}`, () => unreserve(to, run, targets));
    if (act.do === 'drain') return this.#turns.through('nodes', () => drain(to, run, act.why, targets));
    return this.#turns.through('nodes', () => undrain(to, run, targets));
  }

  async #once(intent: string, body: () => Promise<JobAnswer>): Promise<JobAnswer> {
    const known = this.#answers.get(intent);
    if (known) return known;
    const answer = await body();
    if (answer.outcome === 'done' || answer.outcome === 'accepted') this.#answers.set(intent, answer);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > ANSWERS_REMEMBERED && !oldest.done) this.#answers.delete(oldest.value);
    return answer;
  }
}

/** Why slurmctld told us nothing. Rethrows bugs of ours. */
function reasonOf(error: unknown): string {
  if (error instanceof SlurmCallError)
    return error.message.startsWith('slurmrestd') ? error.message : `slurmctld does not answer: ${error.message}`;
  if (error instanceof SlurmOutputError) return error.message;
  throw error;
}
