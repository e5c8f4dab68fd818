// All limits in force for a plan: what each is called, whose it is, and the plan without it. Names are those of policy.yaml, so that a
// name can be used with --set.
import type { Limit, Quantity } from '../../core/change/policy.ts';
import type { LimitCost } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { showDuration } from '../../std/duration.ts';
import { planSize, waveSize } from '../rehearse/sub-plan.ts';
import {
  isCanaryOf,
  isDrain,
  withoutApprovals,
  withoutBlackouts,
  withoutCanaryGate,
  withoutClusterOrder,
  withoutCrewLimit,
  withoutDrain,
  withoutFailureRate,
  withoutKindOrder,
  withoutNamedLimit,
  withoutNodesAtOnce,
  withoutPartLimit,
  withoutPer,
  withoutSoak,
  withoutStaging,
  withoutUnavailableAtMost,
  withoutValidation,
  withoutWindows,
} from './lift.ts';

/** A limit without its cost. */
export type RegisteredLimit = Omit<LimitCost, 'gainMin'> & {
  /** The plan without it; null: there is room for all anyway, so that lifting it cannot change anything. */
  readonly lifted: Plan | null;
};

/** Never empty for a plan that drains; in a fixed order. */
export function registerOf(plan: Plan): RegisteredLimit[] {
  return [
    ...namedLimits(plan),
    ...atOnceLimits(plan),
    ...orderLimits(plan),
    ...calendarLimits(plan),
    ...mopUpLimits(plan),
    ...workLimits(plan),
  ];
}

function namedLimits(plan: Plan): RegisteredLimit[] {
  const used = new Set(Object.values(plan.procedures).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses)));
  const all = planSize(plan);
  return Object.entries(plan.policy.limits).flatMap(([name, limit]: [string, Limit]) => {
    if (!used.has(name)) return [];
    const { owner, source = null, since = null, why, until } = limit;
    const lifted = limit.count >= all ? null : withoutNamedLimit(plan, name);
    return [{ name, kind: 'limit', value: `${limit.count} per ${limit.per}`, owner, source, since, why, until, lifted }];
  });
}

function atOnceLimits(plan: Plan): RegisteredLimit[] {
  const { atOnce, unavailableAtMost } = plan.policy;
  const found: RegisteredLimit[] = [];
  const binds = plan.waves.some((wave) => wave.atOnce < waveSize(wave));
  if (binds || !isAll(atOnce.nodes)) {
    found.push(plain('atOnce.nodes', 'limit', show(atOnce.nodes), binds ? withoutNodesAtOnce(plan) : null));
  }
  for (const scope of ['perRack', 'perUnit'] as const) {
    if (!isAll(atOnce[scope])) found.push(plain(`atOnce.${scope}`, 'limit', show(atOnce[scope]), withoutPer(plan, scope)));
  }
  if (!isAll(unavailableAtMost)) {
    found.push(plain('unavailableAtMost', 'limit', show(unavailableAtMost), withoutUnavailableAtMost(plan)));
  }
  return found;
}

function orderLimits(plan: Plan): RegisteredLimit[] {
  const { policy, waves } = plan;
  const byId = new Map(waves.map((wave) => [wave.id, wave]));
  const edges = waves.flatMap((wave) => wave.after.flatMap((id) => (byId.has(id) ? [[wave, byId.get(id) ?? wave] as const] : [])));
  const found: RegisteredLimit[] = [];
  const canaries = [...new Set(edges.flatMap(([wave, before]) => (isCanaryOf(wave, before) ? [before.targets] : [])))];
  if (canaries.length > 0) found.push(plain('canary', 'canary', canaries.join(','), withoutCanaryGate(plan)));
  const clusters = edges.some(([wave, before]) => wave.cluster !== before.cluster && !isCanaryOf(wave, before));
  if (clusters) found.push(plain('atOnce.clusters', 'order', String(policy.atOnce.clusters ?? 'in order'), withoutClusterOrder(plan)));
  const kinds = [...new Set(edges.flatMap(([wave, before]) => (wave.kind === before.kind ? [] : [`${before.kind} before ${wave.kind}`])))];
  const held = waves.some(({ quiet, holds }) => (quiet ?? []).length > 0 || (holds ?? []).length > 0);
  if (kinds.length > 0 || held) found.push(plain('after', 'order', kinds.join(', ') || 'quiet nodes first', withoutKindOrder(plan)));
  if (waves.some(({ gate }) => gate.failureRateMax !== null)) {
    found.push(plain('gates.failureRate', 'gate', percent(policy.gates.failureRate ?? 0), withoutFailureRate(plan)));
  }
  // Who has nobody waiting for him is not held up by how long he is watched.
  if (policy.gates.soakMs > 0)
    found.push(plain('gates.soak', 'gate', showDuration(policy.gates.soakMs), edges.length > 0 ? withoutSoak(plan) : null));
  const asks = plan.fleet.document.clusters.filter(({ name, mode }) => mode === 'confirm' && waves.some(({ cluster }) => cluster === name));
  if (asks.length > 0)
    found.push(plain('approval', 'gate', `of each wave of ${asks.map(({ name }) => name).join(', ')}`, withoutApprovals(plan)));
  return found;
}

