// What a search says in the plan's report, so that a lead can defend it: what was tried, what is better and by how much, and what cannot be.
import { showDuration } from '../../std/duration.ts';
import { showCount } from '../../std/share.ts';
import type { LowerBound } from './bound.ts';
import type { Found, Standing } from './found.ts';
import { AIM_WORDS, LATER_MIN, LATER_PART, type Aim } from './objective.ts';

interface Told {
  /** Of the plan that is kept. */
  readonly name: string;
  readonly aim: Aim;
  readonly anyOrder: boolean;
}

/** The same, with its reasons in the plan's report. */
export function withReasons(found: Found, told: Told): Found {
  const why = reasonsOf(found, told).map((text) => ({ about: 'search', text }));
  const { plan } = found;
  return { ...found, plan: { ...plan, id: '', report: { ...plan.report, why: [...plan.report.why, ...why] } } };
}

function reasonsOf(found: Found, { name, aim, anyOrder }: Told): string[] {
  const { settings, tried, scenarios, refused, repeated, standings, bound, gapPct, stopped } = found;
  const own = standings.find((standing) => standing.name === name);
  const others = standings.filter((standing) => standing.name !== name && standing.name !== "the rules' plan");
  const dropped = [refused > 0 ? `${refused} refused by the checker` : '', repeated > 0 ? `${repeated} the same as one before` : ''];
  const left = dropped.filter((words) => words !== '').join(', ');
  const promise = anyOrder
    ? 'customers of higher priority may be later than with the rules (--any-order)'
    : `a plan that makes a customer later who is served before others, by over ${100 * LATER_PART} % and ${LATER_MIN} min at P90 of his T95, is not taken`;
  const early = stopped ? '; it was ended before it was done' : '';
  return [
    `${tried} other plans rehearsed, ${showCount(scenarios)} scenarios in all${left === '' ? '' : ` (${left})`}${early}; ${AIM_WORDS[aim]}. Limits, gates, windows and validation are nowhere looser; ${promise}`,
    settings === null ? staysWords(found, own) : `chosen: ${name}`,
    ...(own && settings !== null ? [against(own, "the rules' plan")] : []),
    ...others.map((standing) => against(standing, "the rules' plan", standing.name)),
    ...(bound ? [boundWords(bound, own, gapPct)] : []),
  ];
}

function staysWords({ plan }: Found, own: Standing | undefined): string {
  const marks = own ? ` (P90 of T95 ${time(own.p90Min)}, ${hours(own.gpuHours)} GPU-hours not returned)` : '';
  const { policy, sequence } = plan;
  // Said only where it is so: elsewhere nobody knows why.
  const open = policy.atOnce.clusters === null && sequence?.cut === undefined;
  const why = open
    ? '. It opens every cluster at once, so that no place at a limit stands idle; other plans save GPU-hours by letting some nodes wait'
    : '';
  return `the rules' plan stays${marks}: no other plan was better by that measure both on the scenarios of the search and on new ones${why}`;
}

/** "12 min sooner at P90 of T95 (...), 80,000 fewer GPU-hours (...)" */
function against(
  { p90Min, rulesP90Min, gpuHours, rulesGpuHours, later, moreGpuHours, scenarios, engine, unseen }: Standing,
  before: string,
  name = 'it',
): string {
  const { lowMin, highMin } = later;
  const interval = lowMin === null || highMin === null ? '' : ` (${signedTime(lowMin)} to ${signedTime(highMin)})`;
  const nights = `${scenarios} scenarios${unseen ? ' that it was not chosen on' : ''}, ${engine} engine, 95 % intervals`;
  const more = `${signed(moreGpuHours.diff)} (${signed(moreGpuHours.low)} to ${signed(moreGpuHours.high)})`;
  return `${name} against ${before}: P90 of T95 ${time(p90Min)} for ${time(rulesP90Min)}, ${laterWords(later.diffMin)}${interval}; GPU-hours not returned ${hours(gpuHours)} for ${hours(rulesGpuHours)}, ${more}; ${nights}`;
}

function boundWords({ kind, limit, minutes }: LowerBound, own: Standing | undefined, gapPct: number | null): string {
  const of = {
    'critical path': 'one node that waits for nobody',
    resource: `the work of ${limit} over its places`,
    energetic: `the work of ${limit} over its places, with the shortest way to it and from it`,
  };
  const head = `lower bound of P50 of T95: ${time(minutes)} (${kind}: ${of[kind]})`;
  if (gapPct === null || !own) return head;
  if (gapPct <= 0) return `${head}; the plan's ${time(own.p50Min)} is at it: hardly any other order is sooner`;
  return `${head}; the plan's ${time(own.p50Min)} is ${Math.round(gapPct)} % above it, and other orders can hardly win more than that; it rests on medians and means of the priors`;
}

function laterWords(diffMin: number | null): string {
  if (diffMin === null) return 'only one of them gets there';
  if (Math.abs(diffMin) < 1) return 'no later';
  return `${showDuration(Math.abs(diffMin) * 60_000)} ${diffMin < 0 ? 'sooner' : 'later'}`;
}

function time(min: number | null): string {
  return min === null ? 'not within the horizon' : showDuration(min * 60_000);
}

function signedTime(min: number): string {
  return `${min > 0 ? '+' : ''}${showDuration(min * 60_000)}`;
}

function hours(value: number): string {
  // A rounded nothing has no sign.
  return showCount(Math.round(value) + 0);
}

function signed(value: number): string {
  return `${Math.round(value) > 0 ? '+' : ''}${hours(value)}`;
}
