// Whether a check passed by what its tool printed (`check: [{as: nccl, busbwMin: 350}]`), beside its exit code, which is the
// caller's to judge.
import type { JudgeName } from '../change/procedure.ts';
import type { JsonObject } from '../../std/json.ts';
import { parseDcgmiDiag } from './dcgmi.ts';
import { parseNcclTests } from './nccl-tests.ts';

export interface CheckLimits {
  /** GB/s, of the average bus bandwidth; null: none asked for. */
  readonly busbwMin: number | null;
}

export interface CheckJudged {
  readonly ok: boolean;
  /** Why not; empty when it is ok. */
  readonly why: string;
  /** For the journal: what was measured, small. */
  readonly figures: JsonObject;
}

/** What was cut off, measured nothing, or cannot be read is not ok. */
export function judgeCheck(as: JudgeName, stdout: string, limits: CheckLimits): CheckJudged {
  switch (as) {
    case 'nccl':
      return judgeNccl(stdout, limits.busbwMin);
    case 'dcgmi':
      return judgeDcgmi(stdout);
    default:
      return as satisfies never;
  }
}

function judgeNccl(stdout: string, busbwMin: number | null): CheckJudged {
  const { rows, avgBusbw, peakBusbw, outOfBounds, began, ended, faults } = parseNcclTests(stdout);
  const wrong = rows.reduce((sum, row) => sum + (row.wrong ?? 0), 0);
  const validated = rows.some((row) => row.wrong !== null);
  const figures: JsonObject = { avgBusbw, peakBusbw, rows: rows.length, wrong: validated ? wrong : null, outOfBounds };
  const not = (why: string): CheckJudged => ({ ok: false, why, figures });
  const [fault] = faults;
  if (rows.length === 0) return not(fault ?? 'no row of an nccl test in its output');
  if (ended < began || avgBusbw === null)
    return not(`the run did not come to its end after ${rows.length} rows${fault === undefined ? '' : `: ${fault}`}`);
  if (wrong > 0 || (outOfBounds ?? 0) > 0) return not(`${Math.max(wrong, outOfBounds ?? 0)} wrong values`);
  if (outOfBounds === null) return not('nothing is said of wrong values');
  if (busbwMin !== null && avgBusbw < busbwMin) return not(`average bus bandwidth ${avgBusbw} GB/s, at least ${busbwMin} wanted`);
  return { ok: true, why: '', figures };
}

const TOLD_MAX = 3;

/** Warnings do not fail it; a run that only skipped has looked at nothing. */
function judgeDcgmi(stdout: string): CheckJudged {
  const { tests, whole, faults } = parseDcgmiDiag(stdout);
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  const figures: JsonObject = { passed: count('pass'), failed: count('fail'), warned: count('warn'), skipped: count('skip') };
  const failed = tests.filter(({ status }) => status === 'fail');
  const not = (why: string): CheckJudged => ({ ok: false, why, figures });
  const words = failed.map(({ name, says }) => [name, ...says.slice(0, TOLD_MAX)].join(': '));
  if (faults.length + failed.length > 0) return not([...faults, ...words].slice(0, TOLD_MAX).join('; '));
  if (!whole) return not(tests.length === 0 ? 'no result of dcgmi diag in its output' : `the output ends after ${tests.length} tests`);
  if (count('pass') + count('warn') === 0) return not('no test was run, all were skipped');
  return { ok: true, why: '', figures };
}
