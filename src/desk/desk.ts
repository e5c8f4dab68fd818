// The whole desk: every part opened on one journal.
import type { Journal } from '../core/ports.ts';
import type { Clock } from '../std/clock.ts';
import { type Acts, openActs } from './acts.ts';
import { type Customers, openCustomers } from './customers.ts';
import { type Fleets, openFleets } from './fleets.ts';
import { openPlans, type Plans } from './plans.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { openShares, type Shares } from './shares.ts';
import { openTokens, type Tokens } from './tokens.ts';

export interface Desk {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly plans: Plans;
  readonly fleets: Fleets;
  readonly shares: Shares;
  readonly customers: Customers;
  readonly acts: Acts;
}

/** Reads what the desk's streams hold; the journal is the caller's to close. Only one desk may be open on a journal. */
export async function openDesk(journal: Journal, clock: Clock): Promise<Desk> {
  return {
    tokens: await openTokens(journal, clock),
    sessions: openSessions(journal, clock),
    plans: await openPlans(journal, clock),
    fleets: await openFleets(journal, clock),
    shares: await openShares(journal, clock),
    customers: await openCustomers(journal, clock),
    acts: openActs(journal, clock),
  };
}
