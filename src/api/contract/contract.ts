// The contract, first: every procedure that the server offers, by noun. Server, typed client and command line are all made from this.
import { oc } from '@orpc/contract';
import { z } from 'zod';
import {
  approveSchema,
  consentSchema,
  controlSchema,
  countsSchema,
  eventSchema,
  findingSchema,
  importSchema,
  leavesSchema,
  runOptionsSchema,
  runViewSchema,
  stragglerActSchema,
  watchSchema,
} from './schemas.ts';

/** What a client did wrong, or what the outside did: `status` decides the exit code of the command line. */
const base = oc.errors({
  NOT_FOUND: { status: 404, message: 'no such run' },
  REFUSED: { status: 409, message: 'refused' },
  BAD_INPUT: { status: 422, message: 'bad input' },
  OUTSIDE: { status: 502, message: 'an outside system did not answer' },
});

const runInput = z.object({ run: z.string() });
/** Documents are sent as their checked text; the server reads no files of the client but those that drivers name. */
const fleetInput = z.object({ fleet: z.unknown(), folder: z.string() });

export const contract = {
  server: {
    info: base.output(
      z.object({
        version: z.string(),
        pid: z.number().int(),
        startedAt: z.string(),
        notResumed: z.array(z.object({ run: z.string(), why: z.string() })),
      }),
    ),
    stop: base.output(z.object({ pid: z.number().int() })),
  },
  runs: {
    create: base
      .input(z.object({ plan: z.string(), options: runOptionsSchema }))
      .output(z.object({ run: z.string(), counts: countsSchema })),
    dryRun: base.input(z.object({ plan: z.string(), options: runOptionsSchema })).output(
      z.object({
        acts: z.array(
          z.object({ wave: z.string(), step: z.string(), by: z.string(), targets: z.string(), command: z.string(), note: z.string() }),
        ),
        findings: z.array(findingSchema),
      }),
    ),
    /** Follows what others do, and begins at once. */
    watch: base.input(watchSchema).output(z.object({ run: z.string() })),
    import: base.input(importSchema).output(z.array(z.object({ run: z.string(), already: z.boolean() }))),
    list: base.output(z.array(runViewSchema)),
    status: base.input(runInput).output(runViewSchema),
    control: base.input(controlSchema).output(leavesSchema),
    approve: base.input(approveSchema).output(leavesSchema),
    straggler: base.input(stragglerActSchema).output(leavesSchema),
    consent: base.input(consentSchema).output(leavesSchema),
    /** Entries from `from` on; waits up to `waitMs` for the first one when there is none yet. */
    events: base
      .input(
        z.object({
          run: z.string(),
          from: z.number().int().min(1),
          limit: z.number().int().min(1).max(10_000),
          waitMs: z.number().int().min(0).max(30_000),
        }),
      )
      .output(z.array(eventSchema)),
    retro: base.input(runInput).output(z.unknown()),
  },
  /** What finished runs teach. Simulated ones (`twin`) are asked for by themselves. */
  learning: {
    /** `Learned` of core/learn/answers.ts. */
    learn: base.input(z.object({ twin: z.boolean() })).output(z.unknown()),
    /** `Backtest` of core/learn/answers.ts; takes as long as its rehearsals do. `run` null: all of them; `scenarios` null: as at the start of a run. */
    backtest: base
      .input(z.object({ twin: z.boolean(), run: z.string().nullable(), scenarios: z.number().int().min(1).max(100_000).nullable() }))
      .output(z.unknown()),
  },
  site: {
    importSlurm: base.input(z.object({ options: z.record(z.string(), z.unknown()), folder: z.string() })).output(z.unknown()),
    inventory: base.input(fleetInput).output(z.unknown()),
    doctor: base.input(fleetInput).output(z.array(findingSchema)),
  },
};

export type Contract = typeof contract;
