// What a plan lets people expect of each wave and each target: when its phases begin and end, and when it is back, in the middle of some
// simulated nights.
import type { Plan } from '../core/plan/plan.ts';
import { CELL_OUTLINED, cellCode } from '../core/run/cell.ts';
import { compile } from '../core/run/compile.ts';
import { PHASES, type Phase } from '../core/run/progress.ts';
import { quantile, rising } from '../sim/rehearse/order-statistics.ts';
import { expectedReturns, scenarioFilm, type ScenarioFilm } from '../sim/rehearse/scenario-film.ts';
import { eventsOf } from '../sim/rehearse/work.ts';

export interface Expected {
  /** By target of the plan's program: minutes from time zero until it is back; NaN: not within the horizon, or it is not taken. */
  readonly returnMin: Float32Array;
  /** By the program's waves; minutes from time zero, null: nobody comes so far. */
  readonly waves: readonly { readonly [phase in Phase]?: ExpectedPhase }[];
}

export interface ExpectedPhase {
  /** The first target comes to it; of `returned`: is back. */
  readonly startMin: number;
  /** The last target is through. */
  readonly endMin: number;
}

const MINUTE_MS = 60_000;
const NIGHTS_MAX = 9;
/** Nights are lived through until they have cost about so many events. */
const EVENTS = 3_000_000;
const CODE = CELL_OUTLINED - 1;
const PHASE_OF_CODE = new Map(PHASES.map((phase, i) => [cellCode(phase), i]));
const RETURNED = PHASES.indexOf('returned');

export function expectedOf(plan: Plan, seed: number): Expected {
  const nights = Math.max(1, Math.min(NIGHTS_MAX, Math.floor(EVENTS / (2 * Math.max(1, eventsOf(plan))))));
  const { waveOf, waves } = compile(plan);
  const seen = Array.from({ length: nights }, (_, night) => phasesIn(scenarioFilm(plan, seed, night), waveOf, waves.length));
  const middle = (slot: number, of: (night: PhaseTimes) => Float64Array): number =>
    quantile(rising(seen.map((night) => of(night)[slot] as number)), 0.5) / MINUTE_MS;
  return {
    returnMin: expectedReturns(plan, seed, nights),
    waves: waves.map((_, wave) =>
      Object.fromEntries(
        PHASES.flatMap((phase, i) => {
          const slot = wave * PHASES.length + i;
          const [startMin, endMin] = [middle(slot, ({ first }) => first), middle(slot, ({ last }) => last)];
          return Number.isFinite(startMin) && Number.isFinite(endMin) ? [[phase, { startMin, endMin }] as const] : [];
        }),
      ),
    ),
  };
}

/** By wave and phase, ms from time zero; Infinity: nobody came to it. */
interface PhaseTimes {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

function phasesIn({ initial, atMs, target, cell }: ScenarioFilm, waveOf: Int32Array, waves: number): PhaseTimes {
  const first = new Float64Array(waves * PHASES.length).fill(Infinity);
  const last = new Float64Array(waves * PHASES.length).fill(-Infinity);
  const shown = initial.slice();
  const slotOf = (who: number, byte: number): number | null => {
    const phase = PHASE_OF_CODE.get(byte & CODE);
    return phase === undefined ? null : (waveOf[who] as number) * PHASES.length + phase;
  };
  for (const [i, at] of atMs.entries()) {
    const who = target[i] as number;
    const left = slotOf(who, shown[who] as number);
    if (left !== null && left % PHASES.length !== RETURNED) last[left] = Math.max(last[left] as number, at);
    const byte = cell[i] as number;
    shown[who] = byte;
    const slot = slotOf(who, byte);
    if (slot === null) continue;
    first[slot] = Math.min(first[slot] as number, at);
    if (slot % PHASES.length === RETURNED) last[slot] = Math.max(last[slot] as number, at);
  }
  return { first, last: last.map((at) => (at === -Infinity ? Infinity : at)) };
}
