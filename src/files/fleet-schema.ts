// What may stand in fleet.yaml: the least form and the long ones.
import { z } from 'zod';
import { MODES } from '../core/fleet/model.ts';
import { checkPlaceholders, DRIVER_PLACEHOLDERS, NAME_PLACEHOLDERS } from '../core/change/placeholders.ts';
import { count, duration, name, nodeSetText, oneOf, plainArgv, someTime, text, zone, NAME } from './values.ts';
import { keys, leaf, named, Refusal } from './schema.ts';
import type { Role } from '../core/ports.ts';
import type { Json } from '../std/json.ts';

const ROLES = ['scheduler', 'allocator', 'shell', 'bmc', 'fabric', 'alerts', 'local'] as const satisfies readonly Role[];

const customer = keys({ name, timezone: zone.optional(), priority: count(1).optional(), notice: duration.optional() });

/** Groups of so many nodes each, in the order of the set, or a list of them. */
const groups = z.union([keys({ of: count(1), name: nodeSetText }), z.array(keys({ name, nodes: nodeSetText })).min(1)]);

const leafPattern = leaf('a pattern as text', ['string'], { type: 'string' }, (written) => {
  const problem = checkPlaceholders(String(written), NAME_PLACEHOLDERS);
  if (problem) return new Refusal(problem.why, problem.mend, problem);
  if (!String(written).includes('{unit}'))
    return new Refusal('names the same leaf for every unit', 'put {unit} into it, as in "{unit}r{rail}"');
  return String(written);
});

const units = z.union([
  keys({ of: count(1), name: nodeSetText, rails: count(1, 64).optional(), leaf: leafPattern.optional() }),
  z.array(keys({ name, nodes: nodeSetText })).min(1),
]);

const domains = z.union([
  keys({ of: count(1), name: nodeSetText, switches: count(0).optional() }),
  z.array(keys({ name, nodes: nodeSetText, switches: count(0).optional() })).min(1),
]);

const switches = z.array(keys({ name: nodeSetText, role: oneOf(['leaf', 'spine', 'core', 'unknown']).optional() }));

const secret = z.union([keys({ env: text }), keys({ file: text })]);
const SECRET_OPTIONS = ['password', 'token', 'secret', 'passphrase', 'key'];

const notAMap = leaf('a value', ['string', 'number', 'boolean'], { type: ['string', 'number', 'boolean'] }, (written) => {
  if (typeof written !== 'string') return written;
  const problem = checkPlaceholders(written, DRIVER_PLACEHOLDERS);
  return problem ? new Refusal(problem.why, problem.mend, problem) : written;
});

const option: z.ZodType<Json> = z.lazy(() => z.union([notAMap, z.null(), z.array(option), z.record(z.string(), option)]));

const longDriver = z
  .object({ use: name })
  .catchall(option)
  .superRefine((driver, context) => {
    for (const [key, value] of Object.entries(driver)) {
      if (!SECRET_OPTIONS.includes(key) || secret.safeParse(value).success) continue;
      const params = { mend: `write {env: NAME} or {file: NAME}`, value: key };
      context.addIssue({ code: 'custom', path: [key], message: 'a secret stands in the file', params });
    }
  });

const driver = z.union([name, longDriver]);

const lease = keys({
  by: oneOf(['local']).optional(),
  take: plainArgv,
  verify: plainArgv,
  give: plainArgv,
  renewEvery: someTime.optional(),
});

const cluster = keys({
  name,
  customer: name.optional(),
  mode: oneOf(MODES).optional(),
  workload: oneOf(['training', 'inference']).optional(),
  nodes: nodeSetText,
  gpusPerNode: count(0, 1024).optional(),
  racks: groups.optional(),
  units: units.optional(),
  domains: domains.optional(),
  power: groups.optional(),
  switches: switches.optional(),
  links: z.array(nodeSetText).optional(),
  subnetManagers: z.array(nodeSetText).min(1).optional(),
  image: text.optional(),
  drivers: keys(
    Object.fromEntries(ROLES.map((role) => [role, driver.optional()])) as Record<Role, z.ZodOptional<typeof driver>>,
  ).optional(),
  leases: named('a mover', NAME, lease).optional(),
});

export const fleetSchema = keys({
  fleet: name,
  timezone: zone.optional(),
  customers: z.array(customer).optional(),
  clusters: z.array(cluster).min(1),
});

export type WrittenFleet = z.output<typeof fleetSchema>;
export type WrittenCluster = WrittenFleet['clusters'][number];
