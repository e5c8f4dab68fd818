// Where a plan stands that a customer looks at: the newest run of it, live or from the journal.
import { originOf } from '../../core/past/origin.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { RunHeader } from '../../core/ports.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { RunHost } from '../../runner/host.ts';
import { simulated, type Runs } from '../../runner/runs.ts';
import { replay } from '../replay.ts';

export interface Standing {
  readonly plan: Plan;
  readonly customer: string;
  /** null: there is no run yet. */
  readonly header: RunHeader | null;
  readonly chronicle: Chronicle | null;
  /** null: nobody drives the run, or there is none. */
  readonly host: RunHost | null;
  /** Unix ms; of the run's own clock while it is driven. */
  readonly now: number;
}

/** Runs that are over and were not driven by this server: so many are kept at hand. */
const REPLAYED_MAX = 4;

export class Standings {
  readonly #runs: Runs;
  readonly #parsePlan: (text: string) => Plan;
  readonly #replayed = new Map<string, Promise<Chronicle>>();

  constructor(runs: Runs, parsePlan: (text: string) => Plan) {
    this.#runs = runs;
    this.#parsePlan = parsePlan;
  }

  async of(plan: Plan, customer: string): Promise<Standing> {
    const header = newestRun(await this.#runs.journal.runs(), plan.id);
    const host = header && (this.#runs.get(header.run)?.host ?? null);
    const isDriven = host !== null && header?.finishedAt === null && host.stopped === null;
    return {
      plan,
      customer,
      header,
      chronicle: header && (host?.chronicle ?? (await this.#chronicleOf(header))),
      host: isDriven ? host : null,
      now: isDriven ? host.now() : Date.now(),
    };
  }

  #chronicleOf(header: RunHeader): Promise<Chronicle> {
    const made = this.#replayed.get(header.run) ?? replay(this.#runs.journal, header.run, this.#parsePlan(header.plan));
    this.#replayed.delete(header.run);
    // What is not over may yet be gone on with.
    if (header.finishedAt !== null) this.#replayed.set(header.run, made);
    const [oldest] = this.#replayed.keys();
    if (this.#replayed.size > REPLAYED_MAX && oldest !== undefined) this.#replayed.delete(oldest);
    made.catch(() => this.#replayed.delete(header.run));
    return made;
  }
}

/** Runs of ours alone. One on a twin is shown only while there is no real one: whoever tries a plan out does not take their page away. */
export function newestRun(headers: readonly RunHeader[], plan: string): RunHeader | null {
  const own = headers.filter(({ planId, options }) => planId === plan && originOf(options).kind === 'run');
  const real = own.filter(({ options }) => !simulated(options));
  return (real.length > 0 ? real : own).reduce<RunHeader | null>(
    (newest, header) => (newest === null || header.createdAt >= newest.createdAt ? header : newest),
    null,
  );
}
