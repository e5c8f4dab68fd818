// What fleet.yaml says about BMCs that speak Redfish, and what the driver is opened with.
import { z } from 'zod';
import type { DriverContext } from '../shared/context.ts';
import { duration, isPlainUrl, secret } from '../shared/options.ts';

const url = z
  .string()
  .refine(
    (text) => isBmcUrl(text.replaceAll('{node}', 'n1')),
    'http:// or https://, a host and perhaps a port, such as "https://{node}-bmc"',
  );

/** Options of `drivers: {bmc: {use: redfish, ...}}`. Parsing twice changes nothing. */
export const redfishOptions = z.strictObject({
  /** Where a node's BMC answers; {node} is the node's name. */
  url: url.default('https://{node}-bmc'),
  /** A file with lines "NODE URL" or "NODE HOST[:PORT]", relative to the fleet's folder; nodes it lacks are reached by `url`. */
  addresses: z.string().min(1).optional(),
  user: z.union([z.string().min(1), secret]),
  password: secret,
  /** session: one login, then its token. basic: the password with every request. A BMC without sessions gets basic. */
  auth: z.enum(['session', 'basic']).default('session'),
  /** ca: the authority that signed the BMCs' certificates, PEM. insecure: whoever answers is believed. Default: the system's authorities. */
  tls: z.union([z.strictObject({ ca: z.string().min(1) }), z.strictObject({ insecure: z.literal(true) })]).optional(),
  /** Id, Name or UUID of the computer system, where a BMC has several that can be reset; {node} is the node's name. */
  system: z.string().min(1).optional(),
  /** How standby power is cycled, where the BMC does not say so itself. */
  acCycle: z.strictObject({ chassis: z.string().min(1), resetType: z.string().min(1) }).optional(),
  /** How long one request may take. */
  timeout: duration.default('30s'),
  /** How long it may take to send an image. */
  uploadTimeout: duration.default('30m'),
  /** Between two looks at a task. */
  poll: duration.default('5s'),
  /** At most so many requests at once, over all BMCs. */
  connections: z.int().min(1).default(64),
});
export type RedfishOptions = z.input<typeof redfishOptions>;
export type RedfishSettings = z.output<typeof redfishOptions>;

export interface RedfishContext extends DriverContext {
  /** A folder that outlives the process, for what was started; without it an update is known again only by what the BMC tells of it. */
  readonly state?: string;
}

/** A server's root: nothing but a host and perhaps a port. */
export function isBmcUrl(text: string): boolean {
  return isPlainUrl(text) && new URL(text).pathname === '/';
}
