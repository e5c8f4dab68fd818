// The contract made ready for implementing: every procedure first asks who calls and whether they may, and every act is in the book.
import { implement, ORPCError } from '@orpc/server';
import { allows, type Least } from '../core/roles.ts';
import { contract } from './contract/contract.ts';
import { nameOf, type ApiContext, type Caller } from './context.ts';

export const os = implement(contract)
  .$context<ApiContext>()
  .use(async ({ context, procedure, path, next }, input) => {
    const { least, acts } = procedure['~orpc'].meta;
    const { caller } = context;
    if (caller === null && least !== 'public') {
      throw new ORPCError('UNAUTHORIZED', { status: 401, message: 'this needs a token: Authorization: Bearer ..., or sign in' });
    }
    const who: Caller = caller ?? { name: 'nobody', role: 'viewer', customer: null, via: 'token', csrf: null };
    const written = { by: nameOf(who, claimedIn(input)), role: who.role, via: who.via, procedure: path.join('.'), ...saidIn(input) };
    const forbidden = whyForbidden(who, leastFor(least, acts, who), acts, input, context.csrfSent ?? null);
    if (forbidden !== null) {
      if (acts) await context.record({ ...written, outcome: 'refused', data: { ...aboutOf(input), why: forbidden } });
      throw new ORPCError('FORBIDDEN', { status: 403, message: forbidden });
    }
    try {
      const result = await next({ context: { caller: who } });
      if (acts) await context.record({ ...written, outcome: 'done', data: { ...madeOf(result.output), ...aboutOf(input) } });
      return result;
    } catch (error) {
      if (acts && error instanceof ORPCError && error.status < 500) {
        await context.record({ ...written, outcome: 'refused', data: { ...aboutOf(input), why: error.message } });
      }
      throw error;
    }
  });

/** What a customer may do is open to others only from operator on: a viewer does nothing, in nobody's name. */
function leastFor(least: Least, acts: boolean, { role }: Caller): Least {
  return least === 'customer' && acts && role !== 'customer' ? 'operator' : least;
}

function whyForbidden(who: Caller, least: Least, acts: boolean, input: unknown, csrfSent: string | null): string | null {
  if (!allows(who.role, least)) return `this needs the role ${least}; ${who.name} has ${who.role}`;
  const isAnothers = least === 'customer' && who.role === 'customer' && (!isRecord(input) || input['customer'] !== who.customer);
  if (isAnothers) return `this is not ${who.customer ?? 'yours'}: a customer sees and does their own`;
  if (acts && who.via === 'session' && (who.csrf === null || csrfSent !== who.csrf)) {
    return 'an act of a browser session needs its X-Pitstop-CSRF header: load the page again';
  }
  return null;
}

/** Who says so, on the socket; elsewhere nobody listens to it. */
function claimedIn(input: unknown): string | undefined {
  if (!isRecord(input)) return undefined;
  const { by } = isRecord(input['options']) ? input['options'] : input;
  return typeof by === 'string' ? by : undefined;
}

/** What came of it: the name of a run, the id of a plan. */
function madeOf(output: unknown): { [key: string]: string } {
  const { run, plan } = aboutOf(output);
  return { ...(run !== undefined && { run }), ...(plan !== undefined && { plan }) };
}

/** The reason that every act carries. */
function saidIn(input: unknown): { why: string } {
  const why = isRecord(input) ? (input['reason'] ?? input['text'] ?? '') : '';
  return { why: typeof why === 'string' ? why : '' };
}

const ABOUT = ['run', 'plan', 'customer', 'word', 'gate', 'act', 'targets', 'kind', 'id', 'share', 'name', 'role', 'fleet'] as const;
const ABOUT_CHARS_MAX = 500;

/** What the act was about: short words of its input, never documents and never secrets. */
function aboutOf(input: unknown): { [key: string]: string } {
  if (!isRecord(input)) return {};
  return Object.fromEntries(
    ABOUT.flatMap((key) => {
      const value = input[key];
      return typeof value === 'string' && value.length <= ABOUT_CHARS_MAX ? [[key, value]] : [];
    }),
  );
}

function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
