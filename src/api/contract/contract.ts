// The contract, first: every procedure that the server offers, by noun. Server, typed client, REST and its document, command line and tools
// of assistants are all made from this. Each says who may call it and whether it changes something (base.ts).
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { act, ask, look } from './base.ts';
import {
  affectedSchema,
  importFabricSchema,
  COLOURINGS,
  fleetCellsSchema,
  fleetChangesSchema,
  fleetMapSchema,
  fleetSummarySchema,
  layerSchema,
  replaySchema,
} from './map-schemas.ts';
import { actSchema, mintSchema, saidSchema, shareSchema, tokenSchema, whoSchema } from './people-schemas.ts';
import {
  comparisonSchema,
  draftSchema,
  limitsReportSchema,
  planSummarySchema,
  planViewSchema,
  questionSchema,
  rehearsalSchema,
  workingSchema,
  writtenSchema,
} from './plan-schemas.ts';
import { controlOfferSchema, gateSchema, progressRowSchema, runFollowSchema, runForecastSchema, storySchema } from './run-schemas.ts';
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

const runInput = z.object({ run: z.string().max(64) });
const planInput = z.object({ plan: z.string().regex(/^[0-9a-f]{8,64}$/, 'the id of a plan, or its first 8 characters or more') });
const fleetName = z.object({ fleet: z.string().max(200) });
const seed = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31);
const sets = z.array(z.string().max(500)).max(50).describe('as `pitstop plan --set`: policy.gates.returned=90%');
/** Documents are sent as their checked text; the server reads no files of the client but those that drivers name. */
const fleetInput = z.object({ fleet: z.unknown(), folder: z.string() });
const reason = z.string().min(1).max(2_000);

const server = {
  info: look('/server', 'Version, process, and runs that were not taken up').output(
    z.object({
      version: z.string(),
      pid: z.number().int(),
      startedAt: z.string(),
      listens: z.array(z.string()).describe('addresses besides the socket'),
      notResumed: z.array(z.object({ run: z.string(), why: z.string() })),
    }),
  ),
  stop: act('/server/stop', 'End the server; unfinished runs go on with the next one', 'admin').output(z.object({ pid: z.number().int() })),
  who: look('/server/who', 'Who you are to this server, and how to sign in', 'public').output(whoSchema),
};

const fleets = {
  list: look('/fleets', 'Fleets that the server knows').output(z.array(fleetSummarySchema)),
  keep: act('/fleets', 'Hand a fleet document to the server', 'admin')
    .input(z.object({ fleet: z.unknown(), folder: z.string(), catalogue: z.string().nullable() }))
    .output(fleetSummarySchema),
  map: look('/fleets/{fleet}/map', 'Nodes, groups and switches, in the order of their ids').input(fleetName).output(fleetMapSchema),
  cells: look('/fleets/{fleet}/cells', 'What every node shows now').input(fleetName).output(fleetCellsSchema),
  follow: look('/fleets/{fleet}/follow', 'Changes of what nodes show, as server-sent events; goes on from Last-Event-ID')
    .input(fleetName)
    .output(eventIterator(fleetChangesSchema)),
  layer: look('/fleets/{fleet}/layers/{layer}', 'Version that runs, risk, or minutes late, by node')
    .input(fleetName.extend({ layer: z.enum(COLOURINGS) }))
    .output(layerSchema),
  links: look('/fleets/{fleet}/links/{device}', 'Links of a switch or node')
    .input(fleetName.extend({ device: z.string().max(200) }))
    .output(z.array(z.string())),
  select: ask('/fleets/{fleet}/select', 'The nodes of a node set, as ids')
    .input(fleetName.extend({ set: z.string().max(100_000) }))
    .output(z.object({ ids: z.array(z.number().int()), folded: z.string() })),
  fold: ask('/fleets/{fleet}/fold', 'Ids as a folded node set')
    .input(fleetName.extend({ ids: z.array(z.number().int().min(0)).max(200_000) }))
    .output(z.object({ folded: z.string(), count: z.number().int() })),
  affected: ask('/fleets/{fleet}/affected', 'What an act on these would take power, link or subnet manager from')
    .input(fleetName.extend({ set: z.string().max(100_000) }))
    .output(affectedSchema),
};

