// What fleet.yaml says about an Alertmanager, and what the driver is opened with.
import { z } from 'zod';
import { duration, isPlainUrl, secret } from '../shared/options.ts';

/** NAME OP VALUE as Alertmanager writes matchers; the value may stand in double quotes. */
export const MATCHER = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"([^"]*)"|([^"\s]*))\s*$/;

/** Options of `drivers: {alerts: {use: alertmanager, ...}}`. Parsing twice changes nothing. */
export const alertmanagerOptions = z.strictObject({
  /** With the path prefix, if it has one; `/api/v2` is added. */
  url: z.string().refine(isPlainUrl, 'an http or https address without user, password, query and fragment, such as "http://alerts:9093"'),
  /** The label by which alerts name a node. */
  label: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a label')
    .default('instance'),
  /** A regular expression of what that label holds for a node, with {node} once. The default matches n1, n1:9100 and n1.mgmt:9100. */
  value: z.string().refine(isValuePattern, 'a regular expression with {node} in it, once').default('{node}([.:].*)?'),
  /** What every alert must match besides, such as `cluster="ber1"`. */
  matchers: z.array(z.string().regex(MATCHER, 'a matcher like cluster="ber1" or job=~"node.*"')).default([]),
  auth: z
    .union([z.strictObject({ basic: z.strictObject({ user: z.string().min(1), password: secret }) }), z.strictObject({ bearer: secret })])
    .optional(),
  /** How long one call may take. */
  timeout: duration.default('15s'),
});
export type AlertmanagerOptions = z.input<typeof alertmanagerOptions>;
export type AlertmanagerSettings = z.output<typeof alertmanagerOptions>;

function isValuePattern(text: string): boolean {
  if (text.split('{node}').length !== 2) return false;
  try {
    return new RegExp(text.replace('{node}', '(?:n1|n2)')).source !== '';
  } catch {
    return false;
  }
}
