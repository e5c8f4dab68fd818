// Webhooks out: whoever the site names is told of its runs. Runs never wait for it, and nothing of it decides anything.
import type { Plan } from '../../core/plan/plan.ts';
import type { Webhook } from '../../files/webhooks-file.ts';
import type { Runs } from '../../runner/runs.ts';
import type { Clock } from '../../std/clock.ts';
import { Delivery, DELIVERY_PACE, type DeliveryPace } from './delivery.ts';
import { Outbox } from './outbox.ts';

export interface WebhookParts {
  readonly hooks: readonly Webhook[];
  readonly runs: Pick<Runs, 'journal' | 'get'>;
  readonly parsePlan: (text: string) => Plan;
  /** The wall's. */
  readonly clock: Clock;
  /** To the server's log. */
  readonly say: (line: string) => void;
  readonly pace?: DeliveryPace;
}

export interface Webhooks {
  /** Before the journal closes; what was not told yet is told by the next server. */
  close(): Promise<void>;
}

/** Without hooks nothing is kept and nobody is told. */
export async function openWebhooks({ hooks, runs, parsePlan, clock, say, pace }: WebhookParts): Promise<Webhooks> {
  if (hooks.length === 0) return { close: () => Promise.resolve() };
  const { journal } = runs;
  const note = (run: string, hook: string, why: string): void => {
    void runs.get(run)?.host.write({ target: -1, kind: 'note', note: { by: 'pitstop', why, data: { webhook: hook } } });
  };
  const deliveries = await Promise.all(
    hooks.map((hook) => Delivery.open(hook, { journal, clock, pace: pace ?? DELIVERY_PACE, say, note })),
  );
  const outbox = await Outbox.open({
    journal,
    parsePlan,
    clock,
    report: (error) => say(`webhooks: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    written: () => {
      for (const delivery of deliveries) delivery.wake();
    },
  });
  return {
    close: async () => {
      await outbox.close();
      await Promise.all(deliveries.map((delivery) => delivery.close()));
    },
  };
}
