// The retro as people read it at the end of a night: what came back and when, where the time went, what is still open, what was lost.
import { terminalCurve } from '../chart/terminal.ts';
import { foldNames } from '../core/fleet/nodeset.ts';
import type { JobsRetro, PhaseRetro, Retro } from '../core/retro/retro.ts';
import { showDuration } from '../std/duration.ts';
import type { JsonObject } from '../std/json.ts';
import { textOf } from '../std/json.ts';
import { showCount, showShare } from '../std/share.ts';
import { code, plain, table } from './markdown.ts';

const MINUTE_MS = 60_000;
const CURVE = { widthChars: 96, heightChars: 15 } as const;
const HEADLINE_MARKS = ['50', '75', '95'] as const;
const ENDED = new Set(['settled', 'aborted']);

/** A whole Markdown document. Minutes count from time zero, the first drain; absolute times are UTC. */
export function retroMarkdown(retro: Retro): string {
  const sections = [
    `# Retro of ${plain(retro.run)}`,
    headline(retro),
    facts(retro),
    '## Return curve',
    curveSection(retro),
    '## Target against actual',
    phaseSection(retro.phases),
    '## Gates',
    gateSection(retro),
    '## Stragglers',
    stragglerSection(retro),
    '## Mopped up',
    moppedUpSection(retro),
    '## Rolled back',
    retro.rolledBack === '' ? 'Nothing was rolled back.' : `Returned with the version they had before: ${code(retro.rolledBack)}.`,
    '## Not taken',
    notTakenSection(retro),
    '## Jobs and GPU-hours',
    ...jobSections(retro.jobs),
    lossSection(retro),
    '## Who said what',
    peopleSection(retro),
    '## Leases',
    leaseSection(retro),
  ];
  return `${sections.join('\n\n')}\n`;
}

function headline(retro: Retro): string {
  const { baseline, returned, change } = retro;
  if (baseline === 0) return `**${plain(change)}: nothing was handed over, the baseline is empty.**`;
  const what = `**${plain(change)}: ${showCount(returned)} of ${showCount(baseline)} returned (${showShare(returned, baseline)}).**`;
  const open = ENDED.has(retro.state) ? '' : ` The run is still ${retro.state}: this is what happened so far.`;
  const short = retro.short ? ` The window closed short: the gate asked for ${showCount(retro.returnNeed)}.` : '';
  return `${what} ${marksSentence(retro, HEADLINE_MARKS)}${northStar(retro)}${short}${open}`;
}

