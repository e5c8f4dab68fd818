// The plan of a maintenance that others carry out: it says honestly what the run's machine needs to keep count, and nothing in it can be
// carried out. Its steps have no command, its clusters are in mode observe, and its one finding says so.
import { builtInStep, type Reading, type Step } from '../change/procedure.ts';
import type { Policy } from '../change/policy.ts';
import { foldNames } from '../fleet/nodeset.ts';
import type { Fleet } from '../fleet/model.ts';
import type { Plan, Wave } from '../plan/plan.ts';
import type { PastMaintenance } from './timeline.ts';

export interface WatchedPlanParts {
  /** What it is called in lists: the change that others make. */
  readonly name: string;
  /** As `observedFleet` gives it. */
  readonly fleet: { readonly id: string; readonly document: Fleet };
  /** The nodes of each cluster that take part. */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
  /** Names of its steps, in order; see PastMaintenance. */
  readonly steps: readonly string[];
  /** Component -> argument list that prints the version which runs; only ever read. */
  readonly read: { readonly [component: string]: Reading };
  /** The agreed window, in Unix ms; null: none is known. */
  readonly window: { readonly from: number; readonly to: number } | null;
  /** How long a node must have been back before its return is believed. */
  readonly soakMs: number;
  /** Says in the finding where it comes from: "watched", "imported from windows.csv". */
  readonly origin: string;
}

/** Steps of a watched maintenance: until no work is on the node, until it is up again on a new boot, until it is in service. */
export const WATCHED_STEPS = ['drain', 'work', 'return'] as const;

const PROCEDURE = 'by-others';

/** The same fleet with every cluster in mode observe. */
export function observedFleet(fleet: Fleet): Fleet {
  return { ...fleet, clusters: fleet.clusters.map((cluster) => ({ ...cluster, mode: 'observe' })) };
}

/** For records that name no fleet file: one cluster of the nodes they name, or none. */
export function fleetOfRecord(nodes: readonly string[], timezone: string): Fleet {
  const cluster = {
    name: 'past',
    customer: null,
    mode: 'observe',
    workload: 'training',
    nodes: foldNames(nodes),
    gpusPerNode: null,
    racks: [],
    units: [],
    domains: [],
    feeds: [],
    switches: [],
    links: [],
    image: null,
    drivers: {},
    leases: {},
  } as const;
  return { name: 'past', timezone, customers: [], clusters: nodes.length === 0 ? [] : [cluster] };
}

/** The agreed window of a past maintenance, where both its ends are known. */
export function agreedWindow({ window }: PastMaintenance): WatchedPlanParts['window'] {
  const { from, to } = window?.planned ?? { from: null, to: null };
  return from === null || to === null ? null : { from, to };
}

export function watchedPlan(parts: WatchedPlanParts): Omit<Plan, 'id'> {
  const waves = [...parts.nodes].filter(([, nodes]) => nodes.length > 0).map(([cluster, nodes]) => waveOf(cluster, nodes));
  const message = `${parts.origin}: others carry it out, nothing is done by Pitstop`;
  return {
    schema: 1,
    parent: null,
    fleet: parts.fleet,
    inventory: null,
    change: { name: parts.name, targets: null, want: {}, replace: {} },
    policy: policyOf(parts),
    procedures: {
      [PROCEDURE]: { kind: 'node', components: {}, needs: 'live', steps: stepsOf(parts.steps, parts.read), back: null, mopUp: [] },
    },
    phases: waves.map(({ id }) => ({ name: id, waves: [id] })),
    waves,
    calendars: {},
    catalogue: [],
    report: { why: [{ about: 'origin', text: message }], defaults: [] },
    findings: [{ severity: 'info', target: '', rule: 'by-others', message }],
  };
}

function waveOf(cluster: string, nodes: readonly string[]): Wave {
  const targets = foldNames(nodes);
  return {
    id: cluster,
    cluster,
    kind: 'node',
    targets,
    procedure: PROCEDURE,
    after: [],
    atOnce: nodes.length,
    gate: { failedMax: null, returnedMin: nodes.length, failureRateMax: null },
    affected: targets,
  };
}

/**
 * The first step is a drain, because the machine counts from it; the last one looks, because a return that does not last is looked at again.
 * The second (or only) one is marked destructive: a target on which nothing destructive began would count as never taken.
 */
function stepsOf(names: readonly string[], read: WatchedPlanParts['read']): Step[] {
  const changes = Math.min(1, names.length - 1);
  return names.map((name, i): Step => {
    const last = i === names.length - 1;
    const step =
      i === 0
        ? builtInStep(name, { kind: 'do', act: 'drain' }, last ? 'updating' : 'draining')
        : builtInStep(name, last ? { kind: 'read', read } : { kind: 'run', argv: [] }, last ? 'conforming' : 'updating');
    return { ...step, destructive: i === changes };
  });
}

function policyOf({ window, nodes, soakMs }: WatchedPlanParts): Policy {
  const all = { kind: 'share', share: 1 } as const;
  const minutes = window && { fromMin: Math.floor(window.from / 60_000), toMin: Math.ceil(window.to / 60_000) };
  return {
    windows: minutes === null ? [] : [...nodes.keys()].map((cluster) => ({ cluster, ...minutes })),
    atWindowEnd: 'finish-started',
    northStarMs: null,
    atOnce: { clusters: null, nodes: all, perRack: all, perUnit: all },
    unavailableAtMost: all,
    limits: {},
    overlap: [],
    redundant: false,
    leases: [],
    canary: null,
    gates: { failureRate: null, returned: { kind: 'share', share: 0.95 }, per: [], countIn: 'node', soakMs, timeoutMs: 0 },
    jobs: { ask: { kind: 'none' }, proof: { kind: 'none' }, then: 'wait', proofTimeoutMs: 0 },
    crew: {},
    parts: {},
    validation: 'none',
    blackouts: [],
  };
}
