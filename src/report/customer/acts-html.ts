// What the customer may do, as plain forms: each says its effect before its button, and sends the proof that it came from this page.
import { showMinutes } from '../../chart/scale.ts';
import { showCount } from '../../std/share.ts';
import { markup, type Markup } from '../html.ts';
import type { ChoiceOffer, ChoiceTimes, CustomerPage, RecallOffer, ReleaseOffer } from './page-data.ts';
import { nodesWords } from './page-pieces.ts';
import type { ReaderClock } from './reader-clock.ts';

/** Where the forms go, beside the page; the button says what: field `kind`. */
const ACTION = './acts';
const TEXT_MAX = 2_000;

const JOBS = {
  wait: 'Jobs on them are left to end by themselves; none is stopped.',
  requeue: 'Jobs that do not end in time are stopped and queued again, if you agreed to that.',
  hold: 'A node with a job waits until the maintenance team has spoken with you.',
} as const satisfies Record<ReleaseOffer['jobs'], string>;

export function actsHtml(page: CustomerPage, clock: ReaderClock): Markup[] {
  const { release, counter, recall, choice } = page.offers;
  const forms = [
    ...(release ? [releaseForm(page, release)] : []),
    ...(choice ? [choiceForm(page, choice, clock)] : []),
    ...(recall ? [recallForm(page, recall)] : []),
    ...(counter ? [counterForm(page, counter, clock)] : []),
  ];
  if (forms.length === 0) return [markup`<p class="none">Nothing is left for you to decide.</p>\n`];
  const stop =
    page.refreshSeconds === null
      ? markup``
      : markup`<p>This page reloads by itself and would lose what you type: <a href="./#acts">stop that before you write</a>.</p>\n`;
  return [stop, ...forms];
}

function releaseForm(page: CustomerPage, { nodes, released, jobs }: ReleaseOffer): Markup {
  const done = released === 0 ? '' : ` ${nodesWords(released)} released already.`;
  return formHtml(page, 'Release nodes', [
    markup`<p>You hand over the nodes named here: each may be emptied and worked on once the window is open. ${JOBS[jobs]} You can recall them.${done}</p>\n`,
    field(
      'release-targets',
      'Nodes to release',
      markup`<textarea id="release-targets" name="targets" rows="2" required>${nodes.nodes}</textarea>`,
    ),
    wordsField('release-text'),
    button('release', 'Release these nodes'),
  ]);
}

function counterForm(page: CustomerPage, { from, to }: { from: number | null; to: number | null }, clock: ReaderClock): Markup {
  const moment = (id: 'from' | 'to', label: string, at: number | null): Markup =>
    field(
      `counter-${id}`,
      `${label} (${clock.zone})`,
      markup`<input id="counter-${id}" name="${id}" type="datetime-local" required value="${clock.field(at)}">`,
    );
  return formHtml(page, 'Propose another window', [
    markup`<p>Nothing changes by this alone. The maintenance team sees your window, plans for it and answers here; until then the present one stands.</p>\n`,
    markup`<div class="beside">${moment('from', 'From', from)}${moment('to', 'To', to)}</div>\n`,
    wordsField('counter-text'),
    button('counter', 'Propose this window'),
  ]);
}

function recallForm(page: CustomerPage, recall: RecallOffer): Markup {
  return formHtml(page, 'Recall capacity', [
    markup`<p>You get capacity back instead of going on. The fastest safe order:</p>\n<ol>${recallSteps(recall)}</ol>\n<p>${recallLeaves(recall)}</p>\n`,
    field(
      'recall-targets',
      'Nodes to recall (leave empty for all)',
      markup`<textarea id="recall-targets" name="targets" rows="1"></textarea>`,
    ),
    wordsField('recall-text'),
    button('recall', 'Recall'),
  ]);
}

function recallSteps({ untouched, unchanged, wayBack, wayBackMin, onward, repair }: RecallOffer): Markup[] {
  const about = wayBackMin === null ? 'how long that takes was never measured' : `about ${showMinutes(wayBackMin)} each, many at once`;
  const steps: [number, string][] = [
    [untouched, 'not taken yet: at once. They stay in service with the old version.'],
    [unchanged, 'empty but unchanged: as soon as the step under way has ended. In service with the old version.'],
    [wayBack, `changed: the old version is put back and looked at (${about}), then in service.`],
    [onward, 'changed with no way back: they go on to the new version, are checked, then in service.'],
    [repair, 'waiting for a repair: a recall makes these no faster.'],
  ];
  return steps.filter(([count]) => count > 0).map(([count, words]) => markup`<li>${nodesWords(count)} ${words}</li>`);
}

