// The book of acts, read from its end: its newest page first, older ones on demand. The server counts from 1, and gives them in order.
import { api, troubleOf, type Answers, type Trouble } from '../../ui/client.ts';

export type Act = Answers['people']['acts'][number];

const PAGE = 200;
/** As many as one answer may hold: how far one look goes when the end of the book is searched for. */
const STRIDE = 1_000;

export class ActsBook {
  /** Newest first. */
  acts = $state.raw<readonly Act[]>([]);
  trouble = $state.raw<Trouble | null>(null);
  busy = $state(false);
  read = $state(false);
  /** There is something before the first one here. */
  more = $derived((this.acts.at(-1)?.seq ?? 1) > 1);

  /** Goes on from the newest that is known. */
  newest(): Promise<void> {
    return this.#while(async () => {
      const known = this.acts[0]?.seq ?? 0;
      const fresh = known === 0 ? await lastPage() : await allFrom(known + 1);
      this.acts = [...fresh.toReversed(), ...this.acts];
    });
  }

  older(): Promise<void> {
    return this.#while(async () => {
      const first = this.acts.at(-1)?.seq ?? 1;
      const from = Math.max(1, first - PAGE);
      const page = (await api.people.acts({ from, limit: PAGE })).filter(({ seq }) => seq < first);
      this.acts = [...this.acts, ...page.toReversed()];
    });
  }

  async #while(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    try {
      await work();
      this.read = true;
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  }
}

/** Doubles its way to the end of the book, then halves back to it: a dozen looks at one act each for a million. */
async function lastPage(): Promise<Act[]> {
  let there = 0;
  let beyond = STRIDE;
  while (await isThere(beyond)) [there, beyond] = [beyond, beyond * 2];
  while (beyond - there > PAGE) {
    const middle = Math.floor((there + beyond) / 2);
    if (await isThere(middle)) there = middle;
    else beyond = middle;
  }
  return allFrom(Math.max(1, there - PAGE + 1));
}

async function isThere(seq: number): Promise<boolean> {
  return (await api.people.acts({ from: seq, limit: 1 })).length > 0;
}

async function allFrom(from: number): Promise<Act[]> {
  const found: Act[] = [];
  for (;;) {
    const page = await api.people.acts({ from: (found.at(-1)?.seq ?? from - 1) + 1, limit: STRIDE });
    found.push(...page);
    if (page.length < STRIDE) return found;
  }
}
