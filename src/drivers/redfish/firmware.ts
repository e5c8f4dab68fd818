// The firmware inventory: which version runs of what, and by which links an update names its targets.
import type { BmcClient } from './client.ts';
import { membersOf } from './collection.ts';
import { linkOf, objectOf, at, stringOf } from './document.ts';
import { isGone } from './failure.ts';
import type { Machine } from './machine.ts';

interface Software {
  readonly link: string;
  /** '' when the BMC does not say. */
  readonly version: string;
  readonly updateable: boolean;
}

export interface Inventory {
  readonly items: ReadonlyMap<string, Software>;
  /** What could not be read. */
  readonly remark: string;
}

export interface UpdateService {
  readonly enabled: boolean;
  readonly pushUri: string | null;
  readonly maxBytes: number | null;
  readonly simple: { readonly target: string; readonly protocols: readonly string[] | null } | null;
  readonly inventory: string | null;
}

/** null: this BMC has none. Rejects with RedfishError. */
export async function readUpdateService(client: BmcClient, machine: Machine, signal: AbortSignal): Promise<UpdateService | null> {
  if (machine.updateService === null) return null;
  try {
    const document = await client.get(machine.updateService, signal);
    const simple = objectOf(at(document, 'Actions', '#UpdateService.SimpleUpdate'));
    const target = stringOf(simple?.['target']);
    const protocols = simple?.['TransferProtocol@Redfish.AllowableValues'];
    const max = document['MaxImageSizeBytes'];
    return {
      enabled: document['ServiceEnabled'] !== false,
      pushUri: stringOf(document['MultipartHttpPushUri']),
      maxBytes: typeof max === 'number' && max > 0 ? max : null,
      simple:
        target === null
          ? null
          : { target, protocols: Array.isArray(protocols) ? protocols.filter((one) => typeof one === 'string') : null },
      inventory: linkOf(document['FirmwareInventory']),
    };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** null: this BMC has none. Rejects with RedfishError. */
export async function readInventory(
  client: BmcClient,
  machine: Machine,
  service: UpdateService | null,
  signal: AbortSignal,
): Promise<Inventory | null> {
  if (!service || service.inventory === null) return null;
  try {
    const members = await membersOf(client, service.inventory, machine.expand, signal);
    const items = new Map<string, Software>();
    const unread: string[] = [];
    for (const { link, document, why } of members) {
      const id = document && stringOf(document['Id']);
      if (document && id !== null)
        items.set(id, { link, version: stringOf(document['Version']) ?? '', updateable: document['Updateable'] !== false });
      else unread.push(document ? `${link} has no Id` : why);
    }
    return {
      items,
      remark: unread.length === 0 ? '' : `${unread.length} of ${members.length} in the inventory could not be read: ${unread[0]}`,
    };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

export function versionsOf({ items }: Inventory): { readonly [id: string]: string } {
  return Object.fromEntries([...items].filter(([, { version }]) => version !== '').map(([id, { version }]) => [id, version]));
}
