// Slurm by REST, where its slurmrestd offers what we can read: the document says so, and the command line does all the rest.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Finding } from '../../../core/finding.ts';
import { must } from '../../../std/assert.ts';
import type { JobRow } from '../job-rows.ts';
import type { NodeRow } from '../node-rows.ts';
import type { ReservationRow } from '../reservation-rows.ts';
import type { DriverContext } from '../../shared/context.ts';
import { msOf } from '../../shared/options.ts';
import { placeOfSecret } from '../../shared/secrets.ts';
import { callRest, RestCallError, type RestRequest } from './http.ts';
import { offerOf, type RestOffer } from './offer.ts';
import type { RestOptions } from './options.ts';
import { complaintOf, jobsOf, nodesOf, reservationsOf } from './rows.ts';

/** What a write wants of Slurm, beside the command line that does the same. */
export type RestWrite =
  | { readonly what: 'node'; readonly nodes: readonly string[]; readonly state: 'DRAIN' | 'RESUME'; readonly reason: string | null }
  | { readonly what: 'reservation'; readonly name: string; readonly nodes: readonly string[]; readonly isNew: boolean }
  | { readonly what: 'no-reservation'; readonly name: string };

export interface RestWritten {
  readonly ok: boolean;
  readonly answered: boolean;
  readonly evidence: { readonly command: string; readonly words: string };
}

/** The document is read again after so long: servers are updated, and started late. */
const OFFER_KEPT_MS = 300_000;
const REFUSAL_KEPT_MS = 30_000;
const AT_ONCE = 8;

export class SlurmRest {
  readonly #options: RestOptions;
  readonly #context: DriverContext;
  readonly #base: RestRequest['base'];
  readonly #timeoutMs: number;
  #known: { readonly offer: RestOffer | string; readonly until: number } | null = null;

  constructor(options: RestOptions, context: DriverContext, timeout: string) {
    this.#options = options;
    this.#context = context;
    this.#timeoutMs = msOf(timeout);
    const { url } = options;
    this.#base = url.startsWith('unix:') ? { socket: resolve(context.folder, url.slice('unix:'.length)) } : { url: new URL(url) };
  }

