// Talks to Alertmanager's API v2: every answer is checked as a whole, bounded in time and size, and a failure says what the server did.
import { z } from 'zod';
import type { Clock } from '../../std/clock.ts';
import type { DriverContext } from '../shared/context.ts';
import { limitTime } from '../shared/limit.ts';
import { msOf } from '../shared/options.ts';
import { Pending } from '../shared/pending.ts';
import type { AlertmanagerSettings } from './options.ts';
import { authorization } from './secrets.ts';

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'a time')
  .transform((text) => Date.parse(text));
const matcher = z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) });
const silence = z.object({
  id: z.string().min(1),
  status: z.object({ state: z.enum(['active', 'pending', 'expired']) }),
  createdBy: z.string(),
  comment: z.string(),
  startsAt: z.string(),
  endsAt: time,
  matchers: z.array(matcher).min(1),
});
const alert = z.object({
  labels: z.record(z.string(), z.string()),
  startsAt: time,
  endsAt: time,
  status: z.object({ silencedBy: z.array(z.string()) }),
});
const status = z.object({
  versionInfo: z.object({ version: z.string() }),
  cluster: z.object({ status: z.string(), peers: z.array(z.unknown()).nullish() }),
});

export type Matcher = z.output<typeof matcher>;
export type Silence = z.output<typeof silence>;
export type Alert = z.output<typeof alert>;

export interface NewSilence {
  readonly matchers: readonly Matcher[];
  readonly createdBy: string;
  readonly comment: string;
  /** Unix ms. */
  readonly endsAt: number;
}

/** No answer that can be used. `sent` false: it certainly changed nothing. */
export class AlertmanagerError extends Error {
  override name = 'AlertmanagerError';
  readonly sent: boolean;
  constructor(message: string, sent: boolean) {
    super(message);
    this.sent = sent;
  }
}

const BODY_BYTES_MAX = 64 << 20;
const WORDS_MAX = 200;
/** A silence that begins in the server's future would not hold yet; one that begins in its past begins at once. */
const CLOCK_APART_MS = 600_000;
/** Nothing reached the server. */
const NOT_SENT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS|CERT|SELF_SIGNED|UNABLE_TO/;

export class AlertmanagerClient {
  readonly clock: Clock;
  readonly #base: string;
  readonly #authorization: string | null;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();
  readonly #pending: Pending;

  constructor(settings: AlertmanagerSettings, context: DriverContext) {
    this.clock = context.clock;
    this.#base = `${settings.url.replace(/\/+$/, '')}/api/v2`;
    this.#authorization = authorization(settings, context);
    this.#timeoutMs = msOf(settings.timeout);
    this.#pending = new Pending(context.clock);
  }

