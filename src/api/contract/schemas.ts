// The nouns of the contract, as the server sends them and every client reads them. docs/concepts.md gives their words.
import { z } from 'zod';
import { ORIGINS } from '../../core/past/origin.ts';
import { ENTRY_KINDS } from '../../core/ports.ts';
import { LINK_WAYS } from '../../core/run/link-troubles.ts';
import { LINK_STATES } from '../../core/run/links.ts';
import { RUN_STATES } from '../../core/run/states.ts';

const iso = z.iso.datetime({ offset: true });

export const findingSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  target: z.string(),
  rule: z.string(),
  message: z.string(),
});

const stragglerSchema = z.object({
  target: z.string(),
  since: iso.nullable(),
  step: z.string(),
  cause: z.string(),
  waitingFor: z.string(),
  /** Who has taken it in hand. */
  has: z.string().nullable(),
  /** What did not end well, and automatic tries to mend it, in their order. */
  tried: z.array(z.object({ step: z.string(), attempt: z.number().int(), how: z.string(), at: iso })),
});

/** A link that did not come back as it was; it is gone from the list once it is clean. */
const linkTroubleSchema = z.object({
  link: z.string(),
  /** Both ends: "n3/h2", "u1r2/3". */
  ends: z.tuple([z.string(), z.string()]),
  state: z.enum(LINK_STATES),
  why: z.string(),
  since: iso,
  flaps: z.number().int(),
  lastFlapAt: iso.nullable(),
  /** Counter -> count since somebody cleared it. */
  errors: z.record(z.string(), z.number()),
  /** What people did to it, in order. */
  tried: z.array(z.object({ way: z.enum(LINK_WAYS), by: z.string(), why: z.string(), at: iso })),
});

/** Per cent of the baseline -> minutes from time zero; null: not within the horizon of the forecast. */
const bandsSchema = z.record(z.string(), z.object({ p50Min: z.number().nullable(), p90Min: z.number().nullable() }));

const etaSchema = z.object({
  /** As it was at the start, and for ever; null: nobody made one. */
  frozen: z.object({ marks: bandsSchema }).nullable(),
  /** From where the run stood `atMin` minutes from time zero (null: before it); null: there is none yet, or the run is not under way. */
  rolling: z.object({ marks: bandsSchema, atMin: z.number().nullable() }).nullable(),
});

export const runViewSchema = z.object({
  run: z.string(),
  /** run: Pitstop carried it out. watch: others do, and it looks. import: somebody's record of the past. */
  origin: z.enum(ORIGINS),
  /** "imported from windows.csv"; empty for a run. */
  originWords: z.string(),
  planId: z.string(),
  change: z.string(),
  state: z.enum(RUN_STATES),
  /** Which gate, guard or person holds it. */
  heldBy: z.array(z.string()),
  /** The window is over and the return gate was not met. */
  short: z.boolean(),
  targets: z.number().int(),
  baseline: z.number().int(),
  returned: z.number().int(),
  returnNeed: z.number().int(),
  createdAt: iso,
  timeZero: iso.nullable(),
  now: iso,
  finishedAt: iso.nullable(),
  /** Mark -> minutes from time zero; null = not reached. */
  marks: z.record(z.string(), z.number().nullable()),
  /** Node state -> count. */
  shown: z.record(z.string(), z.number().int()),
  /** Stage of the machine -> folded node set. */
  stages: z.record(z.string(), z.string()),
  waves: z.array(
    z.object({ id: z.string(), state: z.string(), targets: z.number().int(), settled: z.number().int(), failed: z.number().int() }),
  ),
  stragglers: z.array(stragglerSchema),
  links: z.array(linkTroubleSchema),
  /** What the run waits for, by cause, in words: "jobs 12 on n[1-4]", "slurmctld: ...". */
  waitingFor: z.array(z.string()),
  /** The return curve so far: minutes from time zero, and how many of the baseline were back; thinned to 501 points, the retro has them all. */
  curve: z.array(z.tuple([z.number(), z.number()])),
  /** When how much is back, as forecast; null: nothing was ever forecast of it. */
  eta: etaSchema.nullable(),
  /** Why the server does not drive this run any more; null = it does, or the run has finished. */
  stopped: z.string().nullable(),
});
export type RunView = z.infer<typeof runViewSchema>;

export const eventSchema = z.object({
  seq: z.number().int(),
  at: iso,
  run: z.string(),
  shard: z.number().int(),
  epoch: z.number().int(),
  target: z.string().nullable(),
  kind: z.string(),
  step: z.string().nullable(),
  /** Of an entry about the whole run: the wave, or cluster and open or closed, that it is about. */
  arg: z.number().int().nullable(),
  attempt: z.number().int(),
  by: z.string().nullable(),
  why: z.string().nullable(),
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type RunEvent = z.infer<typeof eventSchema>;

/** How a run meets its fleet. */
export const runOptionsSchema = z.object({
  /** Folder that relative files of the fleet's drivers are looked up in. */
  folder: z.string(),
  /** Folded; null = all targets of the plan. */
  only: z.string().nullable(),
  /** Drives a simulated fleet instead of the real one. */
  twin: z.object({ speed: z.number().positive(), seed: z.number().int(), options: z.record(z.string(), z.unknown()) }).nullable(),
  /** Why the window is not waited for; null = it is. */
  now: z.string().nullable(),
  by: z.string().default(''),
});
export type RunOptions = z.infer<typeof runOptionsSchema>;

/** As the scheduler, too, takes it in a reason and a reservation. */
const runNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

export const watchSchema = z.object({
  /** Every cluster of it in mode observe; its soak is how long a node must be back. */
  plan: z.string(),
  /** null: named after the cluster. */
  name: runNameSchema.nullable(),
  options: runOptionsSchema,
});

const noteSchema = z.object({
  by: z.string().optional(),
  why: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** Runs of the past, as the client has read them; all are taken in, or none. */
export const importSchema = z.object({
  /** Name of the record, for people. */
  from: z.string(),
  by: z.string(),
  runs: z.array(
    z.object({
      run: runNameSchema,
      plan: z.string(),
      contentId: z.string(),
      entries: z.array(
        z.object({
          at: z.number(),
          target: z.number().int().min(-1),
          kind: z.enum(ENTRY_KINDS),
          step: z.number().int().min(-1),
          attempt: z.number().int().min(0).max(255),
          note: noteSchema.nullable(),
        }),
      ),
    }),
  ),
});

/** What a person confirms before the first destructive act. */
export const countsSchema = z.object({
  targets: z.number().int(),
  waves: z.number().int(),
  destructiveSteps: z.array(z.string()),
  affected: z.string(),
  customers: z.array(z.string()),
  wayBack: z.boolean(),
});
export type Counts = z.infer<typeof countsSchema>;

const wordsShape = {
  run: z.string(),
  by: z.string().default('').describe("believed on the server's own socket only; elsewhere the token says who it is"),
  reason: z.string().min(1).max(2_000),
  targets: z.string().nullable(),
};
export const controlSchema = z.object({
  ...wordsShape,
  word: z.enum(['confirm', 'pause', 'resume', 'hold', 'abort', 'recall', 'release']),
});
export const approveSchema = z.object({ ...wordsShape, gate: z.string().nullable() });
export const stragglerActSchema = z.object({ ...wordsShape, act: z.enum(['take', 'retry', 'fixed', 'drop', ...LINK_WAYS]) });
export const consentSchema = z.object({ ...wordsShape, customer: z.string().nullable(), to: z.enum(['affected', 'signal', 'requeue']) });
/** The answer to a word: what it leaves behind. */
export const leavesSchema = z.object({ leaves: z.string() });
