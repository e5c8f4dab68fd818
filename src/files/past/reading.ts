// One reading of a record of the past: what cannot be used at all is a problem and refuses the file; what is odd is a remark, and said.
import type { Cell } from '../csv.ts';
import { BadInputError, shorten, suggest, type FileProblem } from '../problem.ts';

export class Reading {
  readonly file: string;
  /** IANA zone of times without one. */
  readonly zone: string;
  readonly remarks: FileProblem[] = [];
  readonly #problems: FileProblem[] = [];

  constructor(file: string, zone: string) {
    this.file = file;
    this.zone = zone;
  }

  refuse(cell: Cell, why: string, mend: string): void {
    this.#problems.push(this.#at(cell, why, mend));
  }

  remark(cell: Cell, why: string, mend = ''): void {
    this.remarks.push(this.#at(cell, why, mend));
  }

  /** Throws BadInputError with all that was refused. */
  done(): void {
    if (this.#problems.length > 0) throw new BadInputError(this.#problems);
  }

  #at({ line, col, text }: Cell, why: string, mend: string): FileProblem {
    return { file: this.file, line, col, value: shorten(text), why, mend };
  }
}

/** Where a table begins, for what is wrong with all of it. */
export function startOf(head: readonly Cell[]): Cell {
  return { ...(head[0] ?? { line: 1, col: 1 }), text: '' };
}

/** Refuses a head without all of `needed`, or with a name twice. Throws BadInputError. */
export function checkHead(reading: Reading, head: readonly Cell[], needed: readonly string[]): void {
  const names = head.map(({ text }) => text.toLowerCase());
  for (const [i, cell] of head.entries())
    if (names.indexOf(names[i] ?? '') < i) reading.refuse(cell, 'two columns of this name', 'name each column once');
  for (const name of needed)
    if (!names.includes(name)) reading.refuse(startOf(head), `there is no column ${name}`, 'add it, and its name to the first line');
  reading.done();
}

/** Remarks columns that nobody will read. */
export function remarkUnknown(reading: Reading, head: readonly Cell[], known: readonly string[]): void {
  for (const cell of head)
    if (!known.includes(cell.text.toLowerCase()))
      reading.remark(cell, 'an unknown column, not read', suggest(cell.text.toLowerCase(), known));
}

/** A row with more cells than the head has: most likely a comma that was meant to be inside of quotes. */
export function checkWidth(reading: Reading, head: readonly Cell[], row: readonly Cell[]): void {
  const extra = row[head.length];
  if (extra) reading.refuse(extra, `the row has ${row.length} cells, the head ${head.length}`, 'put cells with commas in double quotes');
}
