// One request to the API server: @kubernetes/client-node finds the server and signs the request (kubeconfig, tokens, plugins, certificates,
// proxies); what comes back is bounded, and read as JSON that nobody has vouched for.
import { resolve } from 'node:path';
import type * as Kubernetes from '@kubernetes/client-node';
import { showDuration } from '../../std/duration.ts';
import type { Json } from '../../std/json.ts';
import type { DriverContext } from '../shared/context.ts';
import { limitTime, type Limit } from '../shared/limit.ts';
import { msOf } from '../shared/options.ts';
import { Pending } from '../shared/pending.ts';
import type { KubernetesSettings } from './options.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: Json;
  /** Of a PATCH: `merge` replaces lists, `strategic` merges them by their keys. */
  readonly patch?: 'merge' | 'strategic';
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The API server was not reached, or answered what cannot be read. */
export class ApiSilentError extends Error {
  override name = 'ApiSilentError';
  /** false: the request certainly changed nothing. */
  readonly perhapsDone: boolean;
  constructor(message: string, perhapsDone: boolean) {
    super(message);
    this.perhapsDone = perhapsDone;
  }
}

type Dispatcher = ReturnType<Kubernetes.RequestContext['getDispatcher']>;

interface Connection {
  readonly library: typeof Kubernetes;
  readonly config: Kubernetes.KubeConfig;
  readonly server: string;
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;
const WORDS_MAX = 300;
/** Connections are kept for so long; then certificates and tokens are read again. */
const DISPATCHER_KEPT_MS = 300_000;
const CONTENT_TYPES = { merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json' };

export class KubernetesApi {
  readonly settings: KubernetesSettings;
  readonly context: DriverContext;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();
  readonly #open: Pending;
  #connection: Promise<Connection> | null = null;
  #dispatcher: { readonly kept: Dispatcher; readonly since: number } | null = null;
  #silence: { readonly since: number; readonly why: string } | null = null;

  constructor(settings: KubernetesSettings, context: DriverContext) {
    this.settings = settings;
    this.context = context;
    this.#timeoutMs = msOf(settings.timeout);
    this.#open = new Pending(context.clock);
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** The answer, whatever its status. Rejects with ApiSilentError. */
  async ask(request: ApiRequest, outer: AbortSignal): Promise<ApiAnswer> {
    const { clock } = this.context;
    const whole = AbortSignal.any([outer, this.#closing.signal]);
    const since = clock.now();
    const end = this.#open.begin(`${request.method} ${request.path}`);
    let limit: Limit | null = null;
    let sent = false;
    try {
      if (whole.aborted) throw new ApiSilentError('nobody waits for it any more', false);
      const connection = await this.#connected();
      limit = limitTime(clock, this.#timeoutMs, whole);
      const context = await this.#signed(connection, request);
      context.setSignal(limit.signal);
      sent = true;
      const answer = await new connection.library.IsomorphicFetchHttpLibrary().send(context).toPromise();
      const body = parse(await boundedText(answer.body.stream()));
      this.#silence = null;
      return { status: answer.httpStatusCode, body };
    } catch (error) {
      const changes = sent && request.method !== 'GET';
      const why = limit?.expired() ? `no answer within ${showDuration(this.#timeoutMs)}` : wordsOf(error);
      const fault = error instanceof ApiSilentError && !sent ? error : new ApiSilentError(why, changes);
      if (!outer.aborted) this.#silence = { since: this.#silence?.since ?? since, why: fault.message };
      throw fault;
    } finally {
      limit?.clear();
      end();
    }
  }

  /** Of the kubeconfig. Rejects with ApiSilentError. */
  async clusterName(): Promise<string> {
    return (await this.#connected()).config.getCurrentCluster()?.name ?? '';
  }

  waitingFor(): string[] {
    const now = this.context.clock.now();
    return [
      ...(this.#silence
        ? [`kubernetes: no answer for ${showDuration(Math.max(0, now - this.#silence.since))} (${this.#silence.why})`]
        : []),
      ...this.#open
        .slow()
        .slice(0, 3)
        .map(({ what, ms }) => `kubernetes: ${what} has run for ${showDuration(ms)}`),
    ];
  }

  /** Ends every request under way. */
  close(): void {
    this.#closing.abort();
  }

  #connected(): Promise<Connection> {
    this.#connection ??= connect(this.settings, this.context).catch((error: unknown) => {
      this.#connection = null;
      throw error;
    });
    return this.#connection;
  }

  async #signed({ library, config, server }: Connection, { method, path, query = {}, body, patch }: ApiRequest) {
    const context = new library.RequestContext(`${server}${path}`, library.HttpMethod[method]);
    context.setHeaderParam('Accept', 'application/json');
    for (const [name, value] of Object.entries(query)) context.setQueryParam(name, value);
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', patch ? CONTENT_TYPES[patch] : 'application/json');
      context.setBody(JSON.stringify(body));
    }
    await config.applySecurityAuthentication(context);
    this.#keepConnections(context);
    return context;
  }

  /** The library makes new connections for every request. */
  #keepConnections(context: Kubernetes.RequestContext): void {
    const now = this.context.clock.now();
    const fresh = context.getDispatcher();
    if (!fresh) return;
    if (!this.#dispatcher || now - this.#dispatcher.since > DISPATCHER_KEPT_MS) this.#dispatcher = { kept: fresh, since: now };
    if (this.#dispatcher.kept) context.setDispatcher(this.#dispatcher.kept);
  }
}

/** Loaded at the first request: it takes half a second. */
async function connect({ kubeconfig, context }: KubernetesSettings, { folder }: DriverContext): Promise<Connection> {
  const library = await import('@kubernetes/client-node');
  const config = new library.KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(resolve(folder, kubeconfig));
  } catch (error) {
    throw new ApiSilentError(`the kubeconfig ${kubeconfig ?? ''} cannot be read: ${wordsOf(error)}`, false);
  }
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw new ApiSilentError(`the kubeconfig has no context ${context}`, false);
    config.setCurrentContext(context);
  }
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new ApiSilentError('the kubeconfig names no cluster: set its current-context, or "context" of this driver', false);
  return { library, config, server: server.replace(/\/+$/, '') };
}

async function boundedText(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = stream?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return Buffer.concat(parts).toString('utf8');
    bytes += part.value.length;
    if (bytes > BODY_BYTES_MAX) {
      await reader?.cancel();
      throw new ApiSilentError(`an answer of more than ${BODY_BYTES_MAX} bytes`, true);
    }
    parts.push(part.value);
  }
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiSilentError('the answer is no JSON, or breaks off', true);
  }
}

/** The words of a network error stand in its cause; no header or token is in either. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, WORDS_MAX);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, WORDS_MAX);
}
