// How a browser gets its session, with a token, and ends it. Sessions are cookies that no script can read.
import type { Context } from 'hono';
import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Desk } from '../../desk/desk.ts';
import { SESSION_MS, type SignIn } from '../../desk/sessions.ts';
import { whoCalls } from '../auth/who-calls.ts';
import type { ApiContext } from '../context.ts';
import type { HttpEnv } from './door.ts';
import type { Rates } from './rates.ts';
import { refuse, type Refusal } from './refusal.ts';

export interface SignInParts {
  readonly desk: Pick<Desk, 'tokens' | 'sessions'>;
  readonly rates: Rates;
  readonly record: ApiContext['record'];
}

const COOKIE = 'pitstop_session';

export function sessionShown(c: Context<HttpEnv>): string | undefined {
  return getCookie(c, COOKIE);
}

/**
 * POST /sign-in takes {token}, as JSON, or as the form of the console's page, with `to`: a path of this server to go on to.
 * POST /sign-out ends the session. A form is answered with a way to go, JSON with JSON.
 */
export function signInRoutes(parts: SignInParts): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.post('/sign-in', async (c) => {
    const { token, to } = await formSent(c);
    const refused = await refuseWhoFailed(c, parts.rates);
    if (refused) return isForm(c) ? tryAgain(c, 'limit', to) : refused;
    if (token === null)
      return refuse(c, { status: 400, code: 'BAD_REQUEST', message: 'send the token as {"token": "pst_..."}, or as a form' });
    const found = parts.desk.tokens.find(token);
    if (found?.state !== 'valid') {
      await parts.rates.signInFailed(c.get('address'));
      if (isForm(c)) return tryAgain(c, found?.state === 'expired' ? 'expired' : 'unknown', to);
      const known = whoCalls({ authorization: `Bearer ${token}`, session: undefined }, parts.desk, null);
      return refuse(c, { status: 401, code: 'UNAUTHORIZED', message: 'refused' in known ? known.refused : 'this token is not valid here' });
    }
    const { id, name, role, customer, expiresAt } = found.token;
    return openSession(c, parts, { name, role, customer, token: id, until: expiresAt }, to);
  });
  app.post('/sign-out', async (c) => {
    const secret = sessionShown(c);
    if (secret !== undefined) await parts.desk.sessions.end(secret);
    deleteCookie(c, COOKIE, { path: '/' });
    return isForm(c) ? c.redirect('/', 303) : c.json({ signedOut: true });
  });
  return app;
}

/** Too many failures from this address: nothing is even looked up. */
export async function refuseWhoFailed(c: Context<HttpEnv>, rates: Rates): Promise<Response | null> {
  const wait = await rates.signInWait(c.get('address'));
  return wait === 0 ? null : refuse(c, tooMany(wait));
}

export function tooMany(wait: number): Refusal {
  return {
    status: 429,
    code: 'TOO_MANY_REQUESTS',
    message: `too many requests: wait ${wait} s`,
    headers: { 'retry-after': String(wait) },
  };
}

/** A session that was there before is over: nobody keeps two. `to`: where a browser goes on to. */
export async function openSession(c: Context<HttpEnv>, { desk, record }: SignInParts, who: SignIn, to: string): Promise<Response> {
  const before = sessionShown(c);
  if (before !== undefined) await desk.sessions.end(before);
  const secret = await desk.sessions.open(who);
  // Lax, not Strict: the way back from an OIDC provider, and links from a chat, come from elsewhere and still are this person.
  setCookie(c, COOKIE, secret, { path: '/', httpOnly: true, sameSite: 'Lax', secure: c.get('secure'), maxAge: SESSION_MS / 1000 });
  const { name, role, customer, token } = who;
  const why = token === null ? 'signed in' : `signed in with token ${token}`;
  await record({ by: name, role, via: 'session', procedure: 'sign-in', why, outcome: 'done', data: {} });
  if (isForm(c) || c.req.method === 'GET') return c.redirect(to, 303);
  return c.json({ name, role, customer, csrf: desk.sessions.find(secret)?.csrf ?? null });
}

/** A path of this server; anything else is its first page. Browsers read a backslash as a slash, and leave out tabs and ends of lines. */
export function ownPath(wanted: string | null | undefined): string {
  return wanted && /^\/(?![/\\])[\x20-\x7e]*$/.test(wanted) ? wanted : '/';
}

/** Back to the console's page, which has words for it. */
function tryAgain(c: Context<HttpEnv>, error: 'expired' | 'unknown' | 'limit', to: string): Response {
  return c.redirect(`/sign-in?${new URLSearchParams({ error, to }).toString()}`, 303);
}

async function formSent(c: Context<HttpEnv>): Promise<{ readonly token: string | null; readonly to: string }> {
  const text = await c.req.text();
  if (!isForm(c)) return { token: tokenOfJson(text), to: '/' };
  const form = new URLSearchParams(text);
  return { token: form.get('token')?.trim() ?? null, to: ownPath(form.get('to')) };
}

function tokenOfJson(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string' ? body.token.trim() : null;
  } catch {
    return null;
  }
}

function isForm(c: Context<HttpEnv>): boolean {
  return (c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
}
