// The review of a run: what was planned against what happened, where the time went, who did not come back and why, what was lost.
// Computed from the chronicle alone, so it says the same whenever it is asked.
import { foldNames } from '../fleet/nodeset.ts';
import type { FrozenForecast } from '../forecast/frozen.ts';
import { judgeMarks, type JudgedMarks } from '../forecast/judged.ts';
import { originOf, type Origin } from '../past/origin.ts';
import type { PastWindow } from '../past/timeline.ts';
import { pastWindowOf } from '../past/window.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunHeader } from '../ports.ts';
import type { Chronicle, EndedStep } from '../run/chronicle.ts';
import { jobStates } from '../run/jobs.ts';
import type { LinkTrouble } from '../run/link-troubles.ts';
import { saidOf } from '../run/said.ts';
import { returnTimes, scopeNeed, statusOf, type RunStatus, type Straggler } from '../run/status.ts';
import { FLAG, stageCode } from '../run/states.ts';
import { hasFlag } from '../run/state.ts';
import type { JsonObject } from '../../std/json.ts';
import { textOf } from '../../std/json.ts';

export interface Retro {
  readonly run: string;
  /** Whether Pitstop carried it out, watched it, or was told of it. */
  readonly origin: Origin;
  /** What the record of an imported maintenance says of its window; null: it is none, or nothing is known. */
  readonly window: PastWindow | null;
  readonly planId: string;
  readonly change: string;
  readonly state: RunStatus['state'];
  readonly short: boolean;
  /** Unix ms. */
  readonly createdAt: number;
  readonly timeZero: number | null;
  readonly lastAt: number;
  readonly targets: number;
  readonly baseline: number;
  readonly returned: number;
  readonly returnNeed: number;
  readonly northStarMin: number | null;
  readonly marks: { readonly [q: string]: number | null };
  /** What was foretold at the start, against what happened; absent: nothing was. */
  readonly forecast?: RetroForecast;
  readonly phases: readonly PhaseRetro[];
  /** Minutes from time zero, targets of the baseline that were back. */
  readonly curve: readonly (readonly [number, number])[];
  /** Minutes from time zero, targets in service, untouched included. */
  readonly capacity: readonly (readonly [number, number])[];
  readonly gates: readonly {
    readonly gate: string;
    readonly verdict: string;
    readonly atMin: number | null;
    readonly numbers: JsonObject;
  }[];
  /** Off the happy path still. */
  readonly stragglers: readonly Straggler[];
  /** Every link that did not come back as it was, mended or not, by when it was first seen. */
  readonly links: readonly LinkTrouble[];
  /** Left the happy path and came back, with the step where, and minutes until they were back. */
  readonly moppedUp: readonly { readonly target: string; readonly step: string; readonly cause: string; readonly backMin: number | null }[];
  /** Folded: returned with the version they had before. */
  readonly rolledBack: string;
  readonly notTaken: readonly { readonly targets: string; readonly why: string }[];
  readonly jobs: JobsRetro;
  readonly gpuHoursNotReturned: number;
  readonly people: readonly {
    readonly atMin: number | null;
    readonly kind: string;
    readonly by: string;
    readonly why: string;
    readonly targets: string;
  }[];
  readonly leases: readonly { readonly mover: string; readonly words: string }[];
}

interface RetroForecast extends Pick<FrozenForecast, 'at' | 'seed' | 'scenarios' | 'engine'> {
  readonly marks: JudgedMarks;
}

export interface PhaseRetro {
  readonly step: string;
  readonly ended: number;
  readonly failed: number;
  readonly expired: number;
  readonly interrupted: number;
  /** Of the attempts that ended well, in minutes; null = none. */
  readonly medianMin: number | null;
  readonly p90Min: number | null;
  readonly longestMin: number | null;
  /** The prior's median; null = nobody had stated one. */
  readonly plannedMedianMin: number | null;
  /** Observations behind the prior; 0 = nobody here has measured it. */
  readonly plannedN: number;
  /** How far the median was off the prior: 0.25 = a quarter longer. */
  readonly offBy: number | null;
}

export interface JobsRetro {
  readonly seen: number;
  readonly endedOnTheirOwn: readonly JobLine[];
  readonly stoppedAfterProof: readonly JobLine[];
  readonly stoppedWithoutProof: readonly JobLine[];
  readonly gaveNoProof: readonly JobLine[];
  readonly gpuHoursLost: number;
}

