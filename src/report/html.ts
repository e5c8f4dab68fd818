// HTML in which nothing can be forgotten: every value put into a template is escaped, unless it is markup that came out of a template.

/** HTML that is whole and safe. Made by `markup` alone, and by `trusted` for what our own code has drawn. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** A tagged template: markup`<p>${text}</p>`. Strings and numbers are escaped, markup and lists of it stand as they are. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { html: parts.map((part, i) => `${part}${i < values.length ? shown(values[i] ?? '') : ''}`).join('') };
}

/** Markup of our own code that has escaped already, such as a drawing of src/chart. Never for words of others. */
export function trusted(html: string): Markup {
  return { html };
}

/** For text and for attributes in quotes; control characters, and those that turn the direction of text, become spaces. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function shown(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return escapeHtml(String(value));
  return 'html' in value ? value.html : value.map((each) => each.html).join('');
}
