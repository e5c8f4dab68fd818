// Plans by their ids: those that the desk keeps, and those that runs of this state folder were made of.
import { originOf } from '../core/past/origin.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunHeader } from '../core/ports.ts';
import type { KeptPlan, Plans } from '../desk/plans.ts';
import type { Runs } from '../runner/runs.ts';
import { badInput, notFound } from './handlers/answering.ts';
import { headOf, keepPlan, type Head, type KeepOrder } from './keep-plan.ts';
import type { ShortCurve } from './studies.ts';

/** As the contract has it. */
export interface PlanSummary extends Head {
  readonly plan: string;
  readonly by: string;
  readonly at: string;
  readonly why: string;
  readonly curve: ShortCurve | null;
  readonly runs: string[];
}

export interface Shelved {
  readonly plan: Plan;
  readonly summary: PlanSummary;
  /** As somebody wrote it; null: not known here. */
  readonly change: string | null;
  readonly policy: string | null;
}

interface ShelfParts {
  readonly runs: Pick<Runs, 'journal'>;
  readonly desk: { readonly plans: Plans };
  readonly parsePlan: (text: string) => Plan;
  readonly studies: { curveOf(plan: string): ShortCurve | null };
}

/** Parsed plans that are kept at hand. */
const PLANS_MAX = 8;
const SHOWN_CHARS = 12;

export class Shelf {
  readonly #parts: ShelfParts;
  readonly #plans = new Map<string, Plan>();
  readonly #heads = new Map<string, Head>();

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  /** The plan whose id begins so. Throws NOT_FOUND, and BAD_INPUT when several do. */
  async find(prefix: string): Promise<Shelved> {
    const headers = await this.#parts.runs.journal.runs();
    const kept = this.#parts.desk.plans.list();
    const ids = new Set([...kept.map(({ id }) => id), ...headers.map(({ planId }) => planId)]);
    const [id, ...others] = [...ids].filter((candidate) => candidate.startsWith(prefix));
    if (id === undefined) throw notFound(`plan ${prefix}: neither the desk nor a run of this state folder has it`);
    if (others.length > 0) {
      const all = [id, ...others].map((each) => each.slice(0, prefix.length + 8)).sort();
      throw badInput(`plan ${prefix}: ${all.length} plans begin so (${all.join(', ')}); give more of its characters`);
    }
    const texts = await this.#parts.desk.plans.get(id);
    if (texts) {
      const plan = this.#parsed(id, texts.text);
      return { plan, summary: this.#ofKept(texts, headers), change: texts.change?.text ?? null, policy: texts.policy?.text ?? null };
    }
    const header = headers.find(({ planId }) => planId === id);
    if (!header) throw notFound(`plan ${id.slice(0, SHOWN_CHARS)}: its text is not there any more`);
    const plan = this.#parsed(id, header.plan);
    return { plan, summary: this.#ofRun(header, headOf(plan), headers), change: null, policy: null };
  }

  /** The plan alone; throws as `find`. */
  async plan(prefix: string): Promise<Plan> {
    return (await this.find(prefix)).plan;
  }

  /** Newest first. Plans that only told of others' maintenances are no plans of ours. */
  async list(): Promise<PlanSummary[]> {
    const headers = await this.#parts.runs.journal.runs();
    const kept = this.#parts.desk.plans.list();
    const known = new Set(kept.map(({ id }) => id));
    const all = kept.map((plan) => this.#ofKept(plan, headers));
    for (const header of headers) {
      if (known.has(header.planId) || originOf(header.options).kind !== 'run') continue;
      known.add(header.planId);
      // One plan is parsed in a blink, a hundred are not: between two the server does other things.
      if (!this.#heads.has(header.planId)) await new Promise((resolve) => setImmediate(resolve));
      const head = this.#heads.get(header.planId) ?? headOf(this.#parsed(header.planId, header.plan));
      this.#heads.set(header.planId, head);
      all.push(this.#ofRun(header, head, headers));
    }
    return all.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  }

  /** Rejects with DeskRefusedError. One that is kept already stays as it was. */
  async keep(plan: Plan, order: KeepOrder): Promise<PlanSummary> {
    return this.#ofKept(await keepPlan(this.#parts.desk.plans, plan, order), await this.#parts.runs.journal.runs());
  }

  #ofKept({ id, summary, by, at, why }: KeptPlan, headers: readonly RunHeader[]): PlanSummary {
    // It was written by `keep`, above.
    return { plan: id, ...(summary as unknown as Head), by, at: new Date(at).toISOString(), why, ...this.#now(id, headers) };
  }

  #ofRun({ planId, run, createdAt, options }: RunHeader, head: Head, headers: readonly RunHeader[]): PlanSummary {
    const by = typeof options['by'] === 'string' ? options['by'] : '';
    return { plan: planId, ...head, by, at: new Date(createdAt).toISOString(), why: `for run ${run}`, ...this.#now(planId, headers) };
  }

  #now(id: string, headers: readonly RunHeader[]): Pick<PlanSummary, 'curve' | 'runs'> {
    return { curve: this.#parts.studies.curveOf(id), runs: headers.filter(({ planId }) => planId === id).map(({ run }) => run) };
  }

  #parsed(id: string, text: string): Plan {
    const plan = this.#plans.get(id) ?? this.#parts.parsePlan(text);
    this.#plans.delete(id);
    this.#plans.set(id, plan);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > PLANS_MAX && oldest !== undefined) this.#plans.delete(oldest);
    return plan;
  }
}
