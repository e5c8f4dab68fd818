// Proof that a form came from a page that this server showed to whoever holds the link, and that it is sent once.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashOfSecret, randomText, type RandomBytes } from '../../desk/secret.ts';

/** ok: the first time. again: sent already. stale: of another link, of a server that has ended, too old, or made up. */
type FormVerdict = 'ok' | 'again' | 'stale';

/** A form is good in the span of time in which its page was made, and in the next. */
const BUCKET_MS = 6 * 3_600_000;
const NONCE = /^[A-Za-z0-9_-]{43}$/;

export class Forms {
  readonly #key: Uint8Array;
  readonly #random: RandomBytes;
  readonly #now: () => number;
  /** Bucket -> nonces that were sent. */
  readonly #used = new Map<number, Set<string>>();

  /** The key is made here and never leaves: a form outlives no server. */
  constructor(now: () => number = Date.now, random: RandomBytes = randomBytes) {
    this.#key = random(32);
    this.#random = random;
    this.#now = now;
  }

  /** For one page; all of its forms carry the same. */
  make(secret: string): string {
    const bucket = this.#bucket();
    const nonce = randomText(this.#random);
    return `${bucket}.${nonce}.${this.#sign(secret, bucket, nonce)}`;
  }

  /** Counts as sent from now on. */
  take(secret: string, csrf: string): FormVerdict {
    const [bucketText = '', nonce = '', mac = '', ...more] = csrf.split('.');
    const bucket = Number(bucketText);
    const age = this.#bucket() - bucket;
    if (more.length > 0 || !/^\d{1,12}$/.test(bucketText) || !NONCE.test(nonce) || (age !== 0 && age !== 1)) return 'stale';
    const [sent, own] = [Buffer.from(mac), Buffer.from(this.#sign(secret, bucket, nonce))];
    if (sent.length !== own.length || !timingSafeEqual(sent, own)) return 'stale';
    for (const old of this.#used.keys()) if (this.#bucket() - old > 1) this.#used.delete(old);
    const used = this.#used.get(bucket) ?? new Set();
    this.#used.set(bucket, used);
    if (used.has(nonce)) return 'again';
    used.add(nonce);
    return 'ok';
  }

  #bucket(): number {
    return Math.floor(this.#now() / BUCKET_MS);
  }

  #sign(secret: string, bucket: number, nonce: string): string {
    return createHmac('sha256', this.#key)
      .update(`${hashOfSecret('psc_', secret) ?? ''} ${bucket} ${nonce}`)
      .digest('base64url');
  }
}
