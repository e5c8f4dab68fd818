// Plans as the desk keeps, checks, rehearses and compares them. Forecasts are the types of core/forecast, word for word.
import { z } from 'zod';
import type { Comparison, Forecast, LimitsReport, Question } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { findingSchema } from './schemas.ts';

const iso = z.iso.datetime({ offset: true });
/** JSON of a type of core: its shape is checked by who makes it, and described in docs/reference/api.md. */
const told = <T>(description: string) => z.custom<T>((value) => typeof value === 'object' && value !== null).describe(description);

const planTextSchema = told<Plan>('the plan file (docs/reference/files.md)');
const forecastSchema = told<Forecast>('when which share is back: Forecast of core/forecast');
export const limitsReportSchema = told<LimitsReport>(
  'what each limit costs, and how the marks grow with nodes: LimitsReport of core/forecast',
);
export const comparisonSchema = told<Comparison>('second plan minus first, paired: Comparison of core/forecast');
export const questionSchema = told<Question>('what the challenger asks: Question of core/forecast');

export const planSummarySchema = z.object({
  plan: z.string().describe('id: sha256 of its canonical JSON'),
  parent: z.string().nullable(),
  change: z.string(),
  fleet: z.string(),
  nodes: z.number().int(),
  waves: z.number().int(),
  errors: z.number().int(),
  warnings: z.number().int(),
  by: z.string(),
  at: iso,
  why: z.string(),
  /** Per cent, P50 and P90 minutes; null: never rehearsed here. */
  curve: z.array(z.tuple([z.number(), z.number().nullable(), z.number().nullable()])).nullable(),
  runs: z.array(z.string()),
});

/** A problem in what somebody writes, at its place. */
const problemSchema = z.object({
  document: z.enum(['change', 'policy', 'plan']),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string().describe('value, why and mend'),
});

export const writtenSchema = z.object({
  fleet: z.string().describe('name of a fleet that the server knows'),
  change: z.string().max(200_000).describe('change.yaml'),
  policy: z.string().max(200_000).nullable().describe('policy.yaml; null: every default'),
});

export const draftSchema = z.object({
  problems: z.array(problemSchema),
  plan: planTextSchema.nullable().describe('null: there are errors'),
  findings: z.array(findingSchema),
});

export const planViewSchema = planSummarySchema.extend({
  document: planTextSchema,
  written: z.object({ change: z.string(), policy: z.string() }).describe('the plan in the words of users: change.yaml and policy.yaml'),
  customers: z.array(z.string()),
});

/** Rows of the plan's Gantt picture, as rehearsed. */
const spanSchema = z.object({
  label: z.string(),
  group: z.string(),
  startMin: z.number().nullable(),
  endMin: z.number().nullable(),
  endP90Min: z.number().nullable(),
  kind: z.enum(['before', 'work', 'after']),
});

export const rehearsalSchema = z.object({ forecast: forecastSchema, spans: z.array(spanSchema), tookMs: z.number() });

export const workingSchema = z.array(
  z.object({ plan: z.string(), what: z.string(), done: z.number().int(), total: z.number().int().nullable(), sinceMs: z.number() }),
);
