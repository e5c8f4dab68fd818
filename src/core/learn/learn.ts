// From the observations of many runs to the priors of the next plan: durations and failures by step, mop-up by component. Equal
// observations give equal priors, in whatever order they come.
import { assert, must } from '../../std/assert.ts';
import type { Prior } from '../change/procedure.ts';
import { beliefAround, beliefOf, type Belief } from './belief.ts';
import { learnedKey, statedMopUp, statedOff, statedStep, type Stated } from './catalogue.ts';
import { learnShare, type LearnedShare } from './failures.ts';
import { fitDurations, seenLogMedian, type RunTimes } from './fit.ts';
import { learnMopUp, type LearnedMopUp } from './mop-up.ts';
import type { MopUpObservation, RunObservations, StepKind, StepObservation } from './observations.ts';
import { pooled, type KindMember, type Pooled } from './pool.ts';
import type { LearnedPrior } from './predictive.ts';
import { togetherOf } from './together.ts';

/** What was learned; plain JSON. */
export interface PriorSet {
  readonly schema: 1;
  /** The runs it was learned from. */
  readonly runs: readonly string[];
  /** Correlation (0..1) of the steps' common factors in a run: a slow night is slow in all it does. */
  readonly together: number;
  /** By `component/step`; a chain of several components that does not say whose a step is: `bmc+host-os/activate`. */
  readonly steps: { readonly [key: string]: LearnedStep };
  readonly mopUp: { readonly [component: string]: LearnedMopUp };
}

export interface LearnedStep {
  readonly kind: StepKind;
  /** null: neither it nor its kind was ever seen to end, and nobody has stated how long it takes. */
  readonly takes: LearnedPrior | null;
  readonly fails: LearnedShare;
}

/** These wait for jobs and people, not for the fleet: whether they are slow says nothing of the night. */
const WAITING: ReadonlySet<StepKind> = new Set(['drain', 'hand-over', 'mop-up']);

export function learn(runs: readonly RunObservations[], stated: Stated): PriorSet {
  const names = runs.map(({ run }) => run);
  assert(new Set(names).size === names.length, 'a run is given twice');
  const ordered = [...runs].sort((a, b) => (a.run < b.run ? -1 : 1));
  const seen = seenSteps(ordered, stated);
  const members = [...seen].flatMap(([key, step]) => memberOf(key, step, stated));
  const keys = new Set([...seen.keys(), ...unseenKeys(stated, members)]);
  return {
    schema: 1,
    runs: ordered.map(({ run }) => run),
    together: togetherOf([...seen.values()].filter(({ kind }) => !WAITING.has(kind)).map(({ times }) => times)),
    steps: Object.fromEntries([...keys].sort().map((key) => [key, learnStep(key, seen.get(key) ?? null, stated, members)])),
    mopUp: learnMopUps(ordered, stated),
  };
}

interface SeenStep {
  readonly kind: StepKind;
  readonly times: readonly RunTimes[];
  readonly tallies: readonly { readonly run: string; readonly n: number; readonly failed: number }[];
}

function seenSteps(runs: readonly RunObservations[], stated: Stated): ReadonlyMap<string, SeenStep> {
  const byKey = new Map<string, StepObservation[]>();
  for (const each of runs.flatMap(({ steps }) => steps)) {
    const key = learnedKey(stated, each.component, each.step);
    const list = byKey.get(key);
    if (list) list.push(each);
    else byKey.set(key, [each]);
  }
  const names = runs.map(({ run }) => run);
  // In the order of their keys, so that sums over steps do not depend on which ended first.
  return new Map([...byKey.keys()].sort().map((key) => [key, seenStep(must(byKey.get(key), key), names)]));
}

function seenStep(observations: readonly StepObservation[], runs: readonly string[]): SeenStep {
  const byRun = Map.groupBy(observations, ({ run }) => run);
  const lists = runs.flatMap((run) => {
    const list = byRun.get(run);
    return list ? [{ run, list }] : [];
  });
  return {
    kind: (observations[0] as StepObservation).kind,
    times: lists.map(({ run, list }) => ({
      run,
      doneMs: tookMs(list, 'done'),
      // A step that was cut off by its limit or by somebody took longer than that. How long a failure took says nothing.
      censoredMs: [...tookMs(list, 'censored'), ...tookMs(list, 'expired')],
    })),
    tallies: lists.map(({ run, list }) => ({
      run,
      n: list.filter(({ ended }) => ended !== 'censored').length,
      failed: list.filter(({ ended }) => ended === 'failed' || ended === 'expired').length,
    })),
  };
}

