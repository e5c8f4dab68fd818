// How large a request may be: small, but for procedures that take documents, and larger on the owner's socket than on a port.
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { HttpEnv } from './door.ts';
import { nameOf, proceduresAt } from './lookup.ts';
import { refuse } from './refusal.ts';

const MIB = 1024 * 1024;

/** Bytes. */
export interface Sizes {
  readonly usual: number;
  /** A document on a port. */
  readonly document: number;
  /** A document on the socket: a plan of 100,000 nodes is well below. */
  readonly ownersDocument: number;
}

export const SIZES: Sizes = { usual: MIB, document: 8 * MIB, ownersDocument: 64 * MIB };

const DOCUMENTS = new Set([
  'fleets.keep',
  'fleets.fold',
  'plans.draft',
  'plans.save',
  'plans.keep',
  'runs.create',
  'runs.dryRun',
  'runs.watch',
  'runs.import',
  'site.importFabric',
  'site.inventory',
  'site.doctor',
]);

export function limitBodies(sizes: Sizes) {
  const limit = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: (c) =>
        refuse(c, { status: 413, code: 'PAYLOAD_TOO_LARGE', message: `the request is larger than the ${maxSize} bytes that this takes` }),
    });
  const [usual, document, owners] = [limit(sizes.usual), limit(sizes.document), limit(sizes.ownersDocument)];
  return createMiddleware<HttpEnv>(async (c, next) => {
    const takesDocument = proceduresAt(c.req.path).some((procedure) => DOCUMENTS.has(nameOf(procedure)));
    if (!takesDocument) return usual(c, next);
    return c.env.door.kind === 'socket' ? owners(c, next) : document(c, next);
  });
}
