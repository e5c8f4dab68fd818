// Node lists for Slurm's command line. Slurm 22.05 takes brackets at the end of a name only ("n[1-3]-ib" is "Invalid hostlist")
// and at most 65,536 hosts in a range, so commands get their own, simpler folding; what Slurm prints is read as any node set.
import { names, parseNodeSet } from '../../core/fleet/nodeset.ts';

/** One argument may hold 128 KiB on Linux; Slurm's own limits lie above. */
const ARGUMENT_CHARACTERS_MAX = 100_000;
const RANGE_HOSTS_MAX = 60_000;

/** Folded lists that together hold the names, each short enough for one argument. No names: no lists. */
export function foldForSlurm(nodes: Iterable<string>, charactersMax = ARGUMENT_CHARACTERS_MAX): { text: string; nodes: string[] }[] {
  const lists: { text: string; nodes: string[] }[] = [];
  for (const piece of pieces(nodes, charactersMax)) {
    const last = lists.at(-1);
    if (last && last.text.length + 1 + piece.text.length <= charactersMax) {
      last.text += `,${piece.text}`;
      for (const node of piece.nodes) last.nodes.push(node);
    } else lists.push({ text: piece.text, nodes: [...piece.nodes] });
  }
  return lists;
}

/** The names in a list that Slurm printed; null when it is no node list. "" and "(null)" hold nothing. */
export function namesFromSlurm(text: string): string[] | null {
  if (text === '' || text === '(null)') return [];
  const parsed = parseNodeSet(text);
  return parsed.ok ? [...names(parsed.set)] : null;
}

interface Piece {
  readonly text: string;
  readonly nodes: readonly string[];
}

function* pieces(nodes: Iterable<string>, charactersMax: number): Generator<Piece> {
  const groups = new Map<string, { prefix: string; width: number; numbers: number[] }>();
  for (const node of new Set(nodes)) {
    const match = /^(.*?)(\d{1,9})$/.exec(node);
    if (!match) {
      yield { text: node, nodes: [node] };
      continue;
    }
    const [, prefix = '', digits = ''] = match;
    const key = `${digits.length} ${prefix}`;
    const group = groups.get(key) ?? { prefix, width: digits.length, numbers: [] };
    groups.set(key, group);
    group.numbers.push(Number(digits));
  }
  for (const group of groups.values()) yield* bracketed(group, charactersMax);
}

function* bracketed(
  { prefix, width, numbers }: { prefix: string; width: number; numbers: number[] },
  charactersMax: number,
): Generator<Piece> {
  const digits = (number: number): string => String(number).padStart(width, '0');
  const close = (ranges: string[], inside: number[]): Piece => ({
    text: inside.length === 1 ? `${prefix}${ranges[0]}` : `${prefix}[${ranges.join(',')}]`,
    nodes: inside.map((number) => `${prefix}${digits(number)}`),
  });
  let ranges: string[] = [];
  let inside: number[] = [];
  let length = 0;
  for (const [first, last] of runsOf(numbers)) {
    const range = first === last ? digits(first) : `${digits(first)}-${digits(last)}`;
    if (
      ranges.length > 0 &&
      (prefix.length + length + range.length + 3 > charactersMax || inside.length + last - first >= RANGE_HOSTS_MAX)
    ) {
      yield close(ranges, inside);
      [ranges, inside, length] = [[], [], 0];
    }
    ranges.push(range);
    length += range.length + 1;
    for (let number = first; number <= last; number++) inside.push(number);
  }
  if (ranges.length > 0) yield close(ranges, inside);
}

function* runsOf(numbers: number[]): Generator<[number, number]> {
  numbers.sort((a, b) => a - b);
  let first = numbers[0];
  let last = first;
  if (first === undefined || last === undefined) return;
  for (const number of numbers.slice(1)) {
    if (number === last + 1 && number - first < RANGE_HOSTS_MAX) last = number;
    else {
      yield [first, last];
      first = number;
      last = number;
    }
  }
  yield [first, last];
}
