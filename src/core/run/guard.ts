// The question before every act: is what we are about to do to this target still right, on what was seen just now? Unknown is never a yes.
import type { SchedulerFacts, ShellFacts } from '../ports.ts';

/** go: act. wait: look again soon. foreign: somebody else has a hand on it; a person must look. */
export type GuardVerdict = { readonly say: 'go' } | { readonly say: 'wait' | 'foreign'; readonly why: string };

export interface Seen {
  readonly run: string;
  /** null = nobody answered. */
  readonly scheduler: SchedulerFacts | null;
  readonly shell: ShellFacts | null;
  /** The boot id this run saw last on the target; null = none yet. */
  readonly knownBootId: string | null;
  /** The boot from which this run asked for a reboot last; null = never. */
  readonly rebootAskedFrom: string | null;
}

const GO: GuardVerdict = { say: 'go' };

/** May this target be drained? Its State and Reason were just read: a foreign drain or maintenance is never overwritten. */
export function guardDrain(seen: Seen): GuardVerdict {
  return foreignClaim(seen) ?? (seen.scheduler ? GO : wait('the scheduler does not answer'));
}

/** Does the scheduler, and the node itself, show that no work is left, under our own drain and reservation? */
export function guardCleared(seen: Seen): GuardVerdict {
  const foreign = foreignClaim(seen);
  if (foreign) return foreign;
  const { scheduler, shell, run } = seen;
  if (!scheduler) return wait('the scheduler does not answer');
  if (scheduler.drain?.run !== run) return wait('our drain is not in place');
  if (scheduler.reservation?.run !== run) return wait('our reservation is not in place');
  if (scheduler.jobs.length > 0) return wait(`jobs ${scheduler.jobs.map((job) => job.id).join(', ')}`);
  if (!shell) return wait('the node was not looked at');
  if (!shell.reachable) return wait('the node does not answer');
  if (shell.work && shell.work.length > 0) return wait(`the node itself shows work: ${shell.work[0]}`);
  return GO;
}

/** Before a destructive act: cleared, and nobody has rebooted it since this run looked. */
export function guardDestructive(seen: Seen): GuardVerdict {
  const cleared = guardCleared(seen);
  return cleared.say === 'go' ? sameBoot(seen) : cleared;
}

/** Before a power cycle: as before any destructive act, but a node that is dead cannot and need not answer. */
export function guardPower(seen: Seen): GuardVerdict {
  const verdict = guardDestructive(seen);
  const dead = seen.shell !== null && !seen.shell.reachable;
  return dead && guardCleared({ ...seen, shell: { role: 'shell', reachable: true, bootId: null, work: null } }).say === 'go' ? GO : verdict;
}

/** Before the return: ours to give back, and still the boot that was validated. */
export function guardReturn(seen: Seen): GuardVerdict {
  const foreign = foreignClaim(seen);
  if (foreign) return foreign;
  if (!seen.scheduler) return wait('the scheduler does not answer');
  if (!seen.shell?.reachable) return wait('the node does not answer');
  return sameBoot(seen);
}

/** Is our drain or our reservation gone, with nobody else's in its place, so that it must be set again? Slurm clears drains at reboots. */
export function holdLost(run: string, facts: SchedulerFacts): boolean {
  if (foreignClaim({ run, scheduler: facts })) return false;
  return facts.drain === null || facts.reservation === null;
}

function sameBoot(seen: Seen): GuardVerdict {
  const now = seen.shell?.bootId ?? null;
  const oursComingLate = seen.knownBootId === seen.rebootAskedFrom;
  if (seen.knownBootId !== null && now !== null && now !== seen.knownBootId && !oursComingLate) {
    return { say: 'foreign', why: `rebooted by somebody else, or by itself: boot id ${now} instead of ${seen.knownBootId}` };
  }
  return GO;
}

function foreignClaim({ scheduler, run }: Pick<Seen, 'scheduler' | 'run'>): GuardVerdict | null {
  const drain = scheduler?.drain;
  if (drain && drain.run !== run) return { say: 'foreign', why: `drained by somebody else: ${drain.reason || 'no reason given'}` };
  const reservation = scheduler?.reservation;
  if (reservation && reservation.run !== run) return { say: 'foreign', why: `in somebody else's maintenance: ${reservation.reason}` };
  return null;
}

function wait(why: string): GuardVerdict {
  return { say: 'wait', why };
}
