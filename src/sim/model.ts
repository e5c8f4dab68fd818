// A plan made ready for rehearsal: its program, the laws of its chance, and the moments between which it is followed.
import { assumptionsOf } from '../core/forecast/assumptions.ts';
import type { Basis } from '../core/forecast/forecast.ts';
import type { Plan } from '../core/plan/plan.ts';
import { compile } from '../core/run/compile.ts';
import type { Program } from '../core/run/program.ts';
import { basisOf } from './laws/basis.ts';
import { notesOf } from './laws/notes.ts';
import { planLaws, type PlanLaws } from './laws/plan-laws.ts';

export interface SimOptions {
  readonly seed: number;
  /** How long after its start the run is followed. Absent: 14 days after the last window has opened. */
  readonly horizonMs?: number;
  /** Unix ms. Absent: when the first window opens; without windows, when the first shift of a crew begins; without those, 0. */
  readonly startMs?: number;
  readonly instead?: Instead;
}

/** What is known better than by a law: for benches, and for tests that want one engine to live through what another did. */
interface Instead {
  /** Ms that this attempt takes; null: as its law says. */
  readonly takesMs?: (scenario: number, target: number, step: number, attempt: number) => number | null;
  /** Whether this attempt fails; null: as its law says. */
  readonly fails?: (scenario: number, target: number, step: number, attempt: number) => boolean | null;
}

export interface SimModel {
  readonly plan: Plan;
  readonly program: Program;
  readonly seed: number;
  /** Targets whose return is counted, rising: the nodes of clusters that are not only observed; all such targets where there is no node. */
  readonly counted: Int32Array;
  readonly laws: PlanLaws;
  /** Unix ms: the run is begun, so that early steps are done in time; the first window opens; nothing later is looked at. */
  readonly beginMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly instead: Instead;
  /** What was assumed, in words. */
  readonly notes: readonly string[];
  /** The priors it rests on. */
  readonly basis: readonly Basis[];
}

const MINUTE_MS = 60_000;
const HORIZON_MS = 14 * 24 * 60 * MINUTE_MS;

/** For a checked plan; pure, and the same for equal arguments. */
export function simModel(plan: Plan, options: SimOptions): SimModel {
  const program = compile(plan);
  const laws = planLaws(plan, program);
  const opens = plan.policy.windows.map(({ fromMin }) => fromMin * MINUTE_MS);
  const startMs = Math.round(options.startMs ?? defaultStartMs(plan, opens));
  const horizonMs = options.horizonMs ?? Math.max(0, ...opens.map((open) => open - startMs)) + HORIZON_MS;
  return {
    plan,
    program,
    seed: options.seed,
    counted: countedOf(program),
    laws,
    beginMs: startMs - (opens.length > 0 ? Math.round(assumptionsOf(plan.policy).stageLeadMs) : 0),
    startMs,
    endMs: startMs + Math.round(horizonMs),
    instead: options.instead ?? {},
    notes: notesOf(plan, program, laws),
    basis: basisOf(plan, program, laws),
  };
}

export function isObserved(program: Program, target: number): boolean {
  return program.clusters[program.clusterOf[target] as number]?.mode === 'observe';
}

function countedOf(program: Program): Int32Array {
  const taken = Array.from(program.targets.keys()).filter((target) => !isObserved(program, target));
  const nodes = taken.filter((target) => program.waves[program.waveOf[target] as number]?.kind === 'node');
  return Int32Array.from(nodes.length > 0 ? nodes : taken);
}

function defaultStartMs(plan: Plan, opens: readonly number[]): number {
  if (opens.length > 0) return opens.reduce((first, open) => Math.min(first, open));
  const shifts = Object.entries(plan.calendars).flatMap(([name, intervals]) =>
    name.startsWith('crew:') ? (intervals[0] ?? []).slice(0, 1) : [],
  );
  return shifts.length === 0 ? 0 : Math.min(...shifts) * MINUTE_MS;
}
