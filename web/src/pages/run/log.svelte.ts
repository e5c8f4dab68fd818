// The journal of a run, newest first: follows the sequence numbers of the stream, and goes back page by page when asked.
import { api, troubleOf, type Answers, type Trouble } from '../../ui/client.ts';

export type RunEntry = Answers['runs']['events'][number];

/** Entries that people make; everything else the machine wrote. */
const PEOPLE = new Set('confirm release consent pause resume abort hold unhold approve recall retry fixed drop note'.split(' '));
export const isOfPeople = ({ kind, by }: RunEntry): boolean => PEOPLE.has(kind) && by !== null;

const PAGE = 500;
/** Behind by more than this, the log begins anew at the end. */
const GAP_MAX = 5_000;
/** Of a long night, the oldest read are let go; `older` reads them again. */
const KEPT_MAX = 10_000;
/** They come by themselves, whether anything moves or not. */
const NO_SIGN_OF_LIFE = new Set(['forecast', 'claim', 'lease', 'note']);

export class RunLog {
  /** Newest first. */
  entries = $state.raw<readonly RunEntry[]>([]);
  trouble = $state.raw<Trouble | null>(null);
  busy = $state(false);
  readonly #run: string;
  #wanted = 0;

  constructor(run: string) {
    this.#run = run;
  }

  /** The last thing that was done to or seen of a target, or said by a person. */
  get lastAct(): RunEntry | null {
    return this.entries.find(({ kind, by }) => by !== null || !NO_SIGN_OF_LIFE.has(kind)) ?? null;
  }

  get first(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** Takes in everything up to this entry; called with each message of the stream. */
  async upTo(seq: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, seq);
    if (this.busy) return;
    this.busy = true;
    try {
      while ((this.entries[0]?.seq ?? 0) < this.#wanted) {
        const have = this.entries[0]?.seq ?? 0;
        const anew = this.#wanted - have > GAP_MAX || have === 0;
        const from = anew ? Math.max(1, this.#wanted - PAGE + 1) : have + 1;
        const more = await api.runs.events({ run: this.#run, from, limit: anew ? PAGE : GAP_MAX, waitMs: 0 });
        if (more.length === 0) break;
        this.entries = [...more.toReversed(), ...(anew ? [] : this.entries)].slice(0, KEPT_MAX);
      }
      this.trouble = null;
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  }

  async older(): Promise<void> {
    if (this.busy || this.first <= 1) return;
    this.busy = true;
    try {
      const from = Math.max(1, this.first - PAGE);
      const more = await api.runs.events({ run: this.#run, from, limit: this.first - from, waitMs: 0 });
      this.entries = [...this.entries, ...more.toReversed()];
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.busy = false;
    }
  }
}
