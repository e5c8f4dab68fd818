// What stands where a customer's link does not work. A link that never was, was forged, or was closed reads the same: nobody learns which.
import { markup, trusted } from '../html.ts';
import { PAGE_STYLE } from '../page-style.ts';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** expired: the link was genuine, so its holder may know that its time is over. unknown: everything else. `contact` is whom to ask. */
export function goneHtml(why: 'expired' | 'unknown', contact: string | null): string {
  const title = why === 'expired' ? 'This link has expired' : 'There is nothing here';
  const words =
    why === 'expired'
      ? 'The page behind it may still be there, but this link no longer opens it.'
      : 'The link may be incomplete, or it is not valid. Check that all of it was copied.';
  const ask = `For a new link, ask ${contact ?? 'the maintenance team, where you got this one'}.`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(`${PAGE_STYLE}main{grid-column:1/-1}`)}</style>
</head>
<body>
<header>
<p class="kind">Maintenance</p>
<h1>${title}</h1>
</header>
<main>
<p>${words}</p>
<p>${ask}</p>
</main>
</body>
</html>
`.html;
}
