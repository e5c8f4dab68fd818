// The forecast of one run from where it stands now: made anew when somebody asks and the last one is old, and never so often that it costs.
import { setTimeout as pause } from 'node:timers/promises';
import type { Bands } from '../core/forecast/frozen.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunHost } from '../runner/host.ts';
import { presentOf } from '../sim/exact/present.ts';
import { goingOn } from '../sim/rehearse/going-on.ts';
import { FORECAST_SEED, plannedRun, scenariosFor } from './planned-run.ts';
import type { Rehearsals } from './rehearsals.ts';

export interface RollingEta {
  readonly marks: Bands;
  /** Minutes from time zero at which it was made; null: before it. */
  readonly atMin: number | null;
}

/** Of the run's time, between two of them. */
const EVERY_MS = 60_000;
/** Of the wall's time: a twin may run sixty times as fast. At least so long, and ten times what the last one took. */
const WALL_EVERY_MS = 2_000;
const WALL_TIMES = 10;
/** Where there is none, or none that is younger than this of the run's time, whoever asks waits for so long. */
const OLD_MS = 300_000;
const PATIENCE_MS = 2_000;
const EVENTS = 2_000_000;
const SCENARIOS_MIN = 20;

export class RollingForecast {
  readonly #host: RunHost;
  readonly #rehearsals: Rehearsals;
  readonly #plan: Plan;
  #latest: RollingEta | null = null;
  #isBusy = false;
  /** On the run's clock, and on the wall's. */
  #madeAt = -Infinity;
  #notBefore = -Infinity;

  constructor(host: RunHost, rehearsals: Rehearsals) {
    const { plan, header } = host.parts;
    // Targets that `--only` left out are skipped in the run's state.
    const { only: _, ...options } = header.options;
    this.#host = host;
    this.#rehearsals = rehearsals;
    this.#plan = plannedRun(plan, { options });
  }

  /** The run has begun and is under way. null: none is there yet. Never rejects. */
  async latest(): Promise<RollingEta | null> {
    const ageMs = this.#host.now() - this.#madeAt;
    if (this.#isBusy || ageMs < EVERY_MS || performance.now() < this.#notBefore) return this.#latest;
    const made = this.#make();
    // Somebody who watches asks all the time, and is not kept from the rest of the view.
    if (ageMs > OLD_MS) await Promise.race([made, pause(PATIENCE_MS, null, { ref: false })]);
    return this.#latest;
  }

  async #make(): Promise<void> {
    this.#isBusy = true;
    const began = performance.now();
    const made = { at: this.#host.now(), timeZero: this.#host.chronicle.timeZero };
    const marks = await this.#rehearsals.carryOut(() => {
      // Its turn may have come late.
      made.at = this.#host.now();
      made.timeZero = this.#host.chronicle.timeZero;
      const options = { seed: FORECAST_SEED, scenarios: scenariosFor(this.#plan, EVENTS, SCENARIOS_MIN) };
      return goingOn(this.#plan, presentOf(this.#host.chronicle, made.at), options);
    });
    this.#latest = marks && { marks, atMin: made.timeZero === null ? null : (made.at - made.timeZero) / 60_000 };
    this.#madeAt = made.at;
    const ended = performance.now();
    this.#notBefore = ended + Math.max(WALL_EVERY_MS, WALL_TIMES * (ended - began));
    this.#isBusy = false;
  }
}
