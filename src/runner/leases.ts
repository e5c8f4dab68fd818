// Holds on whatever else moves this cluster (autoscaler, auto-repair, configuration management): taken first, seen to hold, renewed,
// given back last, also on abort.
import type { LeaseHooks } from '../core/fleet/model.ts';
import type { RunHost } from './host.ts';

export interface Lease {
  readonly mover: string;
  readonly cluster: number;
  readonly hooks: LeaseHooks;
}

/** The leases that the policy asks for, on every cluster of the plan that has hooks for them. */
export function leasesOf(host: RunHost): Lease[] {
  const { plan, program } = host.parts;
  const used = new Set(program.clusterOf);
  return plan.fleet.document.clusters.flatMap((cluster, index) =>
    used.has(index)
      ? plan.policy.leases.flatMap((mover) => {
          const hooks = cluster.leases[mover];
          return hooks ? [{ mover, cluster: index, hooks }] : [];
        })
      : [],
  );
}

/** Takes and verifies every lease; null = all hold, else what failed. Taking is idempotent, so a restart takes them anew. */
export async function takeLeases(host: RunHost, leases: readonly Lease[]): Promise<string | null> {
  for (const lease of leases) {
    const why = await takeOne(host, lease);
    await host.write({
      target: -1,
      kind: 'lease',
      note: { why: why ?? 'taken and verified', data: { mover: lease.mover, holds: why === null } },
    });
    if (why !== null) return `lease on ${lease.mover}: ${why}`;
  }
  return null;
}

/** Renews each lease on its interval until `over`; a lease that no longer verifies is taken again and journalled. */
export async function renewLeases(host: RunHost, leases: readonly Lease[], over: () => boolean): Promise<void> {
  await Promise.all(
    leases.map(async (lease) => {
      const every = lease.hooks.renewEveryMs;
      if (every === null) return;
      for (;;) {
        await host.tick(every);
        if (host.stopped !== null || over()) return;
        if (await hook(host, lease, 'verify')) continue;
        const why = await takeOne(host, lease);
        await host.write({
          target: -1,
          kind: 'lease',
          note: { why: why ?? 'was lost, taken again', data: { mover: lease.mover, holds: why === null } },
        });
      }
    }),
  );
}

export async function giveLeases(host: RunHost, leases: readonly Lease[]): Promise<void> {
  for (const lease of leases.toReversed()) {
    const given = await hook(host, lease, 'give');
    await host.write({
      target: -1,
      kind: 'lease',
      note: {
        why: given ? 'given back' : 'could not be given back: do it by hand',
        data: { mover: lease.mover, holds: !given, given: true },
      },
    });
  }
}

async function takeOne(host: RunHost, lease: Lease): Promise<string | null> {
  if (!(await hook(host, lease, 'take'))) return 'its take hook failed';
  return (await hook(host, lease, 'verify')) ? null : 'its verify hook says it does not hold';
}

async function hook(host: RunHost, lease: Lease, which: 'take' | 'verify' | 'give'): Promise<boolean> {
  const local = host.parts.callers(lease.cluster, 'local');
  if (!local) return false;
  const deadline = host.now() + host.parts.pace.callTimeoutMs;
  const result = await local.act(
    { role: 'local', do: 'run', argv: lease.hooks[which] },
    lease.mover,
    `${host.run}/lease/${lease.mover}/${which}`,
    deadline,
  );
  return result.outcome === 'done' && result.evidence['exit'] === 0;
}
