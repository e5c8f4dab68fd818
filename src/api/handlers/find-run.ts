// A run by its name: its header, the host that drives it, its chronicle live or from the journal, and its view.
import type { RunHeader } from '../../core/ports.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { RunHost } from '../../runner/host.ts';
import type { Runs } from '../../runner/runs.ts';
import type { RunView } from '../contract/schemas.ts';
import type { ApiParts } from '../parts.ts';
import { replay } from '../replay.ts';
import { viewOf } from '../view.ts';
import { notFound, refused } from './answering.ts';

export async function headerOf(runs: Runs, run: string): Promise<RunHeader> {
  const header = (await runs.journal.runs()).find((candidate) => candidate.run === run);
  if (!header) throw notFound(`no run ${run} in this state folder`);
  return header;
}

export async function hostOf(runs: Runs, run: string): Promise<RunHost> {
  const active = runs.get(run);
  const { finishedAt } = await headerOf(runs, run);
  if (finishedAt !== null) throw refused(`run ${run} has ended`);
  if (!active) throw notFound(`no unfinished run ${run} in this state folder`);
  if (active.host.stopped !== null) throw refused(`run ${run} is not driven any more: ${active.host.stopped}`);
  return active.host;
}

/** `foretold` anew: where the run stands is rehearsed again when that is due, which a list of runs does not wait for. */
export async function show(parts: ApiParts, header: RunHeader, foretold: 'anew' | 'at the start' = 'at the start'): Promise<RunView> {
  const host = parts.runs.get(header.run)?.host ?? null;
  const plan = host?.parts.plan ?? parts.parsePlan(header.plan);
  const chronicle = host?.chronicle ?? (await chronicleOf(parts, header));
  const driven = header.finishedAt === null ? host : null;
  const eta = await parts.forecasts.etaOf(chronicle, foretold === 'anew' ? driven : null);
  return viewOf(header, plan, chronicle, driven, eta);
}

/** The live chronicle, or the journal replayed. */
export async function chronicleOf(parts: ApiParts, header: RunHeader): Promise<Chronicle> {
  const live = parts.runs.get(header.run);
  return live ? live.host.chronicle : replay(parts.runs.journal, header.run, parts.parsePlan(header.plan));
}
