// A sweep judged: which links are in which state, what belongs to which name, and of what nothing is believed, and why.
import type { LinkFacts, SubnetManager } from '../../core/ports.ts';
import type { FabricHost, FabricLink, FabricSwitch } from './netdiscover.ts';
import { joinHost, switchName, tornName, type JoinedHost } from './names.ts';
import type { PortSeen } from './linkinfo.ts';
import type { ManagerSettings } from './options.ts';
import type { Sweep } from './sweep.ts';

type End = FabricLink['a'];

export interface SeenLink {
  readonly facts: LinkFacts;
  /** Why it is not believed; null: it is. */
  readonly doubt: string | null;
  readonly a: End;
  readonly b: End;
}

export interface Picture {
  readonly at: number;
  readonly sweep: Sweep;
  /** By the fleet's name. */
  readonly nodes: ReadonlyMap<string, readonly JoinedHost[]>;
  readonly switches: ReadonlyMap<string, readonly FabricSwitch[]>;
  /** Hosts that nobody joined to a node. */
  readonly unjoined: readonly FabricHost[];
  readonly links: ReadonlyMap<string, SeenLink>;
  readonly linksOf: ReadonlyMap<string, readonly SeenLink[]>;
  readonly ports: ReadonlyMap<string, PortSeen>;
  /** By node GUID: why nothing is believed of it. */
  readonly doubts: ReadonlyMap<string, string>;
  readonly managers: readonly SubnetManager[];
}

export function pictureOf(sweep: Sweep, settings: readonly ManagerSettings[]): Picture {
  const { graph, names } = sweep;
  const joined = graph.hosts.map((host) => joinHost(host, names));
  const nodes = groupBy(
    joined.filter(({ node }) => node !== null),
    ({ node }) => node ?? '',
  );
  const switches = groupBy(graph.switches, (one) => switchName(one, names));
  const aliases = aliasesOf(sweep);
  const ports = new Map(sweep.info.ports.map((seen) => [key(endOf(seen, aliases)), seen]));
  const judge = new LinkJudge(sweep, aliases, ports, labelsOf(joined, switches));
  const doubts = new Map<string, string>();
  const doubt = (guid: string, why: string): void => void (doubts.has(guid) || doubts.set(guid, why));
  const seen = graph.links.map((link) => judge.judge(link));
  for (const problem of graph.problems) {
    const half = problem.half === null ? null : judge.judgeHalf(problem.half.from, problem.half.to);
    if (half) seen.push(half);
    else for (const guid of problem.touches) doubt(guid, `line ${problem.line} of ibnetdiscover: ${problem.why}`);
  }
  for (const { a, b, doubt: why } of seen) for (const { guid } of [a, b]) if (why !== null) doubt(guid, why);
  for (const device of [...graph.hosts, ...graph.switches]) {
    const torn = tornName(device, names);
    if (torn !== null) doubt(device.guid, torn);
  }
  doubtDoubles(nodes, switches, doubt);
  return {
    at: sweep.at,
    sweep,
    nodes,
    switches,
    unjoined: joined.filter(({ node }) => node === null).map(({ host }) => host),
    links: new Map(seen.map((link) => [link.facts.link, link])),
    linksOf: groupBy(
      seen.flatMap((link) => [link.a.guid, link.b.guid].map((guid) => ({ guid, link }))),
      ({ guid }) => guid,
      ({ link }) => link,
    ),
    ports,
    doubts,
    managers: managersOf(sweep, settings, joined),
  };
}

/** `NODE/HCA` or `SWITCH` by GUID. */
interface Label {
  readonly name: string;
  readonly hca: string | null;
}

class LinkJudge {
  readonly #sweep: Sweep;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #ports: ReadonlyMap<string, PortSeen>;
  readonly #labels: ReadonlyMap<string, Label>;
  readonly #errors: ReadonlyMap<string, { readonly [counter: string]: number }>;
  readonly #unread: ReadonlySet<string>;

