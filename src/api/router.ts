// The contract's procedures, implemented noun by noun over the runs, the journal, the desk and what the wiring hands in.
import { customerProcedures } from './handlers/customers.ts';
import { fleetProcedures } from './handlers/fleets.ts';
import { learningProcedures, serverProcedures, siteProcedures } from './handlers/machine.ts';
import { peopleProcedures } from './handlers/people.ts';
import { planProcedures } from './handlers/plans.ts';
import { runLooks } from './handlers/run-looks.ts';
import { runPages } from './handlers/run-pages.ts';
import { runWords } from './handlers/run-words.ts';
import { os } from './os.ts';
import type { ApiParts } from './parts.ts';

export function createRouter(parts: ApiParts) {
  return os.router({
    server: serverProcedures(parts),
    fleets: fleetProcedures(parts),
    plans: planProcedures(parts),
    runs: { ...runLooks(parts), ...runPages(parts), ...runWords(parts) },
    customers: customerProcedures(parts),
    people: peopleProcedures(parts),
    learning: learningProcedures(parts),
    site: siteProcedures(parts),
  });
}
