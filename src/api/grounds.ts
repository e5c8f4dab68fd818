// The ground that plans are made on: a fleet that the desk knows, with the procedures of the package and of its own folder, read once
// and again when a file has changed.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../core/fleet/model.ts';
import type { KnownFleet } from '../desk/fleets.ts';
import { catalogueFolders, loadCatalogue, type Catalogue } from '../files/catalogue.ts';
import { planSchema } from '../files/plan-schema.ts';
import { listFiles } from '../files/read-text.ts';
import type { Ground } from '../study/make-plan.ts';
import { refused } from './handlers/answering.ts';

export interface Grounds {
  /** Throws BadInputError when a procedure of the catalogue cannot be read, REFUSED when what the desk has is no fleet. */
  of(known: KnownFleet): Ground;
}

interface Read {
  readonly known: KnownFleet;
  readonly fleet: Fleet;
  readonly procedures: Catalogue;
  /** Names, sizes and times of the files that the procedures were read from. */
  readonly seen: string;
}

export function openGrounds(): Grounds {
  const byFleet = new Map<string, Read>();
  return {
    of: (known) => {
      const folders = catalogueFolders(join(known.folder, 'fleet.yaml'), known.catalogue);
      const seen = sightOf(folders);
      const before = byFleet.get(known.fleet);
      const sameFleet = before?.known === known;
      const read: Read = {
        known,
        // The same object, since look-ups in a fleet are made once for it.
        fleet: sameFleet ? before.fleet : fleetOf(known),
        procedures: before?.seen === seen ? before.procedures : loadCatalogue(folders),
        seen,
      };
      byFleet.set(known.fleet, read);
      return { inForce: { fleet: read.fleet, defaults: [] }, procedures: read.procedures };
    },
  };
}

function fleetOf({ fleet, document }: KnownFleet): Fleet {
  const parsed = planSchema.shape.fleet.shape.document.safeParse(document);
  if (parsed.success) return parsed.data;
  throw refused(`fleet ${fleet}: what the server was told of it is no fleet; have an admin hand it in again`);
}

function sightOf(folders: readonly string[]): string {
  const files = folders.flatMap((folder) => listFiles(folder, ['.yaml', '.yml', '.json']));
  return JSON.stringify(
    files.map((file) => {
      const about = statSync(file, { throwIfNoEntry: false });
      return [file, about?.size, about?.mtimeMs];
    }),
  );
}
