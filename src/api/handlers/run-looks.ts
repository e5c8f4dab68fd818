// Runs as they are looked at: views, journal and review.
import { retroOf } from '../../core/retro/retro.ts';
import { dryRun } from '../../runner/dry-run.ts';
import type { Runs } from '../../runner/runs.ts';
import type { JsonObject } from '../../std/json.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { eventOf } from '../view.ts';
import { answering } from './answering.ts';
import { chronicleOf, headerOf, show } from './find-run.ts';

export function runLooks(parts: ApiParts) {
  const { runs } = parts;
  return {
    dryRun: os.runs.dryRun.handler(({ input }) =>
      answering(async () => {
        const { acts, findings } = await dryRun(runs, input.plan, input.options as JsonObject);
        return { acts: [...acts], findings: [...findings] };
      }),
    ),
    list: os.runs.list.handler(async () => Promise.all((await runs.journal.runs()).map((header) => show(parts, header)))),
    status: os.runs.status.handler(async ({ input }) => show(parts, await headerOf(runs, input.run), 'anew')),
    events: os.runs.events.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const entries = await readOrWait(runs, input.run, input.from, input.limit, input.waitMs);
      return entries.map((entry) => eventOf(header, entry));
    }),
    retro: os.runs.retro.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      return retroOf(header, parts.parsePlan(header.plan), await chronicleOf(parts, header));
    }),
  };
}

async function readOrWait(runs: Runs, run: string, from: number, limit: number, waitMs: number) {
  const now = await runs.journal.read(run, from, limit);
  if (now.length > 0 || waitMs === 0) return now;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    const unsubscribe = runs.journal.subscribe((changed) => {
      if (changed === run) end();
    });
  });
  return runs.journal.read(run, from, limit);
}