const plans = {
  list: look('/plans', 'Plans that the desk keeps, newest first').output(z.array(planSummarySchema)),
  get: look('/plans/{plan}', 'A plan, with what users wrote').input(planInput).output(planViewSchema),
  schemas: look('/plans/schemas', 'JSON Schemas of change.yaml and policy.yaml').output(
    z.object({ change: z.record(z.string(), z.unknown()), policy: z.record(z.string(), z.unknown()) }),
  ),
  draft: ask('/plans/draft', 'Check what is written and plan it, keeping nothing', 'operator').input(writtenSchema).output(draftSchema),
  save: act('/plans', 'Plan what is written, and keep it').input(writtenSchema.extend({ reason })).output(planSummarySchema),
  keep: act('/plans/keep', 'Keep a plan file as it is', 'admin')
    .input(z.object({ text: z.string(), folder: z.string(), reason }))
    .output(planSummarySchema),
  child: act('/plans/{plan}/children', 'Keep a child with some settings changed')
    .input(planInput.extend({ sets, reason }))
    .output(planSummarySchema),
  rehearse: look('/plans/{plan}/rehearsal', 'Forecast: when which share is back')
    .input(
      planInput.extend({
        seed: z.coerce
          .number()
          .int()
          .min(0)
          .max(2 ** 31)
          .default(1),
        scenarios: z.coerce.number().int().min(1).max(20_000).nullable().default(null),
      }),
    )
    .output(rehearsalSchema),
  tryOut: ask('/plans/{plan}/try', 'What if: the plan with settings changed, rehearsed, against the plan as it is')
    .input(planInput.extend({ sets, seed: seed.default(1) }))
    .output(z.object({ rehearsal: rehearsalSchema, comparison: comparisonSchema, problems: z.array(z.string()) })),
  limits: look('/plans/{plan}/limits', 'What each limit costs; T(N)').input(planInput).output(limitsReportSchema),
  questions: look('/plans/{plan}/questions', 'What the challenger asks').input(planInput).output(z.array(questionSchema)),
  compare: look('/plans/{plan}/against/{other}', 'This plan against another over the same nights')
    .input(planInput.extend({ other: planInput.shape.plan }))
    .output(z.object({ comparison: comparisonSchema, first: rehearsalSchema, second: rehearsalSchema })),
  proposal: look('/plans/{plan}/proposal', 'One page for the meeting with the customer, as HTML')
    .input(planInput)
    .output(z.object({ html: z.string() })),
  replay: look('/plans/{plan}/replay', 'One simulated night of the plan, for the map')
    .input(
      planInput.extend({
        seed: z.coerce.number().int().min(0).default(1),
        scenario: z.coerce.number().int().min(0).max(100_000).default(0),
      }),
    )
    .output(replaySchema),
  working: look('/plans/working', 'Rehearsals under way, with how far they are').output(workingSchema),
};

