// Node sets as they stand in files: read with their place, and held against what the fleet has.
import { difference, fold, names, nodeSetOf, parseNodeSet, size } from '../core/fleet/nodeset.ts';
import type { GroupResolver, NodeSet } from '../core/fleet/nodeset.ts';
import type { Topology } from '../core/fleet/topology.ts';
import type { TargetKind } from '../core/fleet/model.ts';
import type { Path } from './document.ts';
import { shorten } from './problem.ts';
import { Refusal } from './schema.ts';
import type { Problems } from './schema.ts';

/** The set, or null when it is wrong or empty, which then is noted. */
export function readNodeSet(text: string, path: Path, problems: Problems, groups?: GroupResolver): NodeSet | null {
  const parsed = parseNodeSet(text, groups);
  if (!parsed.ok) {
    const { at, value, why, mend } = parsed.error;
    problems.add(path, new Refusal(why, mend, { at, value }));
    return null;
  }
  if (size(parsed.set) > 0) return parsed.set;
  problems.add(path, new Refusal('stands for nothing', 'name at least one target'));
  return null;
}

/** So many names that are no nodes are looked at one by one; more of them are no switches or links, but a slip of the key. */
const OTHERS_MAX = 1_000_000;

/** As `readNodeSet`, of targets of the fleet; a name that the fleet does not have is noted. */
export function readTargets(text: string, path: Path, problems: Problems, topology: Topology): NodeSet | null {
  const set = readNodeSet(text, path, problems, topology.groups);
  if (!set) return null;
  let strangers = difference(set, topology.nodes);
  if (size(strangers) <= OTHERS_MAX) strangers = nodeSetOf([...names(strangers)].filter((name) => topology.kindOf(name) === null));
  if (size(strangers) === 0) return set;
  problems.add(path, new Refusal('not in the fleet', 'check the name, or add it to the fleet file', { value: shorten(fold(strangers)) }));
  return null;
}

/** How many targets of each kind the set has. */
export function kindsIn(set: NodeSet, topology: Topology): ReadonlyMap<TargetKind, number> {
  const counts = new Map<TargetKind, number>();
  for (const name of names(set)) {
    const kind = topology.kindOf(name);
    if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
