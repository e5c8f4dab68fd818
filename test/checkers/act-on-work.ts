// No destructive act reaches a node that carries work: by what the node counted itself, and by which jobs were there.
import { isDestructive, type Evidence, type Violation } from './evidence.ts';

export function checkActOnWork(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const [node, events] of evidence.input.history.byNode) {
    const jobs = new Set<number>();
    for (const event of events) {
      if (event.what === 'job-start' && event.job !== null) jobs.add(event.job);
      if ((event.what === 'job-end' || event.what === 'job-lost') && event.job !== null) jobs.delete(event.job);
      if (event.what === 'down') jobs.clear();
      if (!isDestructive(event)) continue;
      const work = [jobs.size > 0 ? `jobs ${[...jobs].join(', ')} on it` : '', (event.work ?? 0) > 0 ? `it counted ${event.work}` : ''];
      const why = work.filter((word) => word !== '').join('; ');
      if (why !== '')
        violations.push({ rule: 'act-on-work', target: node, at: event.at, message: `${event.what} while it carried work: ${why}` });
    }
  }
  return violations;
}
