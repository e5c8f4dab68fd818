// A run as people read it in a terminal: state, what every node shows, the return curve, marks, stragglers, what is waited for.
import type { RunView } from '../api/contract/schemas.ts';
import { terminalBar, terminalCurve } from '../chart/terminal.ts';
import { foldOutputs } from '../core/fold-output.ts';
import { showDuration } from '../std/duration.ts';
import { counted, showCount } from '../std/share.ts';
import { clip, table } from './output.ts';
import { waysOn } from './run-end.ts';

export interface ViewSize {
  readonly columns: number;
  /** The curve and long lists give way when there are few. */
  readonly rows: number;
  readonly color: boolean;
}

const MINUTE_MS = 60_000;
const CURVE_ROWS = 8;
const LIST_LINES_MAX = 8;
const ETA_MARK = '95';
/** Rows that are always there, beside curve and lists. */
const FIXED_ROWS = 9;

/** Lines that fit into the size. Text only, but for the colours of the bar. */
export function runLines(view: RunView, { columns, rows, color }: ViewSize): string[] {
  const width = Math.min(columns - 1, 120);
  const listMax = Math.max(2, Math.min(LIST_LINES_MAX, Math.floor((rows - FIXED_ROWS) / 4)));
  // Bar and legend; their colour codes take no room on the screen, so they are never cut.
  const bar = terminalBar({ parts: shownParts(view), widthChars: width, color }).split('\n');
  const body = [
    backLine(view),
    marksLine(view),
    ...etaLines(view),
    wavesLine(view),
    ...holdLines(view),
    ...list(`stragglers (${showCount(view.stragglers.length)})`, stragglerLines(view), listMax),
    ...list(`links (${showCount(view.links.length)})`, linkLines(view), listMax),
    ...list('waits for', [...soakLines(view), ...view.waitingFor], listMax),
  ];
  const curveRows = Math.min(CURVE_ROWS, rows - bar.length - body.length - 6);
  const curve = curveRows >= 3 && view.baseline > 0 ? [...curveLines(view, width, curveRows), ''] : [];
  return [clip(headline(view), width), ...bar, '', ...[...curve, ...body].map((line) => clip(line, width))].slice(0, rows - 1);
}

/** One line of progress, for logs. */
export function progressLine(view: RunView): string {
  const at = minutesNow(view);
  const when = at === null ? '' : `${showDuration(at * MINUTE_MS)}: `;
  const shown = shownParts(view)
    .map(({ label, count }) => `${label} ${showCount(count)}`)
    .join(', ');
  const held = view.heldBy.length === 0 ? '' : `; held by ${view.heldBy.join('; ')}`;
  const stragglers = stragglerLines(view);
  const more = stragglers.length > 3 ? ' | ...' : '';
  const off = stragglers.length === 0 ? '' : `; stragglers: ${stragglers.slice(0, 3).join(' | ')}${more}`;
  const waits = view.waitingFor.length === 0 || stragglers.length > 0 ? '' : `; waits for ${view.waitingFor.slice(0, 2).join('; ')}`;
  return clip(`${when}${view.run} ${view.state}, ${backOf(view)}; ${shown}${held}${off}${waits}`, 500);
}

/** Changes exactly when a line of progress has news. */
export function progressKey(view: RunView): string {
  return JSON.stringify([
    view.state,
    view.heldBy,
    view.returned,
    view.shown,
    view.stragglers.map(({ target, waitingFor }) => [target, waitingFor]),
  ]);
}

/** `runs`: one line a run. */
export function runsTable(views: readonly RunView[]): string[] {
  const rows = views.map((view) => [
    view.run,
    view.state,
    view.origin === 'run' ? view.change : `${clip(view.change, 40)} (${view.originWords})`,
    view.createdAt.slice(0, 16),
    `${view.returned}/${view.baseline}`,
    String(view.stragglers.length),
    view.heldBy.join('; '),
  ]);
  return table(['RUN', 'STATE', 'CHANGE', 'CREATED', 'BACK', 'STRAGGLERS', 'HELD BY'], rows);
}

function headline(view: RunView): string {
  const at = minutesNow(view);
  const when = at === null ? 'nothing drained yet' : `${showDuration(at * MINUTE_MS)} since the first drain`;
  const what = view.origin === 'run' ? `${view.change}, plan ${view.planId.slice(0, 12)}` : `${clip(view.change, 40)}, ${view.originWords}`;
  return `${view.run}  ${view.state.toUpperCase()}  ${what}, ${counted(view.targets, 'target')}  ${when}`;
}

function backLine(view: RunView): string {
  return `back    ${backOf(view)}${view.returnNeed > 0 ? `, the gate asks for ${showCount(view.returnNeed)}` : ''}`;
}

/** A percentage is rounded down: 999 of 1,000 is never 100 %. */
function backOf({ returned, baseline }: RunView): string {
  const percent = baseline === 0 ? '' : ` (${Math.floor((100 * returned) / baseline)} %)`;
  return `${showCount(returned)} of ${showCount(baseline)} back${percent}`;
}

