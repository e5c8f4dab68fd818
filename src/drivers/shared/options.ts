// Parts of the drivers' option schemas: durations, secrets, argument lists and addresses of servers mean the same everywhere.
import { z } from 'zod';
import { must } from '../../std/assert.ts';
import { parseDuration } from '../../std/duration.ts';

export const duration = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, 'a duration above zero like "30s" or "2m"');

/** Milliseconds of a text that `duration` has checked. */
export function msOf(text: string): number {
  return must(parseDuration(text), 'a duration of the options');
}

/** Where a secret is: relative to the fleet's folder, or a variable of the server's environment. */
export const secret = z.union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })]);
export type Secret = z.output<typeof secret>;

/** A program and what comes before or after our own arguments. */
export const argv = z
  .array(z.string())
  .min(1)
  .refine((list) => isRunnable(list), 'the program comes first, and its name does not begin with a dash');

/** Whether `exec` can run it: a name that is not empty and is no option, and no NUL anywhere. */
export function isRunnable(list: readonly string[]): boolean {
  const program = list[0];
  return program !== undefined && program !== '' && !program.startsWith('-') && list.every((argument) => !argument.includes('\0'));
}

/** http or https, a host, perhaps a port and a path; no login, which belongs into a secret, no query and no fragment. */
export function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false;
  return `${url.username}${url.password}${url.search}${url.hash}` === '';
}
