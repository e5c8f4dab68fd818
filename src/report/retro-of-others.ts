// The retro of a maintenance that others carried out: what is known of it, first of all its window, and nothing of what only a run of
// Pitstop's own can tell.
import type { PastWindow, Span } from '../core/past/timeline.ts';
import type { Retro } from '../core/retro/retro.ts';
import { showCount, showShare } from '../std/share.ts';
import { brief, paragraph, table, type Block, type Document, type Section } from './document.ts';

const HOUR_MIN = 60;

/** Of the document that a run of our own would get. What nobody recorded, such as gates, jobs and leases, is not spoken of. */
export function documentOfOthers(retro: Retro, own: Document, marks: string): Document {
  const { window } = retro;
  const windowSection: Section[] = window === null ? [] : [{ title: 'Window', blocks: windowBlocks(window) }];
  return { ...own, lead: [headline(retro, marks), facts(retro)], sections: [...windowSection, ...keptSections(retro, own.sections)] };
}

function keptSections(retro: Retro, sections: readonly Section[]): Section[] {
  const kept = new Map([
    ['Return curve', retro.baseline > 0],
    ['Forecast against actual', retro.forecast !== undefined],
    ['Target against actual', retro.phases.length > 0],
    ['Gates', retro.gates.length > 0],
    ['Stragglers', retro.stragglers.length > 0],
    ['Mopped up', retro.moppedUp.length > 0],
    ['Rolled back', retro.rolledBack !== ''],
    ['Not taken', retro.notTaken.length > 0],
    ['Jobs and GPU-hours', retro.jobs.seen > 0],
    ['Who said what', retro.people.length > 0],
    ['Leases', retro.leases.length > 0],
  ]);
  return sections.filter(({ title }) => kept.get(title) === true);
}

function headline({ change, baseline, returned, window }: Retro, marks: string): Block {
  const back = `${showCount(returned)} of ${showCount(baseline)} returned (${showShare(returned, baseline)})`;
  const said = [...(window === null ? [] : [windowWords(window)]), ...(baseline === 0 ? [] : [back])];
  const strong = `${change}: ${said.length === 0 ? 'no node has left service' : said.join('; ')}.`;
  return baseline === 0 ? paragraph({ strong }) : paragraph({ strong }, ` ${marks}`);
}

function facts({ origin, baseline, timeZero, createdAt, lastAt, gpuHoursNotReturned }: Retro): Block {
  const nodes = baseline === 0 ? 'no node is known by name' : `${showCount(baseline)} nodes left service, the first at ${moment(timeZero)}`;
  const hours = gpuHoursNotReturned.toLocaleString('en-US', { maximumFractionDigits: 1 });
  return {
    kind: 'list',
    items: [
      `${origin.words}; ${origin.kind === 'watch' ? 'Pitstop only looked' : 'nothing was carried out from here'}`,
      `${nodes}; the record goes from ${moment(createdAt)} to ${moment(lastAt)}`,
      ...(gpuHoursNotReturned > 0 ? [`GPU-hours not returned, from leaving to return: ${hours}`] : []),
    ],
  };
}

/** "planned 104 h, took 389 h, 285 h longer": as much of it as is known. */
function windowWords({ planned, actual, overrunMin }: PastWindow): string {
  return [
    planned.min === null ? 'not planned' : `planned ${inHours(planned.min)}`,
    actual.min === null ? 'its end is not known' : `took ${inHours(actual.min)}`,
    ...(overrunMin === null ? [] : [overrunWords(overrunMin)]),
  ].join(', ');
}

function windowBlocks({ planned, actual, overrunMin, kind, what, whyLate, source }: PastWindow): Block[] {
  const row = (name: string, { from, to, min }: Span): string[] => [name, moment(from), moment(to), min === null ? '-' : inHours(min)];
  const overrun = overrunMin === null ? '-' : `${overrunMin > 0 ? '+' : ''}${inHours(overrunMin)}`;
  const rows = [row('planned', planned), row('actual', actual), ['overrun', '-', '-', overrun]];
  const words = [
    ['What', what],
    ['Kind', kind],
    ['Why late', whyLate],
    ['Source', source],
  ].flatMap(([name, text = '']) => (text === '' ? [] : [`${name}: ${brief(text)}`]));
  const list: Block[] = words.length === 0 ? [] : [{ kind: 'list', items: words }];
  return [table('The window, as planned and as it went', ['', 'from', 'to', '>length'], rows), ...list];
}

function overrunWords(min: number): string {
  if (min === 0) return 'as long as planned';
  return `${inHours(Math.abs(min))} ${min > 0 ? 'longer' : 'shorter'}`;
}

/** As people keep windows. */
function inHours(min: number): string {
  return `${(min / HOUR_MIN).toLocaleString('en-US', { maximumFractionDigits: 1 })} h`;
}

/** To the minute, in UTC. */
function moment(ms: number | null): string {
  return ms === null ? '-' : new Date(ms).toISOString().replace(/:\d{2}\.\d{3}Z$/, 'Z');
}
