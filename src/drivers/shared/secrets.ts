// Reads the secrets and files that fleet.yaml only points at. No message here ever holds a secret.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DriverContext } from './context.ts';
import type { Secret } from './options.ts';

type Place = Pick<DriverContext, 'folder' | 'env'>;

/** Bad input: what the options point at is not there, or is not what it must be. The message says how to mend it. */
export class OptionSourceError extends Error {
  override name = 'OptionSourceError';
}

/** Without its last line end, never empty. `what` is such as "password of the ipmi driver". Throws OptionSourceError. */
export function readSecret(what: string, secret: Secret, place: Place): string {
  if ('env' in secret) {
    const value = place.env[secret.env];
    if (value) return value;
    throw new OptionSourceError(
      `the ${what} is in the environment variable ${secret.env}, which is not set where \`pitstop serve\` runs: ` +
        `set it and start the server again (\`pitstop down\`), or write {file: F}`,
    );
  }
  const text = readText(what, secret.file, place, ', or write {env: X}').replace(/\r?\n$/, '');
  if (text !== '') return text;
  throw new OptionSourceError(`the ${what} is not in ${secret.file}: the file is empty`);
}

/** The text of a file that the options name. Throws OptionSourceError. */
export function readOptionFile(what: string, path: string, place: Place): string {
  return readText(what, path, place, '');
}

/** How messages call the place of a secret. */
export function placeOfSecret(secret: Secret): string {
  return 'env' in secret ? `the environment variable ${secret.env}` : secret.file;
}

function readText(what: string, path: string, { folder }: Place, instead: string): string {
  try {
    return readFileSync(resolve(folder, path), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new OptionSourceError(`the ${what} cannot be read from ${path} (${code}): put the file there, relative to fleet.yaml${instead}`, {
      cause: error,
    });
  }
}
