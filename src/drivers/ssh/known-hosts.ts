// OpenSSH's known_hosts: whether the key that a server shows is the one we hold for that node. Nothing is ever trusted on first use.
import { createHash, createHmac } from 'node:crypto';

export type HostVerdict = { readonly ok: true } | { readonly ok: false; readonly why: string };

interface Entry {
  readonly line: number;
  readonly revoked: boolean;
  readonly type: string;
  /** Base64, as in the file. */
  readonly key: string;
}

interface Hashed {
  readonly salt: Buffer;
  readonly hash: string;
  readonly entry: Entry;
}

interface Pattern {
  readonly wanted: readonly RegExp[];
  readonly excluded: readonly RegExp[];
  readonly entry: Entry;
}

/** What each type of key signs with, strongest first; SHA-1 is left out. */
const SIGNATURES: { readonly [type: string]: readonly string[] } = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** Format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. Lines of certificate authorities and lines that are no entry count as absent. */
export class KnownHosts {
  readonly #source: string;
  readonly #plain = new Map<string, Entry[]>();
  readonly #hashed: Hashed[] = [];
  readonly #patterns: Pattern[] = [];
  readonly #found = new Map<string, readonly Entry[]>();

  constructor(text: string, source: string) {
    this.#source = source;
    for (const [index, line] of text.split('\n').entries()) this.#add(line.trim(), index + 1);
  }

  /**
   * `hosts` are the node's names, the most specific first: the first one that the file knows decides, so that a wrong address never
   * passes another node's key off as this one's.
   */
  check(hosts: readonly string[], port: number, key: Buffer): HostVerdict {
    const shown = key.toString('base64');
    const print = `${typeOf(key)} SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
    const lists = this.#lists(hosts, port);
    const revoked = lists.flatMap((list) => list.entries).find((entry) => entry.revoked && entry.key === shown);
    if (revoked) return { ok: false, why: `host key revoked: ${print}, ${this.#source}:${revoked.line}` };
    for (const { name, entries } of lists) {
      const trusted = entries.filter((entry) => !entry.revoked);
      if (trusted.length === 0) continue;
      if (trusted.some((entry) => entry.key === shown)) return { ok: true };
      const lines = trusted.map((entry) => entry.line).join(', ');
      return { ok: false, why: `host key changed: it shows ${print}, which is not the key of ${name} in ${this.#source}:${lines}` };
    }
    const name = lists[0]?.name ?? '';
    return { ok: false, why: `host key unknown: it shows ${print}, and ${this.#source} has no key for ${name}; add it after comparing` };
  }

  /** Host key algorithms to offer: those of the keys we hold come first, so that the server shows one of them. */
  algorithms(hosts: readonly string[], port: number): string[] {
    const known = this.#lists(hosts, port).flatMap((list) => list.entries.map((entry) => entry.type));
    return [...new Set([...known, ...Object.keys(SIGNATURES)].flatMap((type) => SIGNATURES[type] ?? []))];
  }

  #lists(hosts: readonly string[], port: number): { name: string; entries: readonly Entry[] }[] {
    const names = hosts.flatMap((host) => (port === 22 ? [host] : [`[${host}]:${port}`, host]));
    return names.map((name) => ({ name, entries: this.#lookup(name.toLowerCase()) }));
  }

  #lookup(name: string): readonly Entry[] {
    const before = this.#found.get(name);
    if (before) return before;
    const found = [...(this.#plain.get(name) ?? [])];
    for (const { salt, hash, entry } of this.#hashed) {
      if (createHmac('sha1', salt).update(name).digest('base64') === hash) found.push(entry);
    }
    for (const { wanted, excluded, entry } of this.#patterns) {
      if (wanted.some((one) => one.test(name)) && !excluded.some((one) => one.test(name))) found.push(entry);
    }
    this.#found.set(name, found);
    return found;
  }

  #add(line: string, number: number): void {
    if (line === '' || line.startsWith('#')) return;
    const words = line.split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (!hosts || !type || !key || (marker !== undefined && marker !== '@revoked')) return;
    const entry: Entry = { line: number, revoked: marker === '@revoked', type, key };
    if (hosts.startsWith('|')) {
      const [, version, salt, hash] = hosts.split('|');
      if (version === '1' && salt && hash) this.#hashed.push({ salt: Buffer.from(salt, 'base64'), hash, entry });
      return;
    }
    const patterns = hosts.toLowerCase().split(',');
    if (patterns.some((pattern) => /[*?!]/.test(pattern))) {
      const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => patternToRegExp(pattern.slice(1)));
      const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(patternToRegExp);
      this.#patterns.push({ wanted, excluded, entry });
      return;
    }
    for (const name of patterns) {
      const list = this.#plain.get(name);
      if (list) list.push(entry);
      else this.#plain.set(name, [entry]);
    }
  }
}

function patternToRegExp(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

/** A public key blob begins with the length and the name of its type (RFC 4253 section 6.6). */
function typeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.subarray(4, 4 + length).toString('latin1');
}
