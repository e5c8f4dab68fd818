// What the plan of a run lets people expect, as that run carries it out: rehearsed once on a thread, and asked for by many.
import { originOf } from '../../core/past/origin.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { RunHeader } from '../../core/ports.ts';
import { compile } from '../../core/run/compile.ts';
import type { Program } from '../../core/run/program.ts';
import type { Expected, ExpectedPhase } from '../../study/expected.ts';
import { whyNotRehearsed } from '../../study/rehearsable.ts';
import type { Phase } from '../../core/run/progress.ts';
import { FORECAST_SEED, plannedRun } from '../planned-run.ts';
import type { Studies } from '../studies.ts';

export interface ExpectedOfRun {
  /** By target of the run: minutes from time zero; NaN: none is expected. */
  readonly returnMin: Float32Array;
  /** By id of the wave. */
  readonly waves: ReadonlyMap<string, { readonly [phase in Phase]?: ExpectedPhase }>;
}

/** The plan that this run carries out, under an id of its own where that is not all of the plan; null: nothing can be rehearsed of it. */
export function rehearsedPlan({ options }: Pick<RunHeader, 'options'>, plan: Plan): Plan | null {
  if (originOf(options).kind !== 'run') return null;
  const { only, now } = options;
  const planned = plannedRun(plan, { options });
  if (whyNotRehearsed(planned) !== null) return null;
  const asIs = typeof only !== 'string' && typeof now !== 'string';
  return asIs ? planned : { ...planned, id: `${plan.id} ${typeof now === 'string' ? 'now ' : ''}${typeof only === 'string' ? only : ''}` };
}

/** Rejects with what `Studies` does. null: nothing can be rehearsed of it. */
export async function expectedOfRun(
  studies: Studies,
  header: Pick<RunHeader, 'options'>,
  plan: Plan,
  program: Program,
): Promise<ExpectedOfRun | null> {
  const planned = rehearsedPlan(header, plan);
  if (planned === null) return null;
  const { returnMin, waves } = await studies.ask('expected', [planned], { seed: FORECAST_SEED });
  const own = planned.waves === plan.waves ? program : compile(planned);
  return { returnMin: aligned(returnMin, own, program), waves: byWave(waves, own) };
}

function aligned(returnMin: Float32Array, own: Program, program: Program): Float32Array {
  if (own === program) return returnMin;
  return Float32Array.from(program.targets, (name) => returnMin[own.idOf.get(name) ?? -1] ?? Number.NaN);
}

function byWave(waves: Expected['waves'], { waves: own }: Program): ExpectedOfRun['waves'] {
  return new Map(own.map(({ id }, i) => [id, waves[i] ?? {}]));
}
