// A forecast in lines for people: the answer first, then when how much is back, then what it rests on and how sure it is.
import { showMinutes } from '../chart/scale.ts';
import { terminalForecast } from '../chart/terminal-forecast.ts';
import { MILESTONES, type Basis, type Forecast, type Spread } from '../core/forecast/forecast.ts';
import type { Policy } from '../core/change/policy.ts';
import { counted, showCount, showShare } from '../std/share.ts';
import { table } from './output.ts';

const CURVE_ROWS = 14;
const WIDTH_MAX = 120;
const NOT_REACHED = 'not within the horizon';

/** "95 % back in 3 h 12 min (P50), 4 h 5 min (P90); one node takes 52 min: ratio 3.7" */
export function headline({ milestones, oneNodeMin, ratio }: Forecast): string {
  const goal = milestones['95'];
  const p50Min = goal?.p50Min ?? null;
  const back =
    p50Min === null
      ? '95 % are not back within the horizon in most of the scenarios'
      : `95 % back in ${showMinutes(p50Min)} (P50), ${showMinutes(goal?.p90Min ?? null, NOT_REACHED)} (P90)`;
  return `${back}; one node takes ${showMinutes(oneNodeMin.p50)}${ratio === null ? '' : `: ratio ${ratio.toFixed(1)}`}`;
}

export function forecastLines(forecast: Forecast, policy: Policy, file: string, columns: number): string[] {
  return [
    `${file}: ${counted(forecast.nodes, 'node')} of plan ${forecast.plan.slice(0, 12)}`,
    headline(forecast),
    '',
    ...milestoneTable(forecast),
    '',
    ...curve(forecast, policy, Math.min(WIDTH_MAX, columns)),
    '',
    ...sums(forecast, policy),
    ...clusterTable(forecast),
    '',
    'rests on',
    ...basisTable(forecast.basis),
    '',
    'assumed',
    ...forecast.notes.map((note) => `  ${note}`),
    engineLine(forecast),
  ];
}

function milestoneTable({ milestones }: Forecast): string[] {
  const rows = MILESTONES.flatMap((percent) => {
    const mark = milestones[String(percent)];
    if (!mark) return [];
    const { p50Min, p90Min, lowMin, highMin, reached } = mark;
    const sure = lowMin === null && highMin === null ? '' : `${showMinutes(lowMin, '?')} to ${showMinutes(highMin, 'beyond')}`;
    return [
      [
        `  ${percent} %`,
        showMinutes(p50Min, NOT_REACHED),
        showMinutes(p90Min, NOT_REACHED),
        sure,
        reached === 1 ? '' : `in ${showShare(reached, 1)}`,
      ],
    ];
  });
  return table(['  BACK', 'P50', 'P90', 'P90 LIES IN (95 %)', 'REACHED'], rows);
}

function curve({ curve, milestones, oneNodeMin, windowMin }: Forecast, { northStarMs, windows }: Policy, widthChars: number): string[] {
  const ends = windowMin === null ? [] : windows.map(({ toMin }) => toMin - windowMin);
  const marks = [
    ...(oneNodeMin.p50 === null ? [] : [{ label: 'one node', min: oneNodeMin.p50 }]),
    ...(northStarMs === null ? [] : [{ label: 'north star', min: northStarMs / 60_000 }]),
    ...(ends.length === 0 ? [] : [{ label: 'window ends', min: Math.max(...ends) }]),
  ];
  return terminalForecast({ curve, milestones, marks, widthChars, heightChars: CURVE_ROWS });
}

function sums({ gateMin, mopUpMin, gpuHoursNotReturned, stragglers, short }: Forecast, { gates }: Policy): string[] {
  const both = ({ p50, p90 }: Spread, show: (value: number) => string): string =>
    `${p50 === null ? NOT_REACHED : show(p50)} (P50), ${p90 === null ? NOT_REACHED : show(p90)} (P90)`;
  const need =
    gates.returned.kind === 'count' ? showCount(gates.returned.count) : `${Number((gates.returned.share * 100).toPrecision(12))} %`;
  const whole = (value: number): string => showCount(Math.round(value));
  return [
    `return gate (${need}): ${both({ p50: gateMin.p50Min, p90: gateMin.p90Min }, showMinutes)}`,
    ...(short === null ? [] : [`window over before the gate is met: in ${showShare(short, 1)} of the scenarios`]),
    `stragglers: ${both(stragglers, whole)}; mop-up: ${both(mopUpMin, showMinutes)}`,
    `GPU-hours not returned: ${both(gpuHoursNotReturned, whole)}`,
  ];
}

function clusterTable({ clusters }: Forecast): string[] {
  if (clusters.length < 2) return [];
  const rows = clusters.map(({ cluster, customer, nodes, milestones }) => [
    `  ${cluster}`,
    customer ?? '-',
    showCount(nodes),
    ...[50, 95].flatMap((percent) => {
      const mark = milestones[String(percent)];
      return [showMinutes(mark?.p50Min ?? null, NOT_REACHED), showMinutes(mark?.p90Min ?? null, NOT_REACHED)];
    }),
  ]);
  return ['', ...table(['  CLUSTER', 'CUSTOMER', 'NODES', '50 % P50', '50 % P90', '95 % P50', '95 % P90'], rows)];
}

function basisTable(basis: readonly Basis[]): string[] {
  const rows = basis.map(({ about, medianMin, logSd, n, source, assumed }) => [
    `  ${about}`,
    showMinutes(medianMin),
    `~${Number(logSd.toPrecision(2))}`,
    n === 0 ? 'never seen here' : `n = ${showCount(n)}`,
    assumed ? `${source} (nobody stated it)` : source,
  ]);
  return table(['  WHAT', 'MEDIAN', 'SPREAD', 'SEEN', 'SOURCE'], rows);
}

function engineLine({ engine, errorPct, seed, scenarios, milestones }: Forecast): string {
  const goal = milestones['95'];
  const error = engine === 'fast' && errorPct !== null ? ` (${errorPct.toFixed(1)} % off exact, measured)` : '';
  const percent = (end: number | null | undefined): string => {
    const p90 = goal?.p90Min ?? null;
    if (p90 === null || p90 === 0 || end === null || end === undefined) return '?';
    const off = (100 * (end - p90)) / p90;
    return `${off >= 0 ? '+' : ''}${off.toFixed(1)}`;
  };
  return `engine ${engine}${error}, seed ${seed}, ${counted(scenarios, 'scenario')}: P90 of 95 % back is sure to ${percent(goal?.lowMin)} / ${percent(goal?.highMin)} % (95 % interval)`;
}
