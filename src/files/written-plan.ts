// A plan's policy and procedures back in the words of policy.yaml and of the catalogue, so that `--set` speaks the users' words.
import type { JobAsk, JobProof, Limit, Policy } from '../core/change/policy.ts';
import type { MopUpWay, Reading, Step, StepAction, WayBack } from '../core/change/procedure.ts';
import type { Assumptions, ExpectedJobs } from '../core/forecast/assumptions.ts';
import type { Json, JsonObject } from '../std/json.ts';
import { defaultTimeoutMs, fourMedians } from './procedure-file.ts';
import { writeDuration, writeMinute, writePrior, writeQuantity, writeShare, writeShareOf } from './written.ts';

/** Reads back as the same policy. */
export function writePolicy(policy: Policy): JsonObject {
  const { atOnce, gates, jobs } = policy;
  return present({
    windows: policy.windows.map(({ cluster, fromMin, toMin }) => ({ cluster, start: writeMinute(fromMin), for: `${toMin - fromMin}m` })),
    atWindowEnd: policy.atWindowEnd,
    northStar: policy.northStarMs === null ? null : writeDuration(policy.northStarMs),
    atOnce: present({
      clusters: atOnce.clusters,
      nodes: writeQuantity(atOnce.nodes),
      perRack: writeQuantity(atOnce.perRack),
      perUnit: writeQuantity(atOnce.perUnit),
    }),
    unavailableAtMost: writeQuantity(policy.unavailableAtMost),
    limits: each(policy.limits, ({ count, per, owner, why, until, ...origin }: Limit) =>
      present({ count, per, owner, why, until, ...origin }),
    ),
    overlap: policy.overlap,
    redundant: policy.redundant,
    leases: policy.leases,
    canary: policy.canary && { targets: policy.canary.targets, gate: { failed: policy.canary.failed } },
    gates: {
      failureRate: gates.failureRate === null ? 'none' : writeShare(gates.failureRate),
      returned: writeQuantity(gates.returned),
      per: gates.per,
      countIn: gates.countIn,
      soak: writeDuration(gates.soakMs),
      timeout: writeDuration(gates.timeoutMs),
      ...(gates.linkSoakMs === undefined ? {} : { linkSoak: writeDuration(gates.linkSoakMs) }),
    },
    // oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
    jobs: { ask: writeAsk(jobs.ask), proof: writeProof(jobs.proof), then: jobs.then, proofTimeout: writeDuration(jobs.proofTimeoutMs) },
    crew: each(policy.crew, ({ count, shifts, timezone }) => present({ count, shifts, timezone })),
    parts: each(policy.parts, ({ onSite, arriving }) => ({
      onSite,
      arriving: arriving.map(({ count, atMin }) => ({ count, at: writeMinute(atMin) })),
    })),
    validation: { mode: policy.validation },
    blackouts: policy.blackouts.map(({ fromMin, toMin, why }) =>
      present({ from: writeMinute(fromMin), to: writeMinute(toMin), why: why === '' ? null : why }),
    ),
    approval: policy.approval ? { people: policy.approval.people, of: policy.approval.of } : null,
    assume: policy.assume ? writeAssumptions(policy.assume) : null,
  });
}

function writeAssumptions({ jobs, approval, gateReview, faultsPerNodeDay, stageLeadMs }: Partial<Assumptions>): JsonObject {
  return present({
    jobs: jobs === undefined ? null : writeJobs(jobs),
    approval: approval ? writePrior(approval) : null,
    gateReview: gateReview ? writePrior(gateReview) : null,
    faultsPerNodeDay: faultsPerNodeDay ? writeShareOf(faultsPerNodeDay) : null,
    stageLead: stageLeadMs === undefined ? null : writeDuration(stageLeadMs),
  });
}

function writeJobs(jobs: ExpectedJobs | null): Json {
  if (jobs === null) return 'none';
  return { busy: writeShare(jobs.busy), nodesEach: jobs.nodesEach ?? 'all', remaining: writePrior(jobs.remaining) };
}

/** Reads back as the same step; a time limit that is only the default of its prior is left to follow the prior. */
export function writeStep(step: Step): JsonObject {
  const { name, to, by, action, takes, timeoutMs } = step;
  const isDefault = timeoutMs === null || timeoutMs === defaultTimeoutMs(takes, action);
  return present({
    step: name,
    to,
    by,
    ...writeAction(action),
    early: step.early,
    destructive: step.destructive,
    shared: step.shared,
    uses: step.uses,
    takes: takes && writePrior(takes),
    timeout: isDefault ? null : writeDuration(timeoutMs),
    attempts: step.attempts,
    fails: writeShare(step.fails),
  });
}

export function writeWayBack({ run, takes, timeoutMs }: WayBack): JsonObject {
  const isDefault = timeoutMs === fourMedians(takes?.medianMs ?? 0);
  return present({ run, takes: takes && writePrior(takes), timeout: isDefault ? null : writeDuration(timeoutMs) });
}

export function writeMopUpWay({ way, share, takes, tries, crew, part }: MopUpWay): JsonObject {
  const acts = tries.map(({ by, act }) => ({ by, do: act }));
  return present({ way, share: writeShare(share), takes: takes && writePrior(takes), tries: acts, crew, part });
}

function writeAction(action: StepAction): JsonObject {
  if (action.kind === 'do') return { do: action.act };
  if (action.kind === 'run') return { run: action.argv };
  if (action.kind === 'read') return { read: each(action.read, writeReading) };
  if (action.kind === 'push') return { push: { from: action.from, to: action.to, sha256: action.sha256 } };
  if (action.kind === 'update')
    return { update: present({ image: action.image, components: action.components.length > 0 ? action.components : null }) };
  return {
    check: action.checks.map(({ name, run, nodes, takes, catches, before, as, busbwMin }) =>
      present({
        name,
        run,
        nodes,
        takes: takes && writePrior(takes),
        catches: catches === null ? null : writeShare(catches),
        before: before ?? null,
        as: as ?? null,
        busbwMin: busbwMin ?? null,
      }),
    ),
  };
}

function writeReading(reading: Reading): Json {
  return 'run' in reading ? { ...reading } : reading;
}

function writeAsk(ask: JobAsk): Json {
  if (ask.kind === 'none') return 'none';
  if (ask.kind === 'signal') return { signal: ask.signal, to: ask.to };
  return ask.kind === 'touch' ? { touch: ask.file } : { run: ask.argv };
}

function writeProof(proof: JobProof): Json {
  if (proof.kind === 'newer') return { newer: proof.file };
  return proof.kind === 'run' ? { run: proof.argv } : proof.kind;
}

function each<T>(record: { readonly [key: string]: T }, write: (value: T) => Json): JsonObject {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, write(value)]));
}

/** Files leave out what is not there. */
function present(entries: { readonly [key: string]: Json }): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null));
}
