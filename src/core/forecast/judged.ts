// A forecast held against what happened, mark by mark.
import type { Band } from './forecast.ts';
import { FORECAST_MARKS, type Bands } from './frozen.ts';

interface JudgedMark extends Band {
  /** Minutes from time zero; null: not reached. */
  readonly actualMin: number | null;
  /** Whether it was reached by its P90. null: not known yet, or there was no P90 to keep. */
  readonly inside: boolean | null;
}

export type JudgedMarks = { readonly [q: string]: JudgedMark };

export interface Happened {
  /** Mark -> minutes from time zero; null or absent: not reached. */
  readonly marks: { readonly [q: string]: number | null };
  /** Minutes from time zero up to which the run is known; Infinity: it is over, and what was not reached never will be. */
  readonly knownMin: number;
}

/** By FORECAST_MARKS, as text; `bands` null: nothing was forecast, and only what happened is told. */
export function judgeMarks(bands: Bands | null, { marks, knownMin }: Happened): JudgedMarks {
  return Object.fromEntries(
    FORECAST_MARKS.map((mark) => {
      const { p50Min = null, p90Min = null } = bands?.[String(mark)] ?? {};
      const actualMin = marks[String(mark)] ?? null;
      return [String(mark), { p50Min, p90Min, actualMin, inside: insideOf(p90Min, actualMin, knownMin) }];
    }),
  );
}

function insideOf(p90Min: number | null, actualMin: number | null, knownMin: number): boolean | null {
  if (p90Min === null) return null;
  if (actualMin !== null) return actualMin <= p90Min;
  return knownMin > p90Min ? false : null;
}
