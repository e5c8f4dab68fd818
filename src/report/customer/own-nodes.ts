// The customer's nodes one by one: in which list each stands, what is done to it, whether it is validated. Of their own clusters alone.
import type { Cluster } from '../../core/fleet/model.ts';
import { foldNames, names, parseNodeSet, type NodeSet } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import { FLAG, NODE_STATES, STAGES, type NodeState, type Stage } from '../../core/run/states.ts';
import { hasFlag } from '../../core/run/state.ts';
import { must } from '../../std/assert.ts';
import type { Doing, NodeList, NodeSetCount } from './page-data.ts';

export interface OwnNode {
  readonly name: string;
  readonly cluster: string;
  readonly list: NodeList;
  /** null: it is not out. */
  readonly doing: Doing | null;
  readonly gpus: number | null;
  /** Passed every check after the last act on it. */
  readonly validated: boolean;
  readonly released: boolean;
  /** Something destructive was begun on it. */
  readonly changed: boolean;
  /** Nothing happens to it any more by itself. */
  readonly atRest: boolean;
  readonly drainedAt: number | null;
  readonly returnedAt: number | null;
  /** Component -> version that ran at hand-over; empty: not known. */
  readonly versions: { readonly [component: string]: string };
  /** Id of the plan's procedure for it; null: the plan has none. */
  readonly procedure: string | null;
}

const AT_REST = new Set<Stage>(['settled', 'dropped', 'skipped', 'straggling']);
const BACK = new Set<Stage>(['returned', 'settled']);

const DOING = {
  'in-service': 'queued',
  draining: 'emptying',
  cleared: 'queued',
  updating: 'updating',
  rebooting: 'restarting',
  conforming: 'checking',
  validating: 'checking',
  returned: 'checking',
} as const satisfies Record<NodeState, Doing>;

/** In the order of the fleet. A node that is worked on as part of an NVL domain stands where its domain stands. */
export function ownNodes(plan: Plan, chronicle: Chronicle | null, customer: string): OwnNode[] {
  const own = plan.fleet.document.clusters.filter((cluster) => cluster.customer === customer);
  const procedures = proceduresByTarget(plan, new Set(own.map(({ name }) => name)));
  const validated = chronicle === null ? new Set<number>() : validatedTargets(chronicle);
  const topology = topologyOf(plan.fleet.document);
  return own.flatMap((cluster) =>
    [...names(setOf(cluster.nodes))].map((name) => {
      const domain = topology.groupsOf(name).domain;
      const target = procedures.has(name) ? name : domain !== null && procedures.has(domain) ? domain : null;
      const procedure = target === null ? null : (procedures.get(target) ?? null);
      const id = target === null ? undefined : chronicle?.program.idOf.get(target);
      if (chronicle === null || id === undefined) return unseenNode(name, cluster, procedure);
      return nodeOf(name, cluster, procedure, chronicle, id, validated.has(id));
    }),
  );
}

export function countOf(nodes: readonly OwnNode[]): NodeSetCount {
  return { nodes: foldNames(nodes.map(({ name }) => name)), count: nodes.length };
}

/** A folded set of a checked plan. */
export function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return must(parsed.ok ? parsed.set : null, `a node set of a checked plan: ${folded}`);
}

/** Node or domain -> procedure; the last wave with it says. */
function proceduresByTarget(plan: Plan, clusters: ReadonlySet<string>): Map<string, string> {
  const table = new Map<string, string>();
  for (const { cluster, kind, targets, procedure } of plan.waves) {
    if (!clusters.has(cluster) || (kind !== 'node' && kind !== 'domain')) continue;
    for (const name of names(setOf(targets))) table.set(name, procedure);
  }
  return table;
}

function unseenNode(name: string, cluster: Cluster, procedure: string | null): OwnNode {
  return {
    name,
    cluster: cluster.name,
    list: procedure === null ? 'not-taken' : 'untouched',
    doing: null,
    gpus: cluster.gpusPerNode,
    validated: false,
    released: false,
    changed: false,
    atRest: true,
    drainedAt: null,
    returnedAt: null,
    versions: {},
    procedure,
  };
}

function nodeOf(name: string, cluster: Cluster, procedure: string | null, chronicle: Chronicle, id: number, validated: boolean): OwnNode {
  const { state } = chronicle;
  const stage = STAGES[state.stage[id] as number] as Stage;
  const list = listOf(chronicle, id, stage);
  const gpus = chronicle.gpus[id] as number;
  const versions = Object.entries(chronicle.versions[id] ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    name,
    cluster: cluster.name,
    list,
    doing: list === 'out' ? doingOf(chronicle, id, stage) : null,
    gpus: Number.isNaN(gpus) ? cluster.gpusPerNode : gpus,
    validated: list === 'returned' && validated,
    released: hasFlag(state, id, FLAG.released),
    changed: hasFlag(state, id, FLAG.changed),
    atRest: AT_REST.has(stage),
    drainedAt: momentOf(chronicle.drainedAt[id]),
    returnedAt: list === 'returned' ? momentOf(chronicle.returnedAt[id]) : null,
    versions: Object.fromEntries(versions),
    procedure,
  };
}

function listOf({ state }: Chronicle, id: number, stage: Stage): NodeList {
  if (BACK.has(stage)) return 'returned';
  if (stage === 'skipped') return hasFlag(state, id, FLAG.baseline) ? 'untouched' : 'not-taken';
  const left = hasFlag(state, id, FLAG.drained) || NODE_STATES[state.shown[id] as number] !== 'in-service';
  return left ? 'out' : 'untouched';
}

function doingOf({ state }: Chronicle, id: number, stage: Stage): Doing {
  if (stage === 'straggling' || stage === 'dropped' || hasFlag(state, id, FLAG.straggler)) return 'repair';
  if (hasFlag(state, id, FLAG.held | FLAG.foreign)) return 'held';
  if (stage === 'queued' || stage === 'parked') return 'queued';
  return DOING[NODE_STATES[state.shown[id] as number] as NodeState];
}

/** Checks passed, with nothing destructive begun afterwards. */
function validatedTargets({ ended, program }: Chronicle): Set<number> {
  const validated = new Set<number>();
  for (const { target, step, how } of ended) {
    const done = program.steps[step];
    if (done?.action.kind === 'check' && how === 'done') validated.add(target);
    else if (done?.action.kind === 'check' || done?.destructive === true || done?.back === true) validated.delete(target);
  }
  return validated;
}

function momentOf(at: number | undefined): number | null {
  return at === undefined || Number.isNaN(at) ? null : at;
}