function recallLeaves({ returned, onward, untouched, unchanged, wayBack }: RecallOffer): string {
  const fresh = returned + onward;
  const old = untouched + unchanged + wayBack;
  const mixed =
    fresh > 0 && old > 0
      ? `It leaves ${showCount(fresh)} on the new version and ${showCount(old)} on the old one; keep jobs to one sort.`
      : `It leaves all of them on ${fresh > 0 ? 'the new' : 'the old'} version.`;
  return `${mixed} What was recalled needs another window later.`;
}

function choiceForm(page: CustomerPage, choice: ChoiceOffer, clock: ReaderClock): Markup {
  const { nodes, chosen } = choice;
  const sooner = markup`<p>Nodes return as soon as they run the new version; no check of their health is run. ${riskWords(choice)}</p>\n`;
  const later = markup`<p>Each node returns after it has passed its checks. Faults that these can find do not reach your jobs.</p>\n`;
  return formHtml(page, 'Sooner, or validated', [
    markup`<p>It is about the ${nodesWords(nodes)} ${page.phase === 'planned' || page.phase === 'waiting' ? 'of this maintenance' : 'not back yet'}. ${chosen === null ? 'Without a word from you they are validated.' : 'You can choose again; nodes already back stay as they are.'}</p>\n`,
    markup`<div class="options">
${option('Sooner, unvalidated', choice.sooner, clock, sooner, 'sooner-unvalidated', chosen)}${option('Later, validated', choice.later, clock, later, 'later-validated', chosen)}</div>\n`,
  ]);
}

function option(
  title: string,
  times: ChoiceTimes,
  clock: ReaderClock,
  words: Markup,
  kind: 'sooner-unvalidated' | 'later-validated',
  chosen: ChoiceOffer['chosen'],
): Markup {
  return markup`<div><h4>${title}${chosen === kind ? ' (your choice)' : ''}</h4>
<p class="time"><strong>95 % back ${timeWords(times.likelyAt, times.likelyMin, clock)}</strong><br>in nine of ten cases by ${timeWords(times.lateAt, times.lateMin, clock)}</p>
${words}${button(kind, `Choose ${title.toLowerCase()}`)}</div>\n`;
}

function timeWords(at: number | null, min: number | null, clock: ReaderClock): string {
  if (at !== null) return clock.short(at);
  return min === null ? 'at a time not known' : `${showMinutes(min)} after the first node leaves`;
}

function riskWords({ faulty, seen, nodes }: ChoiceOffer): string {
  if (faulty === null) return 'How many faults the checks would find was never measured here, so the risk is not known.';
  const basis = seen === 0 ? 'an assumption, never measured here' : `measured on ${nodesWords(seen)}`;
  const share = faulty < 0.95 ? faulty.toFixed(1) : String(Math.round(faulty));
  return `The risk: about ${share} of ${showCount(nodes)} would come back with a fault that the checks find (${basis}). One such node can stop a job over all of them.`;
}

function formHtml({ csrf }: CustomerPage, title: string, body: readonly Markup[]): Markup {
  return markup`<form method="post" action="${ACTION}" accept-charset="utf-8" autocomplete="off">
<h3>${title}</h3>
<input type="hidden" name="csrf" value="${csrf}">
${body}</form>\n`;
}

function field(id: string, label: string, input: Markup): Markup {
  return markup`<p class="field"><label for="${id}">${label}</label>${input}</p>\n`;
}

function wordsField(id: string): Markup {
  return field(
    id,
    'Words for the maintenance team (may stay empty)',
    markup`<textarea id="${id}" name="text" rows="2" maxlength="${TEXT_MAX}"></textarea>`,
  );
}

function button(kind: string, words: string): Markup {
  return markup`<p><button type="submit" name="kind" value="${kind}">${words}</button></p>\n`;
}
