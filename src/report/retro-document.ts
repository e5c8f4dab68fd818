// The retro as people read it at the end of a night: what came back and when, where the time went, what is still open, what was lost.
import { curveSvg } from '../chart/curve-svg.ts';
import { terminalCurve } from '../chart/terminal.ts';
import { foldNames, isNodeName } from '../core/fleet/nodeset.ts';
import type { JobsRetro, PhaseRetro, Retro } from '../core/retro/retro.ts';
import { showDuration } from '../std/duration.ts';
import type { JsonObject } from '../std/json.ts';
import { textOf } from '../std/json.ts';
import { showCount, showShare } from '../std/share.ts';
import { brief, joined, paragraph, table, tableOr, type Block, type Document, type Words } from './document.ts';
import { forecastSection } from './retro-forecast.ts';
import { documentOfOthers } from './retro-of-others.ts';

const MINUTE_MS = 60_000;
/** From here on nobody counts in minutes. */
const DAY_MIN = 1_440;
const CURVE = { widthChars: 96, heightChars: 15 } as const;
const HEADLINE_MARKS = ['50', '75', '95'] as const;
const ENDED = new Set(['settled', 'aborted']);

/** Minutes count from time zero, the first drain; absolute times are UTC. */
export function retroDocument(retro: Retro): Document {
  const own = ownDocument(retro);
  return retro.origin.kind === 'run' ? own : documentOfOthers(retro, own, marksSentence(retro, HEADLINE_MARKS));
}

function ownDocument(retro: Retro): Document {
  return {
    title: `Retro of ${retro.run}`,
    whole: 'retro --format json',
    lead: [headline(retro), facts(retro)],
    sections: [
      { title: 'Return curve', blocks: curveBlocks(retro) },
      ...forecastSection(retro),
      { title: 'Target against actual', blocks: [phaseBlock(retro.phases)] },
      { title: 'Gates', blocks: [gateBlock(retro)] },
      { title: 'Stragglers', blocks: stragglerBlocks(retro) },
      ...(retro.links.length > 0 ? [{ title: 'Links', blocks: linkBlocks(retro) }] : []),
      { title: 'Mopped up', blocks: moppedUpBlocks(retro) },
      {
        title: 'Rolled back',
        blocks: [
          retro.rolledBack === ''
            ? paragraph('Nothing was rolled back.')
            : paragraph('Returned with the version they had before: ', { code: retro.rolledBack }, '.'),
        ],
      },
      { title: 'Not taken', blocks: [notTakenBlock(retro)] },
      { title: 'Jobs and GPU-hours', blocks: [...jobBlocks(retro.jobs), lossBlock(retro)] },
      { title: 'Who said what', blocks: [peopleBlock(retro)] },
      { title: 'Leases', blocks: [leaseBlock(retro)] },
    ],
  };
}

function headline(retro: Retro): Block {
  const { baseline, returned, change } = retro;
  if (baseline === 0) return paragraph({ strong: `${change}: nothing was handed over, the baseline is empty.` });
  const strong = `${change}: ${showCount(returned)} of ${showCount(baseline)} returned (${showShare(returned, baseline)}).`;
  const open = ENDED.has(retro.state) ? '' : ` The run is still ${retro.state}: this is what happened so far.`;
  const short = retro.short ? ` The window closed short: the gate asked for ${showCount(retro.returnNeed)}.` : '';
  return paragraph({ strong }, ` ${marksSentence(retro, HEADLINE_MARKS)}${northStar(retro)}${short}${open}`);
}

/** "50 % were back after 28.0 min and 75 % after 35.5 min; 95 % never came." */
function marksSentence(retro: Retro, marks: readonly string[]): string {
  const reached = marks.flatMap((q) => (markOf(retro, q) === null ? [] : [`${q} % ${showMin(markOf(retro, q))}`]));
  const missed = marks.filter((q) => markOf(retro, q) === null).map((q) => `${q} %`);
  const back = joined(reached.map((words, i) => words.replace('%', i === 0 ? '% were back after' : '% after')));
  const not = missed.length === 0 ? '' : `${joined(missed)} ${neverWords(retro)}`;
  return `${[back, not].filter((words) => words !== '').join('; ')}.`;
}

