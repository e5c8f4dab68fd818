// Secrets that are shown once: how they are made, how they are known again, and how none of them gets into an entry.
import { createHash } from 'node:crypto';

/** pst_ token, pss_ browser session, psc_ share link of a customer. */
export type SecretPrefix = 'pst_' | 'pss_' | 'psc_';

/** So many random bytes, such as node:crypto's randomBytes. */
export type RandomBytes = (bytes: number) => Uint8Array;

export interface MadeSecret {
  /** The prefix and 32 random bytes in base64url. */
  readonly secret: string;
  /** SHA-256 of the secret, hex: all that is ever kept. */
  readonly hash: string;
  /** The first 12 of the hash: a name that may be shown and written. */
  readonly id: string;
}

export function makeSecret(prefix: SecretPrefix, random: RandomBytes): MadeSecret {
  const secret = prefix + textOfBytes(random(SECRET_BYTES));
  const hash = sha256(secret);
  return { secret, hash, id: hash.slice(0, ID_CHARS) };
}

/**
 * The hash to look a secret up by; null for text that is no secret of this kind. Looking a hash up in a map tells whoever
 * measures its time nothing about the secret.
 */
export function hashOfSecret(prefix: SecretPrefix, secret: string): string | null {
  return secret.startsWith(prefix) && WHOLE.test(secret) ? sha256(secret) : null;
}

/** 32 random bytes in base64url. */
export function randomText(random: RandomBytes): string {
  return textOfBytes(random(SECRET_BYTES));
}

/** Whether text holds something that could be one of our secrets. */
export function holdsSecret(text: string): boolean {
  return ANYWHERE.test(text);
}

/** The text with our secrets, and whatever follows the word Bearer, blotted out. */
export function blotSecrets(text: string): string {
  return text.replaceAll(new RegExp(ANYWHERE, 'g'), '$1(withheld)').replaceAll(/\b(bearer)\s+\S+/gi, '$1 (withheld)');
}

const SECRET_BYTES = 32;
const ID_CHARS = 12;
const WHOLE = /^ps[tsc]_[A-Za-z0-9_-]{43}$/;
const ANYWHERE = /(ps[tsc]_)[A-Za-z0-9_-]{43}/;

function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
