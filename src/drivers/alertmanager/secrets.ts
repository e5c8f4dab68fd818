// The Authorization header out of the secrets that fleet.yaml only points at. No message here ever holds one.
import type { DriverContext } from '../shared/context.ts';
import type { Secret } from '../shared/options.ts';
import { OptionSourceError, placeOfSecret, readSecret } from '../shared/secrets.ts';
import type { AlertmanagerSettings } from './options.ts';

/** null: no login. Throws OptionSourceError. */
export function authorization({ auth }: AlertmanagerSettings, context: DriverContext): string | null {
  if (auth === undefined) return null;
  if ('bearer' in auth) return `Bearer ${readHeader('bearer token', auth.bearer, context)}`;
  const { user, password } = auth.basic;
  return `Basic ${Buffer.from(`${user}:${readHeader('password', password, context)}`).toString('base64')}`;
}

/** A header is one line of visible characters. */
function readHeader(what: string, secret: Secret, context: DriverContext): string {
  const text = readSecret(`${what} of the alertmanager driver`, secret, context);
  if (/^[\x21-\x7e][\x20-\x7e]*$/.test(text)) return text;
  throw new OptionSourceError(`the ${what} of the alertmanager driver in ${placeOfSecret(secret)} is not one line of ASCII characters`);
}
