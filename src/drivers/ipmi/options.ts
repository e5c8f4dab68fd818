// What fleet.yaml says about BMCs that are reached by ipmitool, and what the driver is opened with.
import { z } from 'zod';
import { argv, duration, secret } from '../shared/options.ts';

/** Options of `drivers: {bmc: {use: ipmi, ...}}`. Parsing twice changes nothing. */
export const ipmiOptions = z.strictObject({
  /** Name or address of a node's BMC. */
  address: z.string().min(1).default('{node}-bmc'),
  /** A file with lines "NODE HOST[:PORT]", relative to the fleet's folder; nodes that it lacks have `address`. */
  addresses: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).default(623),
  user: z.string().min(1).max(16),
  /** At most 20 bytes, as IPMI has it. Handed to ipmitool in its environment. */
  password: secret,
  /** RMCP+ cipher suite: 17 is what today's BMCs have, 3 what older ones have. 0 has no authentication at all and is not allowed. */
  cipher: z.int().min(1).max(17).default(17),
  /** What the session is opened as. */
  privilege: z.enum(['OPERATOR', 'ADMINISTRATOR']).default('ADMINISTRATOR'),
  /** The program and what comes before our arguments; one with a slash in its name is found from the fleet's folder. */
  command: argv.default(['ipmitool']),
  /** How often ipmitool asks again, after 1 s, 2 s and so on, before it says that nobody answers: 2 s in all with 1, 6 s with 2, 12 s with 3. */
  retries: z.int().min(1).max(10).default(3),
  /** How long one call of ipmitool may take. */
  timeout: duration.default('30s'),
  /** At most so many BMCs are asked at once. */
  connections: z.int().min(1).default(32),
});
export type IpmiOptions = z.input<typeof ipmiOptions>;
export type IpmiSettings = z.output<typeof ipmiOptions>;
