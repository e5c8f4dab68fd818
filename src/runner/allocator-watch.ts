// The standing look at the allocator: what customers hand over there counts as released here, and our holds stay until the return.
import { hasFlag } from '../core/run/state.ts';
import { FLAG } from '../core/run/states.ts';
import type { AllocatorFacts } from '../core/ports.ts';
import { releaseDevices } from './consents.ts';
import type { RunHost } from './host.ts';
import { keepsDrain } from './watch.ts';

/** Looks once a poll until the host stops or `over` says so; at once over where no cluster has an allocator. */
export async function watchAllocator(host: RunHost, over: () => boolean): Promise<void> {
  const { program, pace } = host.parts;
  const asked = program.targets
    .map((_, target) => target)
    .filter((target) => host.kind(target) === 'node' && host.caller(target, 'allocator'));
  if (asked.length === 0) return;
  while (host.stopped === null && !over()) {
    const seen = await Promise.all(asked.map(async (target) => [target, (await host.look(target, 'allocator')).facts] as const));
    if (host.stopped !== null) return;
    for (const [target, facts] of seen) if (facts?.role === 'allocator') judge(host, target, facts);
    releaseDevices(host);
    await host.tick(pace.pollMs);
  }
}

function judge(host: RunHost, target: number, facts: AllocatorFacts): void {
  const { state } = host.chronicle;
  const { program } = host.parts;
  const customer = program.clusters[program.clusterOf[target] as number]?.customer ?? null;
  if (facts.released && facts.released.by === customer && !hasFlag(state, target, FLAG.released))
    host.feed(target, 'release', { by: `customer ${customer}`, why: 'released in the allocator' });
  if (facts.hold === null && hasFlag(state, target, FLAG.drained) && keepsDrain(host, target)) void holdAgain(host, target);
}

async function holdAgain(host: RunHost, target: number): Promise<void> {
  const allocator = host.caller(target, 'allocator');
  if (!allocator) return;
  await host.write({ target, kind: 'act', note: { why: 'our hold in the allocator was gone: set again', data: { act: 'hold' } } });
  if (host.stopped !== null || !keepsDrain(host, target) || !hasFlag(host.chronicle.state, target, FLAG.drained)) return;
  const act = { role: 'allocator', do: 'hold', run: host.run, why: host.parts.plan.change.name } as const;
  await allocator.act(act, host.name(target), `${host.run}/keep`, host.now() + host.parts.pace.callTimeoutMs);
}
