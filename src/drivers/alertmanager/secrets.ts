// The Authorization header out of the secrets that fleet.yaml only points at. No message here ever holds one.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AlertmanagerContext, AlertmanagerSettings } from './options.ts';

type Secret = { readonly env: string } | { readonly file: string };

/** Bad input: a secret that the options point at is not there. The message says how to mend it. */
class AlertmanagerSecretError extends Error {
  override name = 'AlertmanagerSecretError';
}

/** null: no login. */
export function authorization({ auth }: AlertmanagerSettings, context: AlertmanagerContext): string | null {
  if (auth === undefined) return null;
  if ('bearer' in auth) return `Bearer ${readSecret('bearer token', auth.bearer, context)}`;
  const { user, password } = auth.basic;
  return `Basic ${Buffer.from(`${user}:${readSecret('password', password, context)}`).toString('base64')}`;
}

function readSecret(what: string, secret: Secret, context: AlertmanagerContext): string {
  const text = 'env' in secret ? (context.env[secret.env] ?? '') : readFile(what, secret.file, context);
  // A header is one line of visible characters.
  if (/^[\x21-\x7e][\x20-\x7e]*$/.test(text)) return text;
  const where = 'env' in secret ? `the environment variable ${secret.env}` : secret.file;
  throw new AlertmanagerSecretError(
    text === ''
      ? `the ${what} of the alertmanager driver is not in ${where}: set it where \`pitstop serve\` runs and start the server again (\`pitstop down\`)`
      : `the ${what} of the alertmanager driver in ${where} is not one line of ASCII characters`,
  );
}

function readFile(what: string, path: string, { folder }: AlertmanagerContext): string {
  try {
    return readFileSync(resolve(folder, path), 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new AlertmanagerSecretError(
      `the ${what} of the alertmanager driver cannot be read from ${path} (${code}): put it there, relative to fleet.yaml, or write {env: X}`,
      { cause: error },
    );
  }
}
