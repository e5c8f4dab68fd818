// Opens the outside of a run: real drivers as the fleet names them, or a twin of the fleet on a sped-up clock.
import type { Driver, Role } from '../core/ports.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunOptions } from '../api/contract/schemas.ts';
import { runOptionsSchema } from '../api/contract/schemas.ts';
import { openLocal } from '../drivers/local/local.ts';
import type { Pace } from '../runner/host.ts';
import type { World } from '../runner/runs.ts';
import { planTwin, playsRole } from '../sim/twin/plan-twin.ts';
import { createTwin } from '../sim/twin/twin.ts';
import { wallClock } from '../std/clock.ts';
import type { JsonObject } from '../std/json.ts';
import { openDriver, type ServerContext } from './drivers.ts';

const REAL_PACE: Pace = { pollMs: 2_000, nodePollMs: 1_000, callTimeoutMs: 60_000, settleMs: 10_000 };

/** `state`: the server's own folder. */
export async function openWorld(plan: Plan, given: JsonObject, state: string): Promise<World> {
  const options = runOptionsSchema.parse(given);
  return options.twin ? twinWorld(plan, options.twin) : realWorld(plan, options, state);
}

function realWorld(plan: Plan, options: RunOptions, state: string): World {
  const clock = wallClock();
  const context: ServerContext = { folder: options.folder, env: process.env, clock, state };
  const local = openLocal({}, context);
  const drivers = new Map<string, Driver>();
  for (const cluster of plan.fleet.document.clusters) {
    for (const [role, choice] of Object.entries(cluster.drivers)) {
      drivers.set(`${cluster.name} ${role}`, openDriver(choice, context));
    }
  }
  return {
    clock,
    pace: REAL_PACE,
    driver: (cluster, role) => (role === 'local' ? local : (drivers.get(`${cluster} ${role}`) ?? null)),
    close: async () => {
      await Promise.all([...drivers.values(), local].map((driver) => driver.close()));
    },
  };
}

/** A simulated fleet with the plan's nodes; what people see per second of theirs stays the same at any speed. */
function twinWorld(plan: Plan, { speed, seed, options }: NonNullable<RunOptions['twin']>): World {
  const clock = wallClock(speed);
  const twin = createTwin(planTwin(plan, { ...options, seed }), clock);
  const { scheduler, shell, bmc, fabric, allocator, alerts } = twin;
  const byRole: { readonly [role in Role]?: Driver | null } = { scheduler, shell, bmc, fabric, allocator, alerts };
  const local = openLocal({}, { folder: '.', env: {}, clock });
  return {
    clock,
    pace: {
      pollMs: Math.max(REAL_PACE.pollMs, 150 * speed),
      nodePollMs: Math.max(REAL_PACE.nodePollMs, 75 * speed),
      callTimeoutMs: Math.max(REAL_PACE.callTimeoutMs, 5_000 * speed),
      settleMs: REAL_PACE.settleMs,
    },
    driver: (cluster, role) => (role === 'local' ? local : playsRole(plan, cluster, role) ? (byRole[role] ?? null) : null),
    close: async () => {
      twin.close();
      await local.close();
    },
  };
}
