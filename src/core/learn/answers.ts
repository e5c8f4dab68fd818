// What is answered to "what have past runs taught?" and "would we have known?": shapes shared by server and clients, plain JSON.
import type { JudgedMarks } from '../forecast/judged.ts';
import type { Origin } from '../past/origin.ts';
import type { Coverage } from './calibration.ts';
import type { PriorSet } from './learn.ts';
import type { Overrun } from './overrun.ts';

export interface Learned {
  readonly priors: PriorSet;
  /** Learned from simulated runs, which says nothing of a real fleet. */
  readonly twin: boolean;
  /** By the keys of `priors.steps`: what the catalogue or the plans say; absent: nothing. */
  readonly stated: { readonly [key: string]: { readonly medianMs: number | null; readonly fails: number } };
  /** Runs that could not be read, and why. */
  readonly skipped: readonly { readonly run: string; readonly why: string }[];
}

export interface Backtest {
  /** Oldest first. */
  readonly runs: readonly BacktestRun[];
  /** By mark: how many of the runs reached it within the P90 that would have been said. */
  readonly coverage: { readonly [q: string]: Coverage };
  /** The same of the forecasts that were really made at the start of those runs. */
  readonly frozenCoverage: { readonly [q: string]: Coverage };
  /** Of imported windows; null: there are none with a planned and an actual length. */
  readonly overrun: Overrun | null;
  readonly skipped: readonly { readonly run: string; readonly why: string }[];
}

export interface BacktestRun {
  readonly run: string;
  /** ISO time of its creation. */
  readonly at: string;
  readonly origin: Origin['kind'];
  /** Runs before it whose priors the forecast rests on; empty: the plan's own. */
  readonly learnedFrom: readonly string[];
  /** Of the forecast; 0: there is none. */
  readonly scenarios: number;
  readonly marks: JudgedMarks;
  /** The forecast that was journalled at its start; null: none was. */
  readonly frozen: JudgedMarks | null;
  /** Why no forecast is possible; null: there is one. */
  readonly why: string | null;
  /** Of an imported window. */
  readonly window: { readonly plannedMin: number | null; readonly actualMin: number | null } | null;
}
