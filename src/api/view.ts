// A run as the contract shows it, from the chronicle of a live host or of a finished run.
import type { RunHeader, StoredEntry } from '../core/ports.ts';
import { originOf } from '../core/past/origin.ts';
import type { Plan } from '../core/plan/plan.ts';
import { curveOf } from '../core/retro/retro.ts';
import type { Chronicle } from '../core/run/chronicle.ts';
import { statusOf } from '../core/run/status.ts';
import { jobsWaitedFor } from '../runner/jobs.ts';
import type { RunHost } from '../runner/host.ts';
import { foldNames } from '../core/fleet/nodeset.ts';
import { stageCode } from '../core/run/states.ts';
import type { Counts, RunEvent, RunView } from './contract/schemas.ts';
import type { Program } from '../core/run/program.ts';

const RUNNING = stageCode('running');
const isoOf = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null || Number.isNaN(ms) ? null : isoOf(ms));

/** `host` null = the run has finished or is not driven by this server. */
export function viewOf(header: RunHeader, plan: Plan, chronicle: Chronicle, host: RunHost | null, eta: RunView['eta']): RunView {
  const status = statusOf(chronicle);
  const origin = originOf(header.options);
  return {
    run: header.run,
    origin: origin.kind,
    originWords: origin.words,
    planId: header.planId,
    change: plan.change.name,
    state: status.state,
    heldBy: [...status.heldBy],
    short: status.short,
    targets: header.targets.length,
    baseline: status.baseline,
    returned: status.returned,
    returnNeed: status.returnNeed,
    createdAt: isoOf(header.createdAt),
    timeZero: isoOrNull(status.timeZero),
    now: isoOf(host?.now() ?? chronicle.lastAt),
    finishedAt: isoOrNull(header.finishedAt),
    marks: status.marks,
    shown: status.shown,
    stages: status.stages,
    waves: [...status.waves],
    stragglers: status.stragglers.map((straggler) => ({
      ...straggler,
      since: isoOrNull(straggler.since),
      tried: straggler.tried.map((one) => ({ ...one, at: isoOf(one.at) })),
    })),
    links: status.links.map(({ target: _target, cleanAt: _cleanAt, since, lastFlapAt, tried, ...link }) => ({
      ...link,
      ends: [...link.ends],
      since: isoOf(since),
      lastFlapAt: isoOrNull(lastFlapAt),
      tried: tried.map((one) => ({ ...one, at: isoOf(one.at) })),
    })),
    waitingFor: host ? waitingFor(host) : [],
    curve: thinned(curveOf(chronicle)),
    eta,
    stopped: host?.stopped ?? null,
  };
}

/** A view is sent every second to everybody who follows. */
const CURVE_POINTS_MAX = 500;

/** So many points that no eye misses one; first and last stay. */
function thinned(curve: [number, number][]): [number, number][] {
  const every = Math.ceil(curve.length / CURVE_POINTS_MAX);
  return every <= 1 ? curve : curve.filter((_, i) => i % every === 0 || i === curve.length - 1);
}

/** What the run waits for, grouped by cause: one line for a thousand nodes that wait for the same thing. */
function waitingFor(host: RunHost): string[] {
  const byCause = new Map<string, string[]>();
  for (const [target, cause] of host.waitingFor.entries()) {
    if (cause === null || host.chronicle.state.stage[target] !== RUNNING) continue;
    const list = byCause.get(cause);
    if (list) list.push(host.name(target));
    else byCause.set(cause, [host.name(target)]);
  }
  const lines = [...byCause].map(([cause, names]) => `${foldNames(names)}: ${cause}`);
  return [...jobsWaitedFor(host), ...lines, ...driverWords(host)];
}

function driverWords(host: RunHost): string[] {
  const words = new Set<string>();
  for (const cluster of host.parts.program.clusters.keys()) {
    for (const role of ['scheduler', 'shell', 'bmc', 'fabric', 'allocator', 'alerts'] as const)
      for (const word of host.parts.callers(cluster, role)?.driver.waitingFor() ?? []) words.add(word);
  }
  return [...words];
}

export function eventOf(header: RunHeader, entry: StoredEntry): RunEvent {
  return {
    seq: entry.seq,
    at: isoOf(entry.at),
    run: header.run,
    shard: entry.shard,
    epoch: entry.epoch,
    target: entry.target < 0 ? null : (header.targets[entry.target] ?? null),
    kind: entry.kind,
    step: entry.target < 0 || entry.step < 0 ? null : (header.steps[entry.step] ?? null),
    arg: entry.target >= 0 || entry.step < 0 ? null : entry.step,
    attempt: entry.attempt,
    by: entry.note?.by ?? null,
    why: entry.note?.why ?? null,
    data: entry.note?.data ? { ...entry.note.data } : null,
  };
}

export function countsOf(plan: Plan, program: Program): Counts {
  const clusters = new Set(program.waves.map((wave) => wave.cluster));
  const customers = [...clusters].map((cluster) => program.clusters[cluster]?.customer ?? null).filter((name) => name !== null);
  return {
    targets: program.targets.length,
    waves: program.waves.length,
    destructiveSteps: [...new Set(program.steps.filter((step) => step.destructive && !step.back).map((step) => step.name))],
    affected: plan.waves
      .map((wave) => wave.affected)
      .filter((set) => set !== '')
      .join(','),
    customers: [...new Set(customers)],
    wayBack: Object.values(plan.procedures).every((procedure) => procedure.back !== null),
  };
}
