// The rows of a sequence: a wave each as long as they can be read, else the waves of a phase together.
import { foldNames } from '../../core/fleet/nodeset.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { waveSize } from '../../sim/rehearse/sub-plan.ts';
import { showDuration } from '../../std/duration.ts';
import { counted, showCount } from '../../std/share.ts';
import type { Scope } from './scope.ts';

export interface RowGroup {
  readonly what: string;
  /** Folded. */
  readonly targets: string;
  readonly gate: string;
  /** Indices of the plan's waves; never empty. */
  readonly waves: readonly number[];
}

const ROWS_MAX = 24;

export function rowGroupsOf(plan: Plan, { waves }: Scope): RowGroup[] {
  const phaseOf = new Map(plan.phases.flatMap(({ name, waves: ids }) => ids.map((id) => [id, name] as const)));
  const waveOf = (index: number): Wave => plan.waves[index] as Wave;
  const phase = (index: number): string => phaseOf.get(waveOf(index).id) ?? waveOf(index).kind;
  const words = [(index: number) => waveOf(index).id.replaceAll('.', ' '), (index: number) => `${waveOf(index).cluster} ${phase(index)}`];
  const groupings = words.map((wordsOf) => Map.groupBy(waves, wordsOf));
  const grouping = groupings.find((groups) => groups.size <= ROWS_MAX) ?? Map.groupBy(waves, phase);
  return [...grouping].map(([what, members]) => groupOf(plan, what, members.map(waveOf), members));
}

function groupOf({ policy }: Plan, what: string, members: readonly Wave[], waves: readonly number[]): RowGroup {
  const soak = policy.gates.soakMs === 0 ? '' : `, soaked ${showDuration(policy.gates.soakMs)}`;
  const [first] = members;
  const gate =
    members.length === 1 && first
      ? `${showCount(Math.max(1, first.gate.returnedMin))} of ${showCount(waveSize(first))} back${soak}`
      : `each of ${counted(members.length, 'wave')} has its gate met${soak}`;
  return {
    what,
    targets: members.length === 1 && first ? first.targets : foldNames(members.flatMap(({ targets }) => [...expand(targets)])),
    gate,
    waves,
  };
}
