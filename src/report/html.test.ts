import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, markup, trusted } from './html.ts';

describe('html', () => {
  it('strings are escaped, HTML of templates is not, and nothing twice', () => {
    const name = `<b>"Tom" & 'Eve'</b>`;
    const inner = markup`<td title="${name}">${name}</td>`;
    const escaped = '&lt;b&gt;&quot;Tom&quot; &amp; &#39;Eve&#39;&lt;/b&gt;';
    expect(inner.html).toBe(`<td title="${escaped}">${escaped}</td>`);
    const row = markup`<tr>${inner}${[inner, markup`<td>${7}</td>`]}</tr>`;
    expect(row.html).toBe(`<tr>${inner.html}${inner.html}<td>7</td></tr>`);
    expect(markup`${trusted('<svg/>')}`.html).toBe('<svg/>');
  });

  it('any text leaves no sign that could open or close anything, and no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u);
        expect(escapeHtml(text).replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });
});
