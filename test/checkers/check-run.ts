// All outside checkers of a run: they see what the twin or the testbed felt, the journal and the plan, and nothing of the runner.
import { checkActOnWork } from './act-on-work.ts';
import { Evidence, type CheckInput, type Violation } from './evidence.ts';
import { checkForeignDrains } from './foreign-drains.ts';
import { checkFreshObservation } from './fresh-observation.ts';
import { checkJobs } from './jobs-asked.ts';
import { checkLeftBehind } from './left-behind.ts';
import { checkLimits } from './limits.ts';
import { checkMode } from './mode.ts';
import { checkReboots } from './reboots.ts';
import { checkUnvalidated } from './unvalidated.ts';

const CHECKERS = [
  checkActOnWork,
  checkFreshObservation,
  checkLimits,
  checkReboots,
  checkForeignDrains,
  checkLeftBehind,
  checkUnvalidated,
  checkJobs,
  checkMode,
] as const;

/** Every violation of every rule, by time; none = the run kept them all. */
export function checkRun(input: CheckInput): Violation[] {
  const evidence = new Evidence(input);
  return CHECKERS.flatMap((check) => check(evidence)).sort((a, b) => a.at - b.at);
}

/** For messages of tests: one line a violation. */
export function showViolations(violations: readonly Violation[]): string {
  return violations.map(({ rule, target, at, message }) => `${rule} ${target} at ${at}: ${message}`).join('\n');
}
