// How many spare parts a plan is likely to want: its stragglers, by how many of them each procedure makes and how many of those need one.
import type { Material } from './material.ts';
import { proceduresOf } from './stages.ts';

export interface PartWanted {
  readonly part: string;
  /** In nine of ten scenarios no more than this. */
  readonly wanted: number;
  /** null: the policy does not say. */
  readonly onSite: number | null;
  readonly arriving: number;
}

export function partsWanted(material: Material): PartWanted[] {
  const { forecast, watched, scope, plan } = material;
  const { program } = watched.model;
  const stragglers = forecast.stragglers.p90;
  if (stragglers === null) return [];
  const procedures = proceduresOf(material).map(([id, { steps, mopUp }]) => {
    const targets = scope.waves
      .filter((wave) => plan.waves[wave]?.procedure === id)
      .reduce((sum, wave) => sum + (program.waves[wave]?.members.length ?? 0), 0);
    const passes = steps.reduce((all, { fails, attempts }) => all * (1 - fails ** attempts), 1);
    return { mopUp, falls: targets * (1 - passes) };
  });
  const all = procedures.reduce((sum, { falls }) => sum + falls, 0);
  const wanted = new Map<string, number>();
  for (const { mopUp, falls } of procedures) {
    for (const { part, share } of mopUp) {
      if (part !== null && all > 0) wanted.set(part, (wanted.get(part) ?? 0) + (stragglers * share * falls) / all);
    }
  }
  return [...wanted].map(([part, count]) => {
    const stock = plan.policy.parts[part];
    const arriving = stock?.arriving.reduce((sum, one) => sum + one.count, 0) ?? 0;
    return { part, wanted: Math.ceil(count), onSite: stock?.onSite ?? null, arriving };
  });
}
