// The question before every act: is what we are about to do to this target still right, on what was seen just now? Unknown is never a yes.
import type { AllocatorFacts, SchedulerFacts, ShellFacts, SubnetManager } from '../ports.ts';

/** go: act. wait: look again soon. foreign: somebody else has a hand on it; a person must look. */
export type GuardVerdict = { readonly say: 'go' } | { readonly say: 'wait' | 'foreign'; readonly why: string };

export interface Seen {
  readonly run: string;
  /** null = nobody answered. */
  readonly scheduler: SchedulerFacts | null;
  readonly shell: ShellFacts | null;
  /** null = nobody answered; absent: this cluster has no allocator. */
  readonly allocator?: AllocatorFacts | null;
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
  const placed = occupied(seen);
  if (placed) return placed;
  if (!shell) return wait('the node was not looked at');
  if (!shell.reachable) return wait('the node does not answer');
  if (shell.work && shell.work.length > 0) return wait(`the node itself shows work: ${shell.work[0]}`);
  return GO;
}

/** What the allocator says against it: work that it placed, somebody in session, or that it could place anew. */
function occupied({ allocator, run }: Seen): GuardVerdict | null {
  if (allocator === undefined) return null;
  if (allocator === null) return wait('the allocator does not answer');
  if (allocator.hold?.run !== run) return wait('our hold in the allocator is not in place');
  const [first, ...more] = allocator.placements;
  if (first) return wait(`the allocator still has ${first.id} of ${first.owner} on it${more.length > 0 ? ` and ${more.length} more` : ''}`);
  return allocator.session ? wait(`in session: ${allocator.session.whose}`) : null;
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

/** One node that an act on a switch, domain or feed takes link, NVLink or power from. */
export interface Behind {
  readonly name: string;
  readonly customer: string | null;
  /** ours: a target of this run. left: one that it left out. other: nobody's plan here. */
  readonly whose: 'ours' | 'left' | 'other';
  /** Its customer (or the operator, of his own) consented to being affected. */
  readonly consented: boolean;
  /** null: it need not be looked at. */
  readonly seen: Seen | null;
}

/** Before an act that others feel: each of them is cleared, or its customer has consented. */
export function guardBehind(behind: readonly Behind[]): GuardVerdict {
  for (const node of behind) {
    if (node.consented) continue;
    if (node.whose === 'other') return wait(`the consent of ${node.customer ?? 'whoever owns it'}: ${node.name} would feel it`);
    const verdict =
      node.seen === null ? wait('it was not looked at') : node.whose === 'ours' ? guardCleared(node.seen) : guardLeft(node.seen);
    if (verdict.say !== 'go') return wait(`${node.name} behind it: ${verdict.why}`);
  }
  return GO;
}

/** A node that was out of service before the run is nobody's loss, as long as it carries no work and can get none. */
function guardLeft({ scheduler, shell, allocator }: Seen): GuardVerdict {
  if (!scheduler) return wait('the scheduler does not answer');
  if (scheduler.inService) return wait('it is in service again, and not of this run');
  if (scheduler.jobs.length > 0) return wait(`jobs ${scheduler.jobs.map((job) => job.id).join(', ')}`);
  if (allocator && allocator.placements.length > 0) return wait(`the allocator still has ${allocator.placements[0]?.id} on it`);
  return shell?.work && shell.work.length > 0 ? wait(`the node itself shows work: ${shell.work[0]}`) : GO;
}

/**
 * Before work on a switch: exactly one master subnet manager, and a standby of equal configuration that can take over. `own`: the manager
 * that runs on the target itself.
 */
export function guardManagers(managers: readonly SubnetManager[], own: string | null): GuardVerdict {
  const masters = managers.filter(({ state }) => state === 'master');
  const [master] = masters;
  if (!master) return wait('the fabric shows no master subnet manager');
  if (masters.length > 1) return wait(`${masters.length} master subnet managers: ${masters.map(({ name }) => name).join(', ')}`);
  if (own === master.name) return wait('the master subnet manager runs on it: another must take over first');
  const standbys = managers.filter(({ name, state }) => state === 'standby' && name !== own);
  if (standbys.length === 0) return own === null ? wait('no standby subnet manager could take over') : GO;
  const unequal = standbys.find(({ config }) => config !== null && master.config !== null && config !== master.config);
  return unequal ? wait(`the standby ${unequal.name} is configured otherwise than the master ${master.name}`) : GO;
}

function foreignClaim({ scheduler, run, allocator }: Pick<Seen, 'scheduler' | 'run' | 'allocator'>): GuardVerdict | null {
  const drain = scheduler?.drain;
  if (drain && drain.run !== run) return { say: 'foreign', why: `drained by somebody else: ${drain.reason || 'no reason given'}` };
  const reservation = scheduler?.reservation;
  if (reservation && reservation.run !== run) return { say: 'foreign', why: `in somebody else's maintenance: ${reservation.reason}` };
  const hold = allocator?.hold;
  if (hold && hold.run !== run)
    return { say: 'foreign', why: `held in the allocator by somebody else: ${hold.reason || 'no reason given'}` };
  return null;
}

function wait(why: string): GuardVerdict {
  return { say: 'wait', why };
}
