// What a proposal is built from.
import type { Forecast } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { ProposalAlternative } from '../../report/proposal.ts';
import type { Proposed } from '../../sim/propose/proposing.ts';
import type { Scope } from './scope.ts';
import type { Watched } from './watch-here.ts';

export interface Material extends Pick<Proposed, 'limits' | 'questions'> {
  readonly plan: Plan;
  readonly scope: Scope;
  /** In the reader's scope; its `windowMin` is the origin of all minutes. */
  readonly forecast: Forecast;
  readonly watched: Watched;
  readonly alternatives: readonly ProposalAlternative[];
  readonly madeAtUnixMin: number;
}

/** Minutes from the origin of a Unix minute; null: no window says when that is. */
export function minutesOf({ forecast }: Pick<Material, 'forecast'>, unixMin: number): number | null {
  return forecast.windowMin === null ? null : unixMin - forecast.windowMin;
}
