// Where a node is reached: the address pattern, and a hosts file beside the fleet for names that no resolver knows.
import { fillText } from '../../core/change/placeholders.ts';
import { wordLines } from '../shared/addresses.ts';

export interface Place {
  /** What to connect to. */
  readonly host: string;
  readonly port: number;
  /** Names under which its host key may be known, the most specific first. */
  readonly names: readonly string[];
}

/** Lines "ADDRESS NAME [NAME...]" with # comments, as in /etc/hosts; the first line of a name counts. */
export function parseHostsFile(text: string): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const { words } of wordLines(text)) {
    const [address = '', ...names] = words;
    for (const name of names) if (!addresses.has(name)) addresses.set(name, address);
  }
  return addresses;
}

/** Throws PlaceholderValueError for a node whose name cannot stand in the pattern. */
export function placeOf(node: string, pattern: string, port: number, addresses: ReadonlyMap<string, string>): Place {
  const written = fillText(pattern, { node });
  const host = addresses.get(written) ?? addresses.get(node) ?? written;
  return { host, port, names: [...new Set([node, written, host])] };
}
