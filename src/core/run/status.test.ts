import { expect, test } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import type { EntryKind } from '../ports.ts';
import { createChronicle, record, type Chronicle } from './chronicle.ts';
import { compile } from './compile.ts';
import { statusOf } from './status.ts';

/** Ten nodes in two waves, the second after the gate of the first, which needs all of its five back. */
function begun(): Chronicle {
  const plan = testPlan({ nodes: 10, canary: 0, procedure: { mopUp: [] } });
  const waves = plan.waves.flatMap((wave) =>
    [1, 2].map((i) => ({
      ...wave,
      id: `w${i}`,
      targets: i === 1 ? 'n[1-5]' : 'n[6-10]',
      after: i === 1 ? [] : ['w1'],
      gate: { ...wave.gate, returnedMin: 5 },
    })),
  );
  const chronicle = createChronicle(compile({ ...plan, waves }));
  feed(chronicle, -1, 'confirm');
  feed(chronicle, -1, 'window', 1);
  for (let target = 0; target < 10; target++) for (const kind of ['release', 'baseline'] as const) feed(chronicle, target, kind);
  feed(chronicle, -1, 'begin');
  return chronicle;
}

function feed(chronicle: Chronicle, target: number, kind: EntryKind, step = -1): void {
  record(chronicle, { at: 0, target, kind, step, attempt: 1, note: null });
}

test('status: a wave that is short of returns for good, and that others wait for, is what the run is held by', () => {
  const chronicle = begun();
  for (let target = 0; target < 10; target++) feed(chronicle, target, 'done');
  for (let target = 0; target < 4; target++) {
    for (let step = 0; step < 6; step++) feed(chronicle, target, 'done');
    feed(chronicle, target, 'soak-passed');
  }
  expect(statusOf(chronicle).state).toBe('running');
  feed(chronicle, 4, 'failed');
  const { state, heldBy } = statusOf(chronicle);
  expect([state, heldBy]).toEqual(['held', ['gate of wave w1: 4 back of 5 that others wait for (settle its stragglers)']]);
  feed(chronicle, 4, 'fixed');
  expect(statusOf(chronicle).state).toBe('running');
});
