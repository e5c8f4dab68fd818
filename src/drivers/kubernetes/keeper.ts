// Goes on with drains that were accepted: as long as our cordon stands, it asks again for what a budget put off, and says when a node has
// become empty. A drain is never given up by itself; undrain, somebody else's hand, or the end of the driver stop it.
import { showDuration } from '../../std/duration.ts';
import { isCordoned, runOf, WHY_KEY } from './claims.ts';
import type { KubernetesApi } from './api.ts';
import { writeConditions } from './conditions.ts';
import { evictAll, type Eviction } from './evict.ts';
import { lookAtCluster, whyOf } from './look.ts';
import type { WriteContext } from './write.ts';

interface Kept {
  readonly node: string;
  readonly run: string;
  readonly evictions: readonly Eviction[];
}

/** Eviction is asked for again after so long, as kubectl does. */
const AGAIN_MS = 5_000;
const LINES_MAX = 5;

export class Keeper {
  readonly #api: KubernetesApi;
  readonly #kept = new Map<string, Kept & { readonly since: number }>();
  #cancel: (() => void) | null = null;
  #busy = false;

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  keep(kept: Kept): void {
    const since = this.#kept.get(kept.node)?.since ?? this.#api.context.clock.now();
    this.#kept.set(kept.node, { ...kept, since });
    this.#plan();
  }

  drop(node: string): void {
    this.#kept.delete(node);
  }

  /** One line a budget. */
  waitingFor(): string[] {
    const now = this.#api.context.clock.now();
    const budgets = new Map<string, { pods: number; since: number; why: string }>();
    for (const { evictions, since } of this.#kept.values()) {
      for (const { budget, why } of evictions) {
        if (budget === null) continue;
        const known = budgets.get(budget) ?? { pods: 0, since, why };
        budgets.set(budget, { pods: known.pods + 1, since: Math.min(known.since, since), why });
      }
    }
    const lines = [...budgets.values()].map(
      ({ pods, since, why }) => `kubernetes: ${why} (${pods} pods, for ${showDuration(Math.max(0, now - since))})`,
    );
    return lines.length > LINES_MAX ? [...lines.slice(0, LINES_MAX), `kubernetes: ${lines.length - LINES_MAX} more budgets`] : lines;
  }

  close(): void {
    this.#cancel?.();
    this.#kept.clear();
  }

  #plan(): void {
    if (this.#cancel || this.#busy || this.#kept.size === 0 || this.#api.closed.aborted) return;
    this.#cancel = this.#api.context.clock.after(AGAIN_MS, () => {
      this.#cancel = null;
      this.#busy = true;
      void this.#again().finally(() => {
        this.#busy = false;
        this.#plan();
      });
    });
  }

  async #again(): Promise<void> {
    const to: WriteContext = { api: this.#api, signal: this.#api.closed, deadline: Infinity };
    // Before the look: what is kept while it is under way was drained later than what it shows.
    const round = [...this.#kept.values()];
    try {
      const look = await lookAtCluster(this.#api, to.signal);
      for (const kept of round) {
        const node = look.nodes.get(kept.node);
        if (node === null || this.#kept.get(kept.node) !== kept) continue;
        if (node === undefined || runOf(node) !== kept.run || !isCordoned(node)) {
          this.drop(kept.node);
          continue;
        }
        const evictions = await evictAll(to, look.pods.get(kept.node) ?? []);
        // Undrained, or drained again, while we asked.
        if (this.#kept.get(kept.node) !== kept) continue;
        if (evictions.length > 0) this.#kept.set(kept.node, { ...kept, evictions });
        else {
          this.drop(kept.node);
          const why = `pitstop:${kept.run} ${node.metadata.annotations?.[WHY_KEY] ?? ''}`.trim();
          await writeConditions(to, kept.node, 'drained', why);
        }
      }
    } catch (error) {
      // The server is silent: waitingFor of the API says so, and it is tried again. Bugs of ours are thrown by whyOf.
      whyOf(error);
    }
  }
}
