// Small pieces that all parts of the customer's page are made of: sections, figures, tables, node sets to copy.
import { showCount } from '../../std/share.ts';
import { markup, type Markup } from '../html.ts';
import type { NodeSetCount } from './page-data.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: readonly Markup[];
}

export function sectionHtml({ id, title, body }: Section): Markup {
  return markup`<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${body}</section>\n`;
}

/** Its first column names the row. `about` is read out, not shown. */
export function tableHtml(about: string, head: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  const body = rows.map(
    (row) => markup`<tr>${row.map((cell, i) => (i === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td>${cell}</td>`))}</tr>\n`,
  );
  return markup`<div class="wide" tabindex="0" role="group" aria-label="${about}"><table>
<caption>${about}</caption>
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${body}</tbody></table></div>\n`;
}

/** A folded set in a frame: one click marks it all, a long one scrolls. */
export function copySet({ nodes, count }: NodeSetCount, about: string): Markup {
  if (count === 0) return markup`<p class="none">none</p>\n`;
  return markup`<pre class="set" tabindex="0" role="group" aria-label="${about}: node set to copy">${nodes}</pre>\n`;
}

/** "1 node", "1,024 nodes". */
export function nodesWords(count: number): string {
  return counted(count, 'node');
}

export function counted(count: number, thing: string): string {
  const many = /(?:s|x|ch|sh)$/.test(thing) ? `${thing}es` : `${thing}s`;
  return `${showCount(count)} ${count === 1 ? thing : many}`;
}
