// One HTTP request to slurmrestd, over TCP or a Unix socket: bounded in time and size, no redirects followed.
import { request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';
import type { Clock } from '../../../std/clock.ts';

export interface RestRequest {
  /** http(s)://HOST:PORT, or the absolute path of a socket. */
  readonly base: { readonly url: URL } | { readonly socket: string };
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface RestResponse {
  readonly status: number;
  readonly text: string;
}

/** No answer, or half of one. `sent` false: the server certainly did nothing. */
export class RestCallError extends Error {
  override name = 'RestCallError';
  readonly sent: boolean;
  constructor(message: string, sent: boolean) {
    super(message);
    this.sent = sent;
  }
}

const BYTES_MAX = 256 * 1024 * 1024;

/** Resolves with whatever status the server gave. Rejects with RestCallError. */
export function callRest({ base, method, path, headers, body, timeoutMs, clock, signal }: RestRequest): Promise<RestResponse> {
  if (signal.aborted) return Promise.reject(new RestCallError('nobody waits for it any more', false));
  const to: RequestOptions =
    'socket' in base
      ? { socketPath: base.socket, path }
      : {
          hostname: base.url.hostname.replace(/^\[|\]$/g, ''),
          port: base.url.port,
          path: `${base.url.pathname.replace(/\/$/, '')}${path}`,
        };
  const request = 'url' in base && base.url.protocol === 'https:' ? secure : plain;
  return new Promise((resolve, reject) => {
    let connected = false;
    // Asked to close, slurmrestd 22.05 writes "Connection: Close" behind the body: so it is not asked, and we hang up ourselves.
    const kept = { accept: 'application/json', connection: 'keep-alive', ...headers };
    const call = request({ ...to, method, headers: kept, agent: false });
    const end = (message: string): void => {
      call.destroy();
      settle();
      reject(new RestCallError(message, connected));
    };
    const onAbort = (): void => end('nobody waits for it any more');
    const cancel = clock.after(timeoutMs, () => end(`no answer within ${timeoutMs / 1000} s`));
    const settle = (): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    call.once('socket', (socket) => socket.once('connect', () => (connected = true)));
    call.once('error', (error) => end(error.message));
    call.once('response', (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > BYTES_MAX) end(`more than ${BYTES_MAX} bytes`);
        else parts.push(part);
      });
      response.once('error', (error) => end(error.message));
      response.once('end', () => {
        settle();
        call.destroy();
        if (response.complete) resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
        else reject(new RestCallError('the answer was cut off', true));
      });
    });
    call.end(body ?? undefined);
  });
}
