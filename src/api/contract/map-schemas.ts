// The fleet as the map shows it: names and groups once, one byte a node for what it shows, changes as a stream, and replays.
import { z } from 'zod';

export const GROUPINGS = ['cluster', 'rack', 'unit', 'domain', 'feed', 'customer'] as const;
export const COLOURINGS = ['version', 'risk', 'late'] as const;

const groupsSchema = z
  .object({
    names: z.array(z.string()),
    spans: z
      .array(z.tuple([z.number().int(), z.number().int()]))
      .describe('[index of the name or -1, how many nodes in a row], over all nodes in their order'),
  })
  .describe('Which group each node is in, run-length coded');

export const fleetSummarySchema = z.object({
  fleet: z.string(),
  timezone: z.string(),
  nodes: z.number().int(),
  clusters: z.array(z.object({ name: z.string(), customer: z.string().nullable(), mode: z.string(), nodes: z.number().int() })),
  knownSince: z.iso.datetime({ offset: true }).describe('when this document of the fleet was last handed to the server'),
  runs: z.array(z.string()).describe('runs of it that have not finished'),
});

export const fleetMapSchema = z
  .object({
    fleet: z.string(),
    timezone: z.string(),
    names: z.array(z.string()).describe('nodes in rack order; the index is the id in everything else here'),
    groups: z.partialRecord(z.enum(GROUPINGS), groupsSchema),
    gpusPerNode: z.number().int().nullable(),
    switches: z.array(z.object({ name: z.string(), role: z.string(), cluster: z.string() })),
  })
  .describe('What does not change while people look');

const changeSchema = z.tuple([z.number().int(), z.number().int()]).describe('[id, byte of cells.ts]');

export const fleetCellsSchema = z.object({
  seq: z.number().int().describe("of the fleet's stream on this server; follow from here"),
  at: z.iso.datetime({ offset: true }),
  cells: z.string().describe('base64: one byte a node, code and outline of cells.ts'),
  seenAt: z.iso.datetime({ offset: true }).nullable().describe('when nodes outside of any run were last looked at; null: never'),
});

export const fleetChangesSchema = z.object({
  seq: z.number().int(),
  at: z.iso.datetime({ offset: true }),
  changes: z.array(changeSchema),
});

export const layerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('category'),
    names: z.array(z.string()),
    codes: z.string().describe('base64 Int32: index into names by id; -1 not known'),
  }),
  z.object({
    kind: z.literal('number'),
    unit: z.string(),
    max: z.number(),
    values: z.string().describe('base64 Float32 by id; NaN not known'),
  }),
]);

/** A run or a rehearsal as transitions of cells, for the scrubber. */
export const replaySchema = z.object({
  title: z.string(),
  targets: z.array(z.string()).describe('names; target numbers below are indices into it'),
  zeroMs: z.number().nullable().describe('Unix ms of time zero; null: the run never began'),
  fromMs: z.number(),
  toMs: z.number(),
  initial: z.string().describe('base64: one byte a target at fromMs'),
  atMs: z.string().describe('base64 Float64, rising'),
  target: z.string().describe('base64 Uint32'),
  cell: z.string().describe('base64 bytes'),
  marks: z.record(z.string(), z.number().nullable()).describe('mark -> minutes from time zero'),
  baseline: z.number().int(),
});

export const affectedSchema = z.object({
  targets: z.string().describe('folded: what the act is done to'),
  affected: z.string().describe('folded: everything, of all customers, that it takes power, link, NVLink or subnet manager from'),
  customers: z.array(z.object({ name: z.string(), nodes: z.number().int() })),
  why: z.array(z.string()),
});

const namedText = z.object({ file: z.string().max(4_096).describe('its name, for messages'), text: z.string() });

export const importFabricSchema = z.object({
  options: z.record(z.string(), z.unknown()).describe('of the infiniband driver'),
  folder: z.string(),
  sweep: namedText.nullable().describe('what ibnetdiscover printed; null: ask the fabric'),
  names: namedText.nullable().describe('lines GUID NAME [HCA]'),
  fleet: z.string().max(128).describe('what fleet and cluster are to be called'),
  cables: z.boolean().describe("every host's cables by their ports, also where a pattern of units would do"),
});
export type ImportFabricAsked = z.output<typeof importFabricSchema>;
