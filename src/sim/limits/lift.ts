// A plan without one of its limits. Names of targets and steps stay, so that both plans draw the same chance; nothing here looks at how much
// a limit costs.
import type { Policy, Quantity } from '../../core/change/policy.ts';
import type { Prior, Step } from '../../core/change/procedure.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { withoutEdges } from '../rehearse/order-of-waves.ts';
import { waveSize } from '../rehearse/sub-plan.ts';

const ALL: Quantity = { kind: 'share', share: 1 };
/** More than any fleet has; still a small integer. */
const UNLIMITED = 10_000_000;
const NO_TIME: Prior = { medianMs: 0, logSd: 0, n: 0, source: 'lifted', between: 0 };
const FAR_MIN = 366 * 1_440;

export function withoutNamedLimit(plan: Plan, name: string): Plan {
  return withPolicy(plan, { limits: changed(plan.policy.limits, name, (limit) => ({ ...limit, count: UNLIMITED })) });
}

export function withoutNodesAtOnce(plan: Plan): Plan {
  const waves = plan.waves.map((wave) => ({ ...wave, atOnce: waveSize(wave) }));
  return { ...withPolicy(plan, { atOnce: { ...plan.policy.atOnce, nodes: ALL } }), waves };
}

export function withoutPer(plan: Plan, scope: 'perRack' | 'perUnit'): Plan {
  return withPolicy(plan, { atOnce: { ...plan.policy.atOnce, [scope]: ALL } });
}

export function withoutUnavailableAtMost(plan: Plan): Plan {
  return withPolicy(plan, { unavailableAtMost: ALL });
}

/** Waves of different clusters no longer wait for each other, but for canaries. */
export function withoutClusterOrder(plan: Plan): Plan {
  const waves = withoutEdges(plan.waves, (wave, before) => wave.cluster !== before.cluster && !isCanaryOf(wave, before));
  return { ...withPolicy(plan, { atOnce: { ...plan.policy.atOnce, clusters: null } }), waves };
}

/** Kinds of targets no longer wait for each other: neither switches for quiet nodes, nor nodes for switches. */
export function withoutKindOrder(plan: Plan): Plan {
  const waves = withoutEdges(plan.waves, (wave, before) => wave.kind !== before.kind);
  return { ...plan, waves: waves.map((wave) => ({ ...wave, quiet: [], holds: [] })) };
}

/** Canaries stay where they are, but nobody waits for them. */
export function withoutCanaryGate(plan: Plan): Plan {
  const waves = withoutEdges(plan.waves, isCanaryOf);
  return { ...plan, waves: waves.map((wave) => ({ ...wave, gate: { ...wave.gate, failedMax: null } })) };
}

export function withoutFailureRate(plan: Plan): Plan {
  const waves = plan.waves.map((wave) => ({ ...wave, gate: { ...wave.gate, failureRateMax: null } }));
  return { ...withPolicy(plan, { gates: { ...plan.policy.gates, failureRate: null } }), waves };
}

export function withoutSoak(plan: Plan): Plan {
  return withPolicy(plan, { gates: { ...plan.policy.gates, soakMs: 0 } });
}

/** Every cluster's window opens with the first one and does not close; the run begins when it did. */
export function withoutWindows(plan: Plan): Plan {
  const { windows } = plan.policy;
  const fromMin = Math.min(...windows.map((window) => window.fromMin));
  const toMin = Math.max(...windows.map((window) => window.toMin)) + FAR_MIN;
  const clusters = [...new Set(windows.map(({ cluster }) => cluster))];
  const open = clusters.map((cluster) => [`windows:${cluster}`, [[fromMin, toMin] as const]] as const);
  return {
    ...withPolicy(plan, { windows: clusters.map((cluster) => ({ cluster, fromMin, toMin })) }),
    calendars: { ...plan.calendars, ...Object.fromEntries(open) },
  };
}

export function withoutBlackouts(plan: Plan): Plan {
  return { ...withPolicy(plan, { blackouts: [] }), calendars: withoutKey(plan.calendars, 'blackouts') };
}

/** As many people as are wanted, at every hour from their first shift on: a plan without windows is begun with that shift. */
export function withoutCrewLimit(plan: Plan, name: string): Plan {
  const crew = changed(plan.policy.crew, name, (one) => ({ ...one, count: UNLIMITED }));
  const calendars = changed(plan.calendars, `crew:${name}`, (shifts) => {
    const [first, last] = [shifts[0]?.[0], shifts.at(-1)?.[1]];
    return first === undefined || last === undefined ? shifts : [[first, last + FAR_MIN] as const];
  });
  return { ...withPolicy(plan, { crew }), calendars };
}

export function withoutPartLimit(plan: Plan, name: string): Plan {
  return withPolicy(plan, { parts: changed(plan.policy.parts, name, (part) => ({ ...part, onSite: UNLIMITED })) });
}

/** Nodes are handed over empty, and the drain takes no time. */
export function withoutDrain(plan: Plan): Plan {
  const drained = withSteps(plan, (steps) => steps.map((step) => (isDrain(step) ? { ...step, takes: NO_TIME } : step)));
  return withPolicy(drained, { assume: { ...plan.policy.assume, jobs: null } });
}

/** Back without a check: what a check would have found goes back as well. */
export function withoutValidation(plan: Plan): Plan {
  return withSteps(plan, (steps) => steps.filter(({ action }) => action.kind !== 'check'));
}

/** What may be done before the window was done before the window. */
export function withoutStaging(plan: Plan): Plan {
  return withSteps(plan, (steps) => steps.filter(({ early }) => !early));
}

/** Nobody has to say yes to each wave. */
export function withoutApprovals(plan: Plan): Plan {
  const { document } = plan.fleet;
  const clusters = document.clusters.map((cluster) => (cluster.mode === 'confirm' ? { ...cluster, mode: 'act' as const } : cluster));
  return { ...plan, fleet: { ...plan.fleet, document: { ...document, clusters } } };
}

export const isDrain = ({ action }: Step): boolean => action.kind === 'do' && action.act === 'drain';

/** A canary of the same kind: its gate is a stop for failures, and it has few targets. */
export function isCanaryOf(wave: Wave, before: Wave): boolean {
  return before.gate.failedMax !== null && before.kind === wave.kind;
}

function withPolicy(plan: Plan, policy: Partial<Policy>): Plan {
  return { ...plan, policy: { ...plan.policy, ...policy } };
}

function withSteps(plan: Plan, change: (steps: readonly Step[]) => readonly Step[]): Plan {
  const procedures = Object.entries(plan.procedures).map(
    ([id, procedure]) => [id, { ...procedure, steps: change(procedure.steps) }] as const,
  );
  return { ...plan, procedures: Object.fromEntries(procedures) };
}

function changed<T>(record: { readonly [name: string]: T }, name: string, change: (value: T) => T): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, key === name ? change(value) : value]));
}

function withoutKey<T>(record: { readonly [name: string]: T }, name: string): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
