// No act that the mode of the target's cluster forbids: observe only reads, drain-only only drains and reserves.
import { must } from '../../src/std/assert.ts';
import type { Evidence, Violation } from './evidence.ts';

/** Reads, checks included: every mode may do that. */
const READS = new Set(['observe', 'read', 'check', 'work', 'bootid']);
const DRAINS = new Set(['drain', 'undrain', 'reserve', 'unreserve']);
/** Felt by a job, or of a node, because of an act that is judged itself. */
const EFFECTS = new Set(['job-start', 'job-signal', 'job-lost', 'checkpoint', 'job-end', 'down', 'dead', 'booted']);

export function checkMode(evidence: Evidence): Violation[] {
  const { clusters, clusterOf } = evidence.program;
  return evidence.input.history.events.flatMap(({ at, node, what, actor }) => {
    const target = evidence.targetOf(node);
    if (actor !== 'pitstop' || target === null || READS.has(what) || EFFECTS.has(what)) return [];
    const { mode } = must(clusters[clusterOf[target] as number], 'cluster');
    const allowed = mode === 'act' || mode === 'confirm' || (mode === 'drain-only' && DRAINS.has(what));
    return allowed ? [] : [{ rule: 'mode', target: node, at, message: `${what} in mode ${mode}` }];
  });
}
