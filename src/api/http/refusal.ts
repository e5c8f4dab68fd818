// Refusals that happen before a procedure is reached, in the shape that the caller can read: oRPC's, REST's, or a page for people.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { HttpEnv } from './door.ts';
import { plainPage } from './plain-page.ts';

export interface Refusal {
  readonly status: ContentfulStatusCode;
  /** As oRPC names it: UNAUTHORIZED. */
  readonly code: string;
  readonly message: string;
  readonly headers?: { readonly [name: string]: string };
}

export const UNAUTHORIZED_HEADERS = { 'www-authenticate': 'Bearer realm="pitstop"' };

export function refuse(c: Context<HttpEnv>, { status, code, message, headers = {} }: Refusal): Response {
  const error = { defined: false, code, status, message };
  if (c.req.path.startsWith('/rpc/')) return c.json({ json: error }, status, { ...headers });
  if (c.req.path.startsWith('/api/') || !wantsPage(c)) return c.json(error, status, { ...headers });
  // Whoever has a customer's link has nothing to look for in the console.
  const isSecret = c.get('face') === 'secret page';
  if (!isSecret) c.set('face', 'page');
  const body = isSecret ? [] : ['<p><a href="/">to the console</a></p>'];
  return c.html(plainPage(`${status}: ${message}`, body), status, { ...headers });
}

export function wantsPage(c: Context<HttpEnv>): boolean {
  return (c.req.header('accept') ?? '').includes('text/html');
}
