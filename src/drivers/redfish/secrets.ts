// Reads the secrets and files that fleet.yaml only points at. No message here ever holds one.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RedfishContext, Secret } from './options.ts';

/** Bad input: what the options point at is not there. The message says how to mend it. */
class SecretMissingError extends Error {
  override name = 'SecretMissingError';
}

/** `{file: F}` (relative to the fleet's folder, without its last line end) or `{env: X}`; a string is itself. */
export function readValue(what: string, value: string | Secret, context: RedfishContext): string {
  if (typeof value === 'string') return value;
  if ('file' in value) return readOptionFile(what, value.file, context).replace(/\r?\n$/, '');
  const found = context.env[value.env];
  if (found) return found;
  throw new SecretMissingError(
    `the ${what} of the redfish driver is in the environment variable ${value.env}, which is not set where \`pitstop serve\` runs: ` +
      `set it and start the server again (\`pitstop down\`), or write {file: F}`,
  );
}

/** The text of a file that the options name; missing is bad input. */
export function readOptionFile(what: string, path: string, context: RedfishContext): string {
  try {
    return readFileSync(resolve(context.folder, path), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new SecretMissingError(
      `the ${what} of the redfish driver cannot be read from ${path} (${code}): put the file there, relative to fleet.yaml`,
      { cause: error },
    );
  }
}
