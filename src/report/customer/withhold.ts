// The last net under words that people wrote: names of other customers, of what belongs to their clusters, and of staff do not get out.
import type { Cluster } from '../../core/fleet/model.ts';
import { difference, intersection, isNodeName, nodeSetOf, parseNodeSet, size, union, type NodeSet } from '../../core/fleet/nodeset.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { setOf } from './own-nodes.ts';

const WITHHELD = '(withheld)';

/** What may be a node, a switch or a folded set of them in a sentence. */
const NAME_LIKE = /[\w@][\w.:+=~-]*(?:\[[\d,/-]+\][\w.-]*)*/g;

/** Gives back the words with WITHHELD in place of each such name. `staff`: names of people of the operator. */
export function withholder(plan: Plan, customer: string, staff: Iterable<string>): (text: string) => string {
  const { customers, clusters } = plan.fleet.document;
  const own = clusters.filter((cluster) => cluster.customer === customer);
  const others = clusters.filter((cluster) => cluster.customer !== customer);
  const foreign = difference(thingsOf(others), thingsOf(own));
  const words = [
    ...customers.map(({ name }) => name),
    ...others.flatMap((cluster) => [cluster.name, cluster.customer ?? '']),
    ...staff,
  ].filter((word) => word !== '' && word.toLowerCase() !== customer.toLowerCase() && own.every(({ name }) => name !== word));
  const named = wordsPattern(words);
  const ownStems = new Set(stemsOf(own));
  const numbered = stemsPattern(stemsOf(others).filter((stem) => !ownStems.has(stem)));
  return (text) => {
    const unnumbered = numbered === null ? text : text.replaceAll(numbered, WITHHELD);
    const rest = named === null ? unnumbered : unnumbered.replaceAll(named, WITHHELD);
    return rest.replaceAll(NAME_LIKE, (word) => (isForeign(word, foreign) ? WITHHELD : word));
  };
}

function isForeign(word: string, foreign: NodeSet): boolean {
  const parsed = parseNodeSet(word.replace(/[.:]+$/, ''), (group) => parsedOrNull(group.slice(group.indexOf(':') + 1)));
  return parsed.ok && size(intersection(parsed.set, foreign)) > 0;
}

function parsedOrNull(text: string): NodeSet | null {
  const parsed = parseNodeSet(text);
  return parsed.ok ? parsed.set : null;
}

/** Nodes, and the names of switches and groups. */
function thingsOf(clusters: readonly Cluster[]): NodeSet {
  const things = clusters.flatMap((cluster) =>
    [cluster.switches, cluster.racks, cluster.units, cluster.domains, cluster.feeds].flatMap((group) => group.map(({ name }) => name)),
  );
  return clusters.map(({ nodes }) => setOf(nodes)).reduce(union, nodeSetOf(things.filter(isNodeName)));
}

/** What stands before the number in names of nodes: "zrh9-". */
function stemsOf(clusters: readonly Cluster[]): string[] {
  const parts = clusters.flatMap(({ nodes }) => nodes.replaceAll(/\[[^\]]*\]/g, '[').split(','));
  return parts.map((part) => part.replace(/\[.*$|\d+$/, '').toLowerCase()).filter((stem) => stem !== '');
}

/** A stem with a number or the start of a set, even one that cannot be read; null: there are none. */
function stemsPattern(stems: readonly string[]): RegExp | null {
  return stems.length === 0 ? null : new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${anyOf(stems)})(?=[\\d[])[\\w[\\],-]*`, 'giu');
}

/** Whole words in any case; null: there are none. */
function wordsPattern(words: readonly string[]): RegExp | null {
  return words.length === 0 ? null : new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${anyOf(words)})(?![\\p{L}\\p{N}_-])`, 'giu');
}

/** The longest first, as text and not as a pattern. */
function anyOf(words: readonly string[]): string {
  const longestFirst = [...new Set(words)].toSorted((a, b) => b.length - a.length);
  return longestFirst.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
}
