// Reading a whole set: elements, groups and functions with operators between them, worked out from left to right.
import { readElement, strayCharacter } from './element.ts';
import { NodeSetFault } from './fault.ts';
import { foldPatterns, namesOf } from './fold.ts';
import { checkedPatterns, checkedRows } from './limits.ts';
import { combine, combineAll, NO_PATTERNS } from './patterns.ts';
import type { Patterns } from './patterns.ts';
import { DIFFERENCE, INTERSECTION, SYMMETRIC_DIFFERENCE, UNION } from './spans.ts';
import type { Operation } from './spans.ts';

/** Gets "rack:r003", or "switches-of:" and the folded argument; null when there is no such group. */
export type Groups = (group: string) => Patterns | null;

const TEXT_LENGTH_MAX = 16 * 1024 * 1024;
const DEPTH_MAX = 16;
const GROUPS_MAX = 100_000;

/** A row of one operator is worked out at once; each change to another costs a pass over the whole set. */
const CHANGES_MAX = 1000;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ',': UNION,
  '!': DIFFERENCE,
  '&': INTERSECTION,
  '^': SYMMETRIC_DIFFERENCE,
};

interface Reader {
  readonly text: string;
  readonly groups: Groups | undefined;
  at: number;
  depth: number;
  changes: number;
}

/** Throws NodeSetFault, and nothing else whatever the text. */
export function readSet(text: string, groups: Groups | undefined): Patterns {
  if (text.length > TEXT_LENGTH_MAX) {
    throw new NodeSetFault(0, text, `more than ${TEXT_LENGTH_MAX} characters`, 'write ranges or a group');
  }
  const reader: Reader = { text, groups, at: 0, depth: 0, changes: 0 };
  skipSpace(reader);
  if (reader.at === text.length) return NO_PATTERNS;
  const set = readExpression(reader);
  if (reader.at < text.length) throw betweenElements(reader);
  return set;
}

/** Stops at the end, at `)` or at what cannot go on. */
function readExpression(reader: Reader): Patterns {
  let set = NO_PATTERNS;
  let operation = UNION;
  let row: Patterns[] = [];
  for (;;) {
    skipSpace(reader);
    const at = reader.at;
    row.push(readOperand(reader));
    const value = reader.text.slice(at, reader.at);
    skipSpace(reader);
    const next = operationAt(reader);
    if (next !== operation) {
      // `a!b!c` takes the union of b and c from a; a row of another operator is the same in any order.
      const among = operation === DIFFERENCE ? UNION : operation;
      const right = combineAll(row, among, (rows) => checkedRows(rows, at, value));
      set = checkedPatterns(combine(set, right, operation), at, value);
      row = [];
      if (next === undefined) return set;
      checkChanges(reader);
      operation = next;
    }
    reader.at++;
  }
}

function checkChanges(reader: Reader): void {
  if (++reader.changes <= CHANGES_MAX) return;
  const value = reader.text[reader.at] ?? '';
  throw new NodeSetFault(reader.at, value, `more than ${CHANGES_MAX} changes of operator`, 'put equal operators together');
}

function readOperand(reader: Reader): Patterns {
  const { text, at } = reader;
  const character = text[at];
  if (character === undefined || operationAt(reader) !== undefined) throw missingOperand(reader);
  if (character === '@') return readGroup(reader);
  const { set, end } = readElement(text, at);
  reader.at = end;
  return set;
}

function readGroup(reader: Reader): Patterns {
  const { text, at } = reader;
  const call = functionAt(text, at + 1);
  if (call !== undefined) {
    reader.at += call.length + 2;
    const argument = readArgument(reader, at);
    return resolve(reader, `${call}:${foldPatterns(argument)}`, at, text.slice(at, reader.at));
  }
  if (!/[A-Za-z0-9_[]/.test(text[at + 1] ?? '')) {
    throw new NodeSetFault(at, '@', 'a group without a name', 'write its kind and its name, as in @rack:r003');
  }
  const { set, end } = readElement(text, at + 1);
  reader.at = end;
  const value = text.slice(at, end);
  const found: Patterns[] = [];
  for (const name of namesOf(set)) {
    if (found.length === GROUPS_MAX) {
      throw new NodeSetFault(at, value, `more than ${GROUPS_MAX} groups`, 'write a smaller range');
    }
    found.push(resolve(reader, name, at, `@${name}`));
  }
  return combineAll(found, UNION, (rows) => checkedRows(rows, at, value));
}

function readArgument(reader: Reader, at: number): Patterns {
  const { text } = reader;
  if (++reader.depth > DEPTH_MAX) {
    throw new NodeSetFault(at, text.slice(at), `more than ${DEPTH_MAX} functions inside one another`, 'nest fewer');
  }
  skipSpace(reader);
  if (text[reader.at] === ')') {
    const value = text.slice(at, reader.at + 1);
    throw new NodeSetFault(at, value, 'a function of nothing', 'write a node set between the parentheses');
  }
  const set = readExpression(reader);
  if (reader.at === text.length) {
    throw new NodeSetFault(at, text.slice(at), 'a parenthesis opened but never closed', 'close it with )');
  }
  if (text[reader.at] !== ')') throw betweenElements(reader);
  reader.at++;
  reader.depth--;
  return set;
}

function resolve({ groups }: Reader, group: string, at: number, value: string): Patterns {
  const set = groups?.(group) ?? null;
  if (set !== null) return set;
  if (groups === undefined) throw new NodeSetFault(at, value, 'no groups are known here', 'write the names');
  throw new NodeSetFault(at, value, 'an unknown group', 'check its kind and its name, as in @rack:r003');
}

function missingOperand({ text, at }: Reader): NodeSetFault {
  const before = text.slice(0, at).trimEnd();
  const last = before.at(-1) ?? '';
  const isFirst = last === '' || last === '(';
  if (at === text.length) {
    if (isFirst) return new NodeSetFault(before.length - 1, last, 'nothing after (', 'write a node set and close it with )');
    return new NodeSetFault(before.length - 1, last, 'an operator at the end', 'write a name after it or take it out');
  }
  const value = text[at] ?? '';
  if (isFirst) return new NodeSetFault(at, value, 'an operator at the start', 'write a name before it or take it out');
  return new NodeSetFault(at, value, 'two operators in a row', 'take one out');
}

function betweenElements({ text, at }: Reader): NodeSetFault {
  const character = text[at] ?? '';
  const isApart = /\s/.test(text[at - 1] ?? '') || text[at - 1] === ')';
  if (!isApart || !/[A-Za-z0-9_@[]/.test(character)) return strayCharacter(text, at);
  return new NodeSetFault(at, character, 'two elements without an operator between them', 'write a comma between them');
}

function functionAt(text: string, at: number): string | undefined {
  const call = /[A-Za-z][A-Za-z0-9_-]*(?=\()/y;
  call.lastIndex = at;
  return call.exec(text)?.[0];
}

function operationAt({ text, at }: Reader): Operation | undefined {
  return OPERATIONS[text[at] ?? ''];
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++;
}
