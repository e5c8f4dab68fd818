// What may stand in policy.yaml. Everything has a default; `policy-file.ts` fills them in and says which are in force.
import { z } from 'zod';
import { APPROVED_WORDS, LIMIT_SCOPES } from '../core/change/policy.ts';
import {
  component,
  count,
  duration,
  flag,
  jobArgv,
  jobText,
  name,
  NAME,
  nodeSetText,
  observedShare,
  oneOf,
  prior,
  quantity,
  share,
  shareOrNone,
  someTime,
  text,
  zone,
} from './values.ts';
import { keys, leaf, named, Refusal } from './schema.ts';

const moment = leaf(
  'a date or time as text',
  ['string'],
  { type: 'string', description: '2031-07-08 or "2031-07-08T09:00 America/Phoenix"' },
  String,
);

const limit = z.union([
  count(1),
  keys({
    count: count(1),
    per: oneOf(LIMIT_SCOPES).optional(),
    owner: text.optional(),
    why: text.optional(),
    until: moment.optional(),
    source: text.exactOptional(),
    since: moment.exactOptional(),
  }),
]);

const signal = leaf('a signal as text', ['string'], { type: 'string' }, (written) => {
  const found = /^(?:SIG)?(HUP|INT|QUIT|ABRT|USR1|USR2|ALRM|TERM|CONT|URG|WINCH|XCPU)$/.exec(String(written))?.[1];
  if (found !== undefined) return found;
  if (/^(SIG)?(KILL|STOP)$/.test(String(written)))
    return new Refusal('cannot be caught by any job', 'name the signal that the workload handles, such as USR1');
  return new Refusal('is no signal', 'name the signal that the workload handles, such as USR1');
});

const ask = z.union([
  oneOf(['none']),
  keys({ signal: signal.optional(), to: oneOf(['batch', 'steps', 'full']).optional(), touch: jobText.optional(), run: jobArgv.optional() }),
]);

const proof = z.union([oneOf(['none', 'requeued']), keys({ newer: jobText.optional(), run: jobArgv.optional() })]);

const validationMode = leaf('one of all, sample, none', ['string'], { enum: ['all', 'sample', 'none'] }, (written) => {
  const found = (['all', 'sample', 'none'] as const).find((mode) => mode === written);
  if (found) return found;
  if (written === 'adaptive') return new Refusal('is not built yet', 'write all, sample or none');
  return new Refusal('is not one of all, sample, none', 'write all, sample or none');
});

const assume = keys({
  jobs: z
    .union([
      oneOf(['none']),
      keys({ busy: share(0).optional(), nodesEach: z.union([count(1), oneOf(['all'])]).optional(), remaining: prior }),
    ])
    .optional(),
  approval: prior.exactOptional(),
  gateReview: prior.exactOptional(),
  faultsPerNodeDay: observedShare.exactOptional(),
  stageLead: duration.optional(),
});

const people = leaf('1 or 2', ['number'], { enum: [1, 2] }, (written) =>
  written === 1 || written === 2 ? written : new Refusal('is neither 1 nor 2', 'write 2 for two people, 1 for one'),
);

const approval = keys({ people, of: z.array(oneOf(APPROVED_WORDS)).min(1).optional() });

export const policySchema = keys({
  windows: z.array(keys({ cluster: name, start: moment, for: duration.optional() })).optional(),
  atWindowEnd: oneOf(['finish-started', 'stop-and-return', 'ask']).optional(),
  northStar: someTime.optional(),
  atOnce: keys({
    clusters: count(1).optional(),
    nodes: quantity.optional(),
    perRack: quantity.optional(),
    perUnit: quantity.optional(),
  }).optional(),
  unavailableAtMost: quantity.optional(),
  limits: named('a limit', NAME, limit).optional(),
  overlap: z.array(z.tuple([component, component])).optional(),
  redundant: flag.optional(),
  leases: z.array(name).optional(),
  canary: z.union([nodeSetText, keys({ targets: nodeSetText, gate: keys({ failed: count(0) }).optional() })]).optional(),
  gates: keys({
    failureRate: shareOrNone.optional(),
    returned: quantity.optional(),
    per: z
      .array(oneOf(['cluster', 'customer']))
      .min(1)
      .optional(),
    countIn: oneOf(['node', 'domain', 'unit']).optional(),
    soak: duration.optional(),
    linkSoak: duration.optional(),
    timeout: duration.optional(),
  }).optional(),
  jobs: keys({
    ask: ask.optional(),
    proof: proof.optional(),
    // oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
    then: oneOf(['wait', 'requeue', 'hold']).optional(),
    proofTimeout: duration.optional(),
  }).optional(),
  crew: named('a crew', NAME, keys({ count: count(1), shifts: text.optional(), timezone: zone.optional() })).optional(),
  parts: named('a part', NAME, keys({ onSite: count(0), arriving: z.array(keys({ count: count(1), at: moment })).optional() })).optional(),
  validation: keys({ mode: validationMode }).optional(),
  blackouts: z.array(keys({ from: moment, to: moment, why: text.optional() })).optional(),
  approval: approval.optional(),
  assume: assume.optional(),
});

export type WrittenPolicy = z.output<typeof policySchema>;
