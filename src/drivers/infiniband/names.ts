// Which HCA belongs to which node, and what a switch is called: by a file of GUIDs first, else by what they call themselves.
import type { FabricGraph, FabricHost, FabricSwitch } from './netdiscover.ts';
import { guidOf } from './netdiscover.ts';

interface GivenName {
  readonly name: string;
  /** null: not said. */
  readonly hca: string | null;
}

export interface NamesFile {
  /** By node or port GUID. */
  readonly byGuid: ReadonlyMap<string, GivenName>;
  /** GUIDs with two names: nothing is believed of either. */
  readonly torn: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly { readonly line: number; readonly text: string; readonly why: string }[];
}

export const NO_NAMES: NamesFile = { byGuid: new Map(), torn: new Map(), problems: [] };

/** Lines `GUID NAME [HCA]`, quoted or not, as the node name maps of the tools; `#` begins a comment. Never throws. */
export function parseNames(text: string): NamesFile {
  const byGuid = new Map<string, GivenName>();
  const torn = new Map<string, string[]>();
  const problems: { line: number; text: string; why: string }[] = [];
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const match = /^(?:0x)?([0-9a-fA-F]{1,16})\s+"?([^\s"]+)(?:\s+([^\s"]+))?"?$/.exec(line);
    if (!match) {
      problems.push({ line: index + 1, text: line.slice(0, 200), why: 'not "GUID NAME" or "GUID NAME HCA"' });
      continue;
    }
    const guid = guidOf(match[1]);
    const name = match[2] ?? '';
    const before = byGuid.get(guid);
    if (before && before.name !== name) {
      torn.set(guid, [...new Set([...(torn.get(guid) ?? [before.name]), name])]);
      problems.push({ line: index + 1, text: line.slice(0, 200), why: `${guid} is called ${before.name} above` });
    } else byGuid.set(guid, { name, hca: match[3] ?? null });
  }
  return { byGuid, torn, problems };
}

export interface JoinedHost {
  readonly host: FabricHost;
  /** null: nobody knows whose HCA it is. */
  readonly node: string | null;
  /** Empty: not known; a link's name then says `hca-PORT`. */
  readonly hca: string;
}

/** Given names win; else a description of one or two words is "NODE [HCA]", and "localhost" and longer ones say nothing. */
export function joinHost(host: FabricHost, names: NamesFile): JoinedHost {
  const given = givenOf(host, names);
  if (given) return { host, node: given.name, hca: given.hca ?? host.hca };
  const words = host.name.split(/\s+/);
  const isName = words.length <= 2 && NAME.test(words[0] ?? '') && !NOBODY.test(words[0] ?? '');
  return { host, node: isName ? (words[0] ?? null) : null, hca: host.hca };
}

/** Given, else NAME of "MF0;NAME:MODEL/U1" as managed switches say it, else the description where it is one word, else by its GUID. */
export function switchName({ guid, name }: FabricSwitch, names: NamesFile): string {
  const given = names.byGuid.get(guid);
  if (given) return given.name;
  const said = /^MF0;([^:;]+):/.exec(name)?.[1] ?? name;
  return NAME.test(said) ? said : `switch-${guid.slice(2)}`;
}

/** SHARP's own end points inside of switches: no hosts. */
export function isAggregationNode({ name }: FabricHost): boolean {
  return /Aggregation Node/i.test(name);
}

/** The GUIDs of a host or switch which the file calls by two names, or its ports by other names than itself; null: none. */
export function tornName(device: FabricHost | FabricSwitch, names: NamesFile): string | null {
  const guids = guidsOf(device);
  for (const guid of guids) {
    const two = names.torn.get(guid);
    if (two) return `the names file calls ${guid} ${two.join(' and ')}`;
  }
  const given = new Set(guids.flatMap((guid) => names.byGuid.get(guid)?.name ?? []));
  return given.size > 1 ? `the names file calls ${guids[0]} and its ports ${[...given].join(' and ')}` : null;
}

/** The graph with the names of the file in place of descriptions. */
export function renamed(graph: FabricGraph, names: NamesFile): FabricGraph {
  const hosts = graph.hosts.map((host) => {
    const given = givenOf(host, names);
    if (!given) return host;
    const hca = given.hca ?? host.hca;
    return { ...host, hca, name: `${given.name} ${hca}`.trim() };
  });
  const switches = graph.switches.map((one) => ({ ...one, name: names.byGuid.get(one.guid)?.name ?? one.name }));
  return { ...graph, hosts, switches };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:+=~-]*$/;
/** What an HCA is called whose host has not (yet) told it its name. */
const NOBODY = /^(?:localhost|localhost\.localdomain|\(none\)|MT\d+)$/i;

function givenOf(host: FabricHost, names: NamesFile): GivenName | undefined {
  return guidsOf(host).flatMap((guid) => names.byGuid.get(guid) ?? [])[0];
}

function guidsOf(device: FabricHost | FabricSwitch): string[] {
  return [device.guid, ...(typeof device.ports === 'number' ? [] : device.ports.map(({ guid }) => guid))];
}
