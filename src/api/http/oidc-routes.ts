// The two ends of a sign-in with a provider: where the browser leaves for it, and where it comes back.
import { Hono, type Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { FLOW_MS, OidcRefusedError, type OidcSignIn } from '../auth/oidc.ts';
import type { HttpEnv } from './door.ts';
import { type Log, ourBug } from './our-bug.ts';
import { refuse } from './refusal.ts';
import { openSession, ownPath, refuseWhoFailed, type SignInParts } from './sign-in.ts';

const COOKIE = 'pitstop_oidc';

/** Below /oidc. null: no provider was given. */
export function oidcRoutes(oidc: OidcSignIn | null, signIn: SignInParts, log: Log): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  if (oidc === null) {
    const message = 'no provider is set up: start the server with --oidc FILE';
    return app.all('*', (c) => refuse(c, { status: 404, code: 'NOT_FOUND', message }));
  }
  app.get('/start', async (c) => {
    try {
      const { url, flow } = await oidc.start(redirectUri(c), ownPath(c.req.query('to')));
      setCookie(c, COOKIE, flow, { path: '/oidc', httpOnly: true, sameSite: 'Lax', secure: c.get('secure'), maxAge: FLOW_MS / 1000 });
      return c.redirect(url, 302);
    } catch (error) {
      ourBug(log, error, 'the first words with the OIDC provider');
      return refuse(c, { status: 502, code: 'OUTSIDE', message: `${oidc.name} does not answer: sign in with a token, or try later` });
    }
  });
  app.get('/callback', async (c) => {
    const refused = await refuseWhoFailed(c, signIn.rates);
    if (refused) return refused;
    const flow = getCookie(c, COOKIE);
    deleteCookie(c, COOKIE, { path: '/oidc' });
    try {
      const { who, to } = await oidc.finish(flow, new URL(redirectUri(c) + new URL(c.req.url).search));
      return await openSession(c, signIn, who, to);
    } catch (error) {
      if (!(error instanceof OidcRefusedError)) throw error;
      await signIn.rates.signInFailed(c.get('address'));
      log(`OIDC: ${causesOf(error).join(': ')}`);
      return refuse(c, { status: 403, code: 'FORBIDDEN', message: error.message });
    }
  });
  return app;
}

/** What lies behind a refusal, for whoever sets the provider up; it tells nothing of the person. */
function causesOf(error: Error): string[] {
  return [error.message, ...(error.cause instanceof Error ? causesOf(error.cause) : [])];
}

/** The address that people use: its Host header was checked. */
function redirectUri(c: Context<HttpEnv>): string {
  return `${c.get('secure') ? 'https' : 'http'}://${c.req.header('host') ?? ''}/oidc/callback`;
}
