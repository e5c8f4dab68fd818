// Validate: every check must pass before a node may carry work again, by its exit code and, where it says how, by its output. A check that does
// not answer is asked again. The same checks on the cleared node before the work only tell what was wrong already.
import { judgeCheck } from '../../core/reading/judge-check.ts';
import type { Check } from '../../core/change/procedure.ts';
import type { Result } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { textOf, type JsonObject } from '../../std/json.ts';
import type { RunHost } from '../host.ts';
import { deadlineOf, end, keyOf, timeIsUp } from './common.ts';
import { checkTogether } from './group-check.ts';
import { commandOf } from './run.ts';

/** What one run of a check says. */
export interface CheckVerdict {
  readonly ok: boolean;
  /** Why not, or a remark. */
  readonly why: string;
  readonly figures: JsonObject;
}

export async function checkBody(
  host: RunHost,
  target: number,
  step: ProgramStep,
  { checks, before }: { readonly checks: readonly Check[]; readonly before?: true },
  turn: number,
): Promise<void> {
  if (!host.caller(target, step.by)) {
    end(host, target, turn, 'failed', { why: `this cluster has no ${step.by} driver` });
    return;
  }
  const said: { [check: string]: JsonObject } = {};
  for (const check of checks) {
    const verdict = check.nodes === 1 ? await checkAlone(host, target, step, check, turn) : await checkTogether(host, target, step, check, turn);
    if (verdict === null || !host.alive(target, turn)) return;
    said[check.name] = { ok: verdict.ok, ...(verdict.why === '' ? {} : { why: verdict.why }), ...verdict.figures };
    if (!verdict.ok && !before) {
      end(host, target, turn, 'failed', { why: `check ${check.name}: ${verdict.why}${wasSo(host, target, check)}`, data: { checks: said } });
      return;
    }
  }
  end(host, target, turn, 'done', { data: before ? { before: said } : { checks: said } });
}

/** null: it was not asked, or did not answer; ask again. */
export function verdictOf(check: Check, result: Result): CheckVerdict | null {
  if (result.outcome !== 'done') return null;
  const { exit, stdout, stderr } = result.evidence;
  if (exit !== 0) return { ok: false, why: `exit ${textOf(exit)} ${(textOf(stderr) || textOf(stdout)).slice(-300)}`.trim(), figures: {} };
  if (check.as === undefined) return { ok: true, why: '', figures: {} };
  const { ok, why, figures } = judgeCheck(check.as, textOf(stdout), { busbwMin: check.busbwMin ?? null });
  return { ok, why, figures: { ...figures } };
}

async function checkAlone(host: RunHost, target: number, step: ProgramStep, check: Check, turn: number): Promise<CheckVerdict | null> {
  const caller = host.caller(target, step.by);
  while (caller && host.alive(target, turn)) {
    const key = `${keyOf(host, target, step)}/${check.name}`;
    const act = commandOf(host, target, step.by, check.run, false);
    const result = await caller.act(act, host.name(target), key, deadlineOf(host, target, step));
    const verdict = verdictOf(check, result);
    if (verdict !== null) return verdict;
    if (!host.alive(target, turn)) return null;
    host.waitingFor[target] = `check ${check.name} to answer`;
    if (timeIsUp(host, target, step, turn, `check ${check.name}`)) return null;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return null;
}

function wasSo(host: RunHost, target: number, check: Check): string {
  const before = host.chronicle.checkedBefore[target]?.get(check.name);
  return before === false ? ' (it failed before the work too)' : '';
}
