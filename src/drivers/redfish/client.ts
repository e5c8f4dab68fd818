// One BMC as its client knows it: the login, requests that only follow links to this very BMC, and the sparing of one that is silent.
import type { Readable } from 'node:stream';
import { sleep, type Clock } from '../../std/clock.ts';
import { showDuration } from '../../std/duration.ts';
import type { JsonObject } from '../../std/json.ts';
import { limitTime } from '../shared/limit.ts';
import { Pending } from '../shared/pending.ts';
import { Turns } from '../shared/turns.ts';
import { errorWords, linkOf, objectOf, parseDocument, stringOf } from './document.ts';
import { RedfishError } from './failure.ts';
import type { Call, Http, Reply } from './http.ts';

const ROOT = '/redfish/v1/';
/** A login that was refused is not tried again for so long: BMCs lock accounts. */
const LOGIN_PAUSE_MS = 60_000;
/** After so many requests in a row without any answer, looks leave the BMC alone for a while. */
const SILENT_MAX = 3;
const SILENT_PAUSE_MS = 15_000;
/** 503 with Retry-After: so often, and no longer than that, a read is asked again. */
const BUSY_TRIES = 3;
const BUSY_PAUSE_MS_MAX = 30_000;
const LOGOUT_MS = 3_000;
/** BMCs are small: so many requests at once to one of them. */
const REQUESTS_EACH = 4;

interface Account {
  readonly user: string;
  readonly password: string;
  readonly auth: 'session' | 'basic';
}

export interface ClientContext {
  readonly http: Http;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly account: Account;
  readonly timeoutMs: number;
  readonly closing: AbortSignal;
}

interface Login {
  /** Raised with every login: what was learned under another one may no longer hold. */
  readonly number: number;
  readonly headers: { readonly [name: string]: string };
  readonly session: string | null;
}

export interface Answer {
  readonly status: number;
  readonly location: string | null;
  /** {} when the answer has no body. */
  readonly body: JsonObject;
  /** Unix ms of the Date header. */
  readonly dated: number | null;
}

export interface Upload {
  readonly headers: { readonly [name: string]: string };
  readonly body: () => Readable;
  readonly timeoutMs: number;
}

export class BmcClient {
  readonly target: string;
  readonly origin: URL;
  readonly clock: Clock;
  readonly #context: ClientContext;
  readonly #pending: Pending;
  readonly #own = new Turns(REQUESTS_EACH);
  #login: Promise<Login> | null = null;
  #logins = 0;
  #refused: { readonly until: number; readonly error: RedfishError } | null = null;
  #silent = 0;
  #silentSince = 0;
  #spareUntil = 0;

  constructor(target: string, origin: URL, context: ClientContext) {
    this.target = target;
    this.origin = origin;
    this.clock = context.clock;
    this.#context = context;
    this.#pending = new Pending(context.clock);
  }

  /** Why a look should leave the BMC alone just now; '' when it need not. */
  spared(): string {
    const leftMs = this.#spareUntil - this.clock.now();
    if (leftMs <= 0) return '';
    return `${this.origin.host}: no answer ${this.#silent} times in a row, asked again in ${showDuration(leftMs)}`;
  }

