// Laws of durations: a prior with what its targets have in common filled in, defaults where nobody stated one, and sums of laws.
import type { Prior, StepAction } from '../../core/change/procedure.ts';

/** A lognormal duration: median x exp(common part of the scenario + logSd x z), the common part with spread `between`. */
export interface Law {
  readonly medianMs: number;
  /** Between the targets of one scenario. */
  readonly logSd: number;
  /** Of what all targets of a scenario have in common. */
  readonly between: number;
  /** Degrees of freedom of the common part (Student-t); Infinity: normal. */
  readonly df: number;
  readonly n: number;
  readonly source: string;
  /** Nobody stated it: a default stands in. */
  readonly assumed: boolean;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Two nights of the same work on the same fleet differ by this much (log-sd), however well the median is known. */
const NIGHT_TO_NIGHT = 0.15;
/** How far a stated median may be off (log-sd) that nobody has ever measured here. */
const NEVER_MEASURED = 0.3;

/**
 * What all steps of a scenario have in common, beyond what each step's own common part says: a slow network, a tired crew, a cold
 * image cache. Steps that were drawn apart would cancel each other's luck over a chain of fifteen, and the forecast would be falsely
 * sharp. Without common parts the marks of 100,000 nodes are the same in every scenario to 0.1 %, which no night ever was.
 */
export const SLOW_NIGHT_LOG_SD = 0.08;

/** What a prior leaves open about the scenario as a whole: the night, and the error of a median of n observations. */
export function betweenOf(n: number, logSd: number): number {
  return Math.hypot(NIGHT_TO_NIGHT, n === 0 ? NEVER_MEASURED : logSd / Math.sqrt(n));
}

export function lawOf(prior: Prior): Law {
  const { medianMs, logSd, n, source } = prior;
  const between = prior.between ?? betweenOf(n, logSd);
  return { medianMs, logSd, between, df: prior.df ?? Number.POSITIVE_INFINITY, n, source, assumed: false };
}

/** What stands in for a step that nobody stated a time of; by kind of action, before anything was ever measured. */
export function defaultLaw(action: StepAction): Law {
  switch (action.kind) {
    case 'run':
      return assumed(5 * MINUTE_MS, 0.8, 'a command on the node');
    case 'push':
      return assumed(2 * MINUTE_MS, 0.6, 'a file sent to the node');
    case 'update':
      return assumed(15 * MINUTE_MS, 0.6, 'a firmware update by the BMC');
    case 'read':
      return assumed(5 * SECOND_MS, 0.5, 'a read on the node');
    case 'check':
      return assumed(3 * MINUTE_MS, 0.6, 'a check');
    case 'do':
      return defaultOfAct(action.act);
    default:
      return action satisfies never;
  }
}

/** What stands in for a mop-up that nobody described: people see to it. */
export const PEOPLE_LAW: Law = assumed(3 * HOUR_MS, 0.8, 'people mending a target');

/**
 * The law of durations one after the other: the lognormal with the mean and the variance of the sum (L. F. Fenton, The sum of log-normal
 * probability distributions in scatter transmission systems, IRE Trans. Commun. Syst. 8, 1960: Fenton-Wilkinson). It knows as much as
 * the least known of them; what is common to a scenario stretches all of them alike, so the spreads of that are averaged by mean.
 */
export function sumOf(laws: readonly Law[]): Law {
  const [first] = laws;
  if (first === undefined || laws.length === 1) return first ?? assumed(0, 0, 'nothing to do');
  const means = laws.map(({ medianMs, logSd }) => medianMs * Math.exp(logSd ** 2 / 2));
  const mean = sum(means);
  const variance = sum(laws.map(({ logSd }, i) => (means[i] as number) ** 2 * Math.expm1(logSd ** 2)));
  const logVariance = mean === 0 ? 0 : Math.log1p(variance / mean ** 2);
  return {
    medianMs: mean * Math.exp(-logVariance / 2),
    logSd: Math.sqrt(logVariance),
    between: mean === 0 ? 0 : sum(laws.map(({ between }, i) => between * (means[i] as number))) / mean,
    df: Math.min(...laws.map(({ df }) => df)),
    n: Math.min(...laws.map(({ n }) => n)),
    source: [...new Set(laws.map(({ source }) => source))].join('; '),
    assumed: laws.some((law) => law.assumed),
  };
}

function defaultOfAct(act: Extract<StepAction, { kind: 'do' }>['act']): Law {
  switch (act) {
    case 'drain':
      return assumed(10 * SECOND_MS, 0.5, 'a round of the scheduler');
    case 'return':
      return assumed(5 * SECOND_MS, 0.3, 'a return');
    case 'links':
      return assumed(1.5 * MINUTE_MS, 0.3, 'links coming up, and clean for a soak');
    case 'hand-over':
      return assumed(HOUR_MS, 0.7, 'work of others after a hand-over');
    case 'reboot':
    case 'power-cycle':
    case 'ac-cycle':
    case 'power-on':
    case 'power-off':
    case 'reset':
      return assumed(10 * MINUTE_MS, 0.5, 'a reboot');
    default:
      return act satisfies never;
  }
}

function assumed(medianMs: number, logSd: number, what: string): Law {
  return {
    medianMs,
    logSd,
    between: betweenOf(0, logSd),
    df: Number.POSITIVE_INFINITY,
    n: 0,
    source: `default for ${what}`,
    assumed: true,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
