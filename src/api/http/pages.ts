// Pages that this server renders itself, for people without a console: a customer's by their secret link, and the review of a run.
import { Hono } from 'hono';
import type { HttpEnv } from './door.ts';
import { refuse } from './refusal.ts';

/** What a page may be made of besides its address. */
export interface PageAsk {
  readonly query: URLSearchParams;
  /** The Accept-Language header. */
  readonly languages: string;
}

export interface PageAnswer {
  /** 303 with `goTo` after an act that was done, so that reloading does not do it again. */
  readonly status: 200 | 303 | 400 | 404 | 409 | 410;
  readonly html: string;
  /** A path of this server. */
  readonly goTo?: string;
}

/** `secret`: as the link has it, not yet looked up. Nothing throws for whatever it may be. */
export interface CustomerPages {
  page(secret: string, ask: PageAsk): Promise<PageAnswer>;
  /** What comes back when, for the customer's own scheduler. */
  feed(secret: string, format: 'txt' | 'json', ask: PageAsk): Promise<{ readonly status: 200 | 404 | 410; readonly body: string }>;
  act(secret: string, form: URLSearchParams, ask: PageAsk): Promise<PageAnswer>;
}

/** `pdf`, or why there is none, for people. */
export type PrintAnswer =
  | { readonly status: 200; readonly pdf: Uint8Array<ArrayBuffer> }
  | { readonly status: 404 | 502 | 503; readonly words: string };

export interface Pages {
  /** The review of a run as one page; 404 when there is none. */
  retro(run: string, ask: PageAsk): Promise<PageAnswer>;
  /** The same, printed. Absent: nothing is printed here. */
  retroPdf?(run: string): Promise<PrintAnswer>;
}

/** Below /c: whoever has the link may see and do what it is for. null: nothing is there. */
export function customerRoutes(pages: CustomerPages | null): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    c.set('face', 'secret page');
    await next();
  });
  if (pages === null) return app.all('*', (c) => refuse(c, NO_PAGE));
  // Its links are relative, so it stands at an address that ends in a slash.
  app.get('/:secret', (c) => c.redirect(`/c/${encodeURIComponent(c.req.param('secret'))}/${new URL(c.req.url).search}`, 308));
  app.get('/:secret/', async (c) => show(await pages.page(c.req.param('secret'), askOf(c.req.raw))));
  for (const format of ['txt', 'json'] as const) {
    app.get(`/:secret/nodes.${format}`, async (c) => {
      const { status, body } = await pages.feed(c.req.param('secret'), format, askOf(c.req.raw));
      return c.body(body, status, { 'content-type': format === 'json' ? 'application/json' : 'text/plain; charset=utf-8' });
    });
  }
  // Whoever loads the answer to a form again.
  app.get('/:secret/acts', (c) => c.redirect(`/c/${encodeURIComponent(c.req.param('secret'))}/`, 303));
  app.post('/:secret/acts', async (c) =>
    show(await pages.act(c.req.param('secret'), new URLSearchParams(await c.req.text()), askOf(c.req.raw))),
  );
  return app.all('*', (c) => refuse(c, NO_PAGE));
}

/** Below /retro. */
export function retroRoutes(pages: Pages | null): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.get('/:file{[^/]+\\.(html|pdf)}', async (c) => {
    const caller = c.get('caller');
    if (caller === null) return refuse(c, { status: 401, code: 'UNAUTHORIZED', message: 'sign in to see this page' });
    if (caller.role === 'customer') return refuse(c, { status: 403, code: 'FORBIDDEN', message: 'this needs the role viewer' });
    if (pages === null) return refuse(c, NO_PAGE);
    c.set('face', 'page');
    const [, run = '', format] = /^(.*)\.(html|pdf)$/.exec(c.req.param('file')) ?? [];
    if (format === 'html') return show(await pages.retro(run, askOf(c.req.raw)));
    return pages.retroPdf ? showPrinted(await pages.retroPdf(run)) : refuse(c, NO_PAGE);
  });
  return app.all('*', (c) => refuse(c, NO_PAGE));
}

const NO_PAGE = { status: 404, code: 'NOT_FOUND', message: 'no such page' } as const;

function askOf(request: Request): PageAsk {
  return { query: new URL(request.url).searchParams, languages: request.headers.get('accept-language') ?? '' };
}

function show({ status, html, goTo }: PageAnswer): Response {
  const headers = { 'content-type': 'text/html; charset=utf-8', ...(goTo === undefined ? {} : { location: goTo }) };
  return new Response(html, { status, headers });
}

function showPrinted(answer: PrintAnswer): Response {
  if (answer.status === 200) return new Response(answer.pdf, { headers: { 'content-type': 'application/pdf' } });
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...(answer.status === 503 ? { 'retry-after': '10' } : {}) };
  return new Response(`${answer.words}\n`, { status: answer.status, headers });
}
