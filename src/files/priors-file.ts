// Priors files: what was learned from runs, as JSON that a rehearsal may be given instead of the plan's own priors.
import { z } from 'zod';
import type { LearnedStep, PriorSet } from '../core/learn/learn.ts';
import { parseJson } from './plan-file.ts';
import { sharesOff } from './procedure-file.ts';
import { readText, writeWhole } from './read-text.ts';

/** Throws BadInputError, with places, when the file holds no priors. */
export function readPriors(file: string): PriorSet {
  return parsePriors(readText(file), file);
}

export function parsePriors(text: string, file: string): PriorSet {
  return parseJson(priorsSchema, text, file);
}

/** Replaces the file in one step. Throws BadInputError when that cannot be done. */
export function writePriors(file: string, priors: PriorSet): void {
  writeWhole(file, showPriors(priors));
}

/** The priors file's text. */
export function showPriors(priors: PriorSet): string {
  return `${JSON.stringify(priors, null, 2)}\n`;
}

const TEN_YEARS_MS = 3_650 * 86_400_000;

const text = z.string();
const count = z.int().min(0);
const share = z.number().min(0).max(1);

const learnedPrior = z.strictObject({
  medianMs: z.number().positive().max(TEN_YEARS_MS),
  logSd: z.number().min(0),
  between: z.number().min(0),
  df: z.number().min(1),
  n: count,
  runs: count,
  source: text,
});

const learnedShare = z.strictObject({ share, n: count, a: z.number().positive(), b: z.number().positive() });

const KINDS = [
  'run',
  'push',
  'update',
  'read',
  'check',
  'drain',
  'hand-over',
  'return',
  'reboot',
  'power-cycle',
  'ac-cycle',
  'power-on',
  'power-off',
  'reset',
  'links',
  'mop-up',
] as const satisfies readonly LearnedStep['kind'][];

/** None: a chain that only drains and gives back, or one of others that nobody named a component of. */
const COMPONENTS = '([a-z][a-z0-9-]*(\\+[a-z][a-z0-9-]*)*)?';

const learnedMopUp = z.strictObject({
  off: learnedShare,
  ways: z.array(z.strictObject({ way: text, share, takes: learnedPrior })).superRefine((ways, context) => {
    const off = sharesOff(ways);
    if (off) context.addIssue({ code: 'custom', message: off.why, params: { mend: off.mend, value: 'ways' } });
  }),
  outlives: z.strictObject({ share, afterMs: z.number().min(0) }).nullable(),
  n: count,
  runs: count,
});

const priorsSchema = z.strictObject({
  schema: z.literal(1),
  runs: z.array(text),
  together: share,
  steps: z.record(
    z.string().regex(new RegExp(`^${COMPONENTS}/.+$`), { error: 'no COMPONENT/STEP' }),
    z.strictObject({ kind: z.enum(KINDS), takes: learnedPrior.nullable(), fails: learnedShare }),
  ),
  mopUp: z.record(z.string().regex(new RegExp(`^${COMPONENTS}$`), { error: 'no COMPONENT' }), learnedMopUp),
}) satisfies z.ZodType<PriorSet>;