function neverWords({ state, origin }: Retro): string {
  if (!ENDED.has(state)) return 'not yet';
  return { run: 'never came', watch: 'not while it was watched', import: 'not by the end of the record' }[origin.kind];
}

/** The north star is a time for the whole operation, measured where "done" is: at 95 %. */
function northStar(retro: Retro): string {
  const { northStarMin } = retro;
  if (northStarMin === null) return '';
  const actual = markOf(retro, '95');
  const goal = ` North star ${showMin(northStarMin)} for 95 %:`;
  if (actual === null) return `${goal} not reached.`;
  const off = showMin(Math.abs(actual - northStarMin));
  return actual <= northStarMin ? `${goal} met with ${off} to spare.` : `${goal} missed by ${off}.`;
}

function facts(retro: Retro): Block {
  const count = `, ${showCount(retro.targets)} ${retro.targets === 1 ? 'target' : 'targets'}`;
  const gate = `the return gate asked for ${showCount(retro.returnNeed)} of ${showCount(retro.baseline)}`;
  const zero = retro.timeZero === null ? 'never came' : iso(retro.timeZero);
  return {
    kind: 'list',
    items: [
      ['plan ', { code: retro.planId.slice(0, 12) }, `${count}; state ${retro.state}; ${gate}`],
      `created ${iso(retro.createdAt)}, time zero (first drain) ${zero}, last entry ${iso(retro.lastAt)}`,
    ],
  };
}

function curveBlocks(retro: Retro): Block[] {
  const { timeZero, baseline, northStarMin, curve, capacity } = retro;
  if (timeZero === null || baseline === 0) return [paragraph('Nothing was drained, so there is no return curve.')];
  const nowMin = (retro.lastAt - timeZero) / MINUTE_MS;
  const marks = northStarMin === null ? [] : [{ label: 'north star', min: northStarMin }];
  const fromZero = capacity.filter(([min]) => min >= 0);
  return [
    {
      kind: 'chart',
      svg: curveSvg({ title: `Return of ${retro.run}`, points: curve, capacity: fromZero, total: baseline, nowMin, marks }),
      text: terminalCurve({ points: curve, total: baseline, nowMin, marks, unit: 'returned', ...CURVE }),
    },
    paragraph(marksSentence(retro, ['99', '100'])),
  ];
}

function phaseBlock(phases: readonly PhaseRetro[]): Block {
  const head = [
    'step',
    '>target (prior median)',
    '>actual median',
    '>off by',
    '>P90',
    '>longest',
    '>ended well',
    '>failed',
    '>timed out',
    '>interrupted',
  ];
  const rows = phases.map((phase) => [
    phase.step,
    prior(phase),
    showLong(phase.medianMin),
    showOff(phase.offBy),
    showLong(phase.p90Min),
    showLong(phase.longestMin),
    showCount(phase.ended),
    showCount(phase.failed),
    showCount(phase.expired),
    showCount(phase.interrupted),
  ]);
  return tableOr('No step ended.', 'Each step, as planned and as it went', head, rows);
}

function gateBlock(retro: Retro): Block {
  const rows = retro.gates.map(({ gate, verdict, atMin, numbers }) => [gate, verdict, when(retro, atMin), gateNumbers(numbers)]);
  return tableOr('No gate spoke.', 'What the gates said', ['gate', 'verdict', 'when', 'numbers'], rows);
}

function gateNumbers(numbers: JsonObject): string {
  const pairs = Object.entries(numbers).filter(([key]) => key !== 'gate' && key !== 'verdict');
  return brief(pairs.map(([key, value]) => `${key} ${typeof value === 'number' ? showCount(value) : textOf(value)}`).join(', '));
}

