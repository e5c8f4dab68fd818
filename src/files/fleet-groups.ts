// The groups of a cluster (racks, units, domains, feeds), its switches and its links, from patterns or lists.
import { NAME_PLACEHOLDERS } from '../core/change/placeholders.ts';
import type { NodeGroup, NvlDomain, Switch } from '../core/fleet/model.ts';
import {
  difference,
  EMPTY,
  fold,
  foldNames,
  has,
  intersection,
  isNodeName,
  names,
  nodeSetOf,
  parseNodeSet,
  size,
  union,
  unionOf,
} from '../core/fleet/nodeset.ts';
import type { NodeSet } from '../core/fleet/nodeset.ts';
import { parseLink, PORT_NOT_KNOWN } from '../core/fleet/topology.ts';
import type { Path } from './document.ts';
import type { WrittenCluster } from './fleet-schema.ts';
import { readNodeSet } from './node-set-text.ts';
import { shorten, suggest } from './problem.ts';
import { Refusal } from './schema.ts';
import type { Problems } from './schema.ts';

export interface ClusterReading {
  readonly written: WrittenCluster;
  readonly nodes: NodeSet;
  readonly path: Path;
  readonly problems: Problems;
  /** Switches that some cluster lists: clusters of one fabric link to each other's. */
  readonly listed: ReadonlySet<string>;
}

interface Pattern {
  readonly of: number;
  readonly name: string;
}

export function groupsOf(reading: ClusterReading, key: 'racks' | 'power'): NodeGroup[] {
  const written = reading.written[key];
  if (written === undefined) return [];
  if (!Array.isArray(written)) return cut(reading, written, [...reading.path, key]);
  // A node may hang on two feeds but stands in one rack.
  return listed(reading, written, [...reading.path, key], key === 'power');
}

export function domainsOf(reading: ClusterReading): NvlDomain[] {
  const { domains } = reading.written;
  if (domains === undefined) return [];
  const path = [...reading.path, 'domains'];
  if (!Array.isArray(domains)) return cut(reading, domains, path).map((group) => ({ ...group, switches: domains.switches ?? 0 }));
  return listed(reading, domains, path, false).map((group, i) => ({ ...group, switches: domains[i]?.switches ?? 0 }));
}

/** The units, and where a leaf pattern tells them, their leaves and which nodes link to each. */
export function unitsOf(reading: ClusterReading): { groups: NodeGroup[]; leaves: Switch[]; links: string[] } {
  const { units } = reading.written;
  const path = [...reading.path, 'units'];
  if (units === undefined) return { groups: [], leaves: [], links: [] };
  if (Array.isArray(units)) return { groups: listed(reading, units, path, false), leaves: [], links: [] };
  const groups = cut(reading, units, path);
  const { leaf, rails = 1 } = units;
  if (leaf === undefined) return { groups, leaves: [], links: [] };
  if (rails > 1 && !leaf.includes('{rail}')) {
    reading.problems.add([...path, 'leaf'], new Refusal('names the same leaf for every rail', 'put {rail} into it, as in "{unit}r{rail}"'));
    return { groups, leaves: [], links: [] };
  }
  const leaves: Switch[] = [];
  const links: string[] = [];
  for (const unit of groups) {
    for (let rail = 1; rail <= rails; rail++) {
      const name = fillName(leaf, unit.name, rail);
      if (!isNodeName(name)) {
        reading.problems.add([...path, 'leaf'], new Refusal('makes no switch name', 'use letters, digits and . _ -', { value: name }));
        return { groups, leaves: [], links: [] };
      }
      leaves.push({ name, role: 'leaf' });
      links.push(`${unit.nodes}/${PORT_NOT_KNOWN}--${name}/${PORT_NOT_KNOWN}`);
    }
  }
  return { groups, leaves, links };
}

/** The switches listed and the leaves of the units; a leaf that only links name is a leaf all the same. */
export function switchesOf(reading: ClusterReading, leaves: readonly Switch[]): Switch[] {
  const { written, path, problems, nodes, listed } = reading;
  const found = new Map(leaves.map((leaf) => [leaf.name, leaf]));
  for (const [i, { name, role }] of (written.switches ?? []).entries()) {
    const place = [...path, 'switches', i, 'name'];
    for (const each of names(readNodeSet(name, place, problems) ?? EMPTY)) {
      if (found.has(each)) problems.add(place, new Refusal('two switches of this name', 'name each switch once', { value: each }));
      found.set(each, { name: each, role: role ?? 'unknown' });
    }
  }
  if (written.switches !== undefined) return [...found.values()];
  for (const link of written.links ?? []) {
    const to = parseLink(link)?.to;
    if (to === undefined || !isNodeName(to) || found.has(to) || listed.has(to) || has(nodes, to)) continue;
    found.set(to, { name: to, role: 'leaf' });
  }
  return [...found.values()];
}

