// A YAML or JSON text as a plain value together with the place of every part of it, so that any later check can say where.
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument as parseYaml } from 'yaml';
import type { Document as YamlDocument, Node, Pair, YAMLMap, YAMLError } from 'yaml';
import { BadInputError, shorten } from './problem.ts';
import type { FileProblem } from './problem.ts';
import type { Json } from '../std/json.ts';

export type Path = readonly (string | number)[];

interface Place {
  readonly line: number;
  readonly col: number;
  /** The text that stands there, shortened to one line. */
  readonly source: string;
}

/** A document after parsing; `value` is made of plain objects, lists and scalars only. */
export interface SourceDocument {
  readonly file: string;
  readonly value: Json;
  /** Where the value at the path stands; for a path that is not there, the deepest part of it that is. */
  place(path: Path): Place;
  /** Where the key itself stands. */
  keyPlace(path: Path): Place;
  /** A place `at` characters into the text at the path, where that can be told; else its beginning. */
  inside(path: Path, at: number): Place;
}

/** The hint for the traps of YAML: `@`, `[` and `{` mean something to it. */
export const QUOTE_HINT = 'put the node set or placeholder in double quotes';

const DEPTH_MAX = 40;

/** Reads a YAML (or JSON) text. Throws BadInputError, and nothing else, when it cannot be read. */
export function parseDocument(text: string, file: string): SourceDocument {
  const lines = new LineCounter();
  const document = parseText(text, file, lines);
  const source = new YamlSource(file, text, lines, document);
  const problems = [...document.errors, ...document.warnings].map((error) => source.syntaxProblem(error));
  if (problems.length > 0) throw new BadInputError(firstOfEachLine(problems));
  const reading: Reading = { source, problems: [] };
  const value = toValue(reading, document.contents, 0);
  if (reading.problems.length > 0) throw new BadInputError(reading.problems);
  return source.with(value);
}

function parseText(text: string, file: string, lineCounter: LineCounter): YamlDocument.Parsed {
  const options = { lineCounter, prettyErrors: false, stringKeys: true, logLevel: 'silent', version: '1.2' } as const;
  try {
    return parseYaml(text, options);
  } catch (error) {
    // The parser recurses into the text, so a text nested thousands deep ends its stack.
    const why = error instanceof RangeError ? 'nested too deeply' : 'cannot be read as YAML';
    throw new BadInputError([{ file, line: 1, col: 1, value: '', why, mend: 'write it with fewer brackets' }]);
  }
}

class YamlSource implements SourceDocument {
  readonly file: string;
  value: Json = null;
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #document: YamlDocument.Parsed;

  constructor(file: string, text: string, lines: LineCounter, document: YamlDocument.Parsed) {
    this.file = file;
    this.#text = text;
    this.#lines = lines;
    this.#document = document;
  }

  with(value: Json): this {
    this.value = value;
    return this;
  }

