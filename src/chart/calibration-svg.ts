// Forecasts against what happened, a row a run: a forecast earns trust by being right as often as it says, and by showing when it was not.
import { diamondOf, legendOf } from './legend.ts';
import { showMinutes, timeScale, type Scale } from './scale.ts';
import { isTime } from './step-curve.ts';
import { circleOf, fitted, pathOf, rectOf, svgOf, textAt, TITLE_FACTOR, toPx } from './svg.ts';

export interface CalibrationSvg {
  readonly title: string;
  readonly rows: readonly {
    readonly run: string;
    readonly p50Min: number | null;
    readonly p90Min: number | null;
    /** null: never reached. */
    readonly actualMin: number | null;
    /** Whether it came at or before the P90. */
    readonly inside: boolean;
  }[];
  /** The 95 % interval (0..1) of the share inside, where somebody computed it. */
  readonly interval?: { readonly low: number; readonly high: number } | null;
}

type Row = CalibrationSvg['rows'][number];

const WIDTH = 960;
const PLOT = { left: 214, right: 700, top: 70 } as const;
const ROW_PX = 24;
const BAR_PX = 9;
const TICKS_MAX = 6;
const ROWS_MAX = 80;
const DOT_PX = 4.5;

/** 960 wide, as high as its rows, in the order given; every run counts in "k of n", also those that are not drawn. */
export function calibrationSvg(calibration: CalibrationSvg): string {
  const rows = calibration.rows.slice(0, ROWS_MAX);
  const bottom = PLOT.top + Math.max(1, rows.length) * ROW_PX + 6;
  const times = rows.flatMap(({ p50Min, p90Min, actualMin }) => [p50Min, p90Min, actualMin]).filter(isTime);
  const scale = timeScale(times, PLOT.left, PLOT.right, TICKS_MAX);
  const verdict = verdictOf(calibration);
  const legend = legendOf(
    [
      { shape: 'box', kind: 'half', words: 'forecast, P50 to P90' },
      { shape: 'dot', kind: 'point', words: 'came by the P90' },
      { shape: 'diamond', kind: 'outside', words: 'came later' },
    ],
    PLOT.left,
    bottom + 48,
    WIDTH - PLOT.left - 16,
  );
  return svgOf({
    title: calibration.title,
    description: `${verdict}. ${rows.map(words).join(' ')}`,
    widthPx: WIDTH,
    heightPx: bottom + 42 + legend.heightPx,
    body: [
      textAt(16, 26, fitted(calibration.title, (WIDTH - 32) / TITLE_FACTOR), 'title'),
      textAt(16, 46, verdict, 'strong'),
      textAt(PLOT.right + 14, PLOT.top - 8, 'forecast P50, P90'),
      textAt(WIDTH - 16, PLOT.top - 8, 'actual', '', 'end'),
      ...axis(scale, bottom),
      ...rows.flatMap((row, i) => drawnRow(row, PLOT.top + i * ROW_PX, scale)),
      ...legend.lines,
    ],
  });
}

/** "17 of 20 inside P90 (85 %; 95 % interval 62 % to 97 %), of which 90 % is promised". */
function verdictOf({ rows, interval }: CalibrationSvg): string {
  const inside = rows.filter((row) => row.inside).length;
  if (rows.length === 0) return 'no run to compare with';
  const between = interval ? `; 95 % interval ${percent(interval.low)} to ${percent(interval.high)}` : '';
  return `${inside} of ${rows.length} inside P90 (${percent(inside / rows.length)}${between}); 90 % is what P90 promises`;
}

function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`;
}

function axis(scale: Scale, bottom: number): string[] {
  return [
    pathOf('axis', `M${PLOT.left} ${PLOT.top}V${bottom}H${PLOT.right}`),
    ...scale.ticks.flatMap(({ value, words: tick }) => [
      pathOf('share', `M${toPx(scale.place(value))} ${PLOT.top}V${bottom}`),
      textAt(scale.place(value), bottom + 18, tick, '', 'middle'),
    ]),
  ];
}

function drawnRow(row: Row, top: number, scale: Scale): string[] {
  const { run, p50Min, p90Min, actualMin, inside } = row;
  const [base, middle] = [top + 16, top + ROW_PX / 2];
  return [
    textAt(PLOT.left - 12, base, fitted(run, PLOT.left - 28), 'strong', 'end'),
    ...interval(p50Min, p90Min, middle, scale),
    ...(isTime(actualMin)
      ? [inside ? circleOf('point', scale.place(actualMin), middle, DOT_PX) : diamondOf('outside', scale.place(actualMin), middle, DOT_PX)]
      : []),
    textAt(PLOT.right + 14, base, `${showMinutes(p50Min, 'open')}, ${showMinutes(p90Min, 'open')}`),
    textAt(WIDTH - 16, base, showMinutes(actualMin, 'never'), inside ? 'strong' : 'late', 'end'),
  ];
}

function interval(p50Min: number | null, p90Min: number | null, middle: number, scale: Scale): string[] {
  if (!isTime(p50Min)) return [];
  const from = scale.place(p50Min);
  const to = isTime(p90Min) ? scale.place(p90Min) : PLOT.right;
  return [
    rectOf('half', from, middle - BAR_PX / 2, Math.max(1, to - from), BAR_PX),
    pathOf('curve', `M${toPx(from)} ${toPx(middle - 7)}v14`),
  ];
}

function words({ run, p50Min, p90Min, actualMin, inside }: Row): string {
  return `${run}: forecast ${showMinutes(p50Min)} to ${showMinutes(p90Min)}, actual ${showMinutes(actualMin, 'never')}, ${inside ? 'inside' : 'outside'}.`;
}
