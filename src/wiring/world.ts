// Opens the outside of a run: real drivers as the fleet names them, or a twin of the fleet on a sped-up clock.
import type { z } from 'zod';
import type { DriverChoice } from '../core/fleet/model.ts';
import type { Driver, Role } from '../core/ports.ts';
import type { Plan } from '../core/plan/plan.ts';
import { expand } from '../core/plan/expand.ts';
import type { RunOptions } from '../api/contract/schemas.ts';
import { runOptionsSchema } from '../api/contract/schemas.ts';
import { openLocal } from '../drivers/local/local.ts';
import { slurmOptions } from '../drivers/slurm/options.ts';
import { openSlurm } from '../drivers/slurm/slurm.ts';
import { sshOptions } from '../drivers/ssh/options.ts';
import { openSsh } from '../drivers/ssh/ssh.ts';
import type { Pace } from '../runner/host.ts';
import type { World } from '../runner/runs.ts';
import { twinConfig } from '../sim/twin/config.ts';
import { createTwin } from '../sim/twin/twin.ts';
import { wallClock, type Clock } from '../std/clock.ts';
import type { JsonObject } from '../std/json.ts';

export interface DriverContext {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
}

export class DriverOptionsError extends Error {
  override name = 'DriverOptionsError';
}

/** Drivers that fleet files may name already; this version has nothing behind them, and a step that needs one is refused by its absence. */
export const NOT_BUILT_YET: ReadonlySet<string> = new Set(['redfish', 'infiniband', 'kubernetes', 'alertmanager']);

const REAL_PACE: Pace = { pollMs: 2_000, nodePollMs: 1_000, callTimeoutMs: 60_000, settleMs: 10_000 };

export async function openWorld(plan: Plan, given: JsonObject): Promise<World> {
  const options = runOptionsSchema.parse(given);
  return options.twin ? twinWorld(plan, options.twin) : realWorld(plan, options);
}

/** One driver of a cluster, by its choice in the fleet. Throws DriverOptionsError, or what the driver says of a missing secret. */
export function openDriver(choice: DriverChoice, context: DriverContext): Driver {
  switch (choice.use) {
    case 'slurm':
      return openSlurm(checked(slurmOptions, choice), context);
    case 'ssh':
      return openSsh(checked(sshOptions, choice), context);
    case 'local':
      return openLocal({}, context);
    default:
      throw new DriverOptionsError(`no driver is called ${choice.use}: slurm, ssh, local`);
  }
}

function checked<T extends z.ZodType>(schema: T, choice: DriverChoice): z.output<T> {
  const parsed = schema.safeParse(choice.options);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`);
  throw new DriverOptionsError(`driver ${choice.use}: ${issues.join('; ')}`);
}

function realWorld(plan: Plan, options: RunOptions): World {
  const clock = wallClock();
  const context: DriverContext = { folder: options.folder, env: process.env, clock };
  const local = openLocal({}, context);
  const drivers = new Map<string, Driver>();
  for (const cluster of plan.fleet.document.clusters) {
    for (const [role, choice] of Object.entries(cluster.drivers)) {
      if (!NOT_BUILT_YET.has(choice.use)) drivers.set(`${cluster.name} ${role}`, openDriver(choice, context));
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
  const nodes = plan.waves.filter((wave) => wave.kind === 'node').flatMap((wave) => [...expand(wave.targets)]);
  const twin = createTwin(twinConfig(nodes, { ...options, seed }), clock);
  const byRole: { [role in Role]?: Driver } = { scheduler: twin.scheduler, shell: twin.shell, bmc: twin.bmc };
  const local = openLocal({}, { folder: '.', env: {}, clock });
  return {
    clock,
    pace: {
      pollMs: Math.max(REAL_PACE.pollMs, 150 * speed),
      nodePollMs: Math.max(REAL_PACE.nodePollMs, 75 * speed),
      callTimeoutMs: Math.max(REAL_PACE.callTimeoutMs, 5_000 * speed),
      settleMs: REAL_PACE.settleMs,
    },
    driver: (_, role) => (role === 'local' ? local : (byRole[role] ?? null)),
    close: async () => {
      twin.close();
      await local.close();
    },
  };
}