/** Targets with the same step, cause and wait are one line, folded: forty nodes behind one dead switch are one problem. */
function stragglerBlocks(retro: Retro): Block[] {
  if (retro.stragglers.length === 0) return [paragraph('No straggler.')];
  const groups = grouped(retro.stragglers, ({ step, cause, waitingFor }) => JSON.stringify([step, cause, waitingFor]));
  const rows = groups.map((group): Words[] => [
    [{ code: folded(group.map(({ target }) => target)) }],
    sinceWords(retro, rising(group.map(({ since }) => since))[0]),
    group[0].step,
    brief(group[0].cause),
    brief(group[0].waitingFor),
  ]);
  const head = ['target', 'since (the first)', 'step', 'cause', 'waiting for'];
  return [
    paragraph(`${showCount(retro.stragglers.length)} still off the happy path.`),
    table('Targets still off the happy path', head, rows),
  ];
}

/** Every link that did not come back as it was: cables are most of a mop-up, so each is named with what was done to it. */
function linkBlocks(retro: Retro): Block[] {
  const rows = retro.links.map(({ link, since, cleanAt, why, flaps, tried }): Words[] => [
    [{ code: link }],
    sinceWords(retro, since),
    cleanAt === null ? 'still open' : showMin((cleanAt - since) / 60_000),
    brief(why),
    showCount(flaps),
    tried.map(({ way, by }) => `${way} (${by})`).join(', '),
  ]);
  const clean = retro.links.filter(({ cleanAt }) => cleanAt !== null).length;
  const head = ['link', 'since', 'clean after', 'last seen as', '>flaps', 'tried'];
  return [
    paragraph(`${showCount(retro.links.length)} did not come back as they were; ${showCount(clean)} of them are clean again.`),
    table('Links that did not come back as they were', head, rows),
  ];
}

function moppedUpBlocks(retro: Retro): Block[] {
  const { moppedUp } = retro;
  if (moppedUp.length === 0) return [paragraph('Nothing had to be mopped up.')];
  const groups = grouped(moppedUp, ({ step, cause }) => JSON.stringify([step, cause]));
  const rows = groups.map((group): Words[] => {
    const last = rising(group.map(({ backMin }) => backMin)).at(-1) ?? null;
    return [[{ code: folded(group.map(({ target }) => target)) }], group[0].step, brief(group[0].cause), when(retro, last)];
  });
  const head = ['target', 'left at step', 'cause', 'last one back'];
  return [paragraph(mopUpSentence(retro)), table('Targets that left the happy path and came back', head, rows)];
}

/** Mop-up is the time from the bulk done to the last one back. */
function mopUpSentence({ curve, moppedUp, stragglers }: Retro): string {
  const helped = rising(moppedUp.map(({ backMin }) => backMin));
  const [bulkMin, lastMin] = [bulkDoneMin(curve, helped), helped.at(-1)];
  const count = `${showCount(moppedUp.length)} left the happy path and came back`;
  const open = stragglers.length === 0 ? '' : ` ${showCount(stragglers.length)} ${stragglers.length === 1 ? 'is' : 'are'} still open.`;
  if (bulkMin === null || lastMin === undefined) return `${count}.${open}`;
  if (lastMin <= bulkMin) return `${count}, all before the bulk was done (${showMin(bulkMin)}).${open}`;
  return `${count}. The bulk was done after ${showMin(bulkMin)}, the last of these ${showMin(lastMin - bulkMin)} later.${open}`;
}

/** The last return that needed no help: the curve names no targets, so the returns of those that did are taken away by their minutes. */
function bulkDoneMin(curve: Retro['curve'], helped: readonly number[]): number | null {
  const left = [...helped];
  for (const [min] of curve.toReversed()) {
    while ((left.at(-1) ?? -Infinity) > min) left.pop();
    if (left.at(-1) !== min) return min;
    left.pop();
  }
  return null;
}

function notTakenBlock({ notTaken }: Retro): Block {
  const rows = notTaken.map(({ targets, why }): Words[] => [[{ code: targets }], brief(why)]);
  return tableOr('Every target of the plan was taken.', 'Targets that were not taken, and why', ['targets', 'why'], rows);
}

