// Lives through some scenarios of a plan, exactly, here and now, for what only single targets can tell: when each wave begins and is back,
// and when one customer's nodes are.
import type { Plan } from '../../core/plan/plan.ts';
import { simModel, type SimModel } from '../../sim/model.ts';
import { createWitness, type Lived } from '../../sim/rehearse/lived.ts';
import { createPartWatch, type PartWatch } from '../../sim/rehearse/part-of-fleet.ts';
import { createWaveWatch, type WaveTimes } from '../../sim/rehearse/wave-times.ts';
import { eventsOf } from '../../sim/rehearse/work.ts';
import { rowGroupsOf, type RowGroup } from './row-groups.ts';
import type { Scope } from './scope.ts';

export interface Watched {
  readonly model: SimModel;
  readonly scenarios: number;
  readonly rows: readonly (RowGroup & { readonly times: WaveTimes })[];
  /** By procedure, over its waves in scope. */
  readonly procedures: ReadonlyMap<string, WaveTimes>;
  /** Share (0..1) of the scenarios in which a gate held the run until somebody had looked. */
  readonly held: number;
  readonly part: PartWatch;
}

export interface WatchOptions {
  readonly seed: number;
  /** Not more than so many; absent: as many as take some seconds. */
  readonly scenarios?: number;
  /** Asked between scenarios; the first is always lived through. */
  readonly stop: () => boolean;
}

const SCENARIOS_MAX = 200;
const LEAST = 8;
const EVENTS_MAX = 12_000_000;

export async function watchHere(plan: Plan, scope: Scope, { seed, scenarios, stop }: WatchOptions): Promise<Watched> {
  const model = simModel(plan, { seed });
  const groups = rowGroupsOf(plan, scope);
  const ofProcedure = Map.groupBy(scope.waves, (wave) => plan.waves[wave]?.procedure ?? '');
  const originMs = originOf(plan, scope);
  const waves = createWaveWatch(model, [...groups.map((group) => group.waves), ...ofProcedure.values()], originMs);
  const part = createPartWatch(model, { clusters: scope.clusters, originMs });
  const affordable = Math.max(LEAST, Math.min(SCENARIOS_MAX, Math.floor(EVENTS_MAX / Math.max(1, eventsOf(plan)))));
  let held = 0;
  const note = (lived: Lived): void => {
    waves.note(lived);
    part.note(lived);
    if (lived.held > 0) held++;
  };
  const done = await live(model, Math.min(affordable, scenarios ?? affordable), note, stop);
  const times = waves.times();
  return {
    model,
    scenarios: done,
    rows: groups.flatMap((group, i) => timed(group, times[i])),
    procedures: new Map([...ofProcedure.keys()].flatMap((id, i) => pair(id, times[groups.length + i]))),
    held: held / done,
    part,
  };
}

async function live(model: SimModel, count: number, note: (lived: Lived) => void, stop: () => boolean): Promise<number> {
  const witness = createWitness(model);
  for (let scenario = 0; scenario < count; scenario++) {
    note(witness(scenario));
    if (stop()) return scenario + 1;
    // So that a Ctrl-C is heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return count;
}

/** One customer's clock begins when his own first window opens, whoever was served before him. */
function originOf({ policy }: Plan, { customer, clusters }: Scope): number | null {
  const opens = policy.windows.flatMap(({ cluster, fromMin }) => (clusters.has(cluster) ? [fromMin] : []));
  return customer === null || opens.length === 0 ? null : Math.min(...opens) * 60_000;
}

const timed = (group: RowGroup, times: WaveTimes | undefined): (RowGroup & { readonly times: WaveTimes })[] =>
  times ? [{ ...group, times }] : [];
const pair = (id: string, times: WaveTimes | undefined): [string, WaveTimes][] => (times ? [[id, times]] : []);
