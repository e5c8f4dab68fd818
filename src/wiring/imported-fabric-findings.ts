// What an imported fabric leaves open, and what looks wrong in its cabling: for whoever reads the fleet file before anything relies on it.
import type { Finding, Severity } from '../core/finding.ts';
import type { FabricGraph } from '../drivers/infiniband/netdiscover.ts';
import { shorten } from '../files/problem.ts';
import { byNumbers, type FabricShape } from './imported-fabric-shape.ts';
import type { FabricNames } from './imported-fabric-names.ts';

export function findingsOf(graph: FabricGraph, names: FabricNames, shape: FabricShape, file: string): Finding[] {
  return [
    ...graph.problems.map(({ line, text, why }) => note('warning', `${file}:${line}`, 'sweep-damaged', `${shorten(text)}: ${why}`)),
    ...looseWords(names, shape).map(({ guid, words }) => note('warning', guid, 'hca-not-joined', words)),
    ...unplugged(names, shape),
    ...names.unused.map((guid) => note('warning', guid, 'name-unused', 'in the names file, but nothing of this fabric has this GUID')),
    ...names.renamed.map((guid) => {
      const message = `${names.switches.get(guid) ?? ''} shares its name with another switch: the driver needs it in its names file too`;
      return note('warning', guid, 'switch-renamed', message);
    }),
    ...shape.crossed.map(({ cable: { node, hca, leaf, leafPort }, rail }) => {
      const actual = `${leaf}/${leafPort} of rail ${shape.rails.get(leaf) ?? 0}`;
      const message = `${hca} is of rail ${rail}, and plugged into ${actual}: cables crossed?`;
      return note('warning', node, 'rail-crossed', message);
    }),
    ...shape.units.flatMap(({ short }) =>
      [...Map.groupBy(short, ({ node }) => node)].map(([node, missing]) => {
        const leaves = missing.map(({ leaf }) => leaf).join(', ');
        return note(
          'info',
          node,
          'links-missing',
          `no link to ${leaves}, which the rest of its unit has: a cable that is down, or fewer HCAs`,
        );
      }),
    ),
    ...[...shape.hostsAbove].map(([name, nodes]) => {
      return note('info', name, 'hosts-above-leaves', `${nodes.join(', ')} linked to a ${shape.roles.get(name) ?? ''}, so in no unit`);
    }),
    ...installerNames(shape),
    ...[...shape.roles].flatMap(([name, role]) =>
      role === 'unknown' ? [note('warning', name, 'switch-alone', 'no leaf can be reached from it, so what it is for is not known')] : [],
    ),
    ...(names.aggregation.length > 0
      ? [note('info', '', 'aggregation-nodes', `${names.aggregation.length} aggregation nodes inside of switches: no hosts`)]
      : []),
  ];
}

/** Every HCA that is in no node of the file: its GUID, and in words its description, where it is plugged in, why; neighbours together. */
export function looseWords(names: FabricNames, shape: FabricShape): { readonly guid: string; readonly words: string }[] {
  const placed = names.unjoined.map(({ host, why }) => ({ host, why, ends: shape.loose.get(host.guid) ?? [] }));
  const order = new Map(shape.units.flatMap(({ leaves }, unit) => leaves.map((leaf, rail) => [leaf, { unit, rail }] as const)));
  const keyOf = ({ ends }: (typeof placed)[number]): readonly number[] => {
    const at = order.get(ends[0]?.leaf ?? '');
    return [at?.unit ?? Infinity, ends[0]?.leafPort ?? Infinity, at?.rail ?? Infinity];
  };
  const sorted = placed.toSorted((a, b) => compared(keyOf(a), keyOf(b)) || byNumbers(a.host.guid, b.host.guid));
  return sorted.map(({ host, why, ends }) => {
    const where = ends.length === 0 ? 'plugged into no switch' : `at ${ends.map(({ leaf, leafPort }) => `${leaf}/${leafPort}`).join(', ')}`;
    return { guid: host.guid, words: `"${shorten(host.name)}" ${where}: ${why}` };
  });
}

function compared(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? Infinity;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

/** Nodes that are told by name and have no cable: they are not in the file. */
function unplugged(names: FabricNames, shape: FabricShape): Finding[] {
  const linked = new Set(shape.hostCables.map(({ node }) => node));
  const alone = new Set(names.joined.map(({ node }) => node).filter((node) => !linked.has(node)));
  return [...alone].map((node) =>
    note('warning', node, 'node-unplugged', 'none of its HCAs is linked to a switch, so it is not in the file'),
  );
}

/** What installers call a host before anybody has: there may be several of them. */
const INSTALLER = /^(ubuntu|debian|fedora|rocky|centos|rhel|linux|server|host|node)$/i;

function installerNames(shape: FabricShape): Finding[] {
  const found = new Set(shape.hostCables.map(({ node }) => node).filter((node) => INSTALLER.test(node)));
  return [...found].map((node) =>
    note('warning', node, 'installer-name', 'a name that hosts have before they are given one: is it this host alone?'),
  );
}

function note(severity: Severity, target: string, rule: string, message: string): Finding {
  return { severity, target, rule, message };
}
