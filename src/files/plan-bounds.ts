// How large a plan may be before anything of it is unfolded: whoever reads one takes memory by its node sets, which a few characters can
// make huge.
import { parseNodeSet, size } from '../core/fleet/nodeset.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Path } from './document.ts';
import { FLEET_NODES_MAX } from './fleet-file.ts';
import { shorten } from './problem.ts';
import { Refusal } from './schema.ts';

/** Nodes of the largest fleet with ten links each. */
const TARGETS_MAX = 10 * FLEET_NODES_MAX;

interface OutOfBounds {
  readonly path: Path;
  readonly refusal: Refusal;
}

/** The first set that is too large, empty or no node set, or null. */
export function outOfBounds({ fleet, waves }: Omit<Plan, 'id'>): OutOfBounds | null {
  const nodes = fleet.document.clusters.map(({ nodes }, i) => ({ path: ['fleet', 'document', 'clusters', i, 'nodes'], text: nodes }));
  const targets = waves.map(({ targets }, i) => ({ path: ['waves', i, 'targets'], text: targets }));
  return sumOutOfBounds(nodes, FLEET_NODES_MAX, 'nodes') ?? sumOutOfBounds(targets, TARGETS_MAX, 'targets');
}

function sumOutOfBounds(sets: readonly { path: Path; text: string }[], most: number, what: string): OutOfBounds | null {
  let sum = 0;
  for (const { path, text } of sets) {
    const parsed = parseNodeSet(text);
    if (!parsed.ok) return { path, refusal: new Refusal(parsed.error.why, parsed.error.mend, { value: shorten(parsed.error.value) }) };
    if (size(parsed.set) === 0) return { path, refusal: new Refusal(`no ${what} in it`, 'plan again', { value: '' }) };
    sum += size(parsed.set);
    if (sum > most) return { path, refusal: new Refusal(`more than ${most} ${what}`, 'make several plans of it') };
  }
  return null;
}
