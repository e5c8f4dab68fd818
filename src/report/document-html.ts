// A report as one HTML file that needs nothing else: no script, no font, no picture from outside. It prints, and it follows light and dark.
import type { Block, Document, Figure, Span, Table, Words } from './document.ts';
import { markup, trusted, type Markup } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';

/** What is refused even if something slipped in: only the page's own styles are allowed. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const ROWS_MAX = 500;
/** A cell of so few characters is one line: a date, a clock, a name. One of so many gets the room of a sentence. */
const SHORT_CHARS = 12;
const LONG_CHARS = 28;
const NO_BREAK = '\u00A0';

/** `kind`: the word above the title, e.g. "Proposal". */
export function documentHtml({ title, lead, sections, whole }: Document, kind: string): string {
  const numbered = sections.map((section, i) => ({ ...section, id: `s${i + 1}` }));
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p class="kind">${kind}</p>
<h1>${title}</h1>
</header>
<nav aria-label="Contents">
<ol>
${numbered.map((section) => markup`<li><a href="#${section.id}">${section.title}</a></li>\n`)}</ol>
</nav>
<main id="content">
${blocksHtml(lead, whole)}${numbered.map((section) => sectionHtml(section.id, section.title, blocksHtml(section.blocks, whole)))}</main>
</body>
</html>
`;
  return page.html;
}

function sectionHtml(id: string, title: string, content: readonly Markup[]): Markup {
  return markup`<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${content}</section>\n`;
}

function blocksHtml(blocks: readonly Block[], whole: string): Markup[] {
  return blocks.map((block) => markup`${blockHtml(block, whole)}\n`);
}

function blockHtml(block: Block, whole: string): Markup {
  if (block.kind === 'paragraph') return markup`<p>${wordsHtml(block.words)}</p>`;
  if (block.kind === 'heading') return markup`<h3>${block.title}</h3>`;
  if (block.kind === 'list') return markup`<ul>${block.items.map((item) => markup`<li>${wordsHtml(item)}</li>`)}</ul>`;
  if (block.kind === 'chart') return markup`<figure tabindex="0" role="group" aria-label="Chart">${trusted(block.svg)}</figure>`;
  if (block.kind === 'table') return tableHtml(block, whole);
  return markup`<dl class="figures">${block.items.map(figureHtml)}</dl>`;
}

function figureHtml({ label, value, note }: Figure): Markup {
  return markup`<div><dt>${label}</dt><dd><strong>${bound(value)}</strong><span>${bound(note)}</span></dd></div>`;
}

/** The first column names the row. A wide table scrolls in its own frame, which the keyboard reaches. */
function tableHtml({ about, head, rows }: Table, whole: string): Markup {
  const kinds = head.map((name) => (name.startsWith('>') ? 'number' : 'words'));
  const cell = (words: Words, column: number): Markup => {
    const kind = `${kinds[column] ?? 'words'}${lengthKind(words)}`;
    return column === 0
      ? markup`<th scope="row" class="${kind}">${wordsHtml(words)}</th>`
      : markup`<td class="${kind}">${wordsHtml(words)}</td>`;
  };
  const names = head.map((name, column) =>
    name === '' ? markup`<td></td>` : markup`<th scope="col" class="${kinds[column] ?? 'words'}">${name.replace(/^>/, '')}</th>`,
  );
  const body = rows.slice(0, ROWS_MAX).map((row) => markup`<tr>${row.map(cell)}</tr>\n`);
  const more = rows.length > ROWS_MAX ? markup`\n<p>And ${rows.length - ROWS_MAX} more: <code>${whole}</code> lists all.</p>` : markup``;
  return markup`<div class="wide" tabindex="0" role="group" aria-label="${about}"><table>
<caption>${about}</caption>
<thead><tr>${names}</tr></thead>
<tbody>
${body}</tbody></table></div>${more}`;
}

function lengthKind(words: Words): '' | ' short' | ' long' {
  if (typeof words !== 'string') return '';
  return words.length <= SHORT_CHARS ? ' short' : words.length > LONG_CHARS ? ' long' : '';
}

function wordsHtml(words: Words): Markup {
  const text = typeof words === 'string' ? markup`${bound(words)}` : markup`${words.map(spanHtml)}`;
  return text.html.trim() === '' ? markup`-` : text;
}

function spanHtml(span: Span): Markup {
  if (typeof span === 'string') return markup`${bound(span)}`;
  if ('code' in span) return span.code === '' ? markup`-` : markup`<code>${span.code}</code>`;
  return 'strong' in span ? markup`<strong>${bound(span.strong)}</strong>` : markup`<em class="unseen">${span.unseen}</em>`;
}

/** "2 h 35 min" stays on one line, however narrow its column, and so do "to 3 h" and "(37 to 45 min)". */
function bound(text: string): string {
  return text
    .replaceAll(/(?<=\d) (?=(?:ms|s|min|h|d|%|×)(?![\p{L}\d]))/gu, NO_BREAK)
    .replaceAll(/(?<=\d\u00A0[dh]) (?=\d+\u00A0(?:h|min)(?![\p{L}\d]))/gu, NO_BREAK)
    .replaceAll(/(?<=\d\u00A0(?:ms|s|min|h|d)) to (?=-?\d)/gu, ` to${NO_BREAK}`)
    .replaceAll(/\([^\s()]+(?:\u00A0(?:s|min))? to[ \u00A0]\S+\u00A0(?:s|min)\)/gu, (interval) => interval.replaceAll(' ', NO_BREAK));
}
