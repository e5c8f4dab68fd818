// No destructive act without an intent of the epoch in force and a look at the node by that same epoch, newer than the act before.
import type { StoredEntry } from '../../src/core/ports.ts';
import { isDestructive, isRebootStep, type Evidence, type Violation } from './evidence.ts';
import type { Felt, Look } from './history.ts';

export function checkFreshObservation(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const [node, events] of evidence.input.history.byNode) {
    let before = Number.NEGATIVE_INFINITY;
    for (const event of events) {
      if (!isDestructive(event)) continue;
      const why = whatIsMissing(evidence, node, event, before);
      if (why !== null) violations.push({ rule: 'fresh-observation', target: node, at: event.at, message: `${event.what}: ${why}` });
      before = event.at;
    }
  }
  return violations;
}

function whatIsMissing(evidence: Evidence, node: string, event: Felt, before: number): string | null {
  const target = evidence.targetOf(node);
  if (target === null) return 'the node is no target of the run';
  const missing = evidence.claimsAt(target, event.at).map((claim) => underClaim(evidence, target, event, before, claim));
  if (missing.length === 0) return 'nobody had claimed its shard';
  return missing.includes(null) ? null : (missing.at(-1) ?? null);
}

function underClaim(evidence: Evidence, target: number, event: Felt, before: number, claim: StoredEntry): string | null {
  const intended = evidence.entriesOf(target).some((entry) => isIntentOf(evidence, entry, event, claim));
  if (!intended) return `no intent of epoch ${claim.epoch} before it`;
  const since = Math.max(claim.at, before);
  const looks = evidence.input.history.looks.get(event.node) ?? [];
  const fresh = (role: Look['role']): boolean => looks.some((look) => look.role === role && look.since >= since && look.since <= event.at);
  // A dead node cannot be looked at from inside: its power is cycled on what the scheduler shows.
  const power = event.what === 'power-off' || evidence.stepBehind(target, event)?.by === 'bmc';
  if (!power && !fresh('shell')) return `the node was not looked at since ${since}, by epoch ${claim.epoch}`;
  if (evidence.input.history.feelsScheduler && !fresh('scheduler'))
    return `the scheduler was not asked since ${since}, by epoch ${claim.epoch}`;
  return null;
}

function isIntentOf(evidence: Evidence, entry: StoredEntry, event: Felt, claim: StoredEntry): boolean {
  const step = evidence.step(entry.step);
  if (entry.kind !== 'intent' || !step?.destructive || entry.epoch !== claim.epoch || entry.at > event.at) return false;
  const key = entry.note?.data?.['key'];
  return event.key !== null && typeof key === 'string' ? key === event.key : isRebootStep(step) === (event.what === 'reboot');
}
