// What may be done to a job: a signal, a requeue. The job is read first, because Slurm 22.05 also requeues a job that has
// finished, and runs it again.
import type { Act, Outcome } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { commands } from './commands.ts';
import { readJob } from './look.ts';
import { write, type WriteContext } from './write.ts';

export interface JobAnswer {
  readonly outcome: Outcome;
  readonly evidence: JsonObject;
}

const JOB_ID = /^\d{1,10}([_+]\d{1,10})?$/;
const SIGNAL = /^[A-Z][A-Z0-9]{1,9}$/;
const RUNS: ReadonlySet<string> = new Set(['running', 'suspended', 'configuring', 'stopped', 'resizing', 'signaling']);
const WORDS_OF_REFUSAL =
  /presently disabled|Invalid job id|already compl|can not be altered|Access\/permission|Invalid user id|pending execution/i;

/** accepted: slurmctld passes the signal on; whether the job heeds it only its proof can tell. */
export async function signalJob(to: WriteContext, act: Extract<Act, { do: 'signal' }>): Promise<JobAnswer> {
  if (!JOB_ID.test(act.job) || !SIGNAL.test(act.signal)) return refused(`not a job or a signal: ${act.job}, ${act.signal}`);
  const job = await readJob(to.client, act.job, to.signal);
  if (!job) return refused('slurmctld knows no such job');
  if (job.state !== 'running') return refused(`the job is ${job.state}`);
  // A signal that perhaps arrived is not sent again: to many programs a second one means "end at once".
  const written = await write(to, commands.signal(act.job, act.signal, act.to), false);
  if (written.ok) return { outcome: 'accepted', evidence: written.evidence };
  return failed(written.answered, written.evidence);
}

/** done: it is pending (held, if asked), or was already. refused: it may not be requeued, or has ended. */
export async function requeueJob(to: WriteContext, act: Extract<Act, { do: 'requeue' }>): Promise<JobAnswer> {
  if (!JOB_ID.test(act.job)) return refused(`not a job: ${act.job}`);
  const before = await readJob(to.client, act.job, to.signal);
  if (!before) return refused('slurmctld knows no such job');
  const { state, reason } = before;
  if (state === 'pending') {
    if (!act.hold || /held/i.test(reason)) return { outcome: 'done', evidence: { state, reason, words: 'already pending' } };
    const held = await write(to, commands.hold(act.job));
    return held.ok ? { outcome: 'done', evidence: { ...held.evidence, state } } : failed(held.answered, held.evidence);
  }
  // Requeued before, by us or by somebody, and on its way: what happens to it next stands in its reason.
  if (state === 'completing' && /held|BeginTime/i.test(reason)) {
    const evidence = { state, reason, words: 'already being requeued' };
    return { outcome: !act.hold || /held/i.test(reason) ? 'accepted' : 'unknown', evidence };
  }
  if (!RUNS.has(state)) return refused(`the job is ${state}: a requeue would run it again`);
  const written = await write(to, commands.requeue(act.job, act.hold), false);
  if (!written.ok) return failed(written.answered, written.evidence);
  const after = await readJob(to.client, act.job, to.signal);
  const evidence = { ...written.evidence, state: after?.state ?? 'gone', restarts: after?.restarts ?? 0 };
  return { outcome: after && after.restarts > before.restarts ? 'done' : 'accepted', evidence };
}

function refused(why: string): JobAnswer {
  return { outcome: 'refused', evidence: { why } };
}

function failed(answered: boolean, evidence: { readonly command: string; readonly words: string }): JobAnswer {
  const certain = answered && WORDS_OF_REFUSAL.test(evidence.words);
  return { outcome: certain ? 'refused' : 'unknown', evidence: { ...evidence, why: evidence.words } };
}
