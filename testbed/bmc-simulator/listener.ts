// The socket of one simulated BMC: closed while the BMC is away, and the place where bad answers are made.
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import { refusal, type Answer } from './answer.ts';
import type { Bmc } from './bmc.ts';
import type { FaultKind } from './faults.ts';
import { handle } from './handlers.ts';

const BODY_BYTES_MAX = 64 * 1_048_576;

export interface Place {
  readonly host: string;
  readonly port: number;
  /** PEM; null: plain http. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
}

export class Listener {
  readonly origin: string;
  readonly #bmc: Bmc;
  readonly #place: Place;
  #server: Server | null = null;
  #stopped = false;

  constructor(bmc: Bmc, place: Place) {
    this.#bmc = bmc;
    this.#place = place;
    this.origin = `${place.tls ? 'https' : 'http'}://${place.host}:${place.port}`;
    bmc.onAway = (away) => void (away ? this.#close() : this.start());
  }

  async start(): Promise<void> {
    if (this.#server || this.#stopped) return;
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    const server = this.#place.tls ? createTls(this.#place.tls, listener) : createPlain(listener);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.#place.host, port: this.#place.port }, resolve);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#close();
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const method = request.method ?? 'GET';
    const body = await bodyOf(request);
    this.#bmc.asked.push(`${method} ${url.pathname}`);
    const fault = this.#bmc.faults.take(method, url.pathname);
    if (fault === 'hang') return;
    if (fault === 'cut') return void response.destroy();
    if (fault === 'error-500')
      return send(response, refusal(500, 'Base.1.15.InternalError', 'The request failed due to an internal service error.'));
    if (fault === 'busy-503') {
      const busy = refusal(503, 'Base.1.15.ServiceTemporarilyUnavailable', 'The service is temporarily unavailable.');
      return send(response, { ...busy, headers: { 'Retry-After': '2' } });
    }
    if (body === null) return send(response, refusal(413, 'Base.1.15.PayloadTooLarge', 'The request is too large.'));
    const asked = { method, path: url.pathname, query: url.search.slice(1), headers: request.headers, body, origin: this.origin };
    const answer = handle(this.#bmc, asked);
    if (fault) return badly(response, answer, fault);
    send(response, answer);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return bytes > BODY_BYTES_MAX ? null : Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = body === null ? '' : JSON.stringify(body);
  response.writeHead(status, { ...(body === null ? {} : { 'Content-Type': 'application/json' }), 'OData-Version': '4.0', ...headers });
  response.end(text);
}

function badly(response: ServerResponse, { status, headers, body }: Answer, fault: FaultKind): void {
  const text = JSON.stringify(body ?? {});
  const json = { 'Content-Type': 'application/json', ...headers };
  if (fault === 'truncated') response.writeHead(status === 204 ? 200 : status, json).end(text.slice(0, text.length / 2));
  else if (fault === 'html') response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>Please log in</body></html>');
  else if (fault === 'error-in-200')
    send(response, { ...refusal(200, 'Base.1.15.GeneralError', 'a general error has occurred'), status: 200 });
  else if (fault === 'foreign-links') {
    const elsewhere = text
      .replaceAll('"@odata.id":"/', '"@odata.id":"http://127.9.9.9:9/')
      .replaceAll('"target":"/', '"target":"http://127.9.9.9:9/');
    response.writeHead(status, json).end(elsewhere);
  } else if (fault === 'huge') response.writeHead(200, json).end(`{"Name": "${'x'.repeat(12 * 1_048_576)}"}`);
  else drip(response, text);
}

/** One byte now and then, for longer than anybody should wait. */
function drip(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': String(text.length) });
  let at = 0;
  const timer = setInterval(() => {
    response.write(text[at] ?? ' ');
    at += 1;
    if (at >= text.length) response.end();
  }, 200);
  response.once('close', () => clearInterval(timer));
}
