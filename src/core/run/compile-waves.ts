// Compiles the plan's waves: ids to indices, what each waits for, and the same the other way round, so that whatever happens in one wave
// is told to those that wait for it and nobody else is asked.
import { must } from '../../std/assert.ts';
import type { Plan, Wave } from '../plan/plan.ts';
import type { ProgramHold, ProgramWave } from './program.ts';

interface WaveMembers {
  /** By wave: its first target; a wave's targets follow each other. One more entry closes the last. */
  readonly firsts: readonly number[];
  /** By wave: index of its cluster. */
  readonly clusters: readonly number[];
  /** The step, in the wave's chain, before which it is held that is held before the step of this name. */
  readonly heldAt: (wave: number, step: string) => number;
}

/** Throws PitstopBugError for a wave or a step that the plan does not have. */
export function compileWaves(
  plan: Plan,
  { firsts, clusters, heldAt }: WaveMembers,
): { waves: readonly ProgramWave[]; holds: readonly ProgramHold[] } {
  const indexOf = new Map(plan.waves.map((wave, index) => [wave.id, index]));
  const indices = (ids: readonly string[]): number[] => [...new Set(ids.map((id) => must(indexOf.get(id), `wave ${id}`)))];
  const holds: ProgramHold[] = [];
  const waits = plan.waves.map((wave, index) => {
    const own = holdsOf(wave, index, heldAt, indices).map((hold, i) => ({ ...hold, id: holds.length + i }));
    holds.push(...own);
    return { holds: own, after: indices(wave.after), quiet: indices(wave.quiet ?? []) };
  });
  const followers = reversed(
    waits.map(({ after }) => after),
    waits.length,
  );
  const silences = reversed(
    waits.map(({ quiet }) => quiet),
    waits.length,
  );
  const lifts = reversed(
    holds.map(({ until }) => until),
    waits.length,
  );
  const asking = new Set(plan.fleet.document.clusters.flatMap(({ name, mode }) => (mode === 'confirm' ? [name] : [])));
  const waves = plan.waves.map((wave, index): ProgramWave => {
    const first = must(firsts[index], 'first target');
    return {
      id: wave.id,
      cluster: must(clusters[index], 'cluster'),
      kind: wave.kind,
      members: Int32Array.from({ length: must(firsts[index + 1], 'end') - first }, (_, i) => first + i),
      ...must(waits[index], 'waits'),
      followers: must(followers[index], 'followers'),
      silences: must(silences[index], 'silences'),
      lifts: must(lifts[index], 'lifts'),
      gate: wave.gate,
      asks: asking.has(wave.cluster),
      affected: wave.affected,
    };
  });
  return { waves, holds };
}

/** Several holds before one step are one. */
function holdsOf(
  wave: Wave,
  index: number,
  heldAt: WaveMembers['heldAt'],
  indices: (ids: readonly string[]) => number[],
): Omit<ProgramHold, 'id'>[] {
  const found = new Map<number, string[]>();
  for (const { step: name, until } of wave.holds ?? []) {
    const step = heldAt(index, name);
    found.set(step, [...(found.get(step) ?? []), ...until]);
  }
  return [...found].map(([step, until]) => ({ wave: index, step, until: indices(until) }));
}

/** By item of `lists`' values: the places of the lists that hold it, rising. */
function reversed(lists: readonly (readonly number[])[], n: number): number[][] {
  const out: number[][] = Array.from({ length: n }, () => []);
  for (const [at, list] of lists.entries()) for (const value of list) must(out[value], 'value').push(at);
  return out;
}
