// The hand-over: what is in service now, by name, with the versions that run. Whatever is down or in somebody else's hands before is
// not taken and never counts.
import type { EntryNote, SchedulerFacts } from '../core/ports.ts';
import type { RunHost } from './host.ts';
import { readVersions } from './steps/read.ts';
import { lookAtAll } from './watch.ts';

/** Journals the baseline and skips the rest. Returns how many are in it; 0 = the run must not begin. */
export async function takeBaseline(host: RunHost): Promise<number> {
  const facts = await lookUntilAnswered(host);
  if (host.stopped !== null) return 0;
  const taken = host.parts.program.targets.map((_, target) => target).filter((target) => facts.get(target)?.inService === true);
  const versions = await Promise.all(taken.map((target) => versionsOf(host, target)));
  if (host.stopped !== null) return 0;
  for (const [i, target] of taken.entries()) {
    const shown = facts.get(target);
    host.feed(target, 'baseline', { data: { state: shown?.state ?? '', gpus: shown?.gpus ?? null, versions: versions[i] ?? {} } });
  }
  if (taken.length === 0) return 0;
  const inBaseline = new Set(taken);
  for (const target of host.parts.program.targets.keys())
    if (!inBaseline.has(target)) host.feed(target, 'skip', leftOut(facts.get(target)));
  return taken.length;
}

/** A scheduler that does not answer is waited for: without a baseline nothing may begin. */
async function lookUntilAnswered(host: RunHost): Promise<Map<number, SchedulerFacts>> {
  for (;;) {
    const facts = await lookAtAll(host);
    if (facts.size > 0 || host.stopped !== null) return facts;
    await host.tick(host.parts.pace.pollMs);
  }
}

function versionsOf(host: RunHost, target: number): Promise<{ [component: string]: string }> {
  const { program, pace } = host.parts;
  const chain = program.chains[program.chainOf[target] as number];
  const conform = chain ? program.steps[chain.conform]?.action : undefined;
  if (conform?.kind !== 'read') return Promise.resolve({});
  return readVersions(host, target, conform.read, `${host.run}/baseline`, host.now() + pace.callTimeoutMs);
}

function leftOut(facts: SchedulerFacts | undefined): EntryNote {
  return facts ? { why: whyNot(facts), data: { seen: 'out' } } : { why: whyNot(facts) };
}

function whyNot(facts: SchedulerFacts | undefined): string {
  if (!facts) return 'not taken: the scheduler does not know it, or did not answer';
  if (facts.drain) return `not taken: drained before (${facts.drain.reason || 'no reason given'})`;
  if (facts.reservation) return `not taken: in maintenance before (${facts.reservation.reason})`;
  return `not taken: ${facts.state} before`;
}
