// A report as content without a form: sections of paragraphs, lists, tables, figures and charts. Markdown and HTML are made of it, and
// nowhere else is anything escaped: every word in here is as its author wrote it.

/** Words as they are, or set apart: a name or node set, something strong, a warning that a number has nothing behind it. */
export type Span = string | { readonly code: string } | { readonly strong: string } | { readonly unseen: string };
export type Words = string | readonly Span[];

export interface Table {
  readonly kind: 'table';
  /** What the table holds, for readers who hear it; not shown. */
  readonly about: string;
  /** A name that begins with ">" is that of a column of numbers. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly Words[])[];
}

export type Block =
  | { readonly kind: 'paragraph'; readonly words: Words }
  | { readonly kind: 'list'; readonly items: readonly Words[] }
  | { readonly kind: 'heading'; readonly title: string }
  | { readonly kind: 'figures'; readonly items: readonly Figure[] }
  /** `svg` comes from src/chart, which escapes. `text` stands in for it where no picture can; empty: a table says the same. */
  | { readonly kind: 'chart'; readonly svg: string; readonly text: readonly string[] }
  | Table;

/** A number that the report is about. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Document {
  readonly title: string;
  /** Before the first section: what it comes to. */
  readonly lead: readonly Block[];
  readonly sections: readonly Section[];
  /** The command whose output has every row, where a long table is cut. */
  readonly whole: string;
}

const BRIEF_CHARS = 300;

export function paragraph(...words: Span[]): Block {
  return { kind: 'paragraph', words };
}

export function table(about: string, head: readonly string[], rows: readonly (readonly Words[])[]): Table {
  return { kind: 'table', about, head, rows };
}

/** A table, or one sentence where there is nothing to tabulate. */
export function tableOr(none: string, about: string, head: readonly string[], rows: readonly (readonly Words[])[]): Block {
  return rows.length === 0 ? paragraph(none) : table(about, head, rows);
}

/** Words of machines and people that may be pages long, cut where a reader would stop anyway. */
export function brief(text: string): string {
  return text.length <= BRIEF_CHARS ? text : `${text.slice(0, BRIEF_CHARS - 1)}…`;
}

/** "a, b and c". */
export function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