  /** What the server offers; a text: why it is not used. Never rejects. */
  async offer(signal: AbortSignal): Promise<RestOffer | string> {
    const now = this.#context.clock.now();
    if (this.#known && now < this.#known.until) return this.#known.offer;
    const offer = await this.#discover(signal);
    if (!signal.aborted) this.#known = { offer, until: now + (typeof offer === 'string' ? REFUSAL_KEPT_MS : OFFER_KEPT_MS) };
    return offer;
  }

  /** Rejects with RestCallError: then nothing is known. null in all three: the command line is to be asked. */
  async nodes(signal: AbortSignal): Promise<ReadonlyMap<string, NodeRow | null> | null> {
    const offer = await this.offer(signal);
    if (typeof offer === 'string') return null;
    const rows = nodesOf(await this.#read(offer.nodes, signal));
    if (!rows || rows.size === 0) throw this.#unusable(offer.nodes);
    return rows;
  }

  async jobs(signal: AbortSignal): Promise<readonly JobRow[] | null> {
    const offer = await this.offer(signal);
    if (typeof offer === 'string') return null;
    const rows = jobsOf(await this.#read(offer.jobs, signal), false);
    if (!rows) throw this.#unusable(offer.jobs);
    return rows;
  }

  async reservations(signal: AbortSignal): Promise<readonly ReservationRow[] | null> {
    const offer = await this.offer(signal);
    if (typeof offer === 'string') return null;
    const rows = reservationsOf(await this.#read(offer.reservations, signal), this.#context.clock.now());
    if (!rows) throw this.#unusable(offer.reservations);
    return rows;
  }

  /** null: this is for the command line. */
  async write(wanted: RestWrite, signal: AbortSignal, deadline: number): Promise<RestWritten | null> {
    const offer = await this.offer(signal);
    const requests = typeof offer === 'string' ? null : requestsOf(wanted, offer, this.#context.clock.now());
    if (!requests) return null;
    const results: RestWritten[] = [];
    for (let from = 0; from < requests.length; from += AT_ONCE)
      results.push(...(await Promise.all(requests.slice(from, from + AT_ONCE).map((one) => this.#send(one, signal, deadline)))));
    const bad = results.find(({ answered }) => !answered) ?? results.find(({ ok }) => !ok);
    const more = results.length > 1 ? ` and ${results.length - 1} more` : '';
    const shown = bad ?? must(results[0], 'a request of a write');
    return { ...shown, evidence: { ...shown.evidence, command: `${shown.evidence.command}${more}` } };
  }

  /** How the write is done, as far as is known without asking; null: by the command line. */
  describe(wanted: RestWrite | undefined): string | null {
    const offer = this.#known?.offer;
    if (!wanted || typeof offer === 'string') return null;
    if (!offer) return `(or by REST, where the slurmrestd at ${this.#options.url} lists it)`;
    const [first, ...more] = requestsOf(wanted, offer, this.#context.clock.now()) ?? [];
    if (!first) return null;
    return `${first.method} ${first.path}${first.body === null ? '' : ` ${first.body}`}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  }

  async diagnose(signal: AbortSignal): Promise<Finding> {
    this.#known = null;
    const offer = await this.offer(signal);
    const { url } = this.#options;
    const say = (severity: Finding['severity'], message: string): Finding => ({ severity, target: 'slurm', rule: 'slurm-rest', message });
    if (typeof offer === 'string')
      return say('warning', `slurmrestd at ${url} is not used (${offer}): everything goes by the command line`);
    try {
      await this.#read(offer.reservations, signal);
    } catch (error) {
      if (error instanceof RestCallError) return say('error', error.message);
      throw error;
    }
    const writes = [offer.writeNode && 'drains and undrains', offer.writeReservation && offer.deleteReservation && 'reservations'].filter(
      Boolean,
    );
    const rest = [writes.length < 2 ? 'other writes' : '', 'signals', 'requeues'].filter(Boolean).join(', ');
    return say('info', `by REST (${offer.version} at ${url}): ${['reads', ...writes].join(', ')}; by the command line: ${rest}`);
  }

  async #discover(signal: AbortSignal): Promise<RestOffer | string> {
    let why = 'it has no OpenAPI document';
    for (const path of ['/openapi/v3', '/openapi']) {
      try {
        const { status, text } = await this.#call('GET', path, null, signal, Infinity);
        if (status === 200) return offerOf(parsed(text) ?? null);
        why = `${path}: HTTP ${status}`;
      } catch (error) {
        if (error instanceof RestCallError) return error.message;
        throw error;
      }
    }
    return why;
  }

  async #read(path: string, signal: AbortSignal): Promise<unknown> {
    try {
      const { status, text } = await this.#call('GET', path, null, signal, Infinity);
      const answer = parsed(text);
      const complaint = answer === undefined ? `HTTP ${status}, and no JSON: ${JSON.stringify(text.slice(0, 80))}` : complaintOf(answer);
      if (complaint !== '' || status !== 200) throw new RestCallError(`GET ${path}: ${complaint || `HTTP ${status}`}`, true);
      return answer;
    } catch (error) {
      // Perhaps it is gone, or another version: the next look asks anew what it offers.
      this.#known = null;
      if (error instanceof RestCallError) throw new RestCallError(`slurmrestd at ${this.#options.url}: ${error.message}`, error.sent);
      throw error;
    }
  }

  async #send({ method, path, body }: WriteRequest, signal: AbortSignal, deadline: number): Promise<RestWritten> {
    const command = `${method} ${path}`;
    try {
      const { status, text } = await this.#call(method, path, body, signal, deadline);
      const answer = parsed(text);
      const words = answer === undefined ? `HTTP ${status}, and no JSON` : complaintOf(answer) || (status === 200 ? '' : `HTTP ${status}`);
      return { ok: words === '', answered: answer !== undefined, evidence: { command, words } };
    } catch (error) {
      if (error instanceof RestCallError) return { ok: false, answered: !error.sent, evidence: { command, words: error.message } };
      throw error;
    }
  }

  #call(method: RestRequest['method'], path: string, body: string | null, signal: AbortSignal, deadline: number) {
    const { clock } = this.#context;
    const left = deadline - clock.now();
    if (left <= 0) throw new RestCallError('the deadline passed before it could be sent', false);
    const headers = {
      ...this.#identity(),
      ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    };
    return callRest({ base: this.#base, method, path, headers, body, timeoutMs: Math.min(this.#timeoutMs, left), clock, signal });
  }

  /** Read each time: tokens are renewed. */
  #identity(): { readonly [header: string]: string } {
    const { token, user } = this.#options;
    if (!token) return {};
    const value = 'env' in token ? this.#context.env[token.env] : fileText(resolve(this.#context.folder, token.file));
    const word = (value ?? '').trim().replace(/^SLURM_JWT=/, '');
    if (/^[\x21-\x7e]+$/.test(word)) return { ...(user === undefined ? {} : { 'x-slurm-user-name': user }), 'x-slurm-user-token': word };
    const where = placeOfSecret(token);
    throw new RestCallError(`no token in ${where}; make one with \`scontrol token\``, false);
  }

  #unusable(path: string): RestCallError {
    this.#known = null;
    return new RestCallError(
      `slurmrestd at ${this.#options.url}: GET ${path}: an answer in no shape that Slurm publishes, or an empty one`,
      true,
    );
  }
}

interface WriteRequest {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body: string | null;
}

/** null: the document does not list it. */
function requestsOf(wanted: RestWrite, offer: RestOffer, now: number): WriteRequest[] | null {
  const named = (path: string, name: string): string => path.replace('{}', encodeURIComponent(name));
  if (wanted.what === 'node') {
    const { writeNode } = offer;
    if (writeNode === null) return null;
    const body = JSON.stringify({ state: [wanted.state], ...(wanted.reason === null ? {} : { reason: wanted.reason }) });
    return wanted.nodes.map((node) => ({ method: 'POST', path: named(writeNode, node), body }));
  }
  const { writeReservation, deleteReservation } = offer;
  if (writeReservation === null || deleteReservation === null) return null;
  if (wanted.what === 'no-reservation') return [{ method: 'DELETE', path: named(deleteReservation, wanted.name), body: null }];
  const fresh = {
    start_time: set(Math.floor(now / 1000)),
    duration: { ...set(0), infinite: true },
    users: ['root'],
    flags: ['MAINT', 'IGNORE_JOBS'],
  };
  const body = JSON.stringify({ name: wanted.name, node_list: wanted.nodes, ...(wanted.isNew ? fresh : {}) });
  return [{ method: 'POST', path: writeReservation, body }];
}

const set = (number: number): { readonly set: true; readonly infinite: boolean; readonly number: number } => ({
  set: true,
  infinite: false,
  number,
});

/** undefined: no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
