// Whose a plan is, for lists of runs: asked once per plan, one after another, and kept while the page is open.
import { SvelteMap } from 'svelte/reactivity';
import { api } from '../../ui/client.ts';

export class CustomersOf {
  /** null: the desk does not keep that plan. */
  readonly of = new SvelteMap<string, readonly string[] | null>();
  #over = false;

  /** Asks for those that are not known yet. */
  async ask(plans: readonly string[]): Promise<void> {
    for (const plan of plans) {
      if (this.#over) return;
      if (this.of.has(plan)) continue;
      try {
        this.of.set(plan, (await api.plans.get({ plan })).customers);
      } catch {
        this.of.set(plan, null);
      }
    }
  }

  stop(): void {
    this.#over = true;
  }

  words(plan: string): string {
    const names = this.of.get(plan);
    if (names === undefined) return '…';
    if (names === null) return '–';
    return names.length === 0 ? 'own' : names.join(', ');
  }
}
