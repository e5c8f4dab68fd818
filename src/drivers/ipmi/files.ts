// Reads what fleet.yaml only points at: the password, and where the BMCs are. No message here ever holds a secret.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fillText } from '../../core/change/placeholders.ts';
import type { IpmiContext, IpmiSettings } from './options.ts';

/** Bad input: what the options point at is not there, or is not what it must be. The message says how to mend it. */
class IpmiFileError extends Error {
  override name = 'IpmiFileError';
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

const PASSWORD_BYTES_MAX = 20;
const HOST = /^(?!-)(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)$/;

export function readPassword({ password }: IpmiSettings, context: IpmiContext): string {
  const text = 'env' in password ? context.env[password.env] : readText('password', password.file, context).replace(/\r?\n$/, '');
  const where = 'env' in password ? `the environment variable ${password.env}` : password.file;
  if (!text) {
    throw new IpmiFileError(
      `the password of the ipmi driver is not in ${where}: ` +
        ('env' in password ? 'set it where `pitstop serve` runs and start the server again (`pitstop down`)' : 'the file is empty'),
    );
  }
  if (Buffer.byteLength(text) > PASSWORD_BYTES_MAX || text.includes('\0')) {
    throw new IpmiFileError(`the password in ${where} is no IPMI password: it has more than ${PASSWORD_BYTES_MAX} bytes, or a NUL`);
  }
  return text;
}

/** Lines "NODE HOST[:PORT]" with # comments; an IPv6 address with a port stands in brackets. Throws for a line that is none. */
export function readAddresses({ addresses, port }: IpmiSettings, context: IpmiContext): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  if (addresses === undefined) return places;
  for (const [index, written] of readText('addresses', addresses, context).split('\n').entries()) {
    const line = written.replace(/#.*/, '').trim();
    if (line === '') continue;
    const [node, address, ...more] = line.split(/\s+/);
    const place = address === undefined || more.length > 0 ? null : placeIn(address, port);
    if (!node || !place) throw new IpmiFileError(`${addresses}:${index + 1}: not "NODE HOST[:PORT]": ${JSON.stringify(line)}`);
    if (places.has(node)) throw new IpmiFileError(`${addresses}:${index + 1}: ${node} is there twice`);
    places.set(node, place);
  }
  return places;
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

function readText(what: string, path: string, { folder }: IpmiContext): string {
  try {
    return readFileSync(resolve(folder, path), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new IpmiFileError(
      `the ${what} of the ipmi driver cannot be read from ${path} (${code}): put the file there, relative to fleet.yaml`,
      {
        cause: error,
      },
    );
  }
}
