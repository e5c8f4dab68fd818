// Windows, blackouts and shifts of a plan as spans on the clock of its proposal.
import type { NamedSpan, Proposal, ProposalSpan } from '../../report/proposal.ts';
import { joined } from '../../report/document.ts';
import { minutesOf, type Material } from './material.ts';

const DAY_MIN = 1_440;

export function spansOf(material: Material): Pick<Proposal, 'windows' | 'blackouts' | 'crews'> {
  const { plan, scope } = material;
  const { windows, blackouts, crew } = plan.policy;
  const own = windows.filter(({ cluster }) => scope.clusters.has(cluster));
  const together = Map.groupBy(own, ({ fromMin, toMin }) => `${fromMin} ${toMin}`);
  const named = [...together.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, name: joined([first, ...others].map(({ cluster }) => cluster)) }] : [],
  );
  return {
    windows: named.flatMap((window) => spanOf(material, window, window.name)),
    // Why nothing may be done then may be another customer's business.
    blackouts: blackouts.flatMap((blackout) => spanOf(material, blackout, scope.customer === null ? blackout.why : '')),
    crews: Object.entries(crew).map(([name, { count }]) => ({ name: `${name} (${count})`, shifts: shiftsOf(material, name) })),
  };
}

function spanOf(material: Material, { fromMin, toMin }: ProposalSpan, name: string): NamedSpan[] {
  const [from, to] = [minutesOf(material, fromMin), minutesOf(material, toMin)];
  return from === null || to === null ? [] : [{ name, fromMin: from, toMin: to }];
}

/** From the day before until nothing later is looked at. */
function shiftsOf(material: Material, crew: string): ProposalSpan[] {
  const { endMs, startMs } = material.watched.model;
  const shifts = material.plan.calendars[`crew:${crew}`] ?? [];
  const all = shifts.flatMap(([fromMin, toMin]) => spanOf(material, { fromMin, toMin }, ''));
  return all.flatMap(({ fromMin, toMin }) => (toMin > -DAY_MIN && fromMin < (endMs - startMs) / 60_000 ? [{ fromMin, toMin }] : []));
}
