// A fleet file from one sweep of an InfiniBand fabric: nodes, leaves, spines, rails, units, cables; what cannot be joined is named.
import type { Finding } from '../core/finding.ts';
import { foldNames } from '../core/fleet/nodeset.ts';
import type { NamesFile } from '../drivers/infiniband/names.ts';
import type { FabricGraph } from '../drivers/infiniband/netdiscover.ts';
import { BadInputError, shorten, type FileProblem } from '../files/problem.ts';
import { counted, showCount } from '../std/share.ts';
import type { Json, JsonObject } from '../std/json.ts';
import { findingsOf, looseWords } from './imported-fabric-findings.ts';
import { namesOf, type FabricNames } from './imported-fabric-names.ts';
import { shapeOf, type FabricShape } from './imported-fabric-shape.ts';
import { compactUnits, listedUnits } from './imported-fabric-units.ts';
import { comment, flow, type ImportedFleet } from './imported-fleet.ts';

export interface ImportedFabric extends ImportedFleet {
  /** What could not be read or joined, and what looks wrong in the cabling. */
  readonly findings: readonly Finding[];
}

export interface FabricSource {
  /** File that the sweep comes from, or the command. */
  readonly from: string;
  readonly names: NamesFile;
  /** What fleet and cluster are to be called. */
  readonly fleet: string;
  /** Every cable of a host by its ports, also where names allow units that tell which node hangs on which leaf. */
  readonly cables: boolean;
  /** Options of the fabric's driver. */
  readonly driver: JsonObject;
}

/** Throws BadInputError when no node of it could be told. */
export function importedFabric(graph: FabricGraph, source: FabricSource): ImportedFabric {
  const names = namesOf(graph, source.names);
  const shape = shapeOf(graph, names);
  const nodes = [...new Set(shape.hostCables.map(({ node }) => node))];
  if (nodes.length === 0) throw nothingUsable(graph, names, shape, source.from);
  const compact = source.cables ? null : compactUnits(shape.units, nodes);
  const listed = shape.units.length > 1 && shape.units.length * 2 > nodes.length ? {} : { units: listedUnits(shape.units) };
  const leaves = compact ? new Set(shape.units.flatMap((unit) => unit.leaves)) : new Set<string>();
  const hostLinks = shape.hostCables.filter(({ leaf }) => !leaves.has(leaf));
  const switches = switchesOf(shape, leaves);
  const links = [
    ...hostLinks.map(({ node, hca, leaf, leafPort }) => `${node}/${hca}--${leaf}/${leafPort}`),
    ...shape.switchCables.map(({ a, aPort, b, bPort }) => `${a}/${aPort}--${b}/${bPort}`),
  ];
  const cluster: JsonObject = {
    name: source.fleet,
    nodes: foldNames(nodes),
    ...(compact ? { units: compact } : shape.units.length > 0 ? listed : {}),
    ...(switches.length > 0 ? { switches } : {}),
    ...(links.length > 0 ? { links } : {}),
    drivers: { fabric: Object.keys(source.driver).length === 0 ? 'infiniband' : { use: 'infiniband', ...source.driver } },
  };
  const document = { fleet: source.fleet, clusters: [cluster] };
  return {
    text: textOf(document, cluster, [...aboutShape(names, shape, source), ...aboutLoose(names, shape), ...aboutRenamed(names)]),
    document,
    nodes: nodes.length,
    findings: findingsOf(graph, names, shape, source.from),
  };
}

function switchesOf({ roles }: FabricShape, told: ReadonlySet<string>): Json[] {
  return (['leaf', 'spine', 'core', 'unknown'] as const).flatMap((role) => {
    const own = [...roles].filter(([name, has]) => has === role && !told.has(name)).map(([name]) => name);
    return own.length === 0 ? [] : [{ name: foldNames(own), role }];
  });
}