  /** Numbered by login. */
  async session(signal: AbortSignal): Promise<number> {
    return (await this.#logIn(signal)).number;
  }

  /** The service root, which is readable without a login. */
  async root(signal: AbortSignal): Promise<JsonObject> {
    return (await this.#call({ method: 'GET', url: this.resolve(ROOT), headers: {}, body: null }, signal)).body;
  }

  async get(link: string, signal: AbortSignal): Promise<JsonObject> {
    return (await this.read(link, signal)).body;
  }

  /** A GET; a busy BMC is asked again, a lost session is opened again. */
  async read(link: string, signal: AbortSignal): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#authorised({ method: 'GET', url: this.resolve(link), headers: {}, body: null }, signal);
      } catch (error) {
        if (!(error instanceof RedfishError) || error.status !== 503 || error.retryAfterMs === null || tries > BUSY_TRIES) throw error;
        await sleep(this.clock, Math.min(error.retryAfterMs, BUSY_PAUSE_MS_MAX), signal);
      }
    }
  }

  /** Sent once; only a 401, with which nothing was done, leads to another login and another try. */
  post(link: string, body: JsonObject, signal: AbortSignal, headers: { readonly [name: string]: string } = {}): Promise<Answer> {
    const text = JSON.stringify(body);
    const length = String(Buffer.byteLength(text));
    const all = { 'Content-Type': 'application/json', 'Content-Length': length, ...headers };
    return this.#authorised({ method: 'POST', url: this.resolve(link), headers: all, body: text }, signal);
  }

  /** As `post`, with a body that is made anew for another try. */
  upload(link: string, { headers, body, timeoutMs }: Upload, signal: AbortSignal): Promise<Answer> {
    return this.#authorised({ method: 'POST', url: this.resolve(link), headers, body }, signal, timeoutMs);
  }

  /** "n1-bmc: 12 s without an answer to GET /redfish/v1/Systems" */
  waitingFor(): string[] {
    const spared = this.spared();
    const slow = this.#pending.slow().map(({ what, ms }) => `${this.target}: ${showDuration(ms)} without an answer to ${what}`);
    return spared === '' ? slow : [...slow, `${this.target}: ${spared}`];
  }

  /** Gives the session back; BMCs have few. */
  async close(): Promise<void> {
    if (!this.#login) return;
    const signal = AbortSignal.timeout(LOGOUT_MS);
    try {
      const { session, headers } = await this.#login;
      if (session === null) return;
      const url = this.resolve(session);
      await this.#context.http.send({ method: 'DELETE', url, headers, body: null }, signal, () => this.#late('DELETE session', true));
    } catch (error) {
      if (!(error instanceof RedfishError)) throw error;
    }
  }

  /** Throws RedfishError for a link that leads to another host. */
  resolve(link: string): URL {
    const url = URL.parse(link, this.origin.origin);
    if (url?.origin === this.origin.origin) return url;
    throw new RedfishError('stranger', `${this.origin.host}: a link leads elsewhere and is not followed: ${link.slice(0, 200)}`);
  }

  async #authorised(call: Call, signal: AbortSignal, timeoutMs?: number): Promise<Answer> {
    const login = await this.#logIn(signal);
    try {
      return await this.#call({ ...call, headers: { ...login.headers, ...call.headers } }, signal, timeoutMs);
    } catch (error) {
      if (!(error instanceof RedfishError) || error.status !== 401) throw error;
      // Unless another request of the old login was here first.
      if (this.#logins === login.number) this.#login = null;
      if (login.session === null) throw this.#refuse(error.message);
      const again = await this.#logIn(signal);
      return this.#call({ ...call, headers: { ...again.headers, ...call.headers } }, signal, timeoutMs);
    }
  }

  async #logIn(signal: AbortSignal): Promise<Login> {
    if (this.#refused && this.clock.now() < this.#refused.until) throw this.#refused.error;
    const mine = (this.#login ??= this.#newLogin());
    try {
      return await mine;
    } catch (error) {
      if (this.#login === mine) this.#login = null;
      if (signal.aborted) throw this.#late('login', false);
      throw error;
    }
  }

  /** Shared by all that wait for it, so it ends by its own time limits only. */
  async #newLogin(): Promise<Login> {
    const { account, closing } = this.#context;
    const { user, password } = account;
    const number = ++this.#logins;
    const basic = { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
    const root = await this.root(closing);
    const sessions = linkOf(objectOf(root['Links'])?.['Sessions']);
    if (account.auth === 'basic' || sessions === null) return { number, headers: basic, session: null };
    const body = JSON.stringify({ UserName: user, Password: password });
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) };
    const reply = await this.#send({ method: 'POST', url: this.resolve(sessions), headers, body }, closing);
    const token = reply.headers['x-auth-token'];
    if (reply.status === 401 || reply.status === 403) throw this.#refuse(this.#words(reply));
    if (reply.status >= 300) throw this.#statusError(reply, 'login');
    if (typeof token !== 'string' || token === '') {
      throw new RedfishError('nonsense', `${this.origin.host}: the login gave no X-Auth-Token`, { sent: true });
    }
    return { number, headers: { 'X-Auth-Token': token }, session: reply.headers.location ?? null };
  }

  #refuse(words: string): RedfishError {
    const { user } = this.#context.account;
    const pause = `not tried again for ${showDuration(LOGIN_PAUSE_MS)}, since BMCs lock accounts`;
    const error = new RedfishError('login', `${this.origin.host}: the login as ${user} is refused (${words}); ${pause}`);
    this.#refused = { until: this.clock.now() + LOGIN_PAUSE_MS, error };
    return error;
  }

  async #call(call: Call, signal: AbortSignal, timeoutMs?: number): Promise<Answer> {
    const what = `${call.method} ${call.url.pathname}`;
    const reply = await this.#send(call, signal, timeoutMs);
    if (reply.status < 200 || reply.status >= 300) throw this.#statusError(reply, what);
    const type = reply.headers['content-type'] ?? '';
    const body = reply.text.trim() === '' && call.method !== 'GET' ? {} : this.#document(reply, type, what);
    const words = errorWords(body);
    if (words !== '')
      throw new RedfishError('nonsense', `${this.origin.host}: ${what}: status ${reply.status}, but an error: ${words}`, { sent: true });
    const date = Date.parse(reply.headers.date ?? '');
    return { status: reply.status, location: stringOf(reply.headers.location), body, dated: Number.isNaN(date) ? null : date };
  }

  #document(reply: Reply, type: string, what: string): JsonObject {
    if (reply.text.trim() === '' && (reply.status === 202 || reply.status === 204)) return {};
    return parseDocument(reply.text, type, `${this.origin.host}: ${what}`);
  }

  async #send(call: Call, signal: AbortSignal, timeoutMs = this.#context.timeoutMs): Promise<Reply> {
    const what = `${call.method} ${call.url.pathname}`;
    const { turns } = this.#context;
    const within = (): Promise<Reply> => this.#within(call, what, signal, timeoutMs);
    const reply = await this.#own.through(() => turns.through(within, signal), signal);
    if (reply === null) throw this.#late(what, false);
    return reply;
  }

  async #within(call: Call, what: string, signal: AbortSignal, timeoutMs: number): Promise<Reply> {
    const limit = limitTime(this.clock, timeoutMs, signal);
    const since = this.clock.now();
    const end = this.#pending.begin(what);
    try {
      const reply = await this.#context.http.send(call, limit.signal, () =>
        limit.expired()
          ? new RedfishError('silent', `${this.origin.host}: no whole answer to ${what} within ${showDuration(timeoutMs)}`)
          : this.#late(what, true),
      );
      this.#silent = 0;
      return { ...reply, text: this.#withoutSecrets(reply.text, call.headers) };
    } catch (error) {
      if (limit.expired()) this.#countSilence(since);
      throw error;
    } finally {
      limit.clear();
      end();
    }
  }

  /** Requests beside each other count once. */
  #countSilence(since: number): void {
    if (since < this.#silentSince) return;
    this.#silentSince = this.clock.now();
    this.#silent += 1;
    if (this.#silent >= SILENT_MAX) this.#spareUntil = this.clock.now() + SILENT_PAUSE_MS;
  }

  #late(what: string, sent: boolean): RedfishError {
    return new RedfishError('given-up', `${this.origin.host}: given up while waiting for ${what}`, { sent });
  }

  #statusError(reply: Reply, what: string): RedfishError {
    const seconds = Number(reply.headers['retry-after']);
    const moved = reply.status >= 300 && reply.status < 400 ? ` to ${reply.headers.location ?? 'nowhere'}, which is not followed` : '';
    const message = `${this.origin.host}: ${what}: status ${reply.status}${moved}: ${this.#words(reply)}`;
    const retry = Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
    return new RedfishError('status', message, { sent: true, status: reply.status, ...retry });
  }

  #words(reply: Reply): string {
    try {
      const words = errorWords(parseDocument(reply.text, reply.headers['content-type'] ?? '', ''));
      return words === '' ? 'no reason given' : words;
    } catch {
      return 'no reason given';
    }
  }

  /** A BMC that repeats what it was sent must not bring the password into a journal. */
  #withoutSecrets(text: string, headers: { readonly [name: string]: string }): string {
    const { password } = this.#context.account;
    const secrets = [password, JSON.stringify(password).slice(1, -1), headers['X-Auth-Token'], headers['Authorization']];
    return secrets.reduce<string>(
      (clean, secret) => (secret !== undefined && secret.length > 3 ? clean.replaceAll(secret, '***') : clean),
      text,
    );
  }
}
