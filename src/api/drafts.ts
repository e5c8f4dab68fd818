// Plans of what people write in a browser: checked at every pause in their typing, planned, and held against the rule of where commands
// come from.
import { hasErrors, type Finding } from '../core/finding.ts';
import { APPROVED_WORDS } from '../core/change/policy.ts';
import type { Plan } from '../core/plan/plan.ts';
import { peopleFor } from '../core/run/approval.ts';
import { makePlan } from '../core/plan/planner.ts';
import { BadInputError, showProblem, type FileProblem } from '../files/problem.ts';
import { childPlan } from '../study/child-plan.ts';
import { planInputOn, withId, type Ground } from '../study/make-plan.ts';
import type { Caller } from './context.ts';
import { badInput, forbidden } from './handlers/answering.ts';
import { changedCommands, ownCommands } from './own-commands.ts';

/** change.yaml and policy.yaml; policy null: every default. */
export interface WrittenPlan {
  readonly change: string;
  readonly policy: string | null;
}

interface Problem {
  readonly document: 'change' | 'policy' | 'plan';
  readonly line: number | null;
  readonly column: number | null;
  readonly severity: 'error';
  /** Value, why and mend. */
  readonly message: string;
}

export interface Draft {
  readonly problems: Problem[];
  /** null: there are errors. */
  readonly plan: Plan | null;
  readonly findings: Finding[];
}

const CHANGE = 'change.yaml';
const POLICY = 'policy.yaml';

/** Throws FORBIDDEN for commands that this caller may not bring along. */
export function draftOf(ground: Ground, written: WrittenPlan, caller: Caller, nowMs: number): Draft {
  try {
    const plan = planned(ground, written, caller, nowMs);
    return { problems: [], plan: hasErrors(plan.findings) ? null : plan, findings: [...plan.findings] };
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return { problems: error.problems.map(problemOf), plan: null, findings: [] };
  }
}

/** A plan that may be kept. Throws BadInputError, BAD_INPUT for findings of severity error, FORBIDDEN as `draftOf`. */
export function planOf(ground: Ground, written: WrittenPlan, caller: Caller, nowMs: number): Plan {
  return withoutErrors(planned(ground, written, caller, nowMs));
}

/** The child of a plan with some settings changed. Throws as `planOf`. */
export function childOf(parent: Plan, sets: readonly string[], caller: Caller, nowMs: number): Plan {
  const child = childPlan(parent, sets, nowMs);
  refuseCommands(caller, () => changedCommands(parent, child));
  refuseFewerPeople(caller, parent, child);
  return withoutErrors(child);
}

function planned(ground: Ground, { change, policy }: WrittenPlan, caller: Caller, nowMs: number): Plan {
  const input = planInputOn(ground, {
    change: { file: CHANGE, text: change },
    policy: policy === null ? null : { file: POLICY, text: policy },
    inventory: null,
    nowMs,
  });
  refuseCommands(caller, () => ownCommands(input, ground.procedures));
  return withId(makePlan(input).plan);
}

/** Whoever is no admin can only use what an admin has put on the server's machine, or said over its socket. */
function refuseCommands({ name, role, via }: Caller, found: () => readonly string[]): void {
  if (role === 'admin' || via === 'socket') return;
  const own = found();
  if (own.length === 0) return;
  throw forbidden(
    `commands of your own come from an admin: ${own.join(', ')} would become commands on the fleet, and ${name} has the role ${role}; use procedures of the catalogue, or have an admin keep the plan`,
  );
}

/** Where two people must say a word, one alone does not do away with the second. */
function refuseFewerPeople({ name, role, via }: Caller, { policy: before }: Plan, { policy: after }: Plan): void {
  if (role === 'admin' || via === 'socket') return;
  const lost = APPROVED_WORDS.filter((word) => peopleFor(before, word) > peopleFor(after, word));
  if (lost.length === 0) return;
  throw forbidden(
    `policy.approval: two people must say ${lost.join(', ')} in the parent, and one in this child: that comes from an admin, and ${name} has the role ${role}`,
  );
}

function withoutErrors(plan: Plan): Plan {
  const errors = plan.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return plan;
  throw badInput(errors.map(({ target, message, rule }) => `${target === '' ? '' : `${target}: `}${message} (${rule})`).join('\n'));
}

function problemOf(problem: FileProblem): Problem {
  const { file, line, col, value, why, mend } = problem;
  const document = file === CHANGE ? 'change' : file === POLICY ? 'policy' : null;
  // Of the catalogue or the fleet, say, which nobody sees beside the editor.
  if (document === null) return { document: 'plan', line: null, column: null, severity: 'error', message: showProblem(problem) };
  const message = `${value === '' ? '' : `${value}: `}${why}${mend === '' ? '' : `; ${mend}`}`;
  return { document, line, column: col, severity: 'error', message };
}
