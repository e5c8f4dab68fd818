// Until when a run can turn back, worked out no more than once a minute of its time: it is asked for by everybody who looks at the run.
import type { TurnBackWords } from '../../core/run/handover.ts';
import type { RunHost } from '../../runner/host.ts';
import { simModel } from '../../sim/model.ts';
import { turnBackOfRun } from '../../sim/propose/run-turn-back.ts';
import { FORECAST_SEED } from '../planned-run.ts';

const OLD_MS = 60_000;

export class TurnBacks {
  readonly #known = new WeakMap<RunHost, { readonly atMs: number; readonly words: TurnBackWords }>();

  of(host: RunHost): TurnBackWords {
    const known = this.#known.get(host);
    const now = host.now();
    if (known && now - known.atMs < OLD_MS) return known.words;
    const { plan, header } = host.parts;
    // Started with --now it waits for no window, and none ends.
    const here = typeof header.options['now'] === 'string' ? { ...plan, policy: { ...plan.policy, windows: [] } } : plan;
    const words = turnBackOfRun(simModel(here, { seed: FORECAST_SEED }), host.chronicle, now);
    this.#known.set(host, { atMs: now, words });
    return words;
  }
}

/** Unix ms at which the window that is open, or the next one, closes; of several clusters the last; null: no window is waited for. */
export function windowEndOf({ parts: { plan, header } }: RunHost, nowMs: number): number | null {
  if (typeof header.options['now'] === 'string' || plan.policy.windows.length === 0) return null;
  const ends = new Map<string, number>();
  for (const { cluster, toMin } of [...plan.policy.windows].sort((a, b) => a.toMin - b.toMin)) {
    // The first that is not over; where all are, the last.
    if ((ends.get(cluster) ?? -Infinity) < nowMs) ends.set(cluster, toMin * 60_000);
  }
  return Math.max(...ends.values());
}
