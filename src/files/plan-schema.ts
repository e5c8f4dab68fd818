// The shape of a plan file and of an inventory file, checked whole before anything of it is believed.
import { z } from 'zod';
import { JUDGES, READERS, STEP_STATES } from '../core/change/procedure.ts';
import type { DoAct } from '../core/change/procedure.ts';
import { APPROVED_WORDS, LIMIT_SCOPES } from '../core/change/policy.ts';
import { MODES, TARGET_KINDS } from '../core/fleet/model.ts';
import type { Fleet, Inventory } from '../core/fleet/model.ts';
import type { MergedProcedure, Plan } from '../core/plan/plan.ts';
import type { Policy } from '../core/change/policy.ts';
import type { Json } from '../std/json.ts';

const text = z.string();
const int = z.int();
const positive = z.int().min(1);
const share = z.number().min(0).max(1);
const millis = z.int().min(0);
const texts = z.array(text);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const json: z.ZodType<Json> = z.json();
const group = z.strictObject({ name: text, nodes: text });

const fleetDocumentSchema = z.strictObject({
  name: text,
  timezone: text,
  customers: z.array(z.strictObject({ name: text, timezone: text, priority: positive, noticeMs: millis })),
  clusters: z.array(
    z.strictObject({
      name: text,
      customer: text.nullable(),
      mode: z.enum(MODES),
      workload: z.enum(['training', 'inference']),
      nodes: text,
      gpusPerNode: z.int().min(0).nullable(),
      racks: z.array(group),
      units: z.array(group),
      domains: z.array(z.strictObject({ name: text, nodes: text, switches: z.int().min(0) })),
      feeds: z.array(group),
      switches: z.array(z.strictObject({ name: text, role: z.enum(['leaf', 'spine', 'core', 'unknown']) })),
      links: texts,
      subnetManagers: text.exactOptional(),
      image: text.nullable(),
      drivers: z.record(text, z.strictObject({ use: text, options: z.record(text, json) })),
      leases: z.record(text, z.strictObject({ take: texts, verify: texts, give: texts, renewEveryMs: millis.nullable() })),
    }),
  ),
}) satisfies z.ZodType<Fleet>;

const quantity = z.union([
  z.strictObject({ kind: z.literal('count'), count: positive }),
  z.strictObject({ kind: z.literal('share'), share }),
]);
const prior = z.strictObject({
  medianMs: z.number().min(0),
  logSd: z.number().min(0),
  n: z.int().min(0),
  source: text,
  between: z.number().min(0).exactOptional(),
  df: z.number().min(1).exactOptional(),
});
const takes = prior.nullable();
const shareOf = z.strictObject({ share, n: z.int().min(0), source: text });
const interval = { fromMin: int, toMin: int };

const ask = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('signal'), signal: text, to: z.enum(['batch', 'steps', 'full']) }),
  z.strictObject({ kind: z.literal('touch'), file: text }),
  z.strictObject({ kind: z.literal('run'), argv: texts }),
]);
const proof = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('requeued') }),
  z.strictObject({ kind: z.literal('newer'), file: text }),
  z.strictObject({ kind: z.literal('run'), argv: texts }),
]);

const policy = z.strictObject({
  windows: z.array(z.strictObject({ cluster: text, ...interval })),
  atWindowEnd: z.enum(['finish-started', 'stop-and-return', 'ask']),
  northStarMs: millis.nullable(),
  atOnce: z.strictObject({ clusters: positive.nullable(), nodes: quantity, perRack: quantity, perUnit: quantity }),
  unavailableAtMost: quantity,
  limits: z.record(
    text,
    z.strictObject({
      count: positive,
      per: z.enum(LIMIT_SCOPES),
      owner: text.nullable(),
      why: text.nullable(),
      until: text.nullable(),
      source: text.exactOptional(),
      since: text.exactOptional(),
    }),
  ),
  overlap: z.array(z.tuple([text, text])),
  redundant: z.boolean(),
  leases: texts,
  canary: z.strictObject({ targets: text, failed: z.int().min(0) }).nullable(),
  gates: z.strictObject({
    failureRate: share.nullable(),
    returned: quantity,
    per: z.array(z.enum(['cluster', 'customer'])),
    countIn: z.enum(['node', 'domain', 'unit']),
    soakMs: millis,
    linkSoakMs: millis.exactOptional(),
    timeoutMs: millis,
  }),
  // oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
  jobs: z.strictObject({ ask, proof, then: z.enum(['wait', 'requeue', 'hold']), proofTimeoutMs: millis }),
  crew: z.record(text, z.strictObject({ count: positive, shifts: text.nullable(), timezone: text })),
  parts: z.record(text, z.strictObject({ onSite: z.int().min(0), arriving: z.array(z.strictObject({ count: positive, atMin: int })) })),
  validation: z.enum(['all', 'sample', 'none']),
  blackouts: z.array(z.strictObject({ ...interval, why: text })),
  assume: z
    .strictObject({
      jobs: z.strictObject({ busy: share, nodesEach: positive.nullable(), remaining: prior }).nullable().exactOptional(),
      approval: prior.exactOptional(),
      gateReview: prior.exactOptional(),
      faultsPerNodeDay: shareOf.exactOptional(),
      stageLeadMs: millis.exactOptional(),
      together: share.exactOptional(),
    })
    .exactOptional(),
  approval: z.strictObject({ people: z.union([z.literal(1), z.literal(2)]), of: z.array(z.enum(APPROVED_WORDS)) }).exactOptional(),
}) satisfies z.ZodType<Policy>;