/** "50 % were back after 28.0 min and 75 % after 35.5 min; 95 % never came." */
function marksSentence(retro: Retro, marks: readonly string[]): string {
  const reached = marks.flatMap((q) => (markOf(retro, q) === null ? [] : [`${q} % ${showMin(markOf(retro, q))}`]));
  const missed = marks.filter((q) => markOf(retro, q) === null).map((q) => `${q} %`);
  const back = joined(reached.map((words, i) => words.replace('%', i === 0 ? '% were back after' : '% after')));
  const not = missed.length === 0 ? '' : `${joined(missed)} ${ENDED.has(retro.state) ? 'never came' : 'not yet'}`;
  return `${[back, not].filter((words) => words !== '').join('; ')}.`;
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

function facts(retro: Retro): string {
  return [
    `- plan ${code(retro.planId.slice(0, 12))}, ${showCount(retro.targets)} ${retro.targets === 1 ? 'target' : 'targets'}; state ${retro.state}; the return gate asked for ${showCount(retro.returnNeed)} of ${showCount(retro.baseline)}`,
    `- created ${iso(retro.createdAt)}, time zero (first drain) ${retro.timeZero === null ? 'never came' : iso(retro.timeZero)}, last entry ${iso(retro.lastAt)}`,
  ].join('\n');
}

function curveSection(retro: Retro): string {
  const { timeZero, baseline, northStarMin } = retro;
  if (timeZero === null || baseline === 0) return 'Nothing was drained, so there is no return curve.';
  const nowMin = (retro.lastAt - timeZero) / MINUTE_MS;
  const marks = northStarMin === null ? [] : [{ label: 'north star', min: northStarMin }];
  const lines = terminalCurve({ points: retro.curve, total: baseline, nowMin, marks, unit: 'returned', ...CURVE });
  return `${['```text', ...lines, '```'].join('\n')}\n\n${marksSentence(retro, ['99', '100'])}`;
}

function phaseSection(phases: readonly PhaseRetro[]): string {
  if (phases.length === 0) return 'No step ended.';
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
  return table(
    head,
    phases.map((phase) => [
      plain(phase.step),
      prior(phase),
      showLong(phase.medianMin),
      showOff(phase.offBy),
      showLong(phase.p90Min),
      showLong(phase.longestMin),
      showCount(phase.ended),
      showCount(phase.failed),
      showCount(phase.expired),
      showCount(phase.interrupted),
    ]),
  );
}

function gateSection(retro: Retro): string {
  if (retro.gates.length === 0) return 'No gate spoke.';
  const rows = retro.gates.map(({ gate, verdict, atMin, numbers }) => [
    plain(gate),
    plain(verdict),
    when(retro, atMin),
    gateNumbers(numbers),
  ]);
  return table(['gate', 'verdict', 'when', 'numbers'], rows);
}

function gateNumbers(numbers: JsonObject): string {
  const pairs = Object.entries(numbers).filter(([key]) => key !== 'gate' && key !== 'verdict');
  return plain(pairs.map(([key, value]) => `${key} ${typeof value === 'number' ? showCount(value) : textOf(value)}`).join(', '));
}

/** Targets with the same step, cause and wait are one line, folded: forty nodes behind one dead switch are one problem. */
function stragglerSection(retro: Retro): string {
  if (retro.stragglers.length === 0) return 'No straggler.';
  const groups = grouped(retro.stragglers, ({ step, cause, waitingFor }) => JSON.stringify([step, cause, waitingFor]));
  const rows = groups.map((group) => [
    code(foldNames(group.map(({ target }) => target))),
    sinceWords(retro, rising(group.map(({ since }) => since))[0]),
    plain(group[0].step),
    plain(group[0].cause),
    plain(group[0].waitingFor),
  ]);
  return `${showCount(retro.stragglers.length)} still off the happy path.\n\n${table(['target', 'since (the first)', 'step', 'cause', 'waiting for'], rows)}`;
}

function moppedUpSection(retro: Retro): string {
  const { moppedUp } = retro;
  if (moppedUp.length === 0) return 'Nothing had to be mopped up.';
  const groups = grouped(moppedUp, ({ step, cause }) => JSON.stringify([step, cause]));
  const rows = groups.map((group) => {
    const last = rising(group.map(({ backMin }) => backMin)).at(-1) ?? null;
    return [code(foldNames(group.map(({ target }) => target))), plain(group[0].step), plain(group[0].cause), when(retro, last)];
  });
  return `${mopUpSentence(retro)}\n\n${table(['target', 'left at step', 'cause', 'last one back'], rows)}`;
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

function notTakenSection({ notTaken }: Retro): string {
  if (notTaken.length === 0) return 'Every target of the plan was taken.';
  return table(
    ['targets', 'why'],
    notTaken.map(({ targets, why }) => [code(targets), plain(why)]),
  );
}

function jobSections(jobs: JobsRetro): string[] {
  if (jobs.seen === 0) return ['No job was on the nodes.'];
  const kinds: [string, JobsRetro['endedOnTheirOwn']][] = [
    ['Ended on their own', jobs.endedOnTheirOwn],
    ['Stopped after proof of a checkpoint', jobs.stoppedAfterProof],
    ['Stopped without proof, because the policy said requeue', jobs.stoppedWithoutProof],
    ['Gave no proof in time, left alone', jobs.gaveNoProof],
  ];
  const lists = kinds.map(([words, lines]) => {
    if (lines.length === 0) return `${words}: none.`;
    const rows = lines.map(({ job, name, user, nodes }) => [plain(job), plain(name), plain(user), code(nodes)]);
    return `${words}: ${showCount(lines.length)}.\n\n${table(['job', 'name', 'user', 'nodes'], rows)}`;
  });
  return [`${showCount(jobs.seen)} ${jobs.seen === 1 ? 'job was' : 'jobs were'} on the nodes.`, ...lists];
}

function lossSection({ jobs, gpuHoursNotReturned }: Retro): string {
  return `GPU-hours lost by stopping jobs: ${showHours(jobs.gpuHoursLost)}. GPU-hours not returned, from drain to return: ${showHours(gpuHoursNotReturned)}.`;
}

function peopleSection(retro: Retro): string {
  if (retro.people.length === 0) return 'Nobody said anything.';
  const rows = retro.people.map(({ atMin, by, kind, targets, why }) => [
    when(retro, atMin),
    plain(by),
    plain(kind),
    code(targets),
    plain(why),
  ]);
  return table(['when', 'who', 'what', 'targets', 'why'], rows);
}

function leaseSection({ leases }: Retro): string {
  if (leases.length === 0) return 'No lease was taken.';
  return leases.map(({ mover, words }) => `- ${plain(mover)}: ${plain(words)}`).join('\n');
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

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
