// Colours of the map besides what nodes show: the versions that run, how risky what is planned for them is, and how late they are.
import type { Plan } from '../../core/plan/plan.ts';
import { applyPriors } from '../../core/forecast/apply-priors.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import { FLAG, stageCode } from '../../core/run/states.ts';
import { hasFlag } from '../../core/run/state.ts';
import { textOf } from '../../std/json.ts';
import { packNumbers } from '../contract/packed.ts';
import type { FleetIndex } from '../live/fleet-index.ts';
import { nodeIdsOf } from '../live/run-layer.ts';
import { inOrder } from '../live/run-order.ts';
import type { BookedRun } from '../live/run-book.ts';
import type { ApiParts } from '../parts.ts';
import { expectedOfRun } from '../run/expected.ts';

export type Layer = { kind: 'category'; names: string[]; codes: string } | { kind: 'number'; unit: string; max: number; values: string };

interface Asked {
  readonly parts: ApiParts;
  readonly index: FleetIndex;
  readonly runs: readonly BookedRun[];
}

const RETURNED = stageCode('returned');
const SETTLED = stageCode('settled');
const SKIPPED = stageCode('skipped');
/** So many earlier runs are looked at. */
const EARLIER_MAX = 10;

/**
 * Component and version that runs, by node, as the newest run says that has seen the node: what its plan wants where the node is back with
 * it, else what the hand-over read. Categories are named `host-os 2025.07`, of several components `driver 570, host-os 2025.07`.
 */
export async function versionLayer({ parts, index, runs }: Asked): Promise<Layer> {
  const codes = new Int32Array(index.names.length).fill(-1);
  const names: string[] = [];
  const codeOf = new Map<string, number>();
  const { open, over } = inOrder(runs, Date.now());
  for (const { run } of [...open, ...over.slice(0, EARLIER_MAX)]) {
    const { chronicle } = await parts.live.chronicleOf(run);
    for (const [target, id] of nodeIdsOf(chronicle, index.idOf).entries()) {
      if (id < 0 || codes[id] !== -1) continue;
      const name = versionsOf(chronicle, target);
      if (name === '') continue;
      const code = codeOf.get(name) ?? names.push(name) - 1;
      codeOf.set(name, code);
      codes[id] = code;
    }
  }
  return { kind: 'category', names, codes: packNumbers(codes) };
}

/**
 * How likely a node is to leave the happy path in the open runs of its fleet, 0..1: `1 - (1 - p) (1 - k / (n + 2))`. p is the share that the
 * failures of its procedure's steps take off it, `1 - product of (1 - fails ^ attempts)` with the shares that finished runs have taught,
 * else those that the plan states. n of the last ten finished real runs took the node, in k of them it was a straggler; two runs without trouble are
 * added, so that one bad night is no certainty. NaN: it is in no open run.
 */
export async function riskLayer({ parts, index, runs }: Asked): Promise<Layer> {
  const values = new Float32Array(index.names.length).fill(Number.NaN);
  const { open, over } = inOrder(runs, Date.now());
  const [took, straggled] = [new Uint8Array(values.length), new Uint8Array(values.length)];
  for (const { run } of over.filter(({ simulated }) => !simulated).slice(0, EARLIER_MAX)) {
    const { chronicle } = await parts.live.chronicleOf(run);
    for (const [target, id] of nodeIdsOf(chronicle, index.idOf).entries()) {
      if (id < 0 || chronicle.state.stage[target] === SKIPPED) continue;
      took[id] = (took[id] as number) + 1;
      if (hasFlag(chronicle.state, target, FLAG.failedOnce)) straggled[id] = (straggled[id] as number) + 1;
    }
  }
  for (const { run, simulated } of open) {
    const host = parts.runs.get(run)?.host;
    if (!host) continue;
    const { priors } = await parts.learning.learn({ twin: simulated });
    const offPath = offPathByWave(applyPriors(host.parts.plan, priors));
    const { program, state } = host.chronicle;
    for (const [target, id] of nodeIdsOf(host.chronicle, index.idOf).entries()) {
      if (id < 0 || !Number.isNaN(values[id]) || state.stage[target] === SKIPPED) continue;
      const p = offPath.get(program.waves[program.waveOf[target] as number]?.id ?? '') ?? 0;
      values[id] = 1 - (1 - p) * (1 - (straggled[id] as number) / ((took[id] as number) + 2));
    }
  }
  return numbers('share', values);
}

/** Beyond a day nobody counts minutes, and one straggler of last week would hide tonight's. */
const LATE_MIN_MAX = 24 * 60;

/** Minutes by which a node is behind the expected return of its run's plan, 0 to LATE_MIN_MAX; NaN: it is not expected back. */
export async function lateLayer({ parts, index, runs }: Asked): Promise<Layer> {
  const values = new Float32Array(index.names.length).fill(Number.NaN);
  for (const { run } of inOrder(runs, Date.now()).open) {
    const host = parts.runs.get(run)?.host;
    const zero = host?.chronicle.timeZero ?? null;
    if (!host || zero === null) continue;
    const { plan, program, header } = host.parts;
    const expected = await expectedOfRun(parts.studies, header, plan, program);
    if (expected === null) continue;
    const { state, returnedAt } = host.chronicle;
    for (const [target, id] of nodeIdsOf(host.chronicle, index.idOf).entries()) {
      if (id < 0 || !Number.isNaN(values[id]) || state.stage[target] === SKIPPED) continue;
      const back = returnedAt[target] as number;
      const atMin = ((Number.isNaN(back) ? host.now() : back) - zero) / 60_000;
      values[id] = Math.min(LATE_MIN_MAX, Math.max(0, atMin - (expected.returnMin[target] as number)));
    }
  }
  return numbers('min', values);
}

function numbers(unit: string, values: Float32Array): Layer {
  const max = values.reduce((most, value) => (value > most ? value : most), 0);
  return { kind: 'number', unit, max, values: packNumbers(values) };
}

function versionsOf(chronicle: Chronicle, target: number): string {
  const { program, state, versions } = chronicle;
  const stage = state.stage[target];
  const cameBack = program.steps[state.step[target] as number]?.back === true;
  const isNew = (stage === RETURNED || stage === SETTLED) && hasFlag(state, target, FLAG.changed) && !cameBack;
  const wanted = isNew ? program.chains[program.chainOf[target] as number]?.components : {};
  return Object.entries({ ...versions[target], ...wanted })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([component, version]) => `${component} ${textOf(version)}`)
    .join(', ');
}

/** Wave -> share (0..1) of its targets that the failures of all steps take off the happy path. */
function offPathByWave(plan: Plan): ReadonlyMap<string, number> {
  return new Map(
    plan.waves.map(({ id, procedure }) => {
      const steps = plan.procedures[procedure]?.steps ?? [];
      return [id, 1 - steps.reduce((through, { fails, attempts }) => through * (1 - fails ** attempts), 1)];
    }),
  );
}
