// The contract over HTTP: oRPC below /rpc for our own clients, REST below /api for everybody else, both with the same caller and limits.
import { OpenAPIHandler } from '@orpc/openapi/fetch';
import { RPCHandler } from '@orpc/server/fetch';
import type { Context } from 'hono';
import type { ApiContext } from '../context.ts';
import type { createRouter } from '../router.ts';
import type { HttpEnv } from './door.ts';
import { proceduresAt } from './lookup.ts';
import { hidingBugs, type Log } from './our-bug.ts';
import type { Rates } from './rates.ts';
import { refuse } from './refusal.ts';

export interface CallParts {
  readonly router: ReturnType<typeof createRouter>;
  readonly record: ApiContext['record'];
  readonly rates: Rates;
  readonly log: Log;
}

/** Below what proxies cut off. */
const KEEP_ALIVE_MS = 15_000;

export function createCalls({ router, record, rates, log }: CallParts) {
  const options = { clientInterceptors: [hidingBugs(log)], eventIteratorKeepAliveInterval: KEEP_ALIVE_MS };
  const rpc = new RPCHandler(router, options);
  const rest = new OpenAPIHandler(router, options);
  const answer = async (c: Context<HttpEnv>, handler: typeof rpc | typeof rest, prefix: '/rpc' | '/api'): Promise<Response> => {
    const known = proceduresAt(c.req.path);
    const wrongMethod = refuseMethod(c, prefix, new Set(known.map(({ method }) => method)));
    if (wrongMethod) return wrongMethod;
    const end = known.some(({ isStream }) => isStream) ? openStream(c, rates) : NOTHING_OPEN;
    if (end === null) {
      const message = 'too many streams are open at once: close one';
      return refuse(c, { status: 429, code: 'TOO_MANY_REQUESTS', message, headers: { 'retry-after': '5' } });
    }
    const context: ApiContext = { caller: c.get('caller'), record, csrfSent: c.req.header('x-pitstop-csrf') ?? null };
    const { matched, response } = await handler.handle(c.req.raw, { prefix, context }).catch((error: unknown) => {
      end();
      throw error;
    });
    if (matched) return untilEnded(response, end);
    end();
    return refuse(c, { status: 404, code: 'NOT_FOUND', message: 'no such procedure' });
  };
  return {
    rpc: (c: Context<HttpEnv>) => answer(c, rpc, '/rpc'),
    rest: (c: Context<HttpEnv>) => answer(c, rest, '/api'),
  };
}

const NOTHING_OPEN = (): void => {};

/** On the owner's socket nothing is counted. */
function openStream(c: Context<HttpEnv>, rates: Rates): (() => void) | null {
  return c.env.door.kind === 'socket' ? NOTHING_OPEN : rates.openStream(c.get('counted'));
}

/** oRPC takes any method for a call: a HEAD, which nobody guards against, must never act. */
function refuseMethod(c: Context<HttpEnv>, prefix: '/rpc' | '/api', known: ReadonlySet<string>): Response | null {
  const { method } = c.req;
  const allowed = prefix === '/rpc' ? ['GET', 'POST'] : [...known];
  if (allowed.length === 0 || allowed.includes(method)) return null;
  return refuse(c, {
    status: 405,
    code: 'METHOD_NOT_SUPPORTED',
    message: `${method} is not taken here: use ${allowed.join(' or ')}`,
    headers: { allow: allowed.join(', ') },
  });
}

/** Calls `end` once the whole answer is out, or nobody listens any more. */
function untilEnded(response: Response, end: () => void): Response {
  const { body } = response;
  if (end === NOTHING_OPEN) return response;
  if (body === null || !(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    end();
    return response;
  }
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  });
  return new Response(watched, response);
}
