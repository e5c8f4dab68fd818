// A run as its journal tells it, for runs that nobody drives any more.
import type { Plan } from '../core/plan/plan.ts';
import type { Journal } from '../core/ports.ts';
import { createChronicle, record, type Chronicle } from '../core/run/chronicle.ts';
import { compile } from '../core/run/compile.ts';

const PAGE = 10_000;

/** Between two pages the server does other things. */
export async function replay(journal: Journal, run: string, plan: Plan): Promise<Chronicle> {
  const chronicle = createChronicle(compile(plan));
  for (let from = 1; ;) {
    const entries = await journal.read(run, from, PAGE);
    for (const entry of entries) record(chronicle, entry);
    const last = entries.at(-1);
    if (!last || entries.length < PAGE) return chronicle;
    from = last.seq + 1;
  }
}
