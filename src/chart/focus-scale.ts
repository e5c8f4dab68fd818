// A time axis for a sequence with a short middle and long ends: the middle at one scale, what lies far before and after it compressed.
import { ticksBetween } from './scale.ts';
import { isMoment } from './step-curve.ts';

export interface FocusScale {
  readonly place: (min: number) => number;
  readonly ticks: readonly number[];
  /** Where the scale changes; empty: it is the same all along. */
  readonly breaksPx: readonly number[];
}

export interface FocusRange {
  /** The middle: where people look. */
  readonly focusFromMin: number;
  readonly focusToMin: number;
  /** Everything. */
  readonly leastMin: number;
  readonly mostMin: number;
}

interface Segment {
  readonly fromMin: number;
  readonly toMin: number;
  readonly fromPx: number;
  readonly toPx: number;
  readonly ticksMax: number;
}

/** An end is compressed when it is longer than this part of the middle. */
const LONG_END = 0.4;
/** Of the whole width, for each compressed end. */
const END_WIDTH = 0.2;
const TICK_PX = 66;

export function focusScale(range: FocusRange, fromPx: number, toPx: number): FocusScale {
  const segments = segmentsOf(range, fromPx, toPx);
  const place = (min: number): number => {
    const segment = segments.find(({ toMin }) => min <= toMin) ?? segments.at(-1);
    if (!segment) return fromPx;
    const part = (min - segment.fromMin) / (segment.toMin - segment.fromMin);
    return segment.fromPx + Math.min(1, Math.max(0, part)) * (segment.toPx - segment.fromPx);
  };
  return { place, ticks: ticksOf(segments, place), breaksPx: segments.slice(1).map((segment) => segment.fromPx) };
}

function segmentsOf({ focusFromMin, focusToMin, leastMin, mostMin }: FocusRange, fromPx: number, toPx: number): Segment[] {
  const [focusFrom, focusTo] = [focusFromMin, Math.max(focusToMin, focusFromMin + 1)];
  const [least, most] = [Math.min(leastMin, focusFrom), Math.max(mostMin, focusTo)];
  const long = (focusTo - focusFrom) * LONG_END;
  const [before, after] = [focusFrom - least > long, most - focusTo > long];
  const endPx = (toPx - fromPx) * END_WIDTH;
  const [middleFromPx, middleToPx] = [before ? fromPx + endPx : fromPx, after ? toPx - endPx : toPx];
  const segment = (fromMin: number, toMin: number, from: number, to: number): Segment => ({
    fromMin,
    toMin,
    fromPx: from,
    toPx: to,
    ticksMax: Math.max(2, Math.floor((to - from) / TICK_PX)),
  });
  return [
    ...(before ? [segment(least, focusFrom, fromPx, middleFromPx)] : []),
    segment(before ? focusFrom : least, after ? focusTo : most, middleFromPx, middleToPx),
    ...(after ? [segment(focusTo, most, middleToPx, toPx)] : []),
  ];
}

/** Those of the middle first; of the ends only what has room beside them. */
function ticksOf(segments: readonly Segment[], place: (min: number) => number): number[] {
  const bySpan = segments.toSorted((a, b) => b.ticksMax - a.ticksMax);
  const kept: number[] = [];
  for (const { fromMin, toMin, ticksMax } of bySpan) {
    for (const min of ticksBetween(fromMin, toMin, ticksMax)) {
      if (isMoment(min) && kept.every((other) => Math.abs(place(other) - place(min)) >= TICK_PX * 0.85)) kept.push(min);
    }
  }
  return kept.toSorted((a, b) => a - b);
}
