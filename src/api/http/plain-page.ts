// A page of the server's own, for what the console cannot say: no scripts, nothing from elsewhere, light and dark.

/** `body` is HTML; the title is text. */
export function plainPage(title: string, body: readonly string[], style = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</main>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

const ESCAPES: { readonly [char: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#c9ced6, #39404a); --soft: light-dark(#f3f5f8, #1b2028); --accent: light-dark(#0b5cad, #6accff); }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#fff, #0f1217); color: light-dark(#14181f, #e6e9ee); }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
a { color: var(--accent); } code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
summary { min-height: 1.75rem; align-content: center; cursor: pointer; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; }
`;