  place(path: Path): Place {
    return this.placeOf(this.#follow(path, false));
  }

  keyPlace(path: Path): Place {
    return this.placeOf(this.#follow(path, true));
  }

  inside(path: Path, at: number): Place {
    const node = this.#follow(path, false);
    const place = this.placeOf(node);
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return place;
    const start = this.#text.indexOf(node.value, node.range[0]);
    if (start < 0 || start > node.range[0] + 1) return place;
    return { ...place, ...this.#lineCol(start + Math.min(at, node.value.length)) };
  }

  placeOf(node: Node | null): Place {
    const range = node?.range;
    if (!range) return { line: 1, col: 1, source: '' };
    return { ...this.#lineCol(range[0]), source: shorten(this.#text.slice(range[0], Math.min(range[1], range[0] + 200))) };
  }

  syntaxProblem(error: YAMLError): FileProblem {
    const from = Math.min(error.pos[0], this.#text.length);
    const { line, col } = this.#lineCol(from);
    const wholeLine = this.#lineAround(from);
    const open = /^Flow (map|sequence)/.test(error.message);
    const why = open ? 'a { or [ that is never closed' : (SYNTAX_WHY[error.code] ?? lowerFirst(shorten(error.message)));
    const mend =
      SYNTAX_MEND[error.code] ??
      (open || /[@[{`!&*]/.test(wholeLine) ? QUOTE_HINT : 'put the text in double quotes, or check the indentation');
    return { file: this.file, line, col, value: this.#wordAround(from), why, mend };
  }

  #lineAround(offset: number): string {
    const start = this.#text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
    const end = this.#text.indexOf('\n', offset);
    return this.#text.slice(start, end < 0 ? undefined : end);
  }

  /** What a reader would call the word at this place; the parser often points into the middle of it. */
  #wordAround(offset: number): string {
    const before = /[^\s,{}:]*$/.exec(this.#text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
    const after = /^[^\s,{}]*?(?=:?(?:[\s,{}]|$))/.exec(this.#text.slice(offset, offset + 200))?.[0] ?? '';
    return shorten(before + after);
  }

  #lineCol(offset: number): { line: number; col: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), col: Math.max(1, col) };
  }

  #follow(path: Path, key: boolean): Node | null {
    let node: Node | null = this.#document.contents;
    for (const [i, part] of path.entries()) {
      if (isMap(node)) {
        const pair = pairOf(node, String(part));
        if (!pair) return node;
        const last = i === path.length - 1;
        const value = pair.value;
        // An empty value has no text of its own: its key is the best place.
        node = (last && key) || !value || isEmpty(value) ? pair.key : value;
      } else if (isSeq(node)) {
        const item: unknown = node.items[Number(part)];
        if (!isNode(item)) return node;
        node = item;
      } else return node;
    }
    return node;
  }
}

interface Reading {
  readonly source: YamlSource;
  readonly problems: FileProblem[];
}

function toValue(reading: Reading, node: unknown, depth: number): Json {
  if (node === null || node === undefined) return null;
  if (depth > DEPTH_MAX) return refuse(reading, node, 'nested too deeply', `write at most ${DEPTH_MAX} levels`);
  if (isAlias(node)) return refuse(reading, node, 'an alias (*name) is not supported', `write the value out, or ${QUOTE_HINT}`);
  if (isMap(node)) return mapToValue(reading, node, depth);
  if (isSeq(node)) return node.items.map((item) => toValue(reading, item, depth + 1));
  if (!isScalar(node)) return refuse(reading, node, 'not a value', 'write text, a number, a list or a map');
  if (node.anchor !== undefined) return refuse(reading, node, 'an anchor (&name) is not supported', `take it out, or ${QUOTE_HINT}`);
  const value = node.value;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return refuse(reading, node, 'not a plain value', 'put it in double quotes');
}

function mapToValue(reading: Reading, map: YAMLMap, depth: number): Json {
  const entries: [string, Json][] = [];
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (key === '__proto__') refuse(reading, pair.key, 'this key is reserved', 'choose another name');
    else if (map.flow === true && (pair.value === null || isEmpty(pair.value))) {
      refuse(reading, pair.key, 'a key without a value', `write "key: value", or ${QUOTE_HINT}`);
    } else entries.push([key, toValue(reading, pair.value, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

function refuse({ source, problems }: Reading, node: unknown, why: string, mend: string): null {
  const { line, col, source: value } = source.placeOf(isNode(node) ? node : null);
  problems.push({ file: source.file, line, col, value, why, mend });
  return null;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

/** Nothing stands there: neither text nor an explicit `null`. */
function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null && (node.source === undefined || node.source === '');
}

function pairOf(map: YAMLMap, key: string): { key: Node | null; value: Node | null } | null {
  const found: unknown = map.items.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key);
  if (!isPair(found)) return null;
  const pair: Pair = found;
  return { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null };
}

function firstOfEachLine(problems: readonly FileProblem[]): FileProblem[] {
  const seen = new Set<number>();
  return problems.filter((problem) => !seen.has(problem.line) && seen.add(problem.line));
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

const SYNTAX_WHY: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key twice',
  TAB_AS_INDENT: 'a tab as indentation',
  MULTIPLE_DOCS: 'a second document (---) in one file',
  NON_STRING_KEY: 'a key that is not a name',
  TAG_RESOLVE_FAILED: 'a tag (!name) is not supported',
};

const SYNTAX_MEND: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of them',
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'put it into a file of its own',
};