function aboutShape(names: FabricNames, shape: FabricShape, { from }: FabricSource): string[] {
  const { roles, units, rails, hostCables, switchCables } = shape;
  const ofRole = (role: string): number => [...roles.values()].filter((each) => each === role).length;
  const nodes = new Set(hostCables.map(({ node }) => node)).size;
  const switches = (['leaf', 'spine', 'core', 'unknown'] as const).flatMap((role) => {
    const n = ofRole(role);
    const plural = { leaf: 'leaves', spine: 'spines', core: 'cores', unknown: 'switches of no known role' }[role];
    const one = role === 'unknown' ? 'switch of no known role' : role;
    return n === 0 ? [] : [`${showCount(n)} ${n === 1 ? one : plural}`];
  });
  const found = [...new Set(rails.values())].sort((a, b) => a - b);
  return [
    `From ${comment(from)}: ${counted(nodes, 'node')}, ${switches.join(', ')}, ${counted(units.length, 'unit')}.`,
    `${counted(hostCables.length, 'cable')} of nodes, ${showCount(switchCables.length)} between switches.`,
    ...found.map((rail) => {
      const hcas = [...new Set(units.flatMap((unit) => unit.hcas[rail - 1] ?? []))].join(', ');
      const leaves = [...rails].filter(([, own]) => own === rail).map(([leaf]) => leaf);
      return `rail ${rail}${hcas === '' ? '' : ` (${hcas})`}: ${foldNames(leaves)}`;
    }),
    ...(names.aggregation.length > 0 ? [`${counted(names.aggregation.length, 'aggregation node')} inside of switches: no hosts.`] : []),
  ];
}

/** The lines begin as those of a names file do. */
function aboutLoose(names: FabricNames, shape: FabricShape): string[] {
  if (names.unjoined.length === 0) return [];
  const n = names.unjoined.length;
  return [
    '',
    `${counted(n, 'HCA')} could not be joined to a node. Their hosts are not in this file, unless another HCA of theirs is, and who`,
    'feels work on their switches is not known in full. Write GUID NAME HCA for each into a file and import again with --names FILE:',
    ...looseWords(names, shape).map(({ guid, words }) => `${guid}  ${comment(words)}`),
  ];
}

function aboutRenamed({ renamed, switches }: FabricNames): string[] {
  if (renamed.length === 0) return [];
  return [
    '',
    'These switches share a name, so they are called otherwise here than they call themselves. The fabric driver needs these lines as its',
    'names file (drivers: {fabric: {use: infiniband, names: FILE}}):',
    ...renamed.map((guid) => `${guid} ${switches.get(guid) ?? ''}`),
  ];
}

function textOf(document: JsonObject, cluster: JsonObject, about: readonly string[]): string {
  const lines = [...about.map((line) => `# ${line}`.trimEnd()), `fleet: ${flow(document['fleet'])}`, 'clusters:'];
  for (const [i, [key, value]] of Object.entries(cluster).entries()) {
    const lead = i === 0 ? '  - ' : '    ';
    lines.push(Array.isArray(value) ? `${lead}${key}:` : `${lead}${key}: ${flow(value)}`);
    if (Array.isArray(value)) for (const item of value as readonly Json[]) lines.push(`      - ${flow(item)}`);
  }
  lines.push('      # add what drains its nodes and how they are reached, such as');
  lines.push('      # drivers: {..., scheduler: slurm, shell: {use: ssh, user: root, knownHosts: hosts.keys, key: {file: id_pit}}}');
  lines.push(
    '    # and where subnet managers run, if that is a node or switch of this file: work on it is felt by every node of the fabric',
  );
  lines.push('    # subnetManagers: ["NAME"]');
  return `${lines.join('\n')}\n`;
}

const SHOWN_MAX = 100;

function nothingUsable(graph: FabricGraph, names: FabricNames, shape: FabricShape, file: string): BadInputError {
  const { hosts, switches, links, problems } = graph;
  const seen = `${counted(hosts.length, 'HCA')}, ${counted(switches.length, 'switch', 'switches')} and ${counted(links.length, 'link')}`;
  const whole: FileProblem = {
    file,
    line: 1,
    col: 1,
    value: '',
    why: `no node of a fabric is in it that could be told by name (${seen})`,
    mend:
      names.unjoined.length > 0
        ? 'name its HCAs with --names FILE, lines GUID NAME'
        : 'give all that ibnetdiscover prints, from a port that is up',
  };
  const damaged = problems.slice(0, SHOWN_MAX).map(({ line, text, why }) => ({ file, line, col: 1, value: shorten(text), why, mend: '' }));
  const loose = looseWords(names, shape)
    .slice(0, SHOWN_MAX)
    .map(({ guid, words }) => ({ file, line: 1, col: 1, value: guid, why: shorten(words), mend: '' }));
  return new BadInputError([whole, ...damaged, ...loose]);
}
