// Comma-separated text as RFC 4180 writes it, with the place of every cell; and the pipe-separated kind of Slurm's commands.
import { BadInputError, shorten } from './problem.ts';

export interface Cell {
  readonly text: string;
  /** Both from 1. */
  readonly line: number;
  readonly col: number;
}

/** Rows of trimmed cells; lines without anything on them are left out. Throws BadInputError for a quote that is not closed or stands wrongly. */
export function parseCsv(text: string, file: string): Cell[][] {
  return new CsvReader(text.replace(/^\uFEFF/, ''), file).rows();
}

/** Lines of cells between bars. Slurm quotes nothing, so a bar may also be part of a cell: the caller has to know. */
export function parseBars(text: string): Cell[][] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [barCells(line, i + 1)]));
}

/** The cell's column by its head; null: there is none, or the row is short. */
export function cellOf(row: readonly Cell[], head: readonly Cell[], name: string): Cell | null {
  const at = head.findIndex(({ text }) => text.toLowerCase() === name.toLowerCase());
  return at < 0 ? null : (row[at] ?? null);
}

function barCells(line: string, lineNumber: number): Cell[] {
  let col = 1;
  return line.split('|').map((part) => {
    const cell = { text: part.trim(), line: lineNumber, col: col + (part.length - part.trimStart().length) };
    col += part.length + 1;
    return cell;
  });
}

class CsvReader {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  rows(): Cell[][] {
    const rows: Cell[][] = [];
    while (this.#at < this.#text.length) {
      const row = this.#row();
      if (row.some(({ text }) => text !== '')) rows.push(row);
    }
    return rows;
  }

  /** One record and the line break after it. */
  #row(): Cell[] {
    const cells = [this.#cell()];
    while (this.#text[this.#at] === ',') {
      this.#at++;
      cells.push(this.#cell());
    }
    if (this.#text[this.#at] === '\r') this.#at++;
    if (this.#text[this.#at] === '\n') this.#newLine();
    return cells;
  }

  #cell(): Cell {
    while (this.#text[this.#at] === ' ') this.#at++;
    const place = { line: this.#line, col: this.#at - this.#lineStart + 1 };
    if (this.#text[this.#at] === '"') return { text: this.#quoted(place), ...place };
    const from = this.#at;
    while (this.#at < this.#text.length && !',\n'.includes(this.#text[this.#at] as string)) this.#at++;
    return { text: this.#text.slice(from, this.#at).trim(), ...place };
  }

  #quoted(place: { line: number; col: number }): string {
    let text = '';
    for (this.#at++; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#fault(place, text, 'a quote that is opened and never closed', 'close it with "');
      if (character === '"' && this.#text[this.#at + 1] !== '"') break;
      if (character === '"') this.#at++;
      if (character === '\n') this.#countLine();
      text += character;
    }
    this.#at++;
    const rest = /^[^,\r\n]*/.exec(this.#text.slice(this.#at, this.#at + 200))?.[0] ?? '';
    if (rest.trim() !== '') {
      const col = this.#at - this.#lineStart + 1;
      throw this.#fault({ line: this.#line, col }, rest, 'stands behind a closed quote', 'write "" for a quote inside of one');
    }
    this.#at += rest.length;
    return text.trim();
  }

  #newLine(): void {
    this.#countLine();
    this.#at++;
  }

  #countLine(): void {
    this.#line++;
    this.#lineStart = this.#at + 1;
  }

  #fault({ line, col }: { line: number; col: number }, value: string, why: string, mend: string): BadInputError {
    return new BadInputError([{ file: this.#file, line, col, value: shorten(value), why, mend }]);
  }
}
