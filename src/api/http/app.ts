// The server's face as one Hono app: who may reach it, who calls, and where each path leads. The same on the socket and on every port.
import { Hono, type Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { recordIn } from '../auth/book.ts';
import type { OidcSignIn } from '../auth/oidc.ts';
import { OWNER, whoCalls } from '../auth/who-calls.ts';
import type { Caller } from '../context.ts';
import type { ApiParts } from '../parts.ts';
import { createRouter } from '../router.ts';
import { createCalls } from './calls.ts';
import { consoleFiles } from './console-files.ts';
import type { HttpEnv } from './door.ts';
import { securityHeaders } from './headers.ts';
import { type Address, isOurHost, isOwnOrigin } from './hosts.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { openApi } from './openapi.ts';
import { type Log, ourBug } from './our-bug.ts';
import { customerRoutes, retroRoutes } from './pages.ts';
import { createRates, type Limits, LIMITS, type Rates } from './rates.ts';
import { referencePage } from './reference.ts';
import { refuse, UNAUTHORIZED_HEADERS } from './refusal.ts';
import { sessionShown, signInRoutes, tooMany } from './sign-in.ts';
import { limitBodies, type Sizes, SIZES } from './sizes.ts';

export interface AppOptions {
  /** As they are now: a port 0 has become a real one once it is bound. */
  readonly listens: () => readonly Address[];
  /** Further names that a Host header may have. */
  readonly names: readonly string[];
  /** Who somebody on a port is that shows neither token nor session; null: nobody. */
  readonly unasked: Caller | null;
  /** Believe X-Forwarded-For and X-Forwarded-Proto. */
  readonly trustProxy: boolean;
  /** The console's built files. */
  readonly consoleFolder: string | null;
  readonly oidc: OidcSignIn | null;
  readonly log: Log;
  readonly limits?: Limits;
  readonly sizes?: Sizes;
  /** Absent: the contract's procedures. */
  readonly router?: ReturnType<typeof createRouter>;
}

export function createApp(parts: ApiParts, options: AppOptions): Hono<HttpEnv> {
  const rates = createRates(options.limits ?? LIMITS);
  const record = recordIn(parts.desk.acts);
  const calls = createCalls({ router: options.router ?? createRouter(parts), record, rates, log: options.log });
  const signIn = { desk: parts.desk, rates, record };
  const app = new Hono<HttpEnv>();
  app.onError((error, c) => {
    const { message } = ourBug(options.log, error, `${c.req.method} /${c.req.path.split('/')[1] ?? ''}`);
    return refuse(c, { status: 500, code: 'INTERNAL_SERVER_ERROR', message });
  });
  app.use(headers());
  app.use(reach(options));
  app.use(caller(parts, options, rates));
  app.use(limitBodies(options.sizes ?? SIZES));
  app.all('/rpc/*', calls.rpc);
  app.get('/api/openapi.json', async (c) => c.json(await openApi(parts.version)));
  app.get('/api/reference', async (c) => {
    c.set('face', 'page');
    return c.html(await referencePage(parts.version));
  });
  app.all('/api/*', calls.rest);
  app.route('/', signInRoutes(signIn));
  app.route('/oidc', oidcRoutes(options.oidc, signIn, options.log));
  app.route('/c', customerRoutes(parts.customerPages ?? null));
  app.route('/retro', retroRoutes(parts.pages ?? null));
  app.all('*', consoleFiles(options.consoleFolder));
  return app;
}

/** On every answer, whoever made it. */
function headers() {
  return createMiddleware<HttpEnv>(async (c, next) => {
    c.set('face', 'data');
    c.set('secure', false);
    await next();
    for (const [name, value] of Object.entries(securityHeaders(c.get('face'), c.get('secure')))) c.res.headers.set(name, value);
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
}

/** On a port: only under our own names, and whatever changes something only from our own pages. */
function reach({ listens, names, trustProxy }: AppOptions) {
  return createMiddleware<HttpEnv>(async (c, next) => {
    const { door } = c.env;
    if (door.kind === 'socket') {
      c.set('address', 'socket');
      return next();
    }
    c.set('address', (trustProxy && c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()) || door.address);
    c.set('secure', trustProxy && c.req.header('x-forwarded-proto') === 'https');
    const host = c.req.header('host') ?? '';
    if (!isOurHost(host, listens(), names)) {
      const message = 'this server is not known by that name: use the address it listens on, or start it with --host NAME';
      return refuse(c, { status: 421, code: 'MISDIRECTED_REQUEST', message });
    }
    if (isForgeable(c) && !isOwnOrigin(host, c.req.header('origin'), c.req.header('sec-fetch-site'))) {
      return refuse(c, { status: 403, code: 'FORBIDDEN', message: 'this came from a page of another site' });
    }
    return next();
  });
}

/** Could another site's page make a browser send this? Not where it must know a secret: a token, or a customer's link. */
function isForgeable(c: Context<HttpEnv>): boolean {
  const isUnsafe = c.req.method !== 'GET' && c.req.method !== 'HEAD';
  return isUnsafe && c.req.header('authorization') === undefined && !c.req.path.startsWith('/c/');
}

function caller({ desk }: ApiParts, { unasked }: AppOptions, rates: Rates) {
  return createMiddleware<HttpEnv>(async (c, next) => {
    c.set('caller', c.env.door.kind === 'socket' ? OWNER : null);
    c.set('counted', `address ${c.get('address')}`);
    if (c.env.door.kind === 'socket' || !isCounted(c.req.path)) return next();
    const wait = await rates.call([c.get('counted')]);
    if (wait > 0) return refuse(c, tooMany(wait));
    const shown = { authorization: c.req.header('authorization'), session: sessionShown(c) };
    const known = whoCalls(shown, desk, isForwarded(c) ? null : unasked);
    if ('refused' in known) {
      return refuse(c, { status: 401, code: 'UNAUTHORIZED', message: known.refused, headers: UNAUTHORIZED_HEADERS });
    }
    c.set('caller', known.caller);
    if (known.counted === null) return next();
    c.set('counted', known.counted);
    const waitOfCaller = await rates.call([known.counted]);
    return waitOfCaller > 0 ? refuse(c, tooMany(waitOfCaller)) : next();
  });
}

/** The console's files are none of them. */
function isCounted(path: string): boolean {
  return /^\/(rpc|api|sign-in|sign-out|oidc|c|retro)(\/|$)/.test(path);
}

/** A proxy stands in between, so whoever calls does not sit at this machine. */
function isForwarded(c: Context<HttpEnv>): boolean {
  return FORWARDED.some((name) => c.req.header(name) !== undefined);
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'] as const;
