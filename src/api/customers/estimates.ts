// When a customer's own capacity is back, as rehearsed before the work, with and without validation. Nobody waits long for it: what is not
// ready is there when the page is loaded again.
import type { CurvePoint, Forecast } from '../../core/forecast/forecast.ts';
import { bandsOf, type Bands } from '../../core/forecast/frozen.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { JsonObject } from '../../std/json.ts';
import { FORECAST_SEED, usualScenarios } from '../planned-run.ts';
import { within } from '../run/patience.ts';
import type { Studies } from '../studies.ts';
import { ownPlan, soonerPlan } from './own-plan.ts';

/** Minutes from the first drain of the customer's own nodes. */
export interface Estimate {
  readonly marks: Bands;
  readonly curve: readonly CurvePoint[];
}

interface OwnEstimates {
  readonly forecast: Estimate | null;
  /** Were nothing validated. */
  readonly sooner: Estimate | null;
  /** One of them will be there later. */
  readonly isPending: boolean;
}

interface Kept {
  made: Promise<void>;
  /** undefined: not ready. */
  value: Estimate | null | undefined;
}

const KEPT_MAX = 64;
/** What could not be rehearsed is not tried again sooner. */
const AGAIN_MS = 60_000;

export class Estimates {
  readonly #studies: Pick<Studies, 'ask'>;
  readonly #patienceMs: number;
  readonly #kept = new Map<string, Kept>();

  constructor(studies: Pick<Studies, 'ask'>, patienceMs: number) {
    this.#studies = studies;
    this.#patienceMs = patienceMs;
  }

  /** `options`: of the run; empty where there is none. Never rejects. */
  async of(plan: Plan, customer: string, options: JsonObject): Promise<OwnEstimates> {
    const key = JSON.stringify([plan.id, customer, options['now'] ?? null, options['only'] ?? null]);
    const own = (): Plan | null => ownPlan(plan, customer, options);
    const later = this.#estimate(`${key} later`, own);
    const sooner = this.#estimate(`${key} sooner`, () => {
      const validated = own();
      return validated && soonerPlan(validated);
    });
    await within(this.#patienceMs, Promise.all([later.made, sooner.made]));
    return {
      forecast: later.value ?? null,
      sooner: sooner.value ?? null,
      isPending: later.value === undefined || sooner.value === undefined,
    };
  }

  #estimate(key: string, planOf: () => Plan | null): Kept {
    const known = this.#kept.get(key);
    if (known) return known;
    const kept: Kept = { made: Promise.resolve(), value: undefined };
    kept.made = this.#fill(key, kept, planOf);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }

  async #fill(key: string, kept: Kept, planOf: () => Plan | null): Promise<void> {
    try {
      const plan = planOf();
      const asked = plan && { seed: FORECAST_SEED, scenarios: usualScenarios(plan) };
      kept.value = asked && plan ? estimateOf((await this.#studies.ask('rehearsal', [plan], asked)).forecast) : null;
    } catch {
      // An estimate is never worth a page.
      kept.value = null;
      setTimeout(() => this.#kept.delete(key), AGAIN_MS).unref();
    }
  }
}

function estimateOf({ milestones, curve }: Forecast): Estimate {
  return { marks: bandsOf((mark) => milestones[mark] ?? { p50Min: null, p90Min: null }), curve };
}
