// What may be asked of a job on a draining node. The default is nothing: it is waited for. Nobody is ever ended without proof of a
// checkpoint, unless the policy says requeue outright and that is consented to and listed (reference: docs/concepts.md, "jobs").
import type { JobsPolicy } from '../change/policy.ts';
import type { JsonObject } from '../../std/json.ts';

const JOB_STATES = [
  /** On a node that we drain; nothing asked. */
  'seen',
  /** Asked for a checkpoint; proof is awaited. */
  'asked',
  /** A new, complete checkpoint was seen. */
  'proven',
  /** No proof in time: a person is called, nothing is ended. */
  'no-proof',
  /** Requeued or held by us, as the policy says. */
  'stopped',
  /** Gone from our nodes. */
  'ended',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export type JobAct = 'ask' | 'stop' | 'none';

/** What the policy wants done next with a job in this state; `consented` covers the strongest act it needs. */
export function nextJobAct(policy: JobsPolicy, state: JobState, consented: boolean): JobAct {
  if (!consented || isDefault(policy)) return 'none';
  if (state === 'seen') return policy.ask.kind === 'none' ? 'stop' : 'ask';
  if (state === 'proven' && policy.then !== 'wait') return 'stop';
  return 'none';
}

/** Whether the policy leaves jobs alone, so that no consent is needed. */
export function isDefault(policy: JobsPolicy): boolean {
  return policy.ask.kind === 'none' && policy.then === 'wait';
}

/** The consent that the policy's acts need: `requeue` covers a signal as well. */
export function neededConsent(policy: JobsPolicy): 'signal' | 'requeue' {
  return policy.then === 'wait' ? 'signal' : 'requeue';
}

export function covers(given: string, needed: 'signal' | 'requeue'): boolean {
  return given === needed || (given === 'requeue' && needed === 'signal');
}

/** GPU-hours of work that a stop at `now` throws away: everything since the last proven checkpoint, or since the start. */
export function gpuHoursLost(gpus: number, since: number | null, now: number): number {
  return since === null ? 0 : (Math.max(0, now - since) / 3_600_000) * gpus;
}

/** The last journalled state of each job, out of the notes of `job` entries in their order. */
export function jobStates(notes: readonly JsonObject[]): Map<string, { state: JobState; data: JsonObject }> {
  const states = new Map<string, { state: JobState; data: JsonObject }>();
  for (const data of notes) {
    const state = JOB_STATES.find((known) => known === data['state']);
    if (state && typeof data['job'] === 'string') states.set(data['job'], { state, data });
  }
  return states;
}
