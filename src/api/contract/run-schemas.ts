// What the run page shows beside the view of a run: words on offer, the drawer of a target, planned against actual, the hand-over.
import { z } from 'zod';
import type { CurvePoint } from '../../core/forecast/forecast.ts';
import { runViewSchema } from './schemas.ts';

const iso = z.iso.datetime({ offset: true });

export const controlOfferSchema = z.object({
  word: z.string().describe('confirm, pause, resume, hold, abort, recall, release, approve, retry, fixed, drop, take, consent'),
  gate: z.string().nullable().describe('which wave or gate an approve is for'),
  targets: z.enum(['run', 'set']).describe('set: needs named targets'),
  allowed: z.boolean(),
  whyNot: z.string(),
  leaves: z.string().describe('what state it leaves things in'),
  destructive: z.boolean(),
  people: z.number().int().describe('how many must say it'),
  pending: z.object({ by: z.string(), at: iso, why: z.string() }).nullable().describe('who has said it already, where two must'),
});

export const runFollowSchema = z.object({
  seq: z.number().int().describe('last entry of the journal that this takes in; send it as Last-Event-ID to go on from here'),
  view: runViewSchema,
  cells: z.string().nullable().describe('base64: all cells by target number; null: only changes below'),
  changes: z.array(z.tuple([z.number().int(), z.number().int()])),
});

export const progressRowSchema = z.object({
  wave: z.string(),
  cluster: z.string(),
  state: z.string(),
  targets: z.number().int(),
  shown: z.record(z.string(), z.number().int()).describe('cell -> count'),
  phases: z.array(
    z.object({
      phase: z.string(),
      startMin: z.number().nullable(),
      medianMin: z.number().nullable(),
      endMin: z.number().nullable(),
      done: z.number().int(),
      plannedStartMin: z.number().nullable(),
      plannedEndMin: z.number().nullable(),
    }),
  ),
});

const curveSchema = z.array(z.custom<CurvePoint>((value) => typeof value === 'object' && value !== null));

export const runForecastSchema = z.object({
  /** The plan's rehearsal with the seed of the frozen forecast: its fan. Empty: nothing can be rehearsed of it. */
  planned: curveSchema,
  northStarMin: z.number().nullable(),
  oneNodeMin: z.number().nullable(),
  windowEndMin: z.number().nullable(),
  /** Minutes from time zero after which turning back does not fit the window any more; null: no window or no way back. */
  turnBackMin: z.number().nullable(),
  turnBackWhy: z.string(),
});

export const gateSchema = z.object({
  gate: z.string(),
  verdict: z.string(),
  atMin: z.number().nullable(),
  numbers: z.record(z.string(), z.unknown()).describe('the evidence'),
});

export const storySchema = z.object({
  target: z.string(),
  cell: z.number().int(),
  wave: z.string(),
  step: z.string(),
  attempt: z.number().int(),
  since: iso.nullable(),
  cause: z.string(),
  has: z.string().nullable().describe('who has it in hand'),
  links: z.array(z.string()),
  groups: z.record(z.string(), z.string()),
  facts: z
    .array(z.object({ name: z.string(), value: z.string(), seq: z.number().int(), at: iso, source: z.string() }))
    .describe('each with the journal entry it comes from'),
  tried: z.array(z.object({ step: z.string(), attempt: z.number().int(), from: iso, to: iso, how: z.string() })),
  timeline: z.array(
    z.object({
      seq: z.number().int(),
      at: iso,
      kind: z.string(),
      step: z.string(),
      attempt: z.number().int(),
      by: z.string(),
      why: z.string(),
      words: z.string(),
    }),
  ),
});
