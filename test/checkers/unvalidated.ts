// No job starts on a node between our first destructive act on it and the end of its validation.
import type { StoredEntry } from '../../src/core/ports.ts';
import { isDestructive, isReturnStep, type Evidence, type Violation } from './evidence.ts';

export function checkUnvalidated(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const [node, events] of evidence.input.history.byNode) {
    const entries = evidence.entriesOf(evidence.targetOf(node));
    let changedAt: number | null = null;
    for (const event of events) {
      if (isDestructive(event)) changedAt = event.at;
      // Whoever opens a node by hand answers for it.
      else if (event.actor === 'foreign' && (event.what === 'undrain' || event.what === 'unreserve')) changedAt = null;
      else if (event.what === 'job-start' && changedAt !== null && !validated(evidence, entries, changedAt, event.at)) {
        const message = `job ${event.job} started on it after an act of ours at ${changedAt} and before it was validated`;
        violations.push({ rule: 'unvalidated', target: node, at: event.at, message });
      }
    }
  }
  return violations;
}

/** The step just before a return was done between the two moments: nothing was left to do but to open the node. */
function validated(evidence: Evidence, entries: readonly StoredEntry[], from: number, to: number): boolean {
  return entries.some(
    (entry) => entry.kind === 'done' && entry.at >= from && entry.at <= to && isReturnStep(evidence.step(entry.step + 1)),
  );
}
