// Who may what: the person behind a call, tokens, links for customers, the book of acts, and what lead and customer say to each other.
import { z } from 'zod';
import { ROLES } from '../../core/roles.ts';

const iso = z.iso.datetime({ offset: true });

export const whoSchema = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  customer: z.string().nullable().describe('whose, for role customer'),
  via: z
    .enum(['socket', 'loopback', 'token', 'session'])
    .describe('loopback: no token was asked for, since the server listens on this machine only'),
  csrf: z.string().nullable().describe('to be sent as X-Pitstop-CSRF with every act of a browser session'),
  signIn: z.object({ token: z.boolean(), oidc: z.string().nullable() }).describe('ways to sign in; oidc: name of the provider'),
});

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  customer: z.string().nullable(),
  createdAt: iso,
  createdBy: z.string(),
  expiresAt: iso,
  revokedAt: iso.nullable(),
});

export const mintSchema = z.object({
  name: z.string().min(1).max(100),
  role: z.enum(ROLES),
  customer: z.string().nullable(),
  days: z.number().min(0.01).max(366),
  reason: z.string().min(1).max(1_000),
});

export const shareSchema = z.object({
  id: z.string(),
  plan: z.string(),
  customer: z.string(),
  createdAt: iso,
  createdBy: z.string(),
  expiresAt: iso,
  revokedAt: iso.nullable(),
});

/** One line of what lead and customer said about a plan. */
export const saidSchema = z.object({
  at: iso,
  by: z.string(),
  role: z.enum(['lead', 'customer']),
  kind: z.enum(['update', 'release', 'counter', 'recall', 'sooner-unvalidated', 'later-validated', 'eta']),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export const actSchema = z.object({
  seq: z.number().int(),
  at: iso,
  by: z.string(),
  role: z.string(),
  via: z.string(),
  procedure: z.string(),
  why: z.string(),
  outcome: z.enum(['done', 'refused']),
  data: z.record(z.string(), z.unknown()),
});