  /** Those that expired, too. All methods reject with AlertmanagerError. */
  async silences(signal: AbortSignal): Promise<readonly Silence[]> {
    return parsed(z.array(silence), 'silences', (await this.#ask('GET', '/silences', null, signal)).text);
  }

  async alerts(signal: AbortSignal): Promise<readonly Alert[]> {
    return parsed(z.array(alert), 'alerts', (await this.#ask('GET', '/alerts', null, signal)).text);
  }

  /** `aheadMs`: the server's clock before ours, as far as its Date header tells. */
  async status(signal: AbortSignal): Promise<z.output<typeof status> & { readonly aheadMs: number | null }> {
    const before = this.clock.now();
    const { text, date } = await this.#ask('GET', '/status', null, signal);
    const theirs = date === null ? Number.NaN : Date.parse(date);
    // Whole seconds, taken between `before` and now.
    const behind = Math.max(0, before - (theirs + 1_000));
    const ahead = Math.max(0, theirs - this.clock.now());
    return { ...parsed(status, 'status', text), aheadMs: Number.isNaN(theirs) ? null : ahead - behind };
  }

  /** Its id. */
  async add({ endsAt, ...rest }: NewSilence, signal: AbortSignal): Promise<string> {
    const times = { startsAt: new Date(this.clock.now() - CLOCK_APART_MS).toISOString(), endsAt: new Date(endsAt).toISOString() };
    return this.#post({ ...rest, ...times }, signal);
  }

  /** Another end for a silence that stands; its matchers and words stay. Its id, which may be a new one. */
  async extend({ id, matchers, createdBy, comment, startsAt }: Silence, endsAt: number, signal: AbortSignal): Promise<string> {
    // With another beginning it would be another silence.
    return this.#post({ id, matchers, createdBy, comment, startsAt, endsAt: new Date(endsAt).toISOString() }, signal);
  }

  async expire(id: string, signal: AbortSignal): Promise<void> {
    await this.#ask('DELETE', `/silence/${encodeURIComponent(id)}`, null, signal);
  }

  waitingFor(): string[] {
    const slow = this.#pending.slow();
    return slow.length === 0 ? [] : [`alertmanager: ${slow[0]?.what ?? ''} slow${slow.length > 1 ? ` and ${slow.length - 1} more` : ''}`];
  }

  close(): void {
    this.#closing.abort();
  }

  async #post(body: object, signal: AbortSignal): Promise<string> {
    const { text } = await this.#ask('POST', '/silences', JSON.stringify(body), signal);
    return parsed(z.object({ silenceID: z.string().min(1) }), 'silence made', text, true).silenceID;
  }

  async #ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: string | null,
    outer: AbortSignal,
  ): Promise<{ readonly text: string; readonly date: string | null }> {
    const what = `${method} ${path.replace(/^(\/silence\/).*/, '$1ID')}`;
    const writes = method !== 'GET';
    const whole = AbortSignal.any([outer, this.#closing.signal]);
    if (whole.aborted) throw new AlertmanagerError('nobody waits for it any more', false);
    const limit = limitTime(this.clock, this.#timeoutMs, whole);
    const end = this.#pending.begin(what);
    try {
      const headers: Record<string, string> = { accept: 'application/json' };
      if (body !== null) headers['content-type'] = 'application/json';
      if (this.#authorization !== null) headers['authorization'] = this.#authorization;
      const response = await fetch(`${this.#base}${path}`, {
        ...(body === null ? {} : { body }),
        method,
        headers,
        signal: limit.signal,
        redirect: 'manual',
      });
      const text = await bodyOf(response);
      // A 4xx is a plain no. After a 5xx of a write nobody knows.
      if (!response.ok) throw new AlertmanagerError(`${what}: ${refusal(response, text)}`, writes && response.status >= 500);
      return { text, date: response.headers.get('date') };
    } catch (error) {
      if (error instanceof AlertmanagerError) throw error;
      if (limit.expired()) throw new AlertmanagerError(`${what}: no answer within ${this.#timeoutMs / 1_000} s`, writes);
      if (whole.aborted) throw new AlertmanagerError(`${what}: nobody waits for it any more`, writes);
      const why = causeOf(error);
      throw new AlertmanagerError(`${what} at ${this.#base}: ${why}`, writes && !NOT_SENT.test(why));
    } finally {
      limit.clear();
      end();
    }
  }
}

async function bodyOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new AlertmanagerError(`an answer of more than ${BODY_BYTES_MAX} bytes`, true);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function refusal({ status: code, headers }: Response, text: string): string {
  if (code === 401 || code === 403) return `${code}: the login is refused: see \`auth\``;
  if (code >= 300 && code < 400) return `${code}: it leads to ${headers.get('location') ?? 'another address'}: write that as \`url\``;
  const words = text.replaceAll(/\s+/g, ' ').trim().slice(0, WORDS_MAX);
  return `${code}${words === '' ? '' : ` ${words}`}`;
}

function parsed<T extends z.ZodType>(schema: T, what: string, text: string, sent = false): z.output<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const begin = JSON.stringify(text.slice(0, 60));
    throw new AlertmanagerError(`its answer (${what}) is not JSON, or is cut off after ${text.length} characters: ${begin}`, sent);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AlertmanagerError(
    `its answer (${what}) is not Alertmanager's: ${issue?.path.join('.') || 'all of it'}: ${issue?.message ?? ''}`,
    sent,
  );
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.includes(code) ? message : `${code} ${message}`.trim();
}