function calendarLimits(plan: Plan): RegisteredLimit[] {
  const { windows, blackouts } = plan.policy;
  const found: RegisteredLimit[] = [];
  const hours = (minutes: number): string => showDuration(minutes * 60_000);
  if (windows.length > 0) {
    const all = windows.map(({ cluster, fromMin, toMin }) => `${cluster} ${hours(toMin - fromMin)}`);
    found.push(plain('windows', 'window', all.join(', '), withoutWindows(plan)));
  }
  if (blackouts.length > 0) {
    const all = blackouts.map(({ fromMin, toMin }) => hours(toMin - fromMin)).join(', ');
    const why = blackouts.map((blackout) => blackout.why).filter((words) => words !== '');
    found.push({ ...plain('blackouts', 'blackout', all, withoutBlackouts(plan)), why: why.length === 0 ? null : why.join('; ') });
  }
  return found;
}

function mopUpLimits(plan: Plan): RegisteredLimit[] {
  const ways = Object.values(plan.procedures).flatMap(({ mopUp }) => mopUp);
  const crews = Object.entries(plan.policy.crew).filter(([name]) => ways.some(({ crew }) => crew === name));
  const parts = Object.entries(plan.policy.parts).filter(([name]) => ways.some(({ part }) => part === name));
  return [
    ...crews.map(([name, { count, shifts }]) =>
      plain(`crew.${name}`, 'crew', shifts === null ? String(count) : `${count}, ${shifts}`, withoutCrewLimit(plan, name)),
    ),
    ...parts.map(([name, { onSite, arriving }]) => {
      const later = arriving.reduce((sum, { count }) => sum + count, 0);
      return plain(
        `parts.${name}`,
        'part',
        later === 0 ? `${onSite} on site` : `${onSite} on site, ${later} arriving`,
        withoutPartLimit(plan, name),
      );
    }),
  ];
}

/** What the work itself asks for before a node may be changed, and before it may go back. */
function workLimits(plan: Plan): RegisteredLimit[] {
  const steps = Object.values(plan.procedures).flatMap((procedure) => procedure.steps);
  const found: RegisteredLimit[] = [];
  if (steps.some(isDrain)) {
    const jobs = plan.policy.assume?.jobs;
    const value = jobs ? `${percent(jobs.busy)} of the nodes carry a job` : 'handed over empty';
    found.push(plain('drain', 'drain', value, withoutDrain(plan)));
  }
  const checks = [...new Set(steps.flatMap(({ action }) => (action.kind === 'check' ? action.checks.map(({ name }) => name) : [])))];
  if (checks.length > 0) found.push(plain('validation', 'validation', checks.join(', '), withoutValidation(plan)));
  const early = [...new Set(steps.filter((step) => step.early).map(({ name }) => name))];
  if (early.length > 0) found.push(plain('staging', 'staging', early.join(', '), withoutStaging(plan)));
  return found;
}

function plain(name: string, kind: string, value: string, lifted: Plan | null): RegisteredLimit {
  return { name, kind, value, owner: null, source: null, since: null, why: null, until: null, lifted };
}

const isAll = (quantity: Quantity): boolean => quantity.kind === 'share' && quantity.share >= 1;

const show = (quantity: Quantity): string => (quantity.kind === 'count' ? String(quantity.count) : percent(quantity.share));

/** 0.07 * 100 is 7.000000000000001. */
const percent = (share: number): string => `${Number((share * 100).toPrecision(12))} %`;
