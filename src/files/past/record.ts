// A past maintenance as it goes into the journal: its run's name, a sealed plan that only counts, its entries, and the id of its content.
import { createHash } from 'node:crypto';
import { difference, fold, nodeSetOf, size } from '../../core/fleet/nodeset.ts';
import type { Fleet } from '../../core/fleet/model.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { entriesOf } from '../../core/past/entries.ts';
import type { PastMaintenance } from '../../core/past/timeline.ts';
import { agreedWindow, fleetOfRecord, observedFleet, watchedPlan, type WatchedPlanParts } from '../../core/past/watched-plan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Entry } from '../../core/ports.ts';
import { compile } from '../../core/run/compile.ts';
import { canonicalJson, fleetId, planId } from '../plan-file.ts';
import { BadInputError, shorten } from '../problem.ts';

export interface PastRun {
  readonly run: string;
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  /** Equal for equal content, whatever the run is called and whichever file it stood in. */
  readonly contentId: string;
}

const NAME_CHARACTERS_MAX = 64;
const WORDS_CHARACTERS_MAX = 60;

/** What a scheduler, a file and a shell all take as a name. */
export function runName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return (name === '' ? 'past' : name).slice(0, NAME_CHARACTERS_MAX).replace(/-+$/, '');
}

/** `change`: what others did, in their words. `fleet` null: the record's nodes are a fleet of their own. Throws BadInputError for nodes that the fleet has not. */
export function recordOf(
  run: string,
  change: string,
  past: PastMaintenance,
  from: { readonly file: string; readonly zone: string; readonly fleet: Fleet | null; readonly origin: string },
): PastRun {
  const nodes = past.timelines.map(({ node }) => node);
  const plan = sealed({
    name: clipped(change === '' ? run : change),
    document: from.fleet === null ? fleetOfRecord(nodes, from.zone) : observedFleet(from.fleet),
    nodes: from.fleet === null ? new Map([['past', nodes]]) : byCluster(nodes, from.fleet, from.file),
    steps: past.steps,
    read: {},
    window: agreedWindow(past),
    soakMs: 0,
    origin: from.origin,
  });
  return { run, plan, entries: entriesOf(past, compile(plan)), contentId: contentIdOf(past) };
}

/** The plan with its ids, as everything that reads plans wants it. */
export function sealed({ document, ...parts }: Omit<WatchedPlanParts, 'fleet'> & { readonly document: Fleet }): Plan {
  const plan = watchedPlan({ ...parts, fleet: { id: fleetId(document), document } });
  return { ...plan, id: planId(plan) };
}

export function contentIdOf(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function byCluster(nodes: readonly string[], fleet: Fleet, file: string): Map<string, string[]> {
  const topology = topologyOf(fleet);
  const strangers = difference(nodeSetOf(nodes), topology.nodes);
  if (size(strangers) > 0) {
    const value = shorten(fold(strangers));
    throw new BadInputError([
      { file, line: 1, col: 1, value, why: `not in fleet ${fleet.name}`, mend: 'add them to the fleet file, or leave out --fleet' },
    ]);
  }
  const clusters = new Map<string, string[]>(fleet.clusters.map(({ name }) => [name, []]));
  for (const node of nodes) clusters.get(topology.clusterOf(node)?.name ?? '')?.push(node);
  return clusters;
}

const clipped = (words: string): string => (words.length <= WORDS_CHARACTERS_MAX ? words : `${words.slice(0, WORDS_CHARACTERS_MAX - 1)}…`);
