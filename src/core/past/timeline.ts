// A maintenance that others carried out, as far as it is known: each node's way out of service and back, and the window around it.

/** One node's way; all times in Unix milliseconds. */
export interface Timeline {
  readonly node: string;
  readonly leftAt: number;
  /** When the steps on it ended, in their order, never falling. As many as there are steps: it is back since the last; fewer: not back. */
  readonly ended: readonly number[];
  /** Why it left, in the words of whoever took it out; empty: not known. */
  readonly why: string;
}

/** From and to in Unix milliseconds; `min` is what the record says of its length, or else what lies between the two. */
export interface Span {
  readonly from: number | null;
  readonly to: number | null;
  readonly min: number | null;
}

export interface PastWindow {
  readonly kind: string;
  readonly planned: Span;
  readonly actual: Span;
  /** Minutes that it took longer than planned; negative: shorter. */
  readonly overrunMin: number | null;
  readonly what: string;
  readonly whyLate: string;
  readonly source: string;
}

export interface PastMaintenance {
  /** Names of the steps, in order; the end of the last one is the return. */
  readonly steps: readonly string[];
  /** Of different nodes. Empty: nobody knows which nodes they were. */
  readonly timelines: readonly Timeline[];
  /** null: no window was agreed, or nobody knows of it. */
  readonly window: PastWindow | null;
  /** What else the record says, and when. */
  readonly notes: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  /** Unix ms of the record's end, none of its times being later: a node that is not back by then is named, and nothing is made up for it. */
  readonly until: number;
}

/** Where nothing is known between leaving and return. */
export const OUTAGE = 'outage';

/** Unix ms at which the node was back in service; null: not by the end of the record. */
export function backAt({ ended }: Timeline, steps: readonly string[]): number | null {
  return ended.length < steps.length ? null : (ended.at(-1) ?? null);
}

/** Unix ms at which the maintenance began: somebody said so, or the first node left. */
export function begunAt({ timelines, window, until }: PastMaintenance): number {
  const left = timelines.reduce((first, { leftAt }) => Math.min(first, leftAt), Infinity);
  const said = window?.actual.from ?? (left === Infinity ? (window?.planned.from ?? until) : left);
  return Math.min(said, left);
}
