// The customer's nodes for programs: one folded set a list as plain text, and everything about capacity as JSON. Nothing that acts.
import { NODE_LISTS, type CustomerPage, type NodeList } from './page-data.ts';

/** null: no such list, or none was named. */
export function nodeListOf(state: string | null): NodeList | null {
  return NODE_LISTS.find((list) => list === state) ?? null;
}

/** The folded set of one list on one line (an empty line: none); of all lists, `name: set` a line. */
export function nodesText({ nodes }: CustomerPage, list: NodeList | null): string {
  if (list !== null) return `${nodes[list].nodes}\n`;
  return NODE_LISTS.map((each) => `${each}: ${nodes[each].nodes}\n`).join('');
}

/** Times in ISO 8601 with `Z`; null where nothing is known. Fields may be added, never renamed. */
export function nodesJson(page: CustomerPage): string {
  const { capacity, marks, nodes, doing, validated, unvalidated } = page;
  const feed = {
    schema: 1,
    at: iso(page.now),
    phase: page.phase,
    zone: page.zone,
    clusters: page.clusters,
    nodes,
    doing: Object.fromEntries(doing.map((each) => [each.doing, each.nodes])),
    validated,
    unvalidated,
    capacity,
    marks: marks.map(({ percent, nodes: count, reachedAt, likelyAt, lateAt }) => ({
      percent,
      nodes: count,
      reachedAt: iso(reachedAt),
      likelyAt: iso(likelyAt),
      lateAt: iso(lateAt),
    })),
  };
  return `${JSON.stringify(feed, null, 2)}\n`;
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
