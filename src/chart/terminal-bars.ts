// What it would win to lift each limit, in characters: a line a mark, the gain with its interval, and a bar.
import { clip, levelBar, oneLine, size } from './cells.ts';
import { showMinutes } from './scale.ts';
import { isTime } from './step-curve.ts';

export interface TerminalBars {
  /** The marks, e.g. "95 %". */
  readonly series: readonly string[];
  /** Top to bottom as given; gains in the order of `series`. */
  readonly rows: readonly {
    readonly label: string;
    readonly gains: readonly { readonly diffMin: number | null; readonly lowMin: number | null; readonly highMin: number | null }[];
  }[];
  readonly widthChars: number;
}

const LABEL_CHARS_MAX = 32;
const LABEL_CHARS_MIN = 8;
const GAIN_CHARS = 12;
const INTERVAL_CHARS = 28;
const BAR_CHARS_MIN = 8;

/** Lines of at most `widthChars`; first the bars, then the intervals are left out where they have no room. A loss has no bar. */
export function terminalBars({ series, rows, widthChars }: TerminalBars): string[] {
  const width = size(widthChars);
  if (width === 0) return [];
  if (rows.length === 0) return [clip('there is nothing to lift', width)];
  const markChars = Math.max(0, ...series.map((mark) => mark.length));
  const labelRoom = Math.min(LABEL_CHARS_MAX, Math.max(LABEL_CHARS_MIN, width - markChars - GAIN_CHARS - 4));
  const labels = rows.map(({ label }) => clip(oneLine(label), labelRoom));
  const labelChars = Math.max(...labels.map((label) => label.length));
  const leastChars = labelChars + markChars + GAIN_CHARS + 4;
  const intervals = width >= leastChars + INTERVAL_CHARS;
  const barChars = width - leastChars - (intervals ? INTERVAL_CHARS : 0) - 2;
  const most = rows.flatMap(({ gains }) => gains).reduce((top, { diffMin }) => Math.max(top, timeOf(diffMin)), 0);
  return rows.flatMap(({ gains }, row) =>
    series.map((mark, i) => {
      const gain = gains[i];
      const head = `${(i === 0 ? (labels[row] ?? '') : '').padEnd(labelChars)}  ${mark.padStart(markChars)} ${showMinutes(gain?.diffMin ?? null, 'no figure').padStart(GAIN_CHARS)}`;
      const interval = intervals ? ` ${intervalWords(gain).padEnd(INTERVAL_CHARS)}` : '';
      const bar = barChars >= BAR_CHARS_MIN && most > 0 ? `  ${levelBar(timeOf(gain?.diffMin ?? null) / most, barChars)}` : '';
      return clip(`${head}${interval}${bar}`.trimEnd(), width);
    }),
  );
}

function intervalWords(gain: TerminalBars['rows'][number]['gains'][number] | undefined): string {
  if (!gain || gain.lowMin === null || gain.highMin === null) return '';
  return clip(`(${showMinutes(gain.lowMin)} to ${showMinutes(gain.highMin)})`, INTERVAL_CHARS);
}

function timeOf(min: number | null): number {
  return isTime(min) ? Math.max(0, min) : 0;
}
