// Is a request meant for this server, and does it come from one of its own pages? Against DNS rebinding and forged requests of other sites.
import { networkInterfaces } from 'node:os';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Every address of this machine that only it can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** As a URL and a Host header have it: an IPv6 address stands in brackets. */
export function showAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Whether a Host header names one of the addresses that are listened on, or a name that was given with --host (with its port, or with any).
 * A page of a foreign name that was made to point here has that name in its Host header.
 */
export function isOurHost(host: string, listens: readonly Address[], names: readonly string[]): boolean {
  const asked = host.toLowerCase();
  const bare = asked.replace(/:\d+$/, '');
  if (names.some((name) => [asked, bare].includes(name.toLowerCase()))) return true;
  return listens.some((address) =>
    namesOf(address).some((name) => asked === name.toLowerCase() || (address.port === 80 && `${asked}:80` === name)),
  );
}

/** `host`: the Host header, known to be ours. Browsers say at least one of these of every request that could be forged. */
export function isOwnOrigin(host: string, origin: string | undefined, site: string | undefined): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  // A page that sends no referrer sends no origin either; then the browser's other word counts.
  if (origin === 'null') return site === 'same-origin';
  return URL.parse(origin)?.host === host.toLowerCase();
}

function namesOf({ host, port }: Address): string[] {
  if (isLoopback(host)) return ['localhost', '127.0.0.1', '::1', host].map((name) => showAddress({ host: name, port }));
  if (host !== '0.0.0.0' && host !== '::') return [showAddress({ host, port })];
  const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
  return ['localhost', ...own].map((name) => showAddress({ host: name, port }));
}