interface JobLine {
  readonly job: string;
  readonly name: string;
  readonly user: string;
  readonly nodes: string;
}

const MINUTE = 60_000;
/** What a target can cost at most in gpuHoursNotReturned (docs/concepts.md). */
const NOT_RETURNED_HOURS_MAX = 72;
const SKIPPED = stageCode('skipped');

export function retroOf(run: Pick<RunHeader, 'run' | 'createdAt' | 'options'>, plan: Plan, chronicle: Chronicle): Retro {
  const status = statusOf(chronicle);
  const { program } = chronicle;
  const minutes = (at: number): number | null => (chronicle.timeZero === null ? null : (at - chronicle.timeZero) / MINUTE);
  return {
    run: run.run,
    origin: originOf(run.options),
    window: pastWindowOf(chronicle),
    planId: plan.id,
    change: plan.change.name,
    state: status.state,
    short: status.short,
    createdAt: run.createdAt,
    timeZero: chronicle.timeZero,
    lastAt: chronicle.lastAt,
    targets: program.targets.length,
    baseline: status.baseline,
    returned: status.returned,
    returnNeed: program.scopes.reduce((sum, scope) => sum + scopeNeed(chronicle, scope), 0),
    northStarMin: plan.policy.northStarMs === null ? null : plan.policy.northStarMs / MINUTE,
    marks: status.marks,
    ...forecastOf(chronicle, status),
    phases: phasesOf(chronicle),
    curve: curveOf(chronicle),
    capacity: chronicle.inService.map(({ at, count }) => [minutes(at) ?? 0, count] as const),
    gates: gatesOf(chronicle, minutes),
    stragglers: status.stragglers,
    links: [...chronicle.linkTroubles.values()].sort((a, b) => a.since - b.since),
    moppedUp: moppedUpOf(chronicle),
    rolledBack: foldNames(program.targets.filter((_, target) => endedBack(chronicle, target))),
    notTaken: notTakenOf(chronicle),
    jobs: jobsOf(chronicle),
    gpuHoursNotReturned: notReturnedHours(chronicle),
    people: saidOf(chronicle).map(({ at, ...line }) => ({ ...line, atMin: minutes(at) })),
    leases: chronicle.acts.filter((act) => act.kind === 'lease').map((act) => ({ mover: textOf(act.data['mover']), words: act.why })),
  };
}

function forecastOf({ forecast, timeZero, lastAt }: Chronicle, { state, marks }: RunStatus): Pick<Retro, 'forecast'> {
  if (forecast === null) return {};
  // Of an aborted run nobody knows what would have come.
  const soFar = state === 'aborted' ? 0 : (lastAt - (timeZero ?? lastAt)) / MINUTE;
  const knownMin = state === 'settled' ? Infinity : soFar;
  return { forecast: { ...forecast, marks: judgeMarks(forecast.marks, { marks, knownMin }) } };
}

/** The return curve: [minutes from time zero, baseline targets back], a point per return. */
export function curveOf(chronicle: Chronicle): [number, number][] {
  const zero = chronicle.timeZero;
  return zero === null ? [] : returnTimes(chronicle).map((at, index) => [(at - zero) / MINUTE, index + 1]);
}

/** Two procedures may have steps of one name: those say whose they are. */
function phaseName({ program }: Chronicle, id: number, byStep: ReadonlyMap<number, unknown>): string {
  const step = program.steps[id];
  if (!step) return '';
  const others = [...byStep.keys()].some(
    (other) => other !== id && program.steps[other]?.name === step.name && program.steps[other].chain !== step.chain,
  );
  return others ? `${step.name} of ${program.chains[step.chain]?.id ?? ''}` : step.name;
}

function phasesOf(chronicle: Chronicle): PhaseRetro[] {
  const byStep = new Map<number, EndedStep[]>();
  for (const ended of chronicle.ended) {
    const list = byStep.get(ended.step);
    if (list) list.push(ended);
    else byStep.set(ended.step, [ended]);
  }
  return [...byStep]
    .sort(([a], [b]) => a - b)
    .map(([step, list]) => {
      const times = list
        .filter(({ how }) => how === 'done')
        .map(({ from, to }) => (to - from) / MINUTE)
        .sort((a, b) => a - b);
      const planned = chronicle.program.steps[step]?.takes ?? null;
      const plannedMedianMin = planned === null ? null : planned.medianMs / MINUTE;
      const medianMin = quantile(times, 0.5);
      return {
        step: phaseName(chronicle, step, byStep),
        ended: times.length,
        failed: list.filter(({ how }) => how === 'failed').length,
        expired: list.filter(({ how }) => how === 'expired').length,
        interrupted: list.filter(({ how }) => how === 'foreign').length,
        medianMin,
        p90Min: quantile(times, 0.9),
        longestMin: quantile(times, 1),
        plannedMedianMin,
        plannedN: planned?.n ?? 0,
        offBy: medianMin === null || plannedMedianMin === null || plannedMedianMin === 0 ? null : medianMin / plannedMedianMin - 1,
      };
    });
}