/** Rising, so that sums do not depend on the order in which targets ended. */
function tookMs(observations: readonly StepObservation[], ended: StepObservation['ended']): number[] {
  return observations
    .filter((each) => each.ended === ended)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b);
}

function learnStep(key: string, seen: SeenStep | null, stated: Stated, members: readonly KindMember[]): LearnedStep {
  const step = statedStep(stated, key);
  const kind = seen?.kind ?? step?.kind ?? 'run';
  return {
    kind,
    takes: learnTakes(key, seen?.times ?? [], stated, pooled(members, kind, key)),
    fails: learnShare(seen?.tallies ?? [], step?.fails ?? null),
  };
}

function learnTakes(key: string, times: readonly RunTimes[], stated: Stated, kind: Pooled): LearnedPrior | null {
  const guess = statedStep(stated, key)?.takes ?? null;
  const centre = kind.logMedian ?? seenLogMedian(times);
  const belief = guess ? tenable(beliefOf(guess, kind.shift), times) : centre === null ? null : beliefAround(centre);
  if (belief === null) return null;
  const fitted = fitDurations(times, belief);
  // Others of its kind say how far stated medians are off here, nothing of this step's own spread.
  const logSd = guess && fitted.n === 0 ? guess.logSd : fitted.logSd;
  return { ...fitted, logSd, source: sourceOf(fitted, kind, guess) };
}

/** Beyond so many of its own sds from what was seen, a stated median is wrong and no longer a belief: held on to, it would pass for nights that differ. */
const REFUTED_SDS = 2.5;

/** The belief, or one around what was seen where that refutes it (prior-data conflict: M. Evans and H. Moshonov, Bayesian Analysis 1 (2006) 893). */
function tenable(belief: Belief, times: readonly RunTimes[]): Belief {
  const seen = seenLogMedian(times);
  return seen === null || Math.abs(seen - belief.logMedian) <= REFUTED_SDS * belief.medianSd ? belief : beliefAround(seen);
}

function sourceOf({ n, runs }: { readonly n: number; readonly runs: number }, kind: Pooled, guess: Prior | null): string {
  const others = `never seen; like ${kind.steps} other ${kind.steps === 1 ? 'step' : 'steps'} of its kind here`;
  const own = n > 0 ? `${n} seen in ${runs} ${runs === 1 ? 'run' : 'runs'}` : kind.steps > 0 ? others : '';
  return [own, guess ? `stated: ${guess.source}` : ''].filter((part) => part !== '').join('; ');
}

/** A seen step as its kind sees it: how far off its stated median it is, fitted without the others. */
function memberOf(key: string, { kind, times }: SeenStep, stated: Stated): KindMember[] {
  const guess = statedStep(stated, key)?.takes ?? null;
  const centre = seenLogMedian(times);
  if (centre === null) return [];
  const { medianMs, n } = fitDurations(times, guess ? tenable(beliefOf(guess), times) : beliefAround(centre));
  return [{ key, kind, n, logMedian: Math.log(medianMs), shift: guess ? Math.log(medianMs / guess.medianMs) : null }];
}

/** Stated steps that were never seen, of a kind that was. */
function unseenKeys(stated: Stated, members: readonly KindMember[]): string[] {
  const kinds = new Set(members.map(({ kind }) => kind));
  return Object.entries(stated.steps).flatMap(([key, { kind }]) => (kinds.has(kind) ? [key] : []));
}

function learnMopUps(runs: readonly RunObservations[], stated: Stated): PriorSet['mopUp'] {
  const components = [...new Set(runs.flatMap(({ begun }) => Object.keys(begun)))].sort();
  return Object.fromEntries(
    components.map((component) => {
      const mopUps = runs.flatMap((run) => run.mopUps.filter((each) => each.component === component).sort(byTargetAndTime));
      const tallies = runs.map(({ run, begun, mopUps }) => ({
        run,
        n: begun[component] ?? 0,
        failed: new Set(mopUps.filter((each) => each.component === component).map(({ target }) => target)).size,
      }));
      return [component, learnMopUp(mopUps, tallies, statedMopUp(stated, component), statedOff(stated, component))];
    }),
  );
}

function byTargetAndTime(a: MopUpObservation, b: MopUpObservation): number {
  return a.target === b.target ? a.tookMs - b.tookMs : a.target < b.target ? -1 : 1;
}
