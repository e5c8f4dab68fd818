// Words of people, machines and files inside our Markdown: shown as they are, never read as markup, never more than one line.
import { oneLine } from '../chart/cells.ts';

/** At most so many rows of a table are written; the rest is counted. */
const ROWS_MAX = 50;

/** Free text for a paragraph or a table cell; '' becomes "-". */
export function plain(text: string): string {
  const words = oneLine(text);
  return words === '' ? '-' : escaped(words);
}

/** A name or node set as code, also inside a table; '' becomes "-". */
export function code(text: string): string {
  const words = oneLine(text);
  if (words === '') return '-';
  const longest = Math.max(0, ...(words.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${words.replaceAll('|', String.raw`\|`)}${pad}${fence}`;
}

/** Words beside others: unlike plain(), spaces at their ends stay, and nothing stays nothing. */
export function inline(text: string): string {
  const words = oneLine(text);
  if (words === '') return text === '' ? '' : ' ';
  return `${/^\s/.test(text) ? ' ' : ''}${escaped(words)}${/\s$/.test(text) ? ' ' : ''}`;
}

/** A table of cells that are Markdown already, cut when it is long; `whole` says where all of it is. A column that starts with ">" is right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], whole: string): string {
  const names = head.map((name) => name.replace(/^>/, ''));
  const rule = head.map((name) => (name.startsWith('>') ? '---:' : '---'));
  const shown = rows.slice(0, ROWS_MAX).map(line);
  const more = rows.length > ROWS_MAX ? ['', `And ${rows.length - ROWS_MAX} more: \`${whole}\` lists all.`] : [];
  return [line(names), line(rule), ...shown, ...more].join('\n');
}

/** Lines as they are, in a fence that nothing inside can close. */
export function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((text) => text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** An underscore inside a word is no markup, so names of things stay readable in the source. */
function escaped(words: string): string {
  return words.replaceAll(/[\\`*[\]<>|~&#$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, String.raw`\$&`);
}
