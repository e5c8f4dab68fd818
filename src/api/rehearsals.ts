// The rehearsals of the server: one after the other on a thread of their own, so that no run ever waits for one.
import { carryOut, openPool } from '../sim/pool/pool.ts';
import type { Asking } from '../sim/rehearse/asking.ts';

export interface Rehearsals {
  /** What the driver came to, which is made when its turn has come; null: it could not be done, or the server is about to end. Never rejects. */
  carryOut<T>(ask: () => Asking<T>): Promise<T | null>;
  close(): Promise<void>;
}

/** Up to about so long the event loop does it itself: a thread takes longer to start. */
const HERE_MS = 50;

/** `report` is told of what went wrong: a rehearsal is never worth a run, nor the server. */
export function openRehearsals(report: (error: unknown) => void): Rehearsals {
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(ask: () => Asking<T>): Promise<T | null> => {
    if (closed) return null;
    // A server is idle most of its life: neither thread nor models are kept from one to the next.
    const pool = openPool({ workers: 1, hereMs: HERE_MS });
    try {
      const answer = await carryOut(pool, ask(), () => closed);
      // Cut off, it would be an answer of too few scenarios.
      return closed ? null : answer;
    } catch (error) {
      if (!closed) report(error);
      return null;
    } finally {
      await pool.close();
    }
  };
  return {
    carryOut: (ask) => {
      const done = last.then(() => inTurn(ask));
      last = done;
      return done;
    },
    close: async () => {
      closed = true;
      await last;
    },
  };
}