const runs = {
  create: act('/runs/from-file', 'Register a run of a plan file; it waits for its confirmation', 'admin')
    .input(z.object({ plan: z.string(), options: runOptionsSchema }))
    .output(z.object({ run: z.string(), counts: countsSchema })),
  start: act('/runs', 'Register a run of a plan that the desk keeps; it waits for its confirmation')
    .input(
      planInput.extend({
        only: z.string().max(100_000).nullable(),
        twin: runOptionsSchema.shape.twin,
        now: z.string().max(2_000).nullable(),
      }),
    )
    .output(z.object({ run: z.string(), counts: countsSchema })),
  dryRun: ask('/runs/dry', 'Every read for real, every command only shown', 'admin')
    .input(z.object({ plan: z.string(), options: runOptionsSchema }))
    .output(
      z.object({
        acts: z.array(
          z.object({ wave: z.string(), step: z.string(), by: z.string(), targets: z.string(), command: z.string(), note: z.string() }),
        ),
        findings: z.array(findingSchema),
      }),
    ),
  watch: act('/runs/watch', 'Follow what others do, and begin at once', 'admin')
    .input(watchSchema)
    .output(z.object({ run: z.string() })),
  import: act('/runs/import', 'Take in maintenances of the past', 'admin')
    .input(importSchema)
    .output(z.array(z.object({ run: z.string(), already: z.boolean() }))),
  list: look('/runs', 'All runs').output(z.array(runViewSchema)),
  status: look('/runs/{run}', 'Where a run stands').input(runInput).output(runViewSchema),
  follow: look('/runs/{run}/follow', 'The view of a run and changes of its targets, as server-sent events')
    .input(runInput)
    .output(eventIterator(runFollowSchema)),
  targets: look('/runs/{run}/targets', 'Names by target number, and the wave of each')
    .input(runInput)
    .output(z.object({ fleet: z.string(), names: z.array(z.string()), waves: z.array(z.string()), waveOf: z.array(z.number().int()) })),
  controls: look('/runs/{run}/controls', 'What may be said to a run now, and what each word leaves behind')
    .input(runInput)
    .output(z.array(controlOfferSchema)),
  control: act('/runs/{run}/control', 'Confirm, pause, resume, hold, abort, recall or release').input(controlSchema).output(leavesSchema),
  approve: act('/runs/{run}/approve', 'Approve what asks: a wave, the return gate, a hand-over', 'approver')
    .input(approveSchema)
    .output(leavesSchema),
  straggler: act('/runs/{run}/straggler', 'Say of stragglers: take, retry, fixed or drop; of links: reseat, clean or swap')
    .input(stragglerActSchema)
    .output(leavesSchema),
  consent: act('/runs/{run}/consent', "Record a customer's consent", 'approver').input(consentSchema).output(leavesSchema),
  events: look('/runs/{run}/events', 'The journal; waits up to `waitMs` for the first entry when there is none yet')
    .input(
      runInput.extend({
        from: z.coerce.number().int().min(1),
        limit: z.coerce.number().int().min(1).max(10_000),
        waitMs: z.coerce.number().int().min(0).max(30_000),
      }),
    )
    .output(z.array(eventSchema)),
  progress: look('/runs/{run}/progress', 'Waves and phases, planned against actual').input(runInput).output(z.array(progressRowSchema)),
  forecast: look('/runs/{run}/forecast', 'The fan of the plan, targets, and the last time to turn back')
    .input(runInput)
    .output(runForecastSchema),
  gates: look('/runs/{run}/gates', 'Verdicts with their evidence').input(runInput).output(z.array(gateSchema)),
  story: look('/runs/{run}/story/{target}', 'Everything that happened to one target')
    .input(runInput.extend({ target: z.string().max(200) }))
    .output(storySchema),
  replay: look('/runs/{run}/replay', 'The whole run as changes of cells, for the map').input(runInput).output(replaySchema),
  handover: look('/runs/{run}/handover', 'The note for the next shift, as Markdown')
    .input(runInput.extend({ hours: z.coerce.number().min(0.5).max(72).default(12) }))
    .output(z.object({ markdown: z.string() })),
  retro: look('/runs/{run}/retro', 'The review').input(runInput).output(z.unknown()),
};

