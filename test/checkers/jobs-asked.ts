// Jobs are asked only as the policy says, and none is ended by us without proof of a checkpoint unless the policy says requeue outright.
import type { JobsPolicy } from '../../src/core/change/policy.ts';
import type { Evidence, Violation } from './evidence.ts';

interface JobLife {
  saved: boolean;
  signalled: boolean;
}

export function checkJobs(evidence: Evidence): Violation[] {
  const { jobs: policy, history } = evidence.input;
  const lives = new Map<number, JobLife>();
  const violations: Violation[] = [];
  const told = new Set<string>();
  for (const { at, node, what, actor, job, how } of history.events) {
    if (job === null) continue;
    const life = lives.get(job) ?? { saved: false, signalled: false };
    lives.set(job, life);
    const why = whatIsWrong(policy, life, what, actor, how);
    // A job of many nodes is one job: what happened to it is told once.
    if (why !== null && !told.has(`${job} ${what} ${at}`)) {
      told.add(`${job} ${what} ${at}`);
      violations.push({ rule: 'job', target: node, at, message: `job ${job}: ${why}` });
    }
    if (what === 'checkpoint') life.saved = true;
    if (what === 'signal' || what === 'job-signal') life.signalled = true;
    if (what === 'job-end' || what === 'job-lost') lives.delete(job);
  }
  return violations;
}

function whatIsWrong(policy: JobsPolicy, life: JobLife, what: string, actor: string, how: string | null): string | null {
  if (what === 'signal' && actor === 'pitstop' && policy.ask.kind !== 'signal') return 'signalled, though the policy asks no job that way';
  if (what === 'requeue' && actor === 'pitstop') {
    if (policy.then === 'wait') return 'ended, though the policy says to wait';
    if (policy.ask.kind !== 'none' && !life.saved) return 'ended without proof of a checkpoint';
  }
  if (what === 'job-end' && how === 'ended' && life.signalled && !life.saved) return 'ended by a signal that it did not handle';
  return null;
}
