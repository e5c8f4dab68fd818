// From fleet.yaml to the fleet: patterns become named groups, shorthands their long form, and what contradicts itself is refused.
import type { Cluster, Customer, DriverChoice, Fleet, LeaseHooks } from '../core/fleet/model.ts';
import { fold, has, intersection, size, unionOf } from '../core/fleet/nodeset.ts';
import type { NodeSet } from '../core/fleet/nodeset.ts';
import { must } from '../std/assert.ts';
import { parseDocument } from './document.ts';
import type { Path } from './document.ts';
import { checkLinks, domainsOf, groupsOf, listedSwitches, managersOf, sayNames, switchesOf, unitsOf } from './fleet-groups.ts';
import type { ClusterReading } from './fleet-groups.ts';
import { fleetSchema } from './fleet-schema.ts';
import type { WrittenCluster, WrittenFleet } from './fleet-schema.ts';
import { readNodeSet } from './node-set-text.ts';
import { suggest } from './problem.ts';
import { readText } from './read-text.ts';
import { Problems, readWith, Refusal } from './schema.ts';

export interface FleetInForce {
  readonly fleet: Fleet;
  /** `fleet.lab.mode = confirm`, one for each default in force. */
  readonly defaults: readonly string[];
}

/** In one fleet. */
export const FLEET_NODES_MAX = 1_000_000;

/** The fleet of the file. Throws BadInputError. */
export function readFleet(file: string): Fleet {
  return parseFleet(readText(file), file);
}

export function parseFleet(text: string, file: string): Fleet {
  return parseFleetInForce(text, file).fleet;
}

export function readFleetInForce(file: string): FleetInForce {
  return parseFleetInForce(readText(file), file);
}

/** As `parseFleet`, with the defaults in force. Throws BadInputError. */
export function parseFleetInForce(text: string, file: string): FleetInForce {
  const document = parseDocument(text, file);
  const written = readWith(fleetSchema, document);
  const problems = new Problems(document);
  const defaults: string[] = [];
  const timezone = written.timezone ?? 'UTC';
  if (written.timezone === undefined) defaults.push('fleet.timezone = UTC');
  const customers = customersOf(written, timezone, problems);
  const sets = clusterSets(written, problems);
  problems.done();
  const listed = listedSwitches(written.clusters);
  const readings = written.clusters.map((cluster, i): ClusterReading => {
    const nodes = must(sets[i], 'the nodes of a cluster without problems');
    return { written: cluster, nodes, path: ['clusters', i], problems, listed };
  });
  const apart = readings.map((reading) => clusterOf(reading, customers, defaults));
  const clusters = joined(readings, apart);
  refuseTwoKinds(clusters, sets, problems);
  problems.done();
  return { fleet: { name: written.fleet, timezone, customers, clusters }, defaults };
}

function customersOf(written: WrittenFleet, timezone: string, problems: Problems): Customer[] {
  const seen = new Set<string>();
  return (written.customers ?? []).map((customer, i) => {
    if (seen.has(customer.name))
      problems.add(['customers', i, 'name'], new Refusal('two customers of this name', 'name each customer once'));
    seen.add(customer.name);
    const { name, priority, notice } = customer;
    return { name, timezone: customer.timezone ?? timezone, priority: priority ?? 1, noticeMs: notice ?? 0 };
  });
}

/** The node set of each cluster; a node in two of them is refused. */
function clusterSets(written: WrittenFleet, problems: Problems): (NodeSet | null)[] {
  const seen = new Set<string>();
  const sets: (NodeSet | null)[] = [];
  let total = 0;
  for (const [i, cluster] of written.clusters.entries()) {
    if (seen.has(cluster.name)) problems.add(['clusters', i, 'name'], new Refusal('two clusters of this name', 'name each cluster once'));
    seen.add(cluster.name);
    const path: Path = ['clusters', i, 'nodes'];
    const set = readNodeSet(cluster.nodes, path, problems);
    if (set) {
      total += size(set);
      if (total > FLEET_NODES_MAX) problems.add(path, new Refusal(`more than ${FLEET_NODES_MAX} nodes`, 'write a smaller fleet'));
      for (const [j, other] of sets.entries()) {
        const both = other && intersection(set, other);
        if (!both || size(both) === 0) continue;
        const why = `also in cluster ${written.clusters[j]?.name}`;
        problems.add(path, new Refusal(why, 'give each node to one cluster', { value: sayNames(both) }));
      }
    }
    sets.push(set);
  }
  return sets;
}

