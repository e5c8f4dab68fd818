// What the API needs from the outside; the wiring hands it in.
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Runs } from '../runner/runs.ts';
import type { JsonObject } from '../std/json.ts';
import type { Desk } from '../desk/desk.ts';
import type { ImportFabricAsked } from './contract/map-schemas.ts';
import type { Forecasts } from './forecasts.ts';
import type { CustomerPages, Pages } from './http/pages.ts';
import type { Learning } from './learning.ts';
import type { Live } from './live/live.ts';
import type { Studies } from './studies.ts';

/** What the API needs from the outside; `main.ts` hands it in. */
export interface ApiParts {
  readonly runs: Runs;
  readonly version: string;
  readonly startedAt: Date;
  readonly notResumed: readonly { run: string; why: string }[];
  readonly parsePlan: (text: string) => Plan;
  readonly forecasts: Forecasts;
  readonly learning: Learning;
  /** What people ask of plans. */
  readonly studies: Studies;
  readonly site: {
    importSlurm(options: JsonObject, folder: string): Promise<unknown>;
    importKubernetes(options: JsonObject, folder: string): Promise<unknown>;
    importFabric(asked: ImportFabricAsked): Promise<unknown>;
    inventory(fleet: unknown, folder: string): Promise<unknown>;
    doctor(fleet: unknown, folder: string): Promise<readonly Finding[]>;
  };
  readonly desk: Desk;
  /** Boards of fleets and feeds of runs; whoever made it closes it before the doors. */
  readonly live: Live;
  /** Absent: these pages are not there. */
  readonly customerPages?: CustomerPages;
  readonly pages?: Pages;
  /** Addresses besides the socket, for people. */
  readonly listens: readonly string[];
  readonly signIn: { readonly token: boolean; readonly oidc: string | null };
  /** Ends the process after the answer is out. */
  readonly stop: () => void;
}