const customers = {
  shares: look('/plans/{plan}/shares', 'Links that customers were given').input(planInput).output(z.array(shareSchema)),
  share: act('/plans/{plan}/shares', 'Open a link for a customer; its address is shown this once')
    .input(planInput.extend({ customer: z.string().min(1).max(200), days: z.number().min(0.01).max(60), reason }))
    .output(z.object({ share: shareSchema, path: z.string() })),
  unshare: act('/shares/{share}/revoke', 'Close a link')
    .input(z.object({ share: z.string().max(100), reason }))
    .output(shareSchema),
  said: look('/plans/{plan}/customers/{customer}', 'What lead and customer said to each other, and every ETA given', 'customer')
    .input(planInput.extend({ customer: z.string().max(200) }))
    .output(z.array(saidSchema)),
  update: act('/plans/{plan}/customers/{customer}/updates', "Write an update for the customer's page")
    .input(
      planInput.extend({
        customer: z.string().max(200),
        text: z.string().min(1).max(4_000),
        about: z
          .enum(['news', 'why', 'contact'])
          .default('news')
          .describe('news: one more update. why and contact: what the page says of why this is done, and whom to ask; the last one counts'),
      }),
    )
    .output(saidSchema),
  act: act(
    '/plans/{plan}/customers/{customer}/acts',
    'What the customer does: release, counter-offer, recall, or chooses about validation',
    'customer',
  )
    .input(
      planInput.extend({
        customer: z.string().max(200),
        kind: z.enum(['release', 'counter', 'recall', 'sooner-unvalidated', 'later-validated']),
        targets: z.string().max(100_000).nullable(),
        text: z.string().max(4_000),
        window: z
          .object({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) })
          .nullable()
          .default(null)
          .describe('of a counter-offer; null: its words say when'),
      }),
    )
    .output(leavesSchema),
};

const people = {
  tokens: look('/tokens', 'Tokens, without their secrets', 'admin').output(z.array(tokenSchema)),
  mint: act('/tokens', 'Make a token; its secret is shown this once', 'admin')
    .input(mintSchema)
    .output(z.object({ token: tokenSchema, secret: z.string() })),
  revoke: act('/tokens/{id}/revoke', 'End a token', 'admin')
    .input(z.object({ id: z.string().max(100), reason }))
    .output(tokenSchema),
  acts: look('/acts', 'The book of acts: who did what, why, and what was refused')
    .input(z.object({ from: z.coerce.number().int().min(1).default(1), limit: z.coerce.number().int().min(1).max(1_000).default(200) }))
    .output(z.array(actSchema)),
};

/** What finished runs teach. Simulated ones (`twin`) are asked for by themselves. */
const learning = {
  /** `Learned` of core/learn/answers.ts. */
  learn: look('/learned', 'What finished runs teach about durations and failures')
    .input(z.object({ twin: z.stringbool().or(z.boolean()) }))
    .output(z.unknown()),
  /** `Backtest` of core/learn/answers.ts; takes as long as its rehearsals do. `run` null: all of them; `scenarios` null: as at the start of a run. */
  backtest: ask('/learned/backtest', 'What the forecast would have said of finished runs')
    .input(z.object({ twin: z.boolean(), run: z.string().nullable(), scenarios: z.number().int().min(1).max(100_000).nullable() }))
    .output(z.unknown()),
};

const site = {
  importSlurm: ask('/site/import-slurm', 'A fleet document from what Slurm says', 'admin')
    .input(z.object({ options: z.record(z.string(), z.unknown()), folder: z.string() }))
    .output(z.unknown()),
  importKubernetes: ask('/site/import-kubernetes', 'A fleet document from what Kubernetes says', 'admin')
    .input(z.object({ options: z.record(z.string(), z.unknown()), folder: z.string() }))
    .output(z.unknown()),
  importFabric: ask('/site/import-fabric', 'A fleet document from one sweep of an InfiniBand fabric', 'admin')
    .input(importFabricSchema)
    .output(z.unknown()),
  inventory: ask('/site/inventory', 'A dated observation of a fleet', 'admin').input(fleetInput).output(z.unknown()),
  doctor: ask('/site/doctor', 'Does everything answer, with the rights we need?', 'admin').input(fleetInput).output(z.array(findingSchema)),
};

export const contract = { server, fleets, plans, runs, customers, people, learning, site };

export type Contract = typeof contract;