/** What only all clusters together tell: links to each other's switches, and where subnet managers run. */
function joined(readings: readonly ClusterReading[], clusters: readonly Cluster[]): Cluster[] {
  const switches = new Set(clusters.flatMap((cluster) => cluster.switches.map(({ name }) => name)));
  const all = unionOf(readings.map(({ nodes }) => nodes));
  return readings.map((reading, i): Cluster => {
    checkLinks(reading, switches);
    const subnetManagers = managersOf(reading, all, switches);
    const cluster = must(clusters[i], 'a cluster for each reading');
    return subnetManagers === null ? cluster : { ...cluster, subnetManagers };
  });
}

function clusterOf(reading: ClusterReading, customers: readonly Customer[], defaults: string[]): Cluster {
  const { written, nodes, path, problems } = reading;
  const known = customers.map(({ name }) => name);
  if (written.customer !== undefined && !known.includes(written.customer)) {
    const mend = known.length === 0 ? `add customers: [{name: ${written.customer}}]` : suggest(written.customer, known);
    problems.add([...path, 'customer'], new Refusal('is no customer of the fleet', mend));
  }
  const units = unitsOf(reading);
  const switches = switchesOf(reading, units.leaves);
  const links = [...units.links, ...(written.links ?? [])];
  noteDefaults(written, defaults);
  return {
    name: written.name,
    customer: written.customer ?? null,
    mode: written.mode ?? 'confirm',
    workload: written.workload ?? 'training',
    nodes: fold(nodes),
    gpusPerNode: written.gpusPerNode ?? null,
    racks: groupsOf(reading, 'racks'),
    units: units.groups,
    domains: domainsOf(reading),
    feeds: groupsOf(reading, 'power'),
    switches,
    links,
    image: written.image ?? null,
    drivers: driversOf(written),
    leases: leasesOf(written),
  };
}

function noteDefaults({ name, mode, workload, customer, gpusPerNode }: WrittenCluster, defaults: string[]): void {
  if (mode === undefined) defaults.push(`fleet.${name}.mode = confirm`);
  if (workload === undefined) defaults.push(`fleet.${name}.workload = training`);
  if (customer === undefined) defaults.push(`fleet.${name}.customer = the operator's own`);
  if (gpusPerNode === undefined) defaults.push(`fleet.${name}.gpusPerNode = from the scheduler`);
}

function driversOf({ drivers = {} }: WrittenCluster): Cluster['drivers'] {
  const chosen: Record<string, DriverChoice> = {};
  for (const [role, written] of Object.entries(drivers)) {
    if (written === undefined) continue;
    if (typeof written === 'string') chosen[role] = { use: written, options: {} };
    else {
      const { use, ...options } = written;
      chosen[role] = { use, options };
    }
  }
  return chosen;
}

function leasesOf({ leases = {} }: WrittenCluster): Cluster['leases'] {
  const hooks: Record<string, LeaseHooks> = {};
  for (const [mover, { take, verify, give, renewEvery }] of Object.entries(leases)) {
    hooks[mover] = { take, verify, give, renewEveryMs: renewEvery ?? null };
  }
  return hooks;
}

/** Nodes, switches, domains and feeds are targets by their bare names, so no two kinds may share one. */
function refuseTwoKinds(clusters: readonly Cluster[], sets: readonly (NodeSet | null)[], problems: Problems): void {
  const kinds = new Map<string, string>();
  const all = sets.filter((set) => set !== null);
  for (const [i, cluster] of clusters.entries()) {
    const named = [
      ...cluster.switches.map(({ name }) => ['switch', 'switches', name] as const),
      ...cluster.domains.map(({ name }) => ['domain', 'domains', name] as const),
      ...cluster.feeds.map(({ name }) => ['feed', 'power', name] as const),
    ];
    for (const [kind, key, name] of named) {
      const other = all.some((set) => has(set, name)) ? 'node' : kinds.get(name);
      kinds.set(name, kind);
      if (other === undefined || other === kind) continue;
      problems.add(['clusters', i, key], new Refusal(`a ${kind} named like a ${other}`, 'give them different names', { value: name }));
    }
  }
}
