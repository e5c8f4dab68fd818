// Validate: every check must pass before a node may carry work again, by its exit code and, where it says how, by its output. A check that does
// not answer is asked again. The same checks on the cleared node before the work only tell what was wrong already.
import type { Check } from '../../core/change/procedure.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { JsonObject } from '../../std/json.ts';
import type { RunHost } from '../host.ts';
import { deadlineOf, end, keyOf, timeIsUp } from './common.ts';
import { verdictOf, type CheckVerdict } from './check-verdict.ts';
import { checkTogether } from './group-check.ts';
import { commandOf } from './run.ts';

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
    const verdict =
      check.nodes === 1 ? await checkAlone(host, target, step, check, turn) : await checkTogether(host, target, step, check, turn);
    if (verdict === null || !host.alive(target, turn)) return;
    said[check.name] = { ok: verdict.ok, ...(verdict.why === '' ? {} : { why: verdict.why }), ...verdict.figures };
    if (!verdict.ok && !before) {
      end(host, target, turn, 'failed', {
        why: `check ${check.name}: ${verdict.why}${wasSo(host, target, check)}`,
        data: { checks: said },
      });
      return;
    }
  }
  end(host, target, turn, 'done', { data: before ? { before: said } : { checks: said } });
}

async function checkAlone(host: RunHost, target: number, step: ProgramStep, check: Check, turn: number): Promise<CheckVerdict | null> {
  const caller = host.caller(target, step.by);
  if (!caller) return null;
  while (host.alive(target, turn)) {
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
