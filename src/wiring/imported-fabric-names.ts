// What the things of a fabric are called: as the driver calls them, so that both mean the same, and switches that share a name told apart.
import { isNodeName } from '../core/fleet/nodeset.ts';
import { isAggregationNode, joinHost, switchName, type NamesFile } from '../drivers/infiniband/names.ts';
import type { FabricGraph, FabricHost, FabricSwitch } from '../drivers/infiniband/netdiscover.ts';

/** An HCA of which it is known in which node it sits. */
interface JoinedHca {
  readonly host: FabricHost;
  readonly node: string;
  /** "HCA-1", "mlx5_0"; empty: nobody tells. */
  readonly hca: string;
}

interface UnjoinedHca {
  readonly host: FabricHost;
  readonly why: string;
}

export interface FabricNames {
  /** By GUID. */
  readonly switches: ReadonlyMap<string, string>;
  /** GUIDs of switches that would share a name, and are called otherwise here than they call themselves. */
  readonly renamed: readonly string[];
  readonly joined: readonly JoinedHca[];
  readonly unjoined: readonly UnjoinedHca[];
  /** The switches' own engines for reductions: no hosts. */
  readonly aggregation: readonly FabricHost[];
  /** GUIDs of the names file that are nothing of this fabric. */
  readonly unused: readonly string[];
}

export function namesOf(graph: FabricGraph, given: NamesFile): FabricNames {
  const isEngine = (host: FabricHost): boolean => isAggregationNode(host) || /^Quantum\b/.test(host.name);
  const hosts = graph.hosts.filter((host) => !isEngine(host));
  const { joined, unjoined } = joinHosts(hosts, given);
  const seen = new Set([...graph.switches.map(({ guid }) => guid), ...hosts.flatMap(guidsOf)]);
  return {
    ...switchNames(graph.switches, given, new Set(joined.map(({ node }) => node))),
    joined,
    unjoined,
    aggregation: graph.hosts.filter(isEngine),
    unused: [...given.byGuid.keys()].filter((guid) => !seen.has(guid)),
  };
}

function joinHosts(hosts: readonly FabricHost[], given: NamesFile): Pick<FabricNames, 'joined' | 'unjoined'> {
  const joined: JoinedHca[] = [];
  const unjoined: UnjoinedHca[] = [];
  const isGiven = (host: FabricHost): boolean => guidsOf(host).some((guid) => given.byGuid.has(guid));
  const twice = describedTwice(hosts.filter((host) => !isGiven(host)));
  for (const host of hosts) {
    const { node, hca } = joinHost(host, given);
    const isShared = !isGiven(host) && twice.has(host.name);
    if (node !== null && isNodeName(node) && !isShared) joined.push({ host, node, hca: isPart(hca) ? hca : '' });
    else unjoined.push({ host, why: whyNot(host, isShared && node !== null) });
  }
  return { joined, unjoined };
}

function whyNot({ name }: FabricHost, isShared: boolean): string {
  if (isShared) return 'another HCA has the same description';
  return name === '' ? 'it has no description' : 'its description names no node';
}

/** The same description at the same port number: two HCAs, and nothing tells them apart. (With -p each port of one HCA is a host.) */
function describedTwice(hosts: readonly FabricHost[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name, ports } of hosts) {
    for (const { port } of ports) {
      const key = `${port} ${name}`;
      if (seen.has(key)) twice.add(name);
      seen.add(key);
    }
  }
  return twice;
}

function guidsOf({ guid, ports }: FabricHost): string[] {
  return [guid, ...ports.map((port) => port.guid)];
}

/** What may stand between the slashes and dashes of a link's name. */
function isPart(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(text) && !text.includes('--');
}

/** The modules of a chassis say one name ("MF0;core1:CS7500/L01/U1"): theirs gets the module; what is alike all the same gets its GUID. */
function switchNames(
  switches: readonly FabricSwitch[],
  given: NamesFile,
  nodes: ReadonlySet<string>,
): Pick<FabricNames, 'switches' | 'renamed'> {
  const candidates = [
    (each: FabricSwitch): string => switchName(each, given),
    (each: FabricSwitch): string => each.name.replace(/^MF0;([^:;]+):[^/]*/, '$1').replaceAll('/', '-'),
    ({ guid }: FabricSwitch): string => `switch-${guid.slice(2)}`,
  ];
  const names = new Map<string, string>();
  const renamed: string[] = [];
  const taken = new Set(nodes);
  let left = switches;
  for (const [i, candidate] of candidates.entries()) {
    const rest: FabricSwitch[] = [];
    for (const [name, alike] of Map.groupBy(left, candidate)) {
      const [only] = alike;
      if (only && alike.length === 1 && isPart(name) && isNodeName(name) && !taken.has(name)) {
        names.set(only.guid, name);
        taken.add(name);
        if (i > 0) renamed.push(only.guid);
      } else rest.push(...alike);
    }
    left = rest;
  }
  return { switches: names, renamed };
}
