// Plans that the desk keeps: each under its id, for ever. Lists stay in memory; the texts, megabytes each, stay in the journal.
import type { Journal } from '../core/ports.ts';
import { must } from '../std/assert.ts';
import type { Clock } from '../std/clock.ts';
import type { JsonObject } from '../std/json.ts';
import { appendLine, Book, type Said, saidIn } from './book.ts';
import { needText, needWho } from './refused.ts';

/** A document as somebody wrote it. */
interface Written {
  readonly text: string;
}

export interface PlanOrder {
  readonly id: string;
  /** The plan's JSON, byte for byte. That the id is its id is for the caller to see. */
  readonly text: string;
  /** What the plan was made of; null: not known here. */
  readonly change: Written | null;
  readonly policy: Written | null;
  /** What lists show of it (parent, name, fleet, counts): the caller knows plans, the desk does not. */
  readonly summary: JsonObject;
  readonly by: string;
  readonly why: string;
}

export interface KeptPlan extends Said {
  readonly id: string;
  readonly summary: JsonObject;
}

interface PlanTexts {
  readonly text: string;
  readonly change: Written | null;
  readonly policy: Written | null;
}

export interface Plans {
  /** A plan that is kept already stays as it was. Resolves with what is kept. Rejects with DeskRefusedError. */
  keep(order: PlanOrder): Promise<KeptPlan>;
  has(id: string): boolean;
  /** null: not kept. */
  get(id: string): Promise<(KeptPlan & PlanTexts) | null>;
  /** Newest first. */
  list(): readonly KeptPlan[];
}

export async function openPlans(journal: Journal, clock: Clock): Promise<Plans> {
  const byId = new Map<string, KeptPlan>();
  const book = await Book.open(journal, clock, 'plans', {
    keep: (entry) => {
      const { id, summary } = entry.data as Kept;
      byId.set(id, { id, summary, ...saidIn(entry) });
    },
  });
  const keepTexts = async ({ id, text, change, policy, by, why }: PlanOrder): Promise<void> => {
    const data: Texts = { text, change: change?.text ?? null, policy: policy?.text ?? null };
    await appendLine(journal, clock, textStream(id), { kind: 'text', by, why, data });
  };
  return {
    keep: async (order) => {
      const { id, summary, by, why } = order;
      needText('plan: id', id, 200);
      needText(`plan ${id}: text`, order.text, Number.POSITIVE_INFINITY);
      needWho(order);
      const known = byId.get(id);
      if (known) return known;
      // The texts first, so that a plan which is in the list can be read whenever the server dies.
      await keepTexts(order);
      await book.write(() => (byId.has(id) ? null : { kind: 'keep', by, why, data: { id, summary } }));
      return must(byId.get(id), `plan ${id}`);
    },
    has: (id) => byId.has(id),
    get: async (id) => {
      const kept = byId.get(id);
      if (!kept) return null;
      const [entry] = await journal.readStream(textStream(id), 1, 1);
      const { text, change, policy } = must(entry, `texts of plan ${id}`).data as Texts;
      return { ...kept, text, change: writtenOf(change), policy: writtenOf(policy) };
    },
    list: () => [...byId.values()].reverse(),
  };
}

type Kept = { readonly id: string; readonly summary: JsonObject };
type Texts = { readonly text: string; readonly change: string | null; readonly policy: string | null };

function textStream(id: string): string {
  return `plan/${id}`;
}

function writtenOf(text: string | null): Written | null {
  return text === null ? null : { text };
}
