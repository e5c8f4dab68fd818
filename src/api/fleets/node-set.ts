// Node sets as people write them about a fleet, and ids of its map.
import { names, parseNodeSet, type NodeSet } from '../../core/fleet/nodeset.ts';
import type { Topology } from '../../core/fleet/topology.ts';
import { badInput } from '../handlers/answering.ts';
import type { FleetIndex } from '../live/fleet-index.ts';

const SHOWN = 5;

/** With the fleet's groups. Throws BAD_INPUT that says where, why and how to mend it. */
export function readSet(text: string, topology: Topology): NodeSet {
  const parsed = parseNodeSet(text, topology.groups);
  if (parsed.ok) return parsed.set;
  const { at, value, why, mend } = parsed.error;
  throw badInput(`set: character ${at + 1}: ${value === '' ? '' : `${value}: `}${why}; ${mend}`);
}

/** Throws BAD_INPUT for names that are no nodes of the fleet. */
export function idsIn(set: NodeSet, { idOf, topology }: FleetIndex): number[] {
  const ids: number[] = [];
  const strange: string[] = [];
  for (const name of names(set)) {
    const id = idOf.get(name);
    if (id === undefined) strange.push(name);
    else ids.push(id);
  }
  if (strange.length > 0)
    throw strangers(strange, `no node of fleet ${topology.fleet.name}`, 'name nodes, or @rack:, @unit:, @leaf: and the like');
  return ids.sort((a, b) => a - b);
}

export function strangers(names: readonly string[], why: string, mend: string): Error {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return badInput(`set: ${names.slice(0, SHOWN).join(', ')}${more}: ${why}; ${mend}`);
}
