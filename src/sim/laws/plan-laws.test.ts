import { expect, test } from 'vitest';
import { compile } from '../../core/run/compile.ts';
import { testPlan, testProcedure, testStep } from '../../../test/plans.ts';
import { planLaws } from './plan-laws.ts';

const MINUTE_MS = 60_000;

/** The law of a check of which nobody says how long it takes, with this time limit. */
function unstatedCheck(timeoutMs: number) {
  const check = { name: 'quick', run: ['/site/health'], nodes: 1, takes: null, catches: null };
  const steps = testProcedure().steps.map((step) =>
    step.action.kind === 'check' ? testStep('validate', { kind: 'check', checks: [check] }, { to: 'validating', timeoutMs }) : step,
  );
  const plan = testPlan({ procedure: { steps } });
  const program = compile(plan);
  const id = program.steps.findIndex(({ action }) => action.kind === 'check');
  return planLaws(plan, program).steps[id]?.time;
}

test('a default beyond a time limit that somebody stated gives way to the limit', () => {
  expect(unstatedCheck(10 * MINUTE_MS)).toMatchObject({ medianMs: 3 * MINUTE_MS, assumed: true });
  expect(unstatedCheck(MINUTE_MS)).toMatchObject({ medianMs: MINUTE_MS / 4, assumed: true, source: 'a quarter of its time limit' });
});
