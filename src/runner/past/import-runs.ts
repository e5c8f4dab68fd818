// Takes past maintenances into the journal, whole or not at all, and each only once however often it is given.
import type { Plan } from '../../core/plan/plan.ts';
import type { Entry, Journal, RunHeader } from '../../core/ports.ts';
import { compile } from '../../core/run/compile.ts';
import { RunRefusedError } from '../only.ts';

export interface PastRunGiven {
  readonly run: string;
  /** The plan's JSON text. */
  readonly plan: string;
  readonly entries: readonly Entry[];
  /** Equal for equal content. */
  readonly contentId: string;
}

export interface ImportParts {
  readonly journal: Journal;
  readonly owner: string;
  readonly parsePlan: (text: string) => Plan;
}

/** Where the records come from, for everybody who looks at their runs. */
export interface ImportSource {
  readonly from: string;
  readonly by: string;
  /** ISO time. */
  readonly at: string;
}

export interface Imported {
  readonly run: string;
  /** It was there before, perhaps under this other name. */
  readonly already: boolean;
}

/** Throws RunRefusedError, before anything is written, for a name that another run has and for entries that are not the plan's. */
export async function importRuns(parts: ImportParts, given: readonly PastRunGiven[], source: ImportSource): Promise<readonly Imported[]> {
  const headers = new Map((await parts.journal.runs()).map((header) => [header.run, header]));
  const there = new Map([...headers.values()].map((header) => [header.options['contentId'], header]));
  const fresh = given.filter(({ contentId }) => !there.has(contentId));
  for (const { run } of fresh) if (headers.has(run)) throw new RunRefusedError(`there is another run ${run} in the journal: give --name`);
  const made = new Map(fresh.map((each) => [each.contentId, headerOf(parts, each, source)]));
  const imported: Imported[] = [];
  for (const { contentId, entries } of given) {
    const before = there.get(contentId);
    const header = before ?? made.get(contentId);
    if (!header) continue;
    if (!before) await parts.journal.create(header, []);
    const done = header.finishedAt !== null || imported.some(({ run }) => run === header.run);
    if (!done) await fill(parts, header.run, entries);
    there.set(contentId, header);
    imported.push({ run: header.run, already: before !== undefined });
  }
  return imported;
}

function headerOf({ parsePlan }: ImportParts, { run, plan, entries, contentId }: PastRunGiven, { from, by, at }: ImportSource): RunHeader {
  const parsed = parsePlan(plan);
  const { targets, steps } = compile(parsed);
  for (const { target, step } of entries)
    if (target >= targets.length || (target >= 0 && step >= steps.length))
      throw new RunRefusedError(`run ${run}: its entries are not of its plan`);
  return {
    run,
    planId: parsed.id,
    createdAt: entries[0]?.at ?? Date.parse(at),
    plan,
    targets,
    steps: steps.map(({ name }) => name),
    shards: 1,
    options: { origin: 'import', importedFrom: from, importedAt: at, by, contentId },
    finishedAt: null,
  };
}

/** An import that was cut off between two transactions is gone on with where it stopped. */
async function fill({ journal, owner }: ImportParts, run: string, entries: readonly Entry[]): Promise<void> {
  const epoch = await journal.claim(run, 0, owner);
  const written = (await journal.read(run, 1, entries.length)).length;
  if (written < entries.length) await journal.append(run, 0, epoch, entries.slice(written));
  await journal.finish(run, entries.at(-1)?.at ?? 0);
}
