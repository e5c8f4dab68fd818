// What somebody else drained stays as it is: never overwritten, never lifted by us.
import type { Evidence, Violation } from './evidence.ts';

export function checkForeignDrains(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const [node, events] of evidence.input.history.byNode) {
    let foreign: string | null = null;
    for (const { at, what, actor, reason } of events) {
      if (what !== 'drain' && what !== 'undrain') continue;
      if (actor === 'pitstop' && foreign !== null)
        violations.push({ rule: 'foreign-drain', target: node, at, message: `${what} over somebody else's drain "${foreign}"` });
      if (actor === 'foreign') foreign = what === 'drain' ? (reason ?? '') : null;
      else if (actor === 'world') foreign = null;
    }
    const last = evidence.input.last?.get(node);
    if (foreign === null || !last || (last.drain?.by === 'foreign' && last.drain.reason === foreign)) continue;
    const shown = last.drain ? `"${last.drain.reason}"` : 'no drain';
    const message = `somebody else's drain "${foreign}" was not lifted by them, but in the end there is ${shown}`;
    violations.push({ rule: 'foreign-drain', target: node, at: events.at(-1)?.at ?? 0, message });
  }
  return violations;
}
