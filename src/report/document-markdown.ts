// A report as Markdown, for pull requests, wikis and terminals. Charts are drawn in characters.
import type { Block, Document, Span, Words } from './document.ts';
import { code, fenced, inline, plain, table } from './markdown.ts';

export function documentMarkdown({ title, lead, sections, whole }: Document): string {
  const parts = [
    `# ${plain(title)}`,
    ...lead.flatMap((block) => blockMarkdown(block, whole)),
    ...sections.flatMap((section) => [`## ${plain(section.title)}`, ...section.blocks.flatMap((block) => blockMarkdown(block, whole))]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function blockMarkdown(block: Block, whole: string): string[] {
  if (block.kind === 'paragraph') return [lineStart(wordsMarkdown(block.words))];
  if (block.kind === 'heading') return [`### ${plain(block.title)}`];
  if (block.kind === 'list') return block.items.length === 0 ? [] : [block.items.map((item) => `- ${wordsMarkdown(item)}`).join('\n')];
  if (block.kind === 'chart') return block.text.length === 0 ? [] : [fenced(block.text)];
  if (block.kind === 'table') return [rowsMarkdown(block.head, block.rows, whole)];
  const rows = block.items.map(({ label, value, note }): Words[] => [label, [{ strong: value }], note]);
  return [rowsMarkdown(['figure', '>value', 'note'], rows, whole)];
}

function rowsMarkdown(head: readonly string[], rows: readonly (readonly Words[])[], whole: string): string {
  const cells = rows.map((row) => row.map(wordsMarkdown));
  return table(head, cells, whole);
}

function wordsMarkdown(words: Words): string {
  if (typeof words === 'string') return plain(words);
  const text = words.map(spanMarkdown).reduce(beside, '').trim();
  return text === '' ? '-' : text;
}

/** Two fences that touch would be one longer fence, and two emphases another emphasis. */
function beside(before: string, after: string): string {
  return /[`*]$/.test(before) && /^[`*]/.test(after) ? `${before} ${after}` : `${before}${after}`;
}

function spanMarkdown(span: Span): string {
  if (typeof span === 'string') return inline(span);
  if ('code' in span) return code(span.code);
  return 'strong' in span ? `**${plain(span.strong)}**` : `*${plain(span.unseen)}*`;
}

/** A paragraph that begins like a list, a quotation or a heading would be one. */
function lineStart(text: string): string {
  return text.replace(/^([-+=]|\d+[.)])(?=\s|$|[-=])/, (start) =>
    /^\d/.test(start) ? start.replace(/[.)]$/, String.raw`\$&`) : `\\${start}`,
  );
}
