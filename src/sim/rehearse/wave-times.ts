// When each wave begins and when it is back, over many scenarios: what a sequence shows.
import type { SimModel } from '../model.ts';
import type { Lived } from './lived.ts';
import { finite } from './collect.ts';
import { quantile, rising } from './order-statistics.ts';

/** Minutes from the origin in one, five and nine of ten scenarios; null: not within the horizon. */
export interface Moment {
  readonly p10Min: number | null;
  readonly p50Min: number | null;
  readonly p90Min: number | null;
}

export interface WaveTimes {
  /** null: nothing of it is done early. */
  readonly staging: { readonly start: Moment; readonly end: Moment } | null;
  /** The first of its targets enters the work. */
  readonly start: Moment;
  /** The first of its targets is changed. */
  readonly change: Moment;
  /** Each of its waves has as many back as its gate asks for, or 95 % where it asks for none. */
  readonly end: Moment;
}

export interface WaveWatch {
  note(lived: Lived): void;
  /** By group, over what was noted. */
  times(): WaveTimes[];
}

const MINUTE_MS = 60_000;
const USUAL_SHARE = 0.95;
/** What of one group is kept of a scenario. */
const FIELDS = ['staging', 'staged', 'start', 'change', 'end'] as const;
type Field = (typeof FIELDS)[number];

/**
 * `groups`: indices of waves of the plan; a group begins with its first wave and is back with its last. `originMs`: Unix ms from which
 * minutes are counted; null: time zero of each scenario.
 */
export function createWaveWatch(
  { program, plan }: SimModel,
  groups: readonly (readonly number[])[],
  originMs: number | null = null,
): WaveWatch {
  const wanted = plan.waves.map(({ gate }, wave) => {
    const count = program.waves[wave]?.members.length ?? 0;
    return Math.min(count, gate.returnedMin > 0 ? gate.returnedMin : Math.ceil(USUAL_SHARE * count));
  });
  const seen = groups.map((): { readonly [field in Field]: number[] } => ({ staging: [], staged: [], start: [], change: [], end: [] }));
  const membersOf = (wave: number): Int32Array => program.waves[wave]?.members ?? new Int32Array(0);
  return {
    note: (lived) => {
      const origin = originMs ?? lived.zeroMs;
      const minutes = (ms: number): number => (ms === Infinity ? ms : (ms - origin) / MINUTE_MS);
      for (const [group, waves] of groups.entries()) {
        const first = (times: Float64Array): number => least(waves.map((wave) => nth(times, membersOf(wave), 1)));
        const enough = (times: Float64Array): number => most(waves.map((wave) => nth(times, membersOf(wave), wanted[wave] ?? 0)));
        const values: { readonly [field in Field]: number } = {
          staging: first(lived.stagingMs),
          staged: enough(lived.stagedMs),
          start: first(lived.enteredMs),
          change: first(lived.changedMs),
          end: enough(lived.backMs),
        };
        for (const field of FIELDS) seen[group]?.[field].push(minutes(values[field]));
      }
    },
    times: () =>
      seen.map(({ staging, staged, start, change, end }) => ({
        staging: staging.every((min) => min === Infinity) ? null : { start: momentOf(staging), end: momentOf(staged) },
        start: momentOf(start),
        change: momentOf(change),
        end: momentOf(end),
      })),
  };
}

export function momentOf(minutes: Iterable<number>): Moment {
  const sorted = rising(minutes);
  const at = (p: number): number | null => finite(quantile(sorted, p));
  return { p10Min: at(0.1), p50Min: at(0.5), p90Min: at(0.9) };
}

/** The n-th smallest of the members' times; n = 0: none is wanted. */
function nth(times: Float64Array, members: Int32Array, n: number): number {
  if (n === 0) return -Infinity;
  if (n === 1) return members.reduce((first, target) => Math.min(first, times[target] as number), Infinity);
  return rising(Float64Array.from(members, (target) => times[target] as number))[n - 1] ?? Infinity;
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
