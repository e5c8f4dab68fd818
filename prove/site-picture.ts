// The forecast of the site as a picture: the plan beside the naive ones, as a proposal has them.
import { forecastSvg } from '../src/chart/forecast-svg.ts';
import type { Proposal } from '../src/report/proposal.ts';
import { zonedClock } from '../src/report/zoned-time.ts';
import { showCount } from '../src/std/share.ts';

/** `proposal`: what `pitstop propose --json` prints. */
export function sitePicture({ forecast, northStarMin, alternatives, zone }: Proposal): string {
  const { nodes, curve, milestones, oneNodeMin, windowMin, scenarios } = forecast;
  const clock = zonedClock(zone);
  return forecastSvg({
    title: `A made-up site of ${showCount(nodes)} nodes, rehearsed ${showCount(scenarios)} times: when they are back`,
    nodes,
    curve,
    milestones,
    northStarMin,
    oneNodeMin: oneNodeMin.p50,
    others: alternatives.map(({ name, forecast: other }) => ({ label: name, points: other.curve })),
    ...(windowMin !== null && { clock: (min: number) => clock.time(windowMin + min) }),
  });
}
