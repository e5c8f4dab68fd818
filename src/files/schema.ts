// How the documents' zod schemas are built and how what zod finds wrong becomes a problem with place, why and mend.
// Every leaf is a `leaf(...)`: it reads one written scalar and says itself why it cannot and how to mend it.
import { z } from 'zod';
import { QUOTE_HINT } from './document.ts';
import type { Path, SourceDocument } from './document.ts';
import { BadInputError, shorten, suggest } from './problem.ts';
import type { FileProblem } from './problem.ts';
import type { Json } from '../std/json.ts';

/** Why a written value cannot be taken, and how to mend it. */
export class Refusal {
  readonly why: string;
  readonly mend: string;
  /** Characters into the text where the fault is. */
  readonly at: number;
  /** What is shown instead of the written value, e.g. because that may be a secret. */
  readonly value: string | null;

  constructor(why: string, mend: string, options: { at?: number; value?: string } = {}) {
    this.why = why;
    this.mend = mend;
    this.at = options.at ?? 0;
    this.value = options.value ?? null;
  }
}

type Written = string | number | boolean;
type Sort = 'string' | 'number' | 'boolean';
type Issue = z.core.$ZodIssue;

/** One scalar: what it is called in messages, what a file may write there, its JSON Schema, and how it is read. */
export function leaf<T>(expected: string, sorts: readonly Sort[], json: JsonSchema, read: (written: Written) => T | Refusal) {
  return z
    .unknown()
    .meta(json)
    .transform((written, context): T => {
      const sort = typeof written;
      const taken = isSort(sort, sorts) ? read(written as Written) : new WrongSort(expected);
      if (!(taken instanceof Refusal)) return taken;
      const { why, mend, at, value } = taken;
      context.addIssue({ code: 'custom', message: why, params: { mend, at, value, wrongSort: taken instanceof WrongSort, expected } });
      return z.NEVER;
    });
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Marks the message that carries the known keys to where the problem is made. */
const KNOWN = 'known keys: ';

/** A map with these keys and no others. */
export function keys<S extends z.ZodRawShape>(shape: S) {
  const known = KNOWN + Object.keys(shape).join(' ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined) });
}

/** A map from names to values of one shape; `what` says in messages what the names are. */
export function named<V extends z.ZodType>(what: string, pattern: RegExp, value: V) {
  const error = `no name for ${what}`;
  return z.record(z.string().regex(pattern, { error }), value);
}

/** The value as the schema reads it. Throws BadInputError with every problem found. */
export function readWith<T>(schema: z.ZodType<T>, document: SourceDocument): T {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  throw new BadInputError(problemsOf(result.error.issues, document, []));
}

/** All of zod's issues as problems; `base` is where in the document the value stood. */
export function problemsOf(issues: readonly Issue[], document: SourceDocument, base: Path): FileProblem[] {
  return issues.flatMap((issue) => problems(issue, document, [...base, ...pathOf(issue)]));
}

/** Collects what is wrong beyond the shape, each with its place; `done` throws when there was anything. */
export class Problems {
  readonly #document: SourceDocument;
  readonly #found: FileProblem[] = [];

  constructor(document: SourceDocument) {
    this.#document = document;
  }

  add(path: Path, refusal: Refusal): void {
    this.#found.push(problemAt(this.#document, path, refusal));
  }

  done(): void {
    if (this.#found.length > 0) throw new BadInputError(this.#found);
  }
}

function problemAt(document: SourceDocument, path: Path, refusal: Refusal): FileProblem {
  const { line, col, source } = refusal.at > 0 ? document.inside(path, refusal.at) : document.place(path);
  const { why, mend } = refusal;
  return { file: document.file, line, col, value: refusal.value ?? source, why, mend };
}

function problems(issue: Issue, document: SourceDocument, path: Path): FileProblem[] {
  if (issue.code === 'invalid_union') return unionProblems(issue, document, path);
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.startsWith(KNOWN) ? issue.message.slice(KNOWN.length).split(' ') : [];
    return issue.keys.map((key) => keyProblem(document, [...path, key], 'unknown key', suggest(key, known)));
  }
  if (issue.code === 'invalid_key') {
    return [keyProblem(document, path, issue.issues[0]?.message ?? 'no name', 'use letters, digits and . _ -')];
  }
  return [leafProblem(issue, document, path)];
}

function keyProblem(document: SourceDocument, path: Path, why: string, mend: string): FileProblem {
  const { line, col } = document.keyPlace(path);
  return { file: document.file, line, col, value: shorten(String(path.at(-1) ?? '')), why, mend };
}

/** Of several allowed shapes the one that the writer meant is the one whose sort (text, map, list) was right. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, document: SourceDocument, path: Path): FileProblem[] {
  const meant = issue.errors.find((branch) => !branch.some(isWrongSort));
  if (meant) return problemsOf(meant, document, path);
  const expected = [...new Set(issue.errors.flatMap((branch) => branch.filter(isWrongSort).map(expectedOf)))].join(' or ');
  return [problemAt(document, path, wrongSort(expected, document, path))];
}

function isWrongSort(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === 'invalid_type' || (issue.code === 'custom' && issue.params?.['wrongSort'] === true);
}

function leafProblem(issue: Issue, document: SourceDocument, path: Path): FileProblem {
  if (isWrongSort({ ...issue, path: [] })) {
    return problemAt(document, path, wrongSort(expectedOf(issue), document, path));
  }
  if (issue.code === 'custom') {
    const { mend, at, value } = issue.params ?? {};
    const options = { at: typeof at === 'number' ? at : 0, ...(typeof value === 'string' ? { value } : {}) };
    return problemAt(document, path, new Refusal(issue.message, typeof mend === 'string' ? mend : 'see the documentation', options));
  }
  if (issue.code === 'too_small' && isNumber(issue)) {
    const least = issue.inclusive === false ? 'more than' : 'at least';
    return problemAt(document, path, new Refusal('is too small', `write ${least} ${issue.minimum}`));
  }
  if (issue.code === 'too_small') return problemAt(document, path, new Refusal('is empty', 'write at least one, or leave the key out'));
  if (issue.code === 'too_big') return problemAt(document, path, new Refusal('is too large', `write at most ${issue.maximum}`));
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    return problemAt(document, path, new Refusal('is not one of the allowed values', suggest(document.place(path).source, known)));
  }
  return problemAt(document, path, new Refusal(shorten(issue.message), 'see the documentation'));
}

function isNumber(issue: z.core.$ZodIssueTooSmall): boolean {
  return issue.origin === 'number' || issue.origin === 'int';
}

class WrongSort extends Refusal {
  constructor(expected: string) {
    super(`must be ${expected}`, '');
  }
}

function expectedOf(issue: Issue): string {
  if (issue.code === 'custom') return String(issue.params?.['expected'] ?? 'text');
  if (issue.code !== 'invalid_type') return 'something else';
  return EXPECTED[issue.expected] ?? issue.expected;
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'a map (key: value)',
  record: 'a map (key: value)',
  array: 'a list [...]',
  tuple: 'a list [...]',
};

function wrongSort(expected: string, document: SourceDocument, path: Path): Refusal {
  const value = written(document, path);
  const key = String(path.at(-1) ?? '');
  const missing = path.length > 0 && value === undefined;
  if (missing) return new Refusal('is missing', `add "${key}": ${expected}`, { value: shorten(key) });
  const why = `must be ${expected}`;
  if (path.length === 0 && value === null) return new Refusal('the file is empty', `write ${expected}`, { value: '' });
  if (value === null || value === undefined)
    return new Refusal('has no value', `write ${expected}, or leave it out`, { value: shorten(key) });
  if (typeof value === 'object') return new Refusal(why, expected.includes('text') ? QUOTE_HINT : `write ${expected}`);
  if (typeof value !== 'string' && expected.includes('text')) return new Refusal(why, `quote it: "${document.place(path).source}"`);
  return new Refusal(why, `write ${expected}`);
}

function written(document: SourceDocument, path: Path): Json | undefined {
  let value: Json | undefined = document.value;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as { readonly [key: string | number]: Json })[part];
  }
  return value;
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

function isSort(sort: string, sorts: readonly Sort[]): boolean {
  return (sorts as readonly string[]).includes(sort);
}
