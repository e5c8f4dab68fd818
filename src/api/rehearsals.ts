// The rehearsals of the server: one after the other on a thread of their own, so that no run ever waits for one.
import { carryOut, openPool } from '../sim/pool/pool.ts';
import type { Asking } from '../sim/rehearse/asking.ts';

export interface Rehearsals {
  /** What the driver came to, which is made when its turn has come; null: it could not be done, or the server is about to end. Never rejects. */
  carryOut<T>(ask: () => Asking<T>): Promise<T | null>;
  close(): Promise<void>;
}

/** Up to about so long the event loop does it itself: a thread takes longer to start. */
const HERE_MS = 20;

/** `report` is told of what went wrong: a rehearsal is never worth a run, nor the server. */
export function openRehearsals(report: (error: unknown) => void): Rehearsals {
  const pool = openPool({ workers: 1, hereMs: HERE_MS });
  let closed = false;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const next = async <T>(ask: () => Asking<T>): Promise<T | null> => {
    try {
      return closed ? null : await carryOut(pool, ask(), () => closed);
    } catch (error) {
      if (!closed) report(error);
      return null;
    } finally {
      // A server is idle most of its life: its thread is not kept.
      if (--waiting === 0) await pool.close();
    }
  };
  return {
    carryOut: (ask) => {
      waiting++;
      const done = last.then(() => next(ask));
      last = done;
      return done;
    },
    close: async () => {
      closed = true;
      await last;
    },
  };
}
