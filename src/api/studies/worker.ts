// A study thread: answers what people ask of plans, one question after the other, so that the server's own thread never does.
import { availableParallelism } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Plan } from '../../core/plan/plan.ts';
import { openPool } from '../../sim/pool/pool.ts';
import { must } from '../../std/assert.ts';
import { answer } from './answers.ts';
import type { FromStudy, ToStudy } from './messages.ts';
import { carryInSlices } from './slices.ts';

/** Two study threads share the machine with the runs. */
const WORKERS = Math.max(1, Math.floor(availableParallelism() / 2) - 1);

const port = must(parentPort, 'the server that this thread belongs to');
const say = (message: FromStudy): void => port.postMessage(message, []);

port.on('message', (asked: ToStudy) => {
  void study(asked);
});

async function study({ kind, plans, args }: ToStudy): Promise<void> {
  // One worker would only stand where this thread stands.
  const pool = openPool(WORKERS === 1 ? { hereMs: Infinity } : { workers: WORKERS });
  try {
    const means = {
      carry: <T>(asking: Parameters<typeof carryInSlices<T>>[0]): Promise<T> =>
        carryInSlices(
          asking,
          (requests) => pool.answer(requests, () => false),
          (progress) => say({ say: 'progress', progress }),
        ),
      nowMs: Date.now(),
    };
    const asked = plans.map((text) => JSON.parse(text) as Plan);
    say({ say: 'answer', answer: await answer(kind, asked, args as never, means) });
  } catch (error) {
    say({ say: 'error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    await pool.close();
  }
}
