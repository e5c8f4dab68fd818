// The hand-over: what is in service now, by name, with the versions that run. Whatever is down or in somebody else's hands before is
// not taken and never counts.
import type { EntryNote, FabricFacts, SchedulerFacts } from '../core/ports.ts';
import { fabricData } from '../core/run/link-troubles.ts';
import type { RunHost } from './host.ts';
import { lookAtFabric } from './steps/common.ts';
import { readVersions } from './steps/read.ts';
import { lookAtAll } from './watch.ts';

/** Journals the baseline and skips the rest. Returns how many are in it; 0 = the run must not begin. */
export async function takeBaseline(host: RunHost): Promise<number> {
  const facts = await lookUntilAnswered(host);
  if (host.stopped !== null) return 0;
  const fabric = await lookAtFabricOfAll(host);
  const targets = host.parts.program.targets.map((_, target) => target);
  const isThere = (target: number): boolean =>
    host.kind(target) === 'node' ? facts.get(target)?.inService === true : fabric.get(target)?.present === true;
  const taken = targets.filter(isThere);
  const versions = await Promise.all(taken.map((target) => versionsOf(host, target)));
  if (host.stopped !== null) return 0;
  for (const [i, target] of taken.entries()) {
    const shown = facts.get(target);
    const joined = fabric.get(target);
    const ofNode = host.kind(target) === 'node' ? { state: shown?.state ?? '', gpus: shown?.gpus ?? null } : {};
    const ofFabric = joined ? { fabric: fabricData(joined, host.name(target)) } : {};
    host.feed(target, 'baseline', { data: { ...ofNode, versions: versions[i] ?? {}, ...ofFabric } });
  }
  const counted = taken.filter((target) => host.parts.program.counted[target] === 1).length;
  if (counted === 0) return 0;
  const inBaseline = new Set(taken);
  for (const target of targets) if (!inBaseline.has(target)) host.feed(target, 'skip', leftOut(host, target, facts.get(target)));
  return counted;
}

/** One sweep for each cluster that has a fabric driver; only targets that somebody answered for. */
async function lookAtFabricOfAll(host: RunHost): Promise<Map<number, FabricFacts>> {
  const asked = host.parts.program.targets.map((_, target) => target).filter((target) => host.caller(target, 'fabric') !== null);
  const seen = await Promise.all(asked.map(async (target) => [target, await lookAtFabric(host, target)] as const));
  return new Map(seen.flatMap(([target, facts]) => (facts ? [[target, facts] as const] : [])));
}

/** A scheduler that does not answer is waited for: without a baseline nothing may begin. */
async function lookUntilAnswered(host: RunHost): Promise<Map<number, SchedulerFacts>> {
  for (;;) {
    const facts = await lookAtAll(host);
    if (facts.size > 0 || host.stopped !== null) return facts;
    await host.tick(host.parts.pace.pollMs);
  }
}

async function versionsOf(host: RunHost, target: number): Promise<{ readonly [component: string]: string }> {
  const { program, pace } = host.parts;
  const chain = program.chains[program.chainOf[target] as number];
  const conform = chain ? program.steps[chain.conform] : undefined;
  if (conform?.action.kind !== 'read') return {};
  const reads = { by: conform.by, read: conform.action.read };
  return (await readVersions(host, target, reads, `${host.run}/baseline`, host.now() + pace.callTimeoutMs)).versions;
}

function leftOut(host: RunHost, target: number, facts: SchedulerFacts | undefined): EntryNote {
  if (host.kind(target) !== 'node') {
    const why = host.caller(target, 'fabric') ? 'not taken: the fabric does not show it' : 'not taken: this cluster has no fabric driver';
    return { why };
  }
  return facts ? { why: whyNot(facts), data: { seen: 'out' } } : { why: whyNot(facts) };
}

function whyNot(facts: SchedulerFacts | undefined): string {
  if (!facts) return 'not taken: the scheduler does not know it, or did not answer';
  if (facts.drain) return `not taken: drained before (${facts.drain.reason || 'no reason given'})`;
  if (facts.reservation) return `not taken: in maintenance before (${facts.reservation.reason})`;
  return `not taken: ${facts.state} before`;
}