  constructor(
    sweep: Sweep,
    aliases: ReadonlyMap<string, string>,
    ports: ReadonlyMap<string, PortSeen>,
    labels: ReadonlyMap<string, Label>,
  ) {
    this.#sweep = sweep;
    this.#aliases = aliases;
    this.#ports = ports;
    this.#labels = labels;
    this.#errors = new Map(sweep.errors.ports.map((one) => [key(endOf(one, aliases)), one.counters]));
    this.#unread = unreadEnds(sweep, ports);
  }

  /** Both ends must tell the same of who is at the other, and it is as good as the worse of them says. */
  judge({ a, b, width, speed }: FabricLink): SeenLink {
    const [endA, endB] = [this.#ports.get(key(a)), this.#ports.get(key(b))];
    const states = [endA?.state ?? null, endB?.state ?? null];
    const state = states.includes('down') ? 'down' : states.includes('initialize') ? 'initialize' : 'active';
    const facts = { link: this.#name(a, b), state, width, speed, errors: this.#errorsOf(a, b) } as const;
    return { a, b, facts, doubt: this.#doubtOf(facts, endA, endB, a, b) };
  }

  /** A link that one end alone shows is believed when it is no good: then it cannot be taken for a good one. */
  judgeHalf(from: End, to: End): SeenLink | null {
    const end = this.#ports.get(key(from));
    if (!this.#labels.has(to.guid) || (end?.state !== 'initialize' && end?.state !== 'down')) return null;
    const facts = { link: this.#name(from, to), state: end.state, width: null, speed: null, errors: this.#errorsOf(from, to) };
    return { a: from, b: to, facts, doubt: null };
  }

  #doubtOf(facts: LinkFacts, endA: PortSeen | undefined, endB: PortSeen | undefined, a: End, b: End): string | null {
    if (!this.#leadsTo(endA, b) || !this.#leadsTo(endB, a)) return `${facts.link}: ibnetdiscover and iblinkinfo name other ends`;
    if (facts.state !== 'active') return null;
    if (endA?.state !== 'active' || endB?.state !== 'active') return `${facts.link}: iblinkinfo does not show the state of both ends`;
    const unread = this.#sweep.errors.unreadElsewhere > 0 || [a, b].some((end) => this.#unread.has(key(end)));
    return unread ? `${facts.link}: its error counters could not be read` : null;
  }

  /** An end that tells of nobody tells of no other. */
  #leadsTo(end: PortSeen | undefined, other: End): boolean {
    return !end?.remote || key(endOf(end.remote, this.#aliases)) === key(other);
  }

  #name(a: End, b: End): string {
    const [first, second] = [a, b].map((end): { text: string; isSwitch: boolean } => {
      const label = this.#labels.get(end.guid);
      const isSwitch = label?.hca === null;
      return { isSwitch, text: `${label?.name ?? end.guid}/${isSwitch ? end.port : label?.hca || `hca-${end.port}`}` };
    });
    if (!first || !second) return '';
    const inOrder = first.isSwitch === second.isSwitch ? first.text <= second.text : second.isSwitch;
    return inOrder ? `${first.text}--${second.text}` : `${second.text}--${first.text}`;
  }

  #errorsOf(a: End, b: End): { readonly [counter: string]: number } {
    const sum: { [counter: string]: number } = {};
    for (const end of [a, b]) {
      for (const [counter, value] of Object.entries(this.#errors.get(key(end)) ?? {})) sum[counter] = (sum[counter] ?? 0) + value;
    }
    return sum;
  }
}

/** By LID; a port without one is named by its description alone, which others may have as well. */
function unreadEnds({ errors, graph }: Sweep, ports: ReadonlyMap<string, PortSeen>): ReadonlySet<string> {
  if (errors.unread.length === 0) return new Set();
  const lids = new Set(errors.unread.map(({ lid, port }) => `${lid} ${port}`));
  const byLid = [...ports].filter(([, { lid, port }]) => lids.has(`${lid} ${port}`)).map(([end]) => end);
  const byName = errors.unread.flatMap(({ description, lid, port }) => {
    if (lid !== null) return [];
    return [...graph.hosts, ...graph.switches].filter(({ name }) => name === description).map(({ guid }) => key({ guid, port }));
  });
  return new Set([...byLid, ...byName]);
}

/** Node GUIDs by port GUIDs: the tools name HCAs by the one or by the other. */
function aliasesOf({ graph }: Sweep): ReadonlyMap<string, string> {
  const aliases = new Map(graph.switchPorts);
  for (const host of graph.hosts) for (const { guid } of host.ports) aliases.set(guid, host.guid);
  // An HCA whose port did not answer is known by its other end alone.
  for (const { half } of graph.problems) if (half) aliases.set(half.toGuid ?? half.to.guid, half.to.guid);
  return aliases;
}

function endOf(end: End, aliases: ReadonlyMap<string, string>): End {
  return { guid: aliases.get(end.guid) ?? end.guid, port: end.port };
}

function key({ guid, port }: End): string {
  return `${guid} ${port}`;
}

function labelsOf(joined: readonly JoinedHost[], switches: ReadonlyMap<string, readonly FabricSwitch[]>): ReadonlyMap<string, Label> {
  const labels = new Map<string, Label>();
  for (const { host, node, hca } of joined) labels.set(host.guid, { name: node ?? host.guid, hca });
  for (const [name, all] of switches) for (const { guid } of all) labels.set(guid, { name, hca: null });
  return labels;
}

/** Two devices of one name: nobody knows which of them is meant. */
function doubtDoubles(nodes: Picture['nodes'], switches: Picture['switches'], doubt: (guid: string, why: string) => void): void {
  for (const [name, all] of switches) {
    if (all.length > 1) for (const { guid } of all) doubt(guid, `${all.length} switches are called ${name}: ${guidList(all)}`);
  }
  for (const [node, hosts] of nodes) {
    const ports = hosts.flatMap(({ host, hca }) => (hca === '' ? [] : host.ports.map(({ port }) => ({ at: `${hca} ${port}`, hca, host }))));
    for (const [, same] of groupBy(ports, ({ at }) => at)) {
      const why = `${same.length} HCAs are called ${node} ${same[0]?.hca}: ${guidList(same.map(({ host }) => host))}; name them by GUID`;
      if (same.length > 1) for (const { host } of same) doubt(host.guid, why);
    }
  }
}

function guidList(devices: readonly { readonly guid: string }[]): string {
  return (
    devices
      .map(({ guid }) => guid)
      .slice(0, 4)
      .join(', ') + (devices.length > 4 ? ', ...' : '')
  );
}

function managersOf(sweep: Sweep, settings: readonly ManagerSettings[], joined: readonly JoinedHost[]): SubnetManager[] {
  const nodeOf = new Map(
    joined.flatMap(({ host, node }) => [host.guid, ...host.ports.map(({ guid }) => guid)].map((guid) => [guid, node])),
  );
  return sweep.managers.map(({ guid, state, priority }) => {
    const given = settings.find((one) => one.guid !== undefined && sameGuid(one.guid, guid));
    const name = (given ?? settings.find((one) => one.guid === undefined && one.name === nodeOf.get(guid)))?.name ?? guid;
    return { name, guid, state, priority, config: sweep.configs.get(name) ?? null };
  });
}

function sameGuid(a: string, b: string): boolean {
  return BigInt(a) === BigInt(b);
}

function groupBy<T, V = T>(all: readonly T[], keyOf: (one: T) => string, valueOf?: (one: T) => V): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const one of all) {
    const value = valueOf ? valueOf(one) : (one as T & V);
    const group = groups.get(keyOf(one));
    if (group) group.push(value);
    else groups.set(keyOf(one), [value]);
  }
  return groups;
}
