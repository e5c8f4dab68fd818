// One HTTP request to a BMC, by Node's own client: bounded in time and bytes, never redirected, and knowing whether it left.
import {
  Agent as PlainAgent,
  request as plainRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RedfishError, socketFailure } from './failure.ts';

const BODY_BYTES_MAX = 8 * 1_048_576;
/** A BMC has few sockets; four of ours at most. */
const SOCKETS_EACH = 4;

export interface Trust {
  readonly ca: string | null;
  readonly insecure: boolean;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | (() => Readable) | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Keeps connections for reading; whatever changes something goes over a fresh one, so that "refused" and "cut" can be told apart. */
export class Http {
  readonly #trust: Trust;
  readonly #plain = new PlainAgent({ keepAlive: true, maxSockets: SOCKETS_EACH });
  readonly #tls: TlsAgent;

  constructor(trust: Trust) {
    this.#trust = trust;
    this.#tls = new TlsAgent({ keepAlive: true, maxSockets: SOCKETS_EACH, ...this.#tlsOptions() });
  }

  /** Rejects with RedfishError. `late` says in which words the end of the signal is told. */
  async send(call: Call, signal: AbortSignal, late: () => RedfishError): Promise<Reply> {
    try {
      return await this.#once(call, false, signal, late);
    } catch (error) {
      if (error instanceof StaleSocketError) return this.#once(call, true, signal, late);
      throw error;
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  #once(call: Call, fresh: boolean, signal: AbortSignal, late: () => RedfishError): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const where = call.url.host;
    let sent = false;
    let answered = false;
    const request = this.#open(call, fresh, signal);
    request.once('socket', (socket) => {
      if (request.reusedSocket) sent = true;
      else
        socket.once(call.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          sent = true;
        });
    });
    request.once('response', (response) => {
      answered = true;
      readAll(response, where).then(resolve, (error: unknown) => reject(signal.aborted ? told(late(), true) : error));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (answered) return;
      if (signal.aborted) reject(told(late(), sent));
      else if (request.reusedSocket && call.method === 'GET') reject(new StaleSocketError());
      else reject(socketFailure(error, where, sent));
    });
    void this.#write(request, call.body, reject);
    return promise;
  }

  #open(call: Call, fresh: boolean, signal: AbortSignal): ClientRequest {
    const own = call.method === 'GET' && !fresh ? {} : { agent: false as const };
    const options = { method: call.method, headers: { ...call.headers }, signal };
    if (call.url.protocol === 'http:') return plainRequest(call.url, { agent: this.#plain, ...options, ...own });
    return tlsRequest(call.url, { agent: this.#tls, ...this.#tlsOptions(), ...options, ...own });
  }

  async #write(request: ClientRequest, body: Call['body'], reject: (error: unknown) => void): Promise<void> {
    if (body === null || typeof body === 'string') return void request.end(body ?? undefined);
    const source = body();
    let own: Error | null = null;
    source.once('error', (error: Error) => {
      own = error;
    });
    try {
      await pipeline(source, request);
    } catch {
      if (own) reject(new RedfishError('ours', `the image cannot be read any more: ${(own as Error).message}`, { sent: true }));
    }
  }

  #tlsOptions(): { ca?: string; rejectUnauthorized?: false } {
    if (this.#trust.insecure) return { rejectUnauthorized: false };
    return this.#trust.ca === null ? {} : { ca: this.#trust.ca };
  }
}

/** The kept connection had been closed by the other side; a read may be asked again. */
class StaleSocketError extends Error {
  override name = 'StaleSocketError';
}

async function readAll(response: IncomingMessage, where: string): Promise<Reply> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) {
        response.destroy();
        throw new RedfishError('nonsense', `${where}: the answer has more than ${BODY_BYTES_MAX} bytes`, { sent: true });
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RedfishError) throw error;
    throw new RedfishError('silent', `${where}: the connection broke in the middle of the answer`, { sent: true });
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}

function told(error: RedfishError, sent: boolean): RedfishError {
  return new RedfishError(error.kind, error.message, { sent });
}
