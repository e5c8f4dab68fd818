// What was said: updates of the maintenance team, every estimate ever given, and the customer's own acts.
import { showMinutes } from '../../chart/scale.ts';
import { markup, type Markup } from '../html.ts';
import type { CustomerPage, Eta, EtaKind, WordKind } from './page-data.ts';
import { tableHtml } from './page-pieces.ts';
import type { ReaderClock } from './reader-clock.ts';

const GIVEN = { told: 'told to you', start: 'when the work began', now: 'the latest' } as const satisfies Record<EtaKind, string>;

const ACTS = {
  release: 'You released',
  counter: 'You proposed another window',
  recall: 'You recalled',
  'sooner-unvalidated': 'You chose sooner, unvalidated',
  'later-validated': 'You chose later, validated',
} as const satisfies Record<WordKind, string>;

export function updatesHtml({ updates }: CustomerPage, clock: ReaderClock): Markup[] {
  if (updates.length === 0) return [markup`<p class="none">None yet.</p>\n`];
  const items = updates.map(
    ({ at, text }) => markup`<li><p class="when">${clock.moment(at)}, the maintenance team</p>\n${paragraphs(text)}</li>\n`,
  );
  return [markup`<ol class="words">\n${items}</ol>\n`];
}

export function saidHtml({ said }: CustomerPage, clock: ReaderClock): Markup[] {
  const items = said.map(
    ({ at, kind, targets, window, text }) =>
      markup`<li><p class="when">${clock.moment(at)}</p>\n<p>${ACTS[kind]}${targets === '' ? markup`` : markup`: <code>${targets}</code>`}${window === null ? '' : `: ${clock.span(window.from, window.to)}`}</p>\n${paragraphs(text)}</li>\n`,
  );
  return [markup`<ol class="words">\n${items}</ol>\n`];
}

export function etasHtml({ etas }: CustomerPage, clock: ReaderClock): Markup[] {
  if (etas.length === 0) return [markup`<p class="none">No estimate has been given yet.</p>\n`];
  const rows = etas.map((eta) => [
    clock.moment(eta.at),
    GIVEN[eta.kind],
    ...eta.likelyAt.map((at) => clock.moment(at)),
    clock.moment(eta.late95At),
    moved(eta),
  ]);
  return [
    markup`<p>Likely: half of the rehearsed cases are back by then. The last column says how far the estimate for 95 % moved each time.</p>\n`,
    tableHtml(
      'Every estimate given, oldest first',
      ['given', 'how', '50 %', '75 %', '95 %, likely', '95 %, nine of ten', '95 % moved'],
      rows,
    ),
  ];
}

function moved({ movedMin }: Eta): Markup {
  if (movedMin === null) return markup`-`;
  if (movedMin === 0) return markup`not at all`;
  return movedMin > 0 ? markup`<strong class="later">${showMinutes(movedMin)} later</strong>` : markup`${showMinutes(-movedMin)} sooner`;
}

function paragraphs(text: string): Markup[] {
  const parts = text.split(/\n\s*\n/).filter((part) => part.trim() !== '');
  return parts.map((part) => markup`<p>${part.split('\n').map((line, i) => markup`${i === 0 ? '' : markup`<br>`}${line}`)}</p>\n`);
}
