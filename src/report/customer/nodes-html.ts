// The customer's nodes as sets to paste into a job script, and where the same stands for programs.
import { markup, type Markup } from '../html.ts';
import { NODE_LISTS, type CustomerPage, type Doing, type NodeList } from './page-data.ts';
import { copySet, nodesWords } from './page-pieces.ts';

const LISTS = {
  returned: { title: 'Returned', says: 'In service again. Safe to send jobs to.' },
  out: { title: 'Still out', says: 'Left service, not back yet. Leave them out.' },
  untouched: { title: 'Never touched', says: 'In the plan, and as they were.' },
  'not-taken': { title: 'Not part of it', says: 'Yours, but out of service when the work began, or not in the plan.' },
} as const satisfies Record<NodeList, { title: string; says: string }>;

const DOINGS = {
  emptying: 'waiting for your jobs to end',
  queued: 'empty, waiting for the next step',
  updating: 'being updated',
  restarting: 'restarting',
  checking: 'being checked',
  held: 'stopped by the maintenance team',
  repair: 'waiting for a repair',
} as const satisfies Record<Doing, string>;

export function nodesHtml(page: CustomerPage): Markup[] {
  const lists = NODE_LISTS.filter((list) => list !== 'not-taken' || page.nodes[list].count > 0);
  return [
    markup`<p>Folded as ClusterShell and Slurm write them. For programs: <a href="./nodes.json">nodes.json</a>, or one set a file below.</p>\n`,
    ...lists.map((list) => listHtml(page, list)),
  ];
}

function listHtml(page: CustomerPage, list: NodeList): Markup {
  const { title, says } = LISTS[list];
  const set = page.nodes[list];
  const more = list === 'returned' ? checkedHtml(page) : list === 'out' ? doingHtml(page) : [];
  const file = `./nodes.txt?state=${list}`;
  return markup`<h3>${title}: ${nodesWords(set.count)}</h3>
<p>${says} <a href="${file}">nodes.txt: ${title.toLowerCase()}</a></p>
${copySet(set, title)}${more}`;
}

/** Validated or not, node by node, where that differs. */
function checkedHtml({ validated, unvalidated }: CustomerPage): Markup[] {
  if (validated.count + unvalidated.count === 0) return [];
  if (unvalidated.count === 0) return [markup`<p>All of them passed every check after the last change to them.</p>\n`];
  return [
    markup`<p>${nodesWords(validated.count)} validated: passed every check after the last change to them.</p>\n`,
    ...(validated.count === 0 ? [] : [copySet(validated, 'Returned and validated')]),
    markup`<p><strong>${nodesWords(unvalidated.count)} returned unvalidated</strong>: in service, but not every check was run. Try them before a large job.</p>\n`,
    copySet(unvalidated, 'Returned, not validated'),
  ];
}

function doingHtml({ doing }: CustomerPage): Markup[] {
  return doing.map((each) =>
    doing.length === 1
      ? markup`<p>All of them: ${DOINGS[each.doing]}.</p>\n`
      : markup`<p class="part">${nodesWords(each.nodes.count)} ${DOINGS[each.doing]}</p>\n${copySet(each.nodes, DOINGS[each.doing])}`,
  );
}
