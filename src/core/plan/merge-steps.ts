// Several steps of several components as one step: what it takes, how long it may last, what it holds. Used by the merge of procedures.
import { LINK_SOAK_MS } from '../change/policy.ts';
import { builtInStep, type Prior, type Step } from '../change/procedure.ts';

/** A long drain is escalated, never timed out. */
const DRAIN = builtInStep('drain', { kind: 'do', act: 'drain' }, 'draining');

/** The scheduler may be away for a while when a node comes back; giving the node back waits for it. */
export const RETURN = builtInStep('return', { kind: 'do', act: 'return' }, null);

/** So many soaks a target's links may take before people are asked: they come up within one, and are then clean for one. */
const LINK_SOAKS = 5;
/** A sweep of a large fabric takes seconds. */
const LINKS_MS_MIN = 20_000;

/** Looks that every link of the target has come back. */
export function linksStep(soakMs: number): Step {
  return {
    ...builtInStep('links', { kind: 'do', act: 'links' }, 'conforming'),
    by: 'fabric',
    // The rehearsal's own guess is for the usual soak.
    takes:
      soakMs === LINK_SOAK_MS
        ? null
        : { medianMs: soakMs * 1.5, logSd: 0.3, n: 0, source: 'guess: the links come up, and are clean for a soak' },
    timeoutMs: Math.max(LINKS_MS_MIN, LINK_SOAKS * soakMs),
  };
}

/** The checks that are made on the cleared target too, before anything is changed; null: none. */
export function checksBefore(checks: readonly Step[]): Step | null {
  const wanted = checks.flatMap(({ action }) => (action.kind === 'check' ? action.checks.filter(({ before }) => before) : []));
  const [first] = checks;
  if (!first || wanted.length === 0) return null;
  return {
    ...builtInStep('checks-before', { kind: 'check', checks: wanted, before: true }, null),
    by: first.by,
    takes: sum(wanted.map(({ takes }) => takes)),
    timeoutMs: checks.reduce((total, { timeoutMs }) => total + (timeoutMs ?? 0), 0),
  };
}

/** The one drain: a drain listed in a procedure only adds what it holds and who does it. */
export function mergeDrains(listed: readonly Step[]): Step {
  const first = listed[0];
  if (!first) return DRAIN;
  return { ...DRAIN, by: first.by, uses: usesOf(listed), takes: longest(listed.map((step) => step.takes)) };
}

/** One activation in the place of several: as the winner does it, as long and as patiently as the slowest needs. */
export function mergeActivation(winner: Step, all: readonly Step[]): Step {
  return {
    ...winner,
    uses: usesOf(all),
    takes: longest(all.map((step) => step.takes)),
    timeoutMs: all.some((step) => step.timeoutMs === null) ? null : Math.max(...all.map((step) => step.timeoutMs ?? 0)),
    attempts: Math.max(...all.map((step) => step.attempts)),
    fails: Math.max(...all.map((step) => step.fails)),
  };
}

/** Steps that are done one after the other in one step of this action; named and led as the first. */
export function mergeReads(steps: readonly [Step, ...Step[]], action: Step['action']): Step {
  return {
    ...steps[0],
    action,
    early: false,
    uses: usesOf(steps),
    takes: sum(steps.map((step) => step.takes)),
    timeoutMs: steps.some((step) => step.timeoutMs === null) ? null : steps.reduce((total, step) => total + (step.timeoutMs ?? 0), 0),
    attempts: Math.max(...steps.map((step) => step.attempts)),
    fails: steps.length === 1 ? steps[0].fails : 1 - steps.reduce((works, step) => works * (1 - step.fails), 1),
  };
}

function usesOf(steps: readonly Step[]): string[] {
  return [...new Set(steps.flatMap((step) => step.uses))];
}

function longest(priors: readonly (Prior | null)[]): Prior | null {
  return priors.reduce((best, prior) => (prior && (!best || prior.medianMs > best.medianMs) ? prior : best), null);
}

/** null as soon as one is unknown: half of a duration would be a wrong one. As few observations as the weakest. */
function sum(priors: readonly (Prior | null)[]): Prior | null {
  const known = priors.filter((prior) => prior !== null);
  const [first, ...rest] = known;
  if (!first || known.length < priors.length) return null;
  return rest.reduce(
    (total, prior) => ({
      medianMs: total.medianMs + prior.medianMs,
      logSd: Math.max(total.logSd, prior.logSd),
      n: Math.min(total.n, prior.n),
      source: total.source === prior.source ? total.source : `${total.source} + ${prior.source}`,
      ...common(total, prior),
    }),
    first,
  );
}

/** What the runs have in common is as uncertain as the more uncertain of the two; where one does not say, the default by `n` stands. */
function common(a: Prior, b: Prior): Pick<Prior, 'between' | 'df'> {
  if (a.between === undefined || b.between === undefined) return {};
  const heavy = [a.df, b.df].filter((df) => df !== undefined);
  return { between: Math.max(a.between, b.between), ...(heavy.length > 0 ? { df: Math.min(...heavy) } : {}) };
}
