// Reading one element of a set: a name with any number of brackets in it, `phx62-[0001-1024].mgmt`.
import { bracketRows } from './bracket.ts';
import type { Bracket } from './bracket.ts';
import { NodeSetFault } from './fault.ts';
import { checkNames, checkSpans } from './limits.ts';
import { digitsOf } from './numbers.ts';
import { HOLE, NAME_LENGTH_MAX, splitName } from './patterns.ts';
import type { Patterns } from './patterns.ts';
import { countRows, countSpans, product } from './spans.ts';
import type { Rows } from './spans.ts';

type Piece = string | Bracket;

const LETTERS = /[A-Za-z0-9._:/+=~-]+/y;

/** The set an element stands for and where the text goes on after it. */
export function readElement(text: string, start: number): { set: Patterns; end: number } {
  const pieces: Piece[] = [];
  let end = start;
  let letters = 0;
  for (;;) {
    const piece = text[end] === '[' ? readBracket(text, end, pieces.at(-1)) : readLetters(text, end);
    if (piece === '') break;
    pieces.push(piece);
    end += typeof piece === 'string' ? piece.length : piece.content.length + 2;
    if (typeof piece === 'string') letters += piece.length;
    if (letters > NAME_LENGTH_MAX) throw nameTooLong(start, text.slice(start, end));
  }
  const first = pieces[0];
  if (first === undefined) throw strayCharacter(text, start);
  if (typeof first === 'string' && !/^[A-Za-z0-9_]/.test(first)) {
    throw new NodeSetFault(start, first, `a name beginning with "${first[0]}"`, 'begin it with a letter, a digit or _');
  }
  return { set: elementSet(pieces, start, text.slice(start, end)), end };
}

/** Says why the character here can be in no name. */
export function strayCharacter(text: string, at: number): NodeSetFault {
  const value = String.fromCodePoint(text.codePointAt(at) ?? 32);
  const [why, mend] = STRAY[value] ?? ['an illegal character', 'names are letters, digits and . _ - : / + = ~'];
  return new NodeSetFault(at, value, why, mend);
}

const STRAY: Readonly<Record<string, readonly [why: string, mend: string]>> = {
  ']': ['a bracket closed but never opened', 'open it with ['],
  ')': ['a parenthesis closed but never opened', 'take it out'],
  '(': ['a parenthesis without a function', 'write @name(SET); operators are worked out from left to right'],
  '@': ['a group inside a name', 'write the group as an element of its own, after an operator'],
  '*': ['a wildcard', 'write the names or a group; wildcards are not read'],
  '?': ['a wildcard', 'write the names or a group; wildcards are not read'],
};

function readLetters(text: string, at: number): string {
  LETTERS.lastIndex = at;
  return LETTERS.exec(text)?.[0] ?? '';
}

function readBracket(text: string, at: number, previous: Piece | undefined): Bracket {
  if (typeof previous === 'object') {
    throw new NodeSetFault(at, '[', 'a bracket right after a bracket', 'put a letter or a dash between them');
  }
  const close = text.indexOf(']', at);
  if (close < 0) throw new NodeSetFault(at, text.slice(at), 'a bracket opened but never closed', 'close it with ]');
  return { at: at + 1, content: text.slice(at + 1, close) };
}

function elementSet(pieces: readonly Piece[], at: number, value: string): Patterns {
  let pattern = '';
  const axes: Rows[] = [];
  let [names, separate] = [1, 1];
  for (const [i, piece] of pieces.entries()) {
    const previous = pieces[i - 1];
    const next = pieces[i + 1];
    if (typeof piece === 'object') {
      pattern += HOLE;
      const rows = bracketRows(piece, lastDigits(previous), firstDigits(next));
      // Checked with every bracket: rows share what follows them, so a full count of the product could take for ever.
      names *= countRows(rows);
      checkNames(names, at, value);
      separate *= countSpans(rows);
      checkSpans(separate, at, value);
      axes.push(rows);
      continue;
    }
    if (typeof previous === 'object' && typeof next === 'object' && /^[0-9]+$/.test(piece)) {
      throw new NodeSetFault(at, value, 'only digits between two brackets', 'put a letter or a dash between them');
    }
    const from = typeof previous === 'object' ? firstDigits(piece).length : 0;
    const to = piece.length - (typeof next === 'object' ? lastDigits(piece).length : 0);
    const split = splitName(piece.slice(from, to));
    pattern += split.pattern;
    for (const code of split.codes) axes.push([{ from: code, to: code, rest: null }]);
  }
  if (nameLength(pattern, axes) > NAME_LENGTH_MAX) throw nameTooLong(at, value);
  return { rows: new Map([[pattern, product(axes)]]) };
}

function nameTooLong(at: number, value: string): NodeSetFault {
  return new NodeSetFault(at, value, `a name of more than ${NAME_LENGTH_MAX} characters`, 'write a shorter name');
}

/** Of the longest name; the widest number of an axis is its last. */
function nameLength(pattern: string, axes: readonly Rows[]): number {
  const letters = pattern.length - axes.length * HOLE.length;
  return axes.reduce((sum, axis) => sum + digitsOf(axis?.at(-1)?.to ?? 0).length, letters);
}

/** The digits are part of the number in the bracket beside them. */
function firstDigits(piece: Piece | undefined): string {
  return typeof piece === 'string' ? (/^[0-9]+/.exec(piece)?.[0] ?? '') : '';
}

function lastDigits(piece: Piece | undefined): string {
  if (typeof piece !== 'string') return '';
  let start = piece.length;
  while (start > 0 && /[0-9]/.test(piece[start - 1] ?? '')) start--;
  return piece.slice(start);
}