function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

function gatesOf(chronicle: Chronicle, minutes: (at: number) => number | null): Retro['gates'] {
  return chronicle.acts
    .filter((act) => act.kind === 'gate' || act.kind === 'gate-timeout')
    .map((act) => ({
      gate: textOf(act.data['gate']) || 'return',
      verdict: textOf(act.data['verdict']) || 'hold',
      atMin: minutes(act.at),
      numbers: act.data,
    }));
}

function moppedUpOf(chronicle: Chronicle): Retro['moppedUp'] {
  const { program, state, timeZero } = chronicle;
  return program.targets.flatMap((target, id) => {
    const back = chronicle.returnedAt[id] as number;
    if (!hasFlag(state, id, FLAG.failedOnce) || hasFlag(state, id, FLAG.straggler) || Number.isNaN(back)) return [];
    const step = program.steps[state.failedStep[id] as number]?.name ?? '';
    return [{ target, step, cause: chronicle.cause[id] ?? '', backMin: timeZero === null ? null : (back - timeZero) / MINUTE }];
  });
}

function endedBack(chronicle: Chronicle, target: number): boolean {
  const step = chronicle.program.steps[chronicle.state.step[target] as number];
  return step?.back === true && !Number.isNaN(chronicle.returnedAt[target]);
}

function notTakenOf(chronicle: Chronicle): Retro['notTaken'] {
  const byWhy = new Map<string, string[]>();
  for (const [id, target] of chronicle.program.targets.entries()) {
    if (chronicle.state.stage[id] !== SKIPPED) continue;
    const why = chronicle.cause[id] ?? 'given back untouched';
    byWhy.set(why, [...(byWhy.get(why) ?? []), target]);
  }
  return [...byWhy].map(([why, targets]) => ({ targets: foldNames(targets), why }));
}

function jobsOf(chronicle: Chronicle): JobsRetro {
  const jobs = [...jobStates(chronicle.acts.filter((act) => act.kind === 'job').map((act) => act.data)).values()];
  const lines = (test: (job: (typeof jobs)[number]) => boolean): JobLine[] =>
    jobs.filter(test).map(({ data }) => ({
      job: textOf(data['job']),
      name: textOf(data['name']),
      user: textOf(data['user']),
      nodes: textOf(data['nodes']),
    }));
  const stopped =
    (proven: boolean) =>
    (job: (typeof jobs)[number]): boolean =>
      job.data['proven'] === proven;
  return {
    seen: jobs.length,
    endedOnTheirOwn: lines(({ state, data }) => state === 'ended' && data['by'] === 'itself'),
    stoppedAfterProof: lines(stopped(true)),
    stoppedWithoutProof: lines(stopped(false)),
    gaveNoProof: lines(({ state }) => state === 'no-proof'),
    gpuHoursLost: jobs.reduce((sum, { data }) => sum + (typeof data['gpuHoursLost'] === 'number' ? data['gpuHoursLost'] : 0), 0),
  };
}

function notReturnedHours(chronicle: Chronicle): number {
  let hours = 0;
  for (const [id, drained] of chronicle.drainedAt.entries()) {
    if (Number.isNaN(drained) || chronicle.state.stage[id] === SKIPPED) continue;
    const back = chronicle.returnedAt[id] as number;
    const gpus = chronicle.gpus[id] as number;
    const known = Number.isNaN(gpus) ? (chronicle.program.clusters[chronicle.program.clusterOf[id] as number]?.gpusPerNode ?? 0) : gpus;
    const until = Number.isNaN(back) ? chronicle.lastAt : back;
    hours += known * Math.min(NOT_RETURNED_HOURS_MAX, (until - drained) / 3_600_000);
  }
  return hours;
}
