// What one run of a check says: by its exit code and, where the check says how, by its output.
import type { Check } from '../../core/change/procedure.ts';
import type { Result } from '../../core/ports.ts';
import { judgeCheck } from '../../core/reading/judge-check.ts';
import { textOf, type JsonObject } from '../../std/json.ts';

/** What one run of a check says. */
export interface CheckVerdict {
  readonly ok: boolean;
  /** Why not, or a remark. */
  readonly why: string;
  readonly figures: JsonObject;
}

/** null: it was not asked, or did not answer; ask again. */
export function verdictOf(check: Check, result: Result): CheckVerdict | null {
  if (result.outcome !== 'done') return null;
  const { exit, stdout, stderr } = result.evidence;
  if (exit !== 0) return { ok: false, why: `exit ${textOf(exit)} ${(textOf(stderr) || textOf(stdout)).slice(-300)}`.trim(), figures: {} };
  if (check.as === undefined) return { ok: true, why: '', figures: {} };
  if (result.evidence['cut'] === true) return { ok: false, why: 'more output than is kept, so nobody can judge it', figures: {} };
  const { ok, why, figures } = judgeCheck(check.as, textOf(stdout), { busbwMin: check.busbwMin ?? null });
  return { ok, why, figures: { ...figures } };
}