/** The switches that clusters list themselves; those that cannot be read are somebody else's to complain of. */
export function listedSwitches(clusters: readonly WrittenCluster[]): Set<string> {
  const written = clusters.flatMap(({ switches = [] }) => switches.map(({ name }) => parseNodeSet(name)));
  return new Set(written.flatMap((parsed) => (parsed.ok ? [...names(parsed.set)] : [])));
}

/** Each link must be `node/hca--switch/port` or `switch/port--switch/port`: a node of the cluster, switches of the fleet. */
export function checkLinks({ written, nodes, path, problems }: ClusterReading, switches: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const [i, link] of (written.links ?? []).entries()) {
    const place = [...path, 'links', i];
    const ends = parseLink(link);
    if (!ends) {
      problems.add(place, new Refusal('is no link', 'write node/hca--switch/port'));
      continue;
    }
    if (seen.has(link)) problems.add(place, new Refusal('the same link twice', 'keep one of them'));
    seen.add(link);
    if (!switches.has(ends.from) && !isNodes(ends.from, nodes)) {
      problems.add(place, new Refusal('is no node of the cluster and no switch of the fleet', 'check the name', { value: ends.from }));
    }
    if (!switches.has(ends.to))
      problems.add(place, new Refusal('is no switch of the fleet', suggest(ends.to, [...switches].slice(0, 1_000)), { value: ends.to }));
    const exact = ends.fromPort !== PORT_NOT_KNOWN && ends.toPort !== PORT_NOT_KNOWN;
    if (exact && !isNodeName(link)) problems.add(place, new Refusal('is not one link', 'write one node, hca, switch and port each'));
  }
}

/** The names at which subnet managers run, folded: nodes or switches of the fleet. `null`: the file does not tell. */
export function managersOf(reading: ClusterReading, all: NodeSet, switches: ReadonlySet<string>): string | null {
  const { written, path, problems } = reading;
  if (written.subnetManagers === undefined) return null;
  const sets = written.subnetManagers.map((text, i) => {
    const place = [...path, 'subnetManagers', i];
    const set = readNodeSet(text, place, problems) ?? EMPTY;
    const strange = [...names(difference(set, all))].filter((name) => !switches.has(name));
    if (strange.length > 0) {
      const mend = 'name nodes or switches of the fleet; a host that is neither needs no mention, since no plan could touch it';
      problems.add(place, new Refusal('is no node or switch of the fleet', mend, { value: sayNames(nodeSetOf(strange)) }));
    }
    return set;
  });
  return fold(unionOf(sets));
}

/** A set for a message, cut where it gets long. */
export function sayNames(set: NodeSet): string {
  return shorten(fold(set));
}

/** Groups of `of` nodes in the order of the set; the last may be short. */
function cut({ nodes, problems }: ClusterReading, { of, name }: Pattern, path: Path): NodeGroup[] {
  const labels = readNodeSet(name, [...path, 'name'], problems);
  if (!labels) return [];
  const wanted = Math.ceil(size(nodes) / of);
  if (size(labels) !== wanted) {
    const why = `${size(labels)} names for ${wanted} groups (${size(nodes)} nodes, ${of} each)`;
    problems.add([...path, 'name'], new Refusal(why, `write ${wanted} names, or change "of"`));
    return [];
  }
  const all = [...names(nodes)];
  return [...names(labels)].map((label, i) => ({ name: label, nodes: foldNames(all.slice(i * of, (i + 1) * of)) }));
}

function listed(reading: ClusterReading, written: readonly { name: string; nodes: string }[], path: Path, shared: boolean): NodeGroup[] {
  const { nodes, problems } = reading;
  const seen = new Set<string>();
  let taken = EMPTY;
  return written.flatMap((group, i) => {
    const place = [...path, i, 'nodes'];
    if (seen.has(group.name)) problems.add([...path, i, 'name'], new Refusal('two groups of this name', 'name each once'));
    seen.add(group.name);
    const set = readNodeSet(group.nodes, place, problems);
    if (!set) return [];
    const strangers = difference(set, nodes);
    if (size(strangers) > 0) {
      problems.add(place, new Refusal('not in the cluster', 'add them to its nodes, or take them out', { value: sayNames(strangers) }));
    }
    const twice = intersection(set, taken);
    if (!shared && size(twice) > 0)
      problems.add(place, new Refusal('in two of these groups', 'put each node into one', { value: sayNames(twice) }));
    taken = union(taken, set);
    return [{ name: group.name, nodes: fold(set) }];
  });
}

function isNodes(text: string, nodes: NodeSet): boolean {
  if (isNodeName(text)) return has(nodes, text);
  const parsed = parseNodeSet(text);
  return parsed.ok && size(parsed.set) > 0 && size(difference(parsed.set, nodes)) === 0;
}

function fillName(pattern: string, unit: string, rail: number): string {
  const values: Readonly<Record<(typeof NAME_PLACEHOLDERS)[number], string>> = { unit, rail: String(rail) };
  return NAME_PLACEHOLDERS.reduce((text, placeholder) => text.replaceAll(`{${placeholder}}`, values[placeholder]), pattern);
}
