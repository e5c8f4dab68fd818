// Reads what fleet.yaml only points at: the password, and where the BMCs are. No message here ever holds a secret.
import { fillText } from '../../core/change/placeholders.ts';
import { nodeAddresses } from '../shared/addresses.ts';
import type { DriverContext } from '../shared/context.ts';
import { OptionSourceError, placeOfSecret, readOptionFile, readSecret } from '../shared/secrets.ts';
import type { IpmiSettings } from './options.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
}

const PASSWORD_BYTES_MAX = 20;
const HOST = /^(?!-)(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)$/;

/** Throws OptionSourceError when it is not there, or no IPMI password. */
export function readPassword({ password }: IpmiSettings, context: DriverContext): string {
  const text = readSecret('password of the ipmi driver', password, context);
  if (Buffer.byteLength(text) <= PASSWORD_BYTES_MAX && !text.includes('\0')) return text;
  throw new OptionSourceError(
    `the password in ${placeOfSecret(password)} is no IPMI password: it has more than ${PASSWORD_BYTES_MAX} bytes, or a NUL`,
  );
}

/** Lines "NODE HOST[:PORT]" with # comments; an IPv6 address with a port stands in brackets. Throws OptionSourceError for a line that is none. */
export function readAddresses({ addresses, port }: IpmiSettings, context: DriverContext): ReadonlyMap<string, Place> {
  if (addresses === undefined) return new Map();
  const text = readOptionFile('addresses of the ipmi driver', addresses, context);
  return nodeAddresses(addresses, text, 'NODE HOST[:PORT]', (address) => placeIn(address, port));
}

/** Throws PlaceholderValueError for a node whose name cannot stand in the pattern. */
export function placeOf(node: string, { address, port }: IpmiSettings, places: ReadonlyMap<string, Place>): Place {
  return places.get(node) ?? { host: fillText(address, { node }), port };
}

function placeIn(address: string, byDefault: number): Place | null {
  // More than one colon and no brackets: an IPv6 address without a port.
  const bare = /^[0-9A-Fa-f.]*:[0-9A-Fa-f.:%]*:[0-9A-Fa-f.:%]*$/.test(address);
  const match = bare ? null : /^(.+?)(?::(\d{1,5}))?$/.exec(address);
  const host = bare ? `[${address}]` : (match?.[1] ?? '');
  const port = match?.[2] === undefined ? byDefault : Number(match[2]);
  if (!HOST.test(host) || port < 1 || port > 65_535) return null;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
