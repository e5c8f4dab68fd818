// What jobs are asked and what is believed: nothing is asked of a job unless somebody says how its checkpoint is proved.
import type { JobAsk, JobProof, JobsPolicy } from '../core/change/policy.ts';
import type { Path } from './document.ts';
import { Refusal } from './schema.ts';
import type { Problems } from './schema.ts';
import type { WrittenPolicy } from './policy-schema.ts';

type WrittenJobs = NonNullable<WrittenPolicy['jobs']>;
type WrittenAsk = Exclude<WrittenJobs['ask'], 'none' | undefined>;

const PROOF_TIMEOUT_MS = 10 * 60_000;

/** The policy for jobs with its defaults, which are noted. */
export function jobsOf(written: WrittenJobs, problems: Problems, defaults: string[]): JobsPolicy {
  const ask = written.ask === undefined || written.ask === 'none' ? NOTHING : askOf(written.ask, problems, defaults);
  const proof = proofOf(written.proof, problems);
  if (written.ask === undefined) defaults.push('policy.jobs.ask = none');
  if (written.then === undefined) defaults.push('policy.jobs.then = wait');
  if (written.proofTimeout === undefined) defaults.push('policy.jobs.proofTimeout = 10m');
  if (ask.kind !== 'none' && proof.kind === 'none') {
    const mend = 'add proof: requeued, {newer: "/ckpt/{job}/latest"} or {run: [...]}';
    problems.add(['jobs', 'ask'], new Refusal('a job is asked for a checkpoint but nothing proves that it wrote one', mend));
  }
  // oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
  return { ask, proof, then: written.then ?? 'wait', proofTimeoutMs: written.proofTimeout ?? PROOF_TIMEOUT_MS };
}

const NOTHING = { kind: 'none' } as const;

function askOf(written: WrittenAsk, problems: Problems, defaults: string[]): JobAsk {
  const { signal, to, touch, run } = written;
  exactlyOne({ signal, touch, run }, ['jobs', 'ask'], problems);
  if (to !== undefined && signal === undefined) {
    problems.add(['jobs', 'ask', 'to'], new Refusal('belongs to a signal', 'add signal: USR1, or take it out'));
  }
  if (signal !== undefined && to === undefined) defaults.push('policy.jobs.ask.to = batch');
  if (signal !== undefined) return { kind: 'signal', signal, to: to ?? 'batch' };
  if (touch !== undefined) return { kind: 'touch', file: touch };
  return run === undefined ? NOTHING : { kind: 'run', argv: run };
}

function proofOf(written: WrittenJobs['proof'], problems: Problems): JobProof {
  if (written === undefined || written === 'none') return NOTHING;
  if (written === 'requeued') return { kind: 'requeued' };
  exactlyOne(written, ['jobs', 'proof'], problems);
  if (written.newer !== undefined) return { kind: 'newer', file: written.newer };
  return written.run === undefined ? NOTHING : { kind: 'run', argv: written.run };
}

function exactlyOne(ways: Readonly<Record<string, unknown>>, path: Path, problems: Problems): void {
  const given = Object.keys(ways).filter((key) => ways[key] !== undefined);
  if (given.length !== 1)
    problems.add(path, new Refusal('says more or less than one way', `give exactly one of ${Object.keys(ways).join(', ')}`));
}
