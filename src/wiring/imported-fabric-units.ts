// The short form of units in fleet.yaml, where the names of nodes and leaves follow a pattern; else a list.
import { foldNames, isNodeName, names, nodeSetOf } from '../core/fleet/nodeset.ts';
import type { Json, JsonObject } from '../std/json.ts';
import type { Unit } from './imported-fabric-shape.ts';

/** `{of, name, rails, leaf}`, which says the leaves and every node's links to them too; null: the names do not allow it. */
export function compactUnits(units: readonly Unit[], nodes: readonly string[]): JsonObject | null {
  const [first] = units;
  if (!first || units.some(({ short, leaves }) => short.length > 0 || leaves.length !== first.leaves.length)) return null;
  const ordered = [...names(nodeSetOf(nodes))];
  const place = new Map(ordered.map((node, i) => [node, i]));
  const placed = units.toSorted((a, b) => firstPlace(a, place) - firstPlace(b, place));
  const of = placed[0]?.nodes.length ?? 0;
  const isCut = placed.every((unit, i) => sameNames(unit.nodes, ordered.slice(i * of, (i + 1) * of)));
  if (!isCut || Math.ceil(ordered.length / of) !== placed.length) return null;
  const found = patternOf(placed.map(({ leaves }) => leaves));
  if (!found) return null;
  const { leaf, labels } = found;
  const rails = first.leaves.length;
  const isRight = placed.every((unit, i) => sameNames(unit.leaves, filled(leaf, labels[i] ?? '', rails)));
  const isOrdered = labels.every(isNodeName) && [...names(nodeSetOf(labels))].join(' ') === labels.join(' ');
  return isRight && isOrdered ? { of, name: foldNames(labels), rails, leaf } : null;
}

/** `[{name, nodes}]`, named u1, u2, ... in the order given. */
export function listedUnits(units: readonly Unit[]): Json {
  const digits = String(units.length).length;
  return units.map(({ nodes }, i) => ({ name: `u${String(i + 1).padStart(digits, '0')}`, nodes: foldNames(nodes) }));
}

function firstPlace({ nodes }: Unit, place: ReadonlyMap<string, number>): number {
  return nodes.reduce((least, node) => Math.min(least, place.get(node) ?? Infinity), Infinity);
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.toSorted().join(' ') === others.toSorted().join(' ');
}

function filled(leaf: string, unit: string, rails: number): string[] {
  return Array.from({ length: rails }, (_, i) => leaf.replaceAll('{unit}', unit).replaceAll('{rail}', String(i + 1)));
}

interface Pattern {
  readonly leaf: string;
  /** A name for each unit. */
  readonly labels: readonly string[];
}

/** What comes before and after the number of the rail in all leaves of a unit; with one leaf there is no such number. */
type Split = readonly [string, string];

function patternOf(units: readonly (readonly string[])[]): Pattern | null {
  const splits = units.map(splitsOf);
  const rail = (units[0]?.length ?? 0) > 1 ? '{rail}' : '';
  for (const [before, after] of splits[0] ?? []) {
    const heads = splits.map((own) => own.find(([, tail]) => tail === after)?.[0]);
    const tails = splits.map((own) => own.find(([head]) => head === before)?.[1]);
    const front = labelled(heads);
    if (front) return { leaf: `${front.text}${rail}${after}`, labels: front.labels };
    const back = labelled(tails);
    if (back) return { leaf: `${before}${rail}${back.text}`, labels: back.labels };
  }
  return null;
}

function splitsOf(leaves: readonly string[]): Split[] {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return [[only, '']];
  return leaves.flatMap((leaf) =>
    [...leaf.matchAll(/(?<!\d)1(?!\d)/g)].flatMap(({ index }): Split[] => {
      const [before, after] = [leaf.slice(0, index), leaf.slice(index + 1)];
      const all = new Set(leaves.map((_, i) => `${before}${i + 1}${after}`));
      return leaves.every((each) => all.has(each)) ? [[before, after]] : [];
    }),
  );
}

/** The texts as one with `{unit}` in it, and what stands there in each: from the letters before the number on. */
function labelled(texts: readonly (string | undefined)[]): { readonly text: string; readonly labels: readonly string[] } | null {
  const known = texts.filter((text) => text !== undefined);
  const [first] = known;
  if (first === undefined || known.length < texts.length) return null;
  if (known.length === 1) {
    const [, before = '', label, after = ''] = /^(.*?)([A-Za-z]*\d+)(.*)$/.exec(first) ?? [];
    return label === undefined ? null : { text: `${before}{unit}${after}`, labels: [label] };
  }
  const before = known.reduce(commonStart).replace(/[A-Za-z0-9]+$/, '');
  const after = known
    .map((text) => text.slice(before.length))
    .reduce(commonEnd)
    .replace(/^\d+/, '');
  const labels = known.map((text) => text.slice(before.length, text.length - after.length));
  return labels.every((label) => label !== '') && new Set(labels).size === labels.length
    ? { text: `${before}{unit}${after}`, labels }
    : null;
}

function commonStart(a: string, b: string): string {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  return a.slice(0, i);
}

function commonEnd(a: string, b: string): string {
  let i = 0;
  while (i < Math.min(a.length, b.length) && a.at(-1 - i) === b.at(-1 - i)) i += 1;
  return a.slice(a.length - i);
}
