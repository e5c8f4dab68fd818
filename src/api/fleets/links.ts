// The links that end at a switch or node: the console draws those of one device at a time.
import type { Fleet } from '../../core/fleet/model.ts';
import { has, names, parseNodeSet, type NodeSet } from '../../core/fleet/nodeset.ts';
import { parseLink } from '../../core/fleet/topology.ts';

interface LinkTable {
  /** By either end, as written, the links that have it. */
  readonly byEnd: ReadonlyMap<string, readonly string[]>;
  /** Links of many nodes at once. */
  readonly folds: readonly { readonly nodes: NodeSet; readonly rest: string; readonly to: string }[];
}

const TABLES = new WeakMap<Fleet, LinkTable>();

/** One name a link, also where the fleet names many at once; empty: nothing is known to end there. */
export function linksOf(fleet: Fleet, device: string): string[] {
  const { byEnd, folds } = tableOf(fleet);
  const folded = folds.flatMap(({ nodes, rest, to }) => {
    if (to === device) return Array.from(names(nodes), (node) => `${node}${rest}`);
    return has(nodes, device) ? [`${device}${rest}`] : [];
  });
  return [...new Set([...(byEnd.get(device) ?? []), ...folded])].sort();
}

function tableOf(fleet: Fleet): LinkTable {
  const known = TABLES.get(fleet);
  if (known) return known;
  const byEnd = new Map<string, string[]>();
  const folds: { nodes: NodeSet; rest: string; to: string }[] = [];
  for (const link of fleet.clusters.flatMap(({ links }) => links)) {
    const ends = parseLink(link);
    if (ends === null) continue;
    if (ends.from.includes('[') || ends.from.includes(',')) {
      const parsed = parseNodeSet(ends.from);
      if (parsed.ok) folds.push({ nodes: parsed.set, rest: link.slice(ends.from.length), to: ends.to });
      continue;
    }
    for (const end of new Set([ends.from, ends.to])) {
      const list = byEnd.get(end);
      if (list) list.push(link);
      else byEnd.set(end, [link]);
    }
  }
  const table = { byEnd, folds };
  TABLES.set(fleet, table);
  return table;
}
