// Which subnet managers there are and how each stands now: asked one by one, since the master's records of the others may be old.
import type { FabricGraph } from './netdiscover.ts';
import { guidOf } from './netdiscover.ts';
import { joinHost, type NamesFile } from './names.ts';
import { parseManagerRecords, parseManagerState, type ManagerRecord, type ManagerState } from './manager-records.ts';
import { ToolError, type Tools } from './tools.ts';

export interface ManagersSeen {
  /** Those that answered. */
  readonly managers: readonly ManagerState[];
  /** What is to be said of those that did not; empty: nothing. */
  readonly managersWhy: string;
}

/** No subnet manager is a fact of the fabric: it stops no sweep. Rejects for bugs of ours alone. */
export async function managersOf(tools: Tools, graph: FabricGraph, names: NamesFile, signal: AbortSignal): Promise<ManagersSeen> {
  const records = await recordsOf(tools, signal);
  const known = typeof records === 'string' ? [] : records;
  const wanted = new Map([...givenOf(tools, graph, names), ...known].map((record) => [record.guid, record]));
  const states = await Promise.all([...wanted.values()].map((record) => stateOf(tools, record, signal)));
  const managers = states.filter((state) => state !== null);
  const silent = known.filter(({ guid }) => !managers.some((manager) => manager.guid === guid)).map(({ guid }) => guid);
  const why = [
    ...(typeof records === 'string' ? [records] : []),
    ...(silent.length > 0 ? [`the master knows a subnet manager that does not answer: ${silent.join(', ')}`] : []),
    ...(managers.length === 0 ? ['no subnet manager answered'] : []),
  ];
  return { managers, managersWhy: why.join('; ') };
}

/** A text: why there are none. */
async function recordsOf(tools: Tools, signal: AbortSignal): Promise<readonly ManagerRecord[] | string> {
  try {
    const { stdout } = await tools.read([...tools.settings.commands.saquery, 'SMIR'], signal);
    return parseManagerRecords(stdout) ?? 'saquery: its records are damaged or cut off';
  } catch (error) {
    if (error instanceof ToolError) return `no master answered: ${error.message}`;
    throw error;
  }
}

/** The managers of the options, by their GUID or the host that is called like them: asked even while no master knows them. */
function givenOf(tools: Tools, graph: FabricGraph, names: NamesFile): ManagerRecord[] {
  const { managers } = tools.settings;
  if (managers.length === 0) return [];
  const guids = new Set(managers.flatMap(({ guid }) => (guid === undefined ? [] : [guidOf(guid)])));
  const hosts = new Set(managers.flatMap(({ name, guid }) => (guid === undefined ? [name] : [])));
  return graph.hosts.flatMap((host) => {
    const isNamed = hosts.has(joinHost(host, names).node ?? '');
    return host.ports.filter(({ guid, lid }) => lid > 0 && (isNamed || guids.has(guid))).map(({ guid, lid }) => ({ guid, lid }));
  });
}

/** null: it does not answer, or somebody else does. */
async function stateOf(tools: Tools, record: ManagerRecord, signal: AbortSignal): Promise<ManagerState | null> {
  try {
    const { stdout } = await tools.read([...tools.settings.commands.sminfo, String(record.lid)], signal);
    const state = parseManagerState(stdout);
    return state?.guid === record.guid ? state : null;
  } catch (error) {
    if (error instanceof ToolError) return null;
    throw error;
  }
}