function jobBlocks(jobs: JobsRetro): Block[] {
  if (jobs.seen === 0) return [paragraph('No job was on the nodes.')];
  const kinds: [string, JobsRetro['endedOnTheirOwn']][] = [
    ['Ended on their own', jobs.endedOnTheirOwn],
    ['Stopped after proof of a checkpoint', jobs.stoppedAfterProof],
    ['Stopped without proof, because the policy said requeue', jobs.stoppedWithoutProof],
    ['Gave no proof in time, left alone', jobs.gaveNoProof],
  ];
  const lists = kinds.flatMap(([words, lines]): Block[] => {
    if (lines.length === 0) return [paragraph(`${words}: none.`)];
    const rows = lines.map(({ job, name, user, nodes }): Words[] => [job, brief(name), user, [{ code: nodes }]]);
    return [paragraph(`${words}: ${showCount(lines.length)}.`), table(words, ['job', 'name', 'user', 'nodes'], rows)];
  });
  return [paragraph(`${showCount(jobs.seen)} ${jobs.seen === 1 ? 'job was' : 'jobs were'} on the nodes.`), ...lists];
}

function lossBlock({ jobs, gpuHoursNotReturned }: Retro): Block {
  return paragraph(
    `GPU-hours lost by stopping jobs: ${showHours(jobs.gpuHoursLost)}. GPU-hours not returned, from drain to return: ${showHours(gpuHoursNotReturned)}.`,
  );
}

function peopleBlock(retro: Retro): Block {
  const rows = retro.people.map(({ atMin, by, kind, targets, why }): Words[] => [
    when(retro, atMin),
    by,
    kind,
    [{ code: targets }],
    brief(why),
  ]);
  return tableOr('Nobody said anything.', 'What people said to the run', ['when', 'who', 'what', 'targets', 'why'], rows);
}

function leaseBlock({ leases }: Retro): Block {
  if (leases.length === 0) return paragraph('No lease was taken.');
  return { kind: 'list', items: leases.map(({ mover, words }) => `${mover}: ${brief(words)}`) };
}

/** Folded where they are names; what is none stands as it is. */
function folded(targets: readonly string[]): string {
  return targets.every(isNodeName) ? foldNames(targets) : targets.join(', ');
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

/** Sorted, without what is missing; a NaN of core arrives as null when the retro came as JSON. */
function rising(numbers: readonly (number | null)[]): number[] {
  return numbers.filter((value): value is number => value !== null && Number.isFinite(value)).toSorted((a, b) => a - b);
}

function markOf(retro: Retro, q: string): number | null {
  return retro.marks[q] ?? null;
}

/** "41.2 min, 2031-07-08T16:41:12Z"; before time zero the minutes are negative. */
function when({ timeZero }: Retro, atMin: number | null): string {
  if (atMin === null || timeZero === null) return '-';
  return `${showMin(atMin)}, ${iso(timeZero + atMin * MINUTE_MS)}`;
}

function sinceWords(retro: Retro, since: number | undefined): string {
  if (since === undefined) return '-';
  return retro.timeZero === null ? iso(since) : when(retro, (since - retro.timeZero) / MINUTE_MS);
}

/** To the second; a moment that no calendar holds is "-". */
function iso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function showMin(min: number | null): string {
  if (min === null) return '-';
  if (Math.abs(min) >= DAY_MIN) return showDuration(min * MINUTE_MS);
  const words = min.toFixed(1);
  return `${words === '-0.0' ? '0.0' : words} min`;
}

/** A median that is a half minute off must show, so below an hour there is a decimal. */
function showLong(min: number | null): string {
  if (min === null || (min >= 1 && min < 60)) return showMin(min);
  return showDuration(min * MINUTE_MS);
}

/** What was planned, and whether anybody here had ever measured it. */
function prior({ plannedMedianMin, plannedN }: PhaseRetro): string {
  if (plannedMedianMin === null) return 'never seen here';
  return `${showLong(plannedMedianMin)} (${plannedN === 0 ? 'never seen here' : `n ${showCount(plannedN)}`})`;
}

function showOff(offBy: number | null): string {
  if (offBy === null) return '-';
  const percent = Math.round(offBy * 100);
  return `${percent > 0 ? '+' : ''}${showCount(percent === 0 ? 0 : percent)} %`;
}

function showHours(hours: number): string {
  return hours.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
