// Fleets that the server knows: the latest document of each, by name.
import type { Journal } from '../core/ports.ts';
import { must } from '../std/assert.ts';
import type { Clock } from '../std/clock.ts';
import type { JsonObject } from '../std/json.ts';
import { Book } from './book.ts';
import { needText } from './refused.ts';

export interface FleetOrder {
  /** Its name. */
  readonly fleet: string;
  /** The fleet document as read. It holds references to secrets, never secrets. */
  readonly document: JsonObject;
  /** Where its relative paths begin. */
  readonly folder: string;
  /** Folder of the site's own procedures; null: none. */
  readonly catalogue: string | null;
  readonly by: string;
}

export interface KnownFleet extends FleetOrder {
  /** Unix ms at which this document was first told. */
  readonly at: number;
}

export interface Fleets {
  /** The same as is known already is not written again. Rejects with DeskRefusedError. */
  keep(order: FleetOrder): Promise<KnownFleet>;
  get(fleet: string): KnownFleet | null;
  /** By name. */
  list(): readonly KnownFleet[];
}

export async function openFleets(journal: Journal, clock: Clock): Promise<Fleets> {
  const byName = new Map<string, KnownFleet>();
  const book = await Book.open(journal, clock, 'fleets', {
    keep: (entry) => {
      const told = entry.data as Told;
      byName.set(told.fleet, { ...told, by: entry.by, at: entry.at });
    },
  });
  return {
    keep: async ({ by, ...told }) => {
      needText('fleet: name', told.fleet, 200);
      needText(`fleet ${told.fleet}: by`, by, 200);
      const { fleet, document, folder, catalogue } = told;
      const data: Told = { fleet, document, folder, catalogue };
      await book.write(() => {
        const known = byName.get(fleet);
        return known && sameTold(known, data) ? null : { kind: 'keep', by, why: `fleet ${fleet} as read in ${folder}`, data };
      });
      return must(byName.get(fleet), `fleet ${fleet}`);
    },
    get: (fleet) => byName.get(fleet) ?? null,
    list: () => [...byName.values()].sort((a, b) => (a.fleet < b.fleet ? -1 : 1)),
  };
}

type Told = { readonly fleet: string; readonly document: JsonObject; readonly folder: string; readonly catalogue: string | null };

function sameTold(a: Told, b: Told): boolean {
  const text = ({ document, folder, catalogue }: Told): string => JSON.stringify([document, folder, catalogue]);
  return text(a) === text(b);
}
