// Words of people, machines and files inside our Markdown: shown as they are, never read as markup, never more than one line.

/** At most so many rows of a table are written; the rest is counted. */
const ROWS_MAX = 50;
const TEXT_CHARS_MAX = 300;

/** Free text for a paragraph or a table cell; '' becomes "-". */
export function plain(text: string): string {
  const words = oneLine(text);
  // An underscore inside a word is no markup, so names of things stay readable in the source.
  return words === '' ? '-' : words.replaceAll(/[\\`*[\]<>|~&#$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, String.raw`\$&`);
}

/** A name or node set as code, also inside a table; '' becomes "-". */
export function code(text: string): string {
  const words = oneLine(text, Number.POSITIVE_INFINITY);
  if (words === '') return '-';
  const longest = Math.max(0, ...(words.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${words.replaceAll('|', String.raw`\|`)}${pad}${fence}`;
}

/** A table of cells that are Markdown already. A column that starts with ">" is right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = head.map((name) => name.replace(/^>/, ''));
  const rule = head.map((name) => (name.startsWith('>') ? '---:' : '---'));
  const shown = rows.slice(0, ROWS_MAX).map(line);
  const more = rows.length > ROWS_MAX ? ['', `And ${rows.length - ROWS_MAX} more: \`retro --format json\` lists all.`] : [];
  return [line(names), line(rule), ...shown, ...more].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Control, format and line-separating characters would break the table, or the terminal that shows the source. */
function oneLine(text: string, charsMax = TEXT_CHARS_MAX): string {
  const words = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return words.length <= charsMax ? words : `${words.slice(0, charsMax - 1)}…`;
}
