// The forecast of a run as it stood at its start: journalled once, so that nobody can make it better afterwards, and held against what
// happened.
import type { EntryNote } from '../ports.ts';
import type { Json, JsonObject } from '../../std/json.ts';
import type { Band, Forecast } from './forecast.ts';

/** Per cent of the baseline -> minutes from time zero. */
export type Bands = { readonly [q: string]: Band };

/** Marks that a run is told of beforehand. The last straggler is nobody's promise, so 100 is not among them. */
export const FORECAST_MARKS = [50, 75, 95, 99] as const;

export interface FrozenForecast {
  /** Unix ms at which it was journalled. */
  readonly at: number;
  readonly seed: number;
  readonly scenarios: number;
  readonly engine: Forecast['engine'];
  /** By FORECAST_MARKS, as text. */
  readonly marks: Bands;
}

const KEY = 'forecast';

export function forecastNote({ seed, scenarios, engine, milestones }: Forecast): EntryNote {
  const marks = bandsOf((mark) => milestones[mark] ?? NOTHING);
  return { why: 'the forecast at the start', data: { [KEY]: { seed, scenarios, engine, marks } } };
}

/** Of the data of an entry; null: it holds none. */
export function frozenOf(data: JsonObject, at: number): FrozenForecast | null {
  const said = data[KEY];
  if (!isObject(said)) return null;
  const marks = isObject(said['marks']) ? said['marks'] : {};
  const bandAt = (mark: string): Band => {
    const band = marks[mark];
    return isObject(band) ? { p50Min: numberOf(band['p50Min']), p90Min: numberOf(band['p90Min']) } : NOTHING;
  };
  return {
    at,
    seed: numberOf(said['seed']) ?? 0,
    scenarios: numberOf(said['scenarios']) ?? 0,
    engine: said['engine'] === 'fast' ? 'fast' : 'exact',
    marks: bandsOf(bandAt),
  };
}

/** What `bandAt` says of each of FORECAST_MARKS, and nothing else of it: plain JSON. */
export function bandsOf(bandAt: (mark: string) => Band): { [mark: string]: { p50Min: number | null; p90Min: number | null } } {
  return Object.fromEntries(
    FORECAST_MARKS.map((mark) => {
      const { p50Min, p90Min } = bandAt(String(mark));
      return [String(mark), { p50Min, p90Min }];
    }),
  );
}

const NOTHING: Band = { p50Min: null, p90Min: null };

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
