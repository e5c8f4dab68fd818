// The customer's page: one HTML file without scripts that says when their capacity is back, what changed, and lets them act. Data in, text out.
import { markup, trusted, type Markup } from '../html.ts';
import { PAGE_STYLE } from '../page-style.ts';
import { actsHtml } from './acts-html.ts';
import { breakersHtml, changesHtml } from './changes-html.ts';
import { CUSTOMER_STYLE } from './customer-style.ts';
import { curveHtml, figuresHtml, standingSentence } from './figures-html.ts';
import { nodesHtml } from './nodes-html.ts';
import type { CustomerPage, Phase } from './page-data.ts';
import { sectionHtml, type Section } from './page-pieces.ts';
import { readerClock, type ReaderClock } from './reader-clock.ts';
import { etasHtml, saidHtml, updatesHtml } from './words-html.ts';

/** Only the page's own styles, and forms to where it came from. The server sends the same as a header, with frame-ancestors. */
const CUSTOMER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'";

const PHASE_WORDS = {
  planned: 'Planned',
  waiting: 'Ready, not begun on your nodes',
  'under way': 'Under way',
  returned: 'Capacity returned, stragglers open',
  settled: 'Finished',
  aborted: 'Stopped',
} as const satisfies Record<Phase, string>;

/** Links and forms are relative (`./nodes.txt?state=returned`, `./acts`): the page must stand at an address that ends in a slash. */
export function customerPageHtml(page: CustomerPage): string {
  const clock = readerClock(page.zone, page.now);
  const sections = sectionsOf(page, clock);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CUSTOMER_POLICY}">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
${refreshHtml(page)}<title>${PHASE_WORDS[page.phase]}: ${page.title}, ${page.customer}</title>
<style>${trusted(PAGE_STYLE + CUSTOMER_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p class="kind">Maintenance for ${page.customer}: ${PHASE_WORDS[page.phase]}</p>
<h1>${page.title}</h1>
</header>
<nav aria-label="Contents">
<ol>
${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>\n`)}</ol>
</nav>
<main id="content">
${noticeHtml(page)}<p class="standing">${standingSentence(page, clock)}</p>
${asOfHtml(page, clock)}${figuresHtml(page, clock)}${curveHtml(page, clock)}${sections.map(sectionHtml)}</main>
<footer>This link works until ${clock.full(page.expiresAt)} (${clock.zone}). Whoever has it can see and do what is on this page: pass it on with care.</footer>
</body>
</html>
`.html;
}

/** Before the work, what is to be decided comes first; from then on, which nodes are back. */
function sectionsOf(page: CustomerPage, clock: ReaderClock): Section[] {
  const acts = { id: 'acts', title: 'What you can do', body: actsHtml(page, clock) };
  const nodes = { id: 'nodes', title: 'Your nodes', body: nodesHtml(page) };
  const isBefore = page.phase === 'planned' || page.phase === 'waiting';
  return [
    { id: 'what', title: 'What, why, when', body: [factsHtml(page, clock)] },
    { id: 'updates', title: 'Updates', body: updatesHtml(page, clock) },
    ...(isBefore ? [acts, nodes] : [nodes, acts]),
    { id: 'changes', title: 'What changes', body: changesHtml(page) },
    { id: 'jobs', title: 'What may break a job', body: breakersHtml(page) },
    { id: 'estimates', title: 'Every estimate given', body: etasHtml(page, clock) },
    ...(page.said.length === 0 ? [] : [{ id: 'said', title: 'What you asked for', body: saidHtml(page, clock) }]),
  ];
}

/** Goes to the page itself, so that the answer to a form is not sent again. */
function refreshHtml({ refreshSeconds }: CustomerPage): Markup {
  return refreshSeconds === null ? markup`` : markup`<meta http-equiv="refresh" content="${refreshSeconds}; url=./?refresh=on">\n`;
}

function noticeHtml({ notice }: CustomerPage): Markup {
  if (!notice) return markup``;
  const [role, word] = notice.kind === 'done' ? ['status', 'Done'] : ['alert', 'Not done'];
  return markup`<div class="notice ${notice.kind}" role="${role}"><strong>${word}:</strong> ${notice.text}</div>\n`;
}

function asOfHtml({ now, phase, refreshSeconds }: CustomerPage, clock: ReaderClock): Markup {
  const self =
    phase !== 'under way'
      ? markup``
      : refreshSeconds === null
        ? markup` | <a href="./?refresh=on">reload by itself every minute</a>`
        : markup` | reloads by itself every ${refreshSeconds} seconds: <a href="./">stop that</a>`;
  const here = refreshSeconds === null ? './' : './?refresh=on';
  return markup`<p class="asof">As of ${clock.full(now)}. All times are those of ${clock.zone} (${clock.offset}). <span class="controls"><a href="${here}">refresh</a>${self}</span></p>\n`;
}

function factsHtml(page: CustomerPage, clock: ReaderClock): Markup {
  const rows: [string, Markup][] = [
    [
      'What',
      markup`${page.title} on ${page.clusters.join(', ') || 'your clusters'}: ${page.changes.map(({ component }) => component).join(', ') || 'no new versions'}`,
    ],
    ['Why', markup`${page.why ?? 'Not written down. Ask the maintenance team.'}`],
    [
      'When',
      page.windows.length === 0
        ? markup`No window is agreed yet.`
        : markup`${page.windows.map(({ cluster, from, to }, i) => markup`${i === 0 ? '' : markup`<br>`}${cluster}: ${clock.span(from, to)}`)}`,
    ],
    ...(page.firstDrainAt === null
      ? []
      : [['Began', markup`${clock.moment(page.firstDrainAt)}, when the first of your nodes left service`] satisfies [string, Markup]]),
    ...(page.contact === null ? [] : [['Ask', markup`${page.contact}`] satisfies [string, Markup]]),
  ];
  return markup`<dl class="facts">${rows.map(([name, words]) => markup`<dt>${name}</dt><dd>${words}</dd>`)}</dl>\n`;
}
