// Procedures of fleets: the documents that the server knows, their maps, and what every node shows, live.
import { fold, foldNames } from '../../core/fleet/nodeset.ts';
import type { JsonObject } from '../../std/json.ts';
import { nameOf } from '../context.ts';
import { affectedOf } from '../fleets/affected.ts';
import { lateLayer, riskLayer, versionLayer } from '../fleets/layers.ts';
import { linksOf } from '../fleets/links.ts';
import { idsIn, readSet } from '../fleets/node-set.ts';
import { packBytes } from '../contract/packed.ts';
import { indexOf } from '../live/fleet-index.ts';
import { KnownFleets, type KnownFleet } from '../live/known-fleets.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { answering, badInput, notFound } from './answering.ts';

const LAYERS = { version: versionLayer, risk: riskLayer, late: lateLayer } as const;

export function fleetProcedures(parts: ApiParts) {
  return { ...documents(parts), ...boards(parts), ...sets(parts) };
}

/** What is known of fleets, and does not change while people look. */
function documents(parts: ApiParts) {
  return {
    list: os.fleets.list.handler(async () => [...(await parts.live.fleets()).values()].map(summaryOf)),
    keep: os.fleets.keep.handler(({ input, context }) =>
      answering(async () => {
        const { fleet, why } = { why: '', ...KnownFleets.read(input.fleet) };
        if (fleet === null) throw badInput(`fleet: ${why}; send the fleet as \`pitstop fleet check\` has read it`);
        const { folder, catalogue } = input;
        // It came as JSON and was checked; what the desk keeps is JSON again.
        const document = fleet as unknown as JsonObject;
        await parts.desk.fleets.keep({ fleet: fleet.name, document, folder, catalogue, by: nameOf(context.caller, undefined) });
        return summaryOf(await fleetOf(parts, fleet.name));
      }),
    ),
    map: os.fleets.map.handler(async ({ input }) => (await fleetOf(parts, input.fleet)).index.map),
    links: os.fleets.links.handler(async ({ input }) => {
      const { document, index } = await fleetOf(parts, input.fleet);
      if (index.topology.kindOf(input.device) === null) throw notFound(`${input.device} is nothing of fleet ${input.fleet}`);
      return linksOf(document, input.device);
    }),
  };
}

/** What nodes show. */
function boards(parts: ApiParts) {
  return {
    cells: os.fleets.cells.handler(async ({ input }) => {
      const { seq, cells, seenAt } = await boardOf(parts, input.fleet);
      const at = new Date().toISOString();
      return { seq, at, cells: packBytes(cells), seenAt: seenAt === null ? null : new Date(seenAt).toISOString() };
    }),
    follow: os.fleets.follow.handler(async ({ input, lastEventId, signal }) =>
      (await boardOf(parts, input.fleet)).follow(seqOf(lastEventId), signal),
    ),
    layer: os.fleets.layer.handler(({ input }) =>
      answering(async () => {
        const { index, runs } = await fleetOf(parts, input.fleet);
        return LAYERS[input.layer]({ parts, index, runs });
      }),
    ),
  };
}

/** Node sets, read with the fleet's groups. */
function sets(parts: ApiParts) {
  return {
    select: os.fleets.select.handler(async ({ input }) => {
      const { index } = await fleetOf(parts, input.fleet);
      const set = readSet(input.set, index.topology);
      return { ids: idsIn(set, index), folded: fold(set) };
    }),
    fold: os.fleets.fold.handler(async ({ input }) => {
      const { index } = await fleetOf(parts, input.fleet);
      const names = input.ids.map((id) => {
        const name = index.names[id];
        if (name === undefined)
          throw badInput(`ids: ${id} is no node of fleet ${input.fleet}, which has ${index.names.length}; read its map again`);
        return name;
      });
      return { folded: foldNames(names), count: new Set(names).size };
    }),
    affected: os.fleets.affected.handler(async ({ input }) => {
      const { topology } = (await fleetOf(parts, input.fleet)).index;
      return affectedOf(topology, readSet(input.set, topology));
    }),
  };
}

/** Number of an event as it was given out; null: none, or none of ours. */
export function seqOf(lastEventId: string | undefined): number | null {
  return lastEventId !== undefined && /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : null;
}

async function fleetOf({ live }: ApiParts, name: string) {
  const known = await live.fleet(name);
  if (known === null) throw notFound(`no fleet ${name} is known here: keep a fleet document or a plan of it, or run one`);
  return known;
}

async function boardOf({ live }: ApiParts, name: string) {
  const board = await live.board(name);
  if (board === null) throw notFound(`no fleet ${name} is known here: keep a fleet document or a plan of it, or run one`);
  return board;
}

function summaryOf({ document, since, runs }: KnownFleet) {
  const { names, map } = indexOf(document);
  const count = new Map<string, number>();
  for (const [name, nodes] of map.groups.cluster?.spans ?? []) {
    const cluster = map.groups.cluster?.names[name] ?? '';
    count.set(cluster, (count.get(cluster) ?? 0) + nodes);
  }
  return {
    fleet: document.name,
    timezone: document.timezone,
    nodes: names.length,
    clusters: document.clusters.map(({ name, customer, mode }) => ({ name, customer, mode, nodes: count.get(name) ?? 0 })),
    knownSince: new Date(since).toISOString(),
    runs: runs.filter(({ finishedAt }) => finishedAt === null).map(({ run }) => run),
  };
}
