// What `saquery SMIR` prints, every subnet manager that the master knows, and what `sminfo LID` prints, how one of them stands now.
import type { SubnetManager } from '../../core/ports.ts';
import { guidOf } from './netdiscover.ts';

export interface ManagerRecord {
  /** Of the port it sits on. */
  readonly guid: string;
  readonly lid: number;
}

export interface ManagerState extends ManagerRecord {
  readonly priority: number;
  readonly state: SubnetManager['state'];
}

const STATES: readonly SubnetManager['state'][] = ['not-active', 'discovering', 'standby', 'master'];

/** The states in these records are those of some time ago, so they are not read. null: not what saquery prints, or cut off. */
export function parseManagerRecords(text: string): readonly ManagerRecord[] | null {
  const [before = '', ...records] = text.split('SMInfoRecord dump:');
  if (before.trim() !== '') return null;
  const read = records.map((record): ManagerRecord | null => {
    const field = (name: string, value: string): string | undefined =>
      new RegExp(String.raw`^\s*${name}\.+\s?(${value})\s*$`, 'm').exec(record)?.[1];
    const [guid, lid] = [field('GUID', '0x[0-9a-fA-F]{1,16}'), field('LID', '[0-9]+')];
    if (guid === undefined || lid === undefined || field('SMState', '[0-9]+') === undefined) return null;
    return { guid: guidOf(guid), lid: Number(lid) };
  });
  return read.every((record) => record !== null) ? read : null;
}

/** null: not what sminfo prints. */
export function parseManagerState(text: string): ManagerState | null {
  const match = /^sminfo: sm lid (\d+) sm guid 0x([0-9a-f]{1,16}), activity count \d+ priority (\d+) state (\d+) SMINFO_\w+/m.exec(text);
  const state = STATES[Number(match?.[4] ?? -1)];
  return match && state !== undefined ? { lid: Number(match[1]), guid: guidOf(match[2]), priority: Number(match[3]), state } : null;
}
