// Estimates as moments: the latest for 50, 75 and 95 per cent, and every one that was ever given, so that nobody has to remember them.
import type { Bands } from '../../core/forecast/frozen.ts';
import type { Json, JsonObject } from '../../std/json.ts';
import type { ChoiceTimes, Eta, EtaKind, Mark } from './page-data.ts';

export const PERCENTS = [50, 75, 95] as const;
const MINUTE_MS = 60_000;

/** Unix ms at which a share is back; null: not known. */
export type Moments = { readonly [percent: string]: { readonly p50Ms: number | null; readonly p90Ms: number | null } };

export interface GivenEta {
  readonly at: number;
  readonly kind: EtaKind;
  readonly marks: Moments;
}

/** `zeroAt`: Unix ms of minute 0; null: every moment is null. To whole minutes. */
export function momentsOf(marks: Bands, zeroAt: number | null): Moments {
  return Object.fromEntries(
    Object.entries(marks).map(([q, { p50Min, p90Min }]) => [q, { p50Ms: momentAt(zeroAt, p50Min), p90Ms: momentAt(zeroAt, p90Min) }]),
  );
}

/** The data of a said entry that gives an estimate: `atMs`, when it was known. */
export function etaData(marks: Moments, atMs: number): JsonObject {
  return { marks: Object.fromEntries(Object.entries(marks).map(([q, { p50Ms, p90Ms }]) => [q, { p50Ms, p90Ms }])), atMs };
}

/** null: the data holds none. */
export function givenEta(at: number, { marks }: JsonObject): GivenEta | null {
  if (!isObject(marks)) return null;
  const moments = Object.entries(marks).flatMap(([q, band]) =>
    isObject(band) ? [[q, { p50Ms: numberOf(band['p50Ms']), p90Ms: numberOf(band['p90Ms']) }] as const] : [],
  );
  return { at, kind: 'told', marks: Object.fromEntries(moments) };
}

/** Oldest first; one that says the same as the one before it is left out. */
export function etaHistory(given: readonly GivenEta[]): Eta[] {
  const list: Eta[] = [];
  for (const { at, kind, marks } of given.toSorted((a, b) => a.at - b.at)) {
    const likelyAt = PERCENTS.map((q) => marks[q]?.p50Ms ?? null) as [number | null, number | null, number | null];
    const late95At = marks['95']?.p90Ms ?? null;
    const last = list.at(-1);
    if (last && [...likelyAt, late95At].every((moment, i) => moment === [...last.likelyAt, last.late95At][i])) continue;
    const [now95, last95] = [likelyAt[2], list.findLast((eta) => eta.likelyAt[2] !== null)?.likelyAt[2] ?? null];
    const movedMin = now95 === null || last95 === null ? null : Math.round((now95 - last95) / MINUTE_MS);
    list.push({ at, kind, likelyAt, late95At, movedMin });
  }
  return list;
}

/** `returnTimes`: Unix ms, rising, of nodes that are back now. `told`: stands in where no `marks` are known. */
export function marksOf(
  nodes: number,
  returnTimes: readonly number[],
  { marks, zeroAt, told }: { readonly marks: Bands | null; readonly zeroAt: number | null; readonly told: Moments | null },
): Mark[] {
  return PERCENTS.map((percent) => {
    const wanted = Math.ceil((percent * nodes) / 100);
    const times = timesOf(percent, marks, zeroAt);
    const { p50Ms = null, p90Ms = null } = marks === null ? (told?.[percent] ?? {}) : { p50Ms: times.likelyAt, p90Ms: times.lateAt };
    const reachedAt = wanted === 0 ? null : (returnTimes[wanted - 1] ?? null);
    return { percent, nodes: wanted, reachedAt, ...times, likelyAt: p50Ms, lateAt: p90Ms };
  });
}

export function timesOf(percent: number, marks: Bands | null, zeroAt: number | null): ChoiceTimes {
  const { p50Min = null, p90Min = null } = marks?.[percent] ?? {};
  return { likelyAt: momentAt(zeroAt, p50Min), lateAt: momentAt(zeroAt, p90Min), likelyMin: p50Min, lateMin: p90Min };
}

function momentAt(zeroAt: number | null, min: number | null | undefined): number | null {
  return zeroAt === null || min === null || min === undefined ? null : MINUTE_MS * Math.round(zeroAt / MINUTE_MS + min);
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
