// A run of a plan that the server has: what the command line would send for it, made here.
import type { Plan } from '../../core/plan/plan.ts';
import { difference, fold, names, nodeSetOf, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { checkPlan } from '../../core/plan/check.ts';
import { expand } from '../../core/plan/expand.ts';
import type { JsonObject } from '../../std/json.ts';
import { demoFaults } from '../../study/demo.ts';
import { twinOptions } from '../../study/twin-options.ts';
import type { RunOptions } from '../contract/schemas.ts';
import { badInput, refused } from '../handlers/answering.ts';

export interface StartWishes {
  /** With the fleet's groups; null: all targets of the plan. */
  readonly only: string | null;
  readonly twin: RunOptions['twin'];
  /** Why the window is not waited for. */
  readonly now: string | null;
}

const SHOWN_CHARS = 80;

/** `folder`: where relative files of the fleet's drivers are. Throws BAD_INPUT for a bad set, REFUSED for a plan that cannot be run now. */
export function startOptions(plan: Plan, wishes: StartWishes, folder: string, by: string): RunOptions {
  const { now, twin } = wishes;
  if (now !== null && now.trim() === '') throw badInput('now: is empty; say why the window is not waited for');
  refuseUnusable(plan, now);
  return {
    folder,
    only: wishes.only === null ? null : targetsOf(plan, wishes.only),
    // What the twin is like follows from the plan, and what goes wrong on it is what usually does, unless somebody says otherwise.
    twin: twin && {
      ...twin,
      options: { ...(twinOptions(plan) as unknown as JsonObject), ...(demoFaults() as unknown as JsonObject), ...twin.options },
    },
    now,
    by,
  };
}

/** What was fine when the plan was made and is not now, such as a window that is past. */
function refuseUnusable(plan: Plan, now: string | null): void {
  const minute = now === null ? Math.floor(Date.now() / 60_000) : null;
  const errors = [...plan.findings, ...checkPlan(plan, minute)].filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = new Set(errors.map(({ target, message, rule }) => `${target === '' ? '' : `${target}: `}${message} (${rule})`));
  throw refused([...lines].join('\n'));
}

function targetsOf(plan: Plan, text: string): string {
  const parsed = parseNodeSet(text, topologyOf(plan.fleet.document).groups);
  if (!parsed.ok) {
    const { at, value, why, mend } = parsed.error;
    throw badInput(`only: character ${at + 1}: ${value === '' ? '' : `${value}: `}${why}; ${mend}`);
  }
  if (size(parsed.set) === 0) throw badInput(`only: ${text} stands for nothing; name at least one target`);
  const strangers = difference(parsed.set, nodeSetOf(plan.waves.flatMap((wave) => [...expand(wave.targets)])));
  const [first] = names(strangers);
  if (first === undefined) return fold(parsed.set);
  throw badInput(`only: ${fold(strangers).slice(0, SHOWN_CHARS)}: not among the targets of the plan; name targets of the plan`);
}