const role = z.enum(['scheduler', 'allocator', 'shell', 'bmc', 'fabric', 'alerts', 'local']);

const DO_ACTS = [
  'drain',
  'return',
  'links',
  'reboot',
  'power-cycle',
  'ac-cycle',
  'power-on',
  'power-off',
  'reset',
] as const satisfies readonly DoAct[];

const reading = z.union([texts, z.strictObject({ run: texts, as: z.enum(READERS), part: text.exactOptional() })]);

const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('do'), act: z.enum(DO_ACTS) }),
  z.strictObject({ kind: z.literal('run'), argv: texts }),
  z.strictObject({ kind: z.literal('push'), from: text, to: text, sha256 }),
  z.strictObject({ kind: z.literal('update'), image: text, components: texts }),
  z.strictObject({ kind: z.literal('read'), read: z.record(text, reading) }),
  z.strictObject({
    kind: z.literal('check'),
    checks: z.array(
      z.strictObject({
        name: text,
        run: texts,
        nodes: z.union([positive, z.enum(['rail', 'all'])]),
        takes,
        catches: share.nullable(),
        before: z.literal(true).exactOptional(),
        as: z.enum(JUDGES).exactOptional(),
        busbwMin: z.number().min(0).exactOptional(),
      }),
    ),
    before: z.literal(true).exactOptional(),
  }),
]);

const merged = z.strictObject({
  kind: z.enum(TARGET_KINDS),
  components: z.record(text, text),
  needs: z.enum(['cleared', 'off', 'live']),
  steps: z.array(
    z.strictObject({
      name: text,
      to: z.enum(STEP_STATES).nullable(),
      by: role,
      action,
      early: z.boolean(),
      destructive: z.boolean(),
      shared: z.boolean(),
      uses: texts,
      takes,
      timeoutMs: millis.nullable(),
      attempts: positive,
      fails: share,
    }),
  ),
  back: z.strictObject({ run: texts, takes, timeoutMs: millis }).nullable(),
  mopUp: z.array(
    z.strictObject({
      way: text,
      share,
      takes,
      tries: z.array(z.strictObject({ by: role, act: z.enum(['reboot', 'power-cycle']) })),
      crew: text.nullable(),
      part: text.nullable(),
    }),
  ),
  defects: shareOf.exactOptional(),
  disturbs: shareOf.exactOptional(),
}) satisfies z.ZodType<MergedProcedure>;

export const planSchema = z.strictObject({
  schema: z.literal(1),
  id: sha256,
  parent: sha256.nullable(),
  fleet: z.strictObject({ id: sha256, document: fleetDocumentSchema }),
  inventory: z.strictObject({ id: sha256, at: int }).nullable(),
  change: z.strictObject({ name: text, targets: text.nullable(), want: z.record(text, text), replace: z.record(text, text) }),
  policy,
  procedures: z.record(text, merged),
  phases: z.array(z.strictObject({ name: text, waves: texts })),
  waves: z.array(
    z.strictObject({
      id: text,
      cluster: text,
      kind: z.enum(TARGET_KINDS),
      targets: text,
      procedure: text,
      after: texts,
      quiet: texts.exactOptional(),
      holds: z.array(z.strictObject({ step: text, until: texts })).exactOptional(),
      atOnce: positive,
      gate: z.strictObject({ failedMax: z.int().min(0).nullable(), returnedMin: z.int().min(0), failureRateMax: share.nullable() }),
      affected: text,
    }),
  ),
  calendars: z.record(text, z.array(z.tuple([int, int]))),
  catalogue: z.array(z.strictObject({ component: text, sha256 })),
  report: z.strictObject({ why: z.array(z.strictObject({ about: text, text })), defaults: texts }),
  findings: z.array(z.strictObject({ severity: z.enum(['error', 'warning', 'info']), target: text, rule: text, message: text })),
}) satisfies z.ZodType<Plan>;

export const inventorySchema = z.strictObject({
  fleet: text,
  at: int,
  nodes: z.array(
    z.strictObject({
      name: text,
      cluster: text,
      inService: z.boolean(),
      state: text,
      reason: text,
      gpus: z.int().min(0).nullable(),
      versions: z.record(text, text),
      jobs: z.int().min(0),
    }),
  ),
}) satisfies z.ZodType<Inventory>;