function marksLine(view: RunView): string {
  const marks = Object.entries(view.marks).sort(([a], [b]) => Number(a) - Number(b));
  return `marks   ${marks.map(([q, min]) => `${q} % ${min === null ? '-' : `at ${showDuration(min * MINUTE_MS)}`}`).join('   ')}`;
}

/** "95 % back: forecast at the start 1 h 12 min (P90 1 h 40 min), now 1 h 25 min (P90 1 h 31 min)"; nothing before any forecast. */
function etaLines({ eta, marks }: RunView): string[] {
  const reached = marks[ETA_MARK] ?? null;
  const start = eta?.frozen?.marks[ETA_MARK];
  const now = eta?.rolling?.marks[ETA_MARK];
  const words = [
    ...(start ? [`forecast at the start ${bandOf(start)}`] : []),
    ...(reached !== null ? [`came at ${showDuration(reached * MINUTE_MS)}`] : now ? [`now ${bandOf(now)}`] : []),
  ];
  return start || now ? [`${ETA_MARK} % back: ${words.join(', ')}`] : [];
}

function bandOf({ p50Min, p90Min }: { readonly p50Min: number | null; readonly p90Min: number | null }): string {
  const show = (minutes: number | null): string => (minutes === null ? 'not within two weeks' : showDuration(minutes * MINUTE_MS));
  return `${show(p50Min)} (P90 ${show(p90Min)})`;
}

function wavesLine(view: RunView): string {
  const waves = view.waves.map(({ id, state, targets, settled, failed }) => {
    return `${id} ${state} ${showCount(settled)}/${showCount(targets)}${failed > 0 ? `, ${failed} failed` : ''}`;
  });
  return `waves   ${waves.join('   ')}`;
}

/** One line for all that failed alike, the most first; what they wait for comes first, because lines are cut to the screen. */
function stragglerLines(view: RunView): string[] {
  const byTarget = new Map(view.stragglers.map((straggler) => [straggler.target, straggler]));
  const outputs = view.stragglers.map(({ target, step, cause, waitingFor }) => ({ target, output: [step, waitingFor, cause].join('\n') }));
  return foldOutputs(outputs).map(({ targets, folded }) => {
    const alike = targets.flatMap((target) => byTarget.get(target) ?? []);
    const since = Math.min(...alike.map((straggler) => (straggler.since === null ? Infinity : Date.parse(straggler.since))));
    const age = since === Infinity ? '' : ` for ${showDuration(Math.max(0, Date.parse(view.now) - since))}`;
    const { step, cause, waitingFor } = alike[0] ?? { step: '', cause: '', waitingFor: '' };
    return `${clip(folded, 40)} waits for ${waitingFor}${age}; ${step}: ${cause}`;
  });
}

/** One line a link: what it is in and for how long, when it flapped last, what people tried. */
function linkLines({ links, now }: RunView): string[] {
  const ago = (at: string): string => showDuration(Math.max(0, Date.parse(now) - Date.parse(at)));
  return links.map(({ link, state, why, since, flaps, lastFlapAt, tried }) => {
    const flapped = lastFlapAt === null ? '' : `; ${flaps} ${flaps === 1 ? 'flap' : 'flaps'}, the last ${ago(lastFlapAt)} ago`;
    const hands = tried.length === 0 ? '' : `; tried ${tried.map(({ way }) => way).join(', ')}`;
    return `${link} ${state} for ${ago(since)}${why === '' ? '' : `: ${why}`}${flapped}${hands}`;
  });
}

/** Gates count a target that is back only once it has stayed so. */
function soakLines({ stages }: RunView): string[] {
  const soaking = stages['returned'];
  return soaking === undefined ? [] : [`${clip(soaking, 60)}: the end of the soak, back in service meanwhile`];
}

function holdLines(view: RunView): string[] {
  const held = view.heldBy.map((words) => `held    ${words}`);
  return [...held, ...waysOn(view).map((way) => `        ${way}`)];
}

function list(label: string, lines: readonly string[], max: number): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, max).map((line) => `        ${line}`);
  return [label, ...shown, ...(lines.length > max ? [`        and ${showCount(lines.length - max)} more lines`] : [])];
}

function curveLines(view: RunView, widthChars: number, heightChars: number): string[] {
  const nowMin = minutesNow(view) ?? 0;
  return terminalCurve({ points: view.curve, total: view.baseline, widthChars, heightChars, nowMin, unit: 'back' });
}

function shownParts({ shown }: RunView): { label: string; count: number }[] {
  return Object.entries(shown).map(([label, count]) => ({ label, count }));
}

function minutesNow({ now, timeZero }: RunView): number | null {
  return timeZero === null ? null : (Date.parse(now) - Date.parse(timeZero)) / MINUTE_MS;
}
