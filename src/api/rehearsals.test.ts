import { describe, expect, it } from 'vitest';
import { testPlan } from '../../test/plans.ts';
import { createChronicle, record } from '../core/run/chronicle.ts';
import { compile } from '../core/run/compile.ts';
import type { EntryKind } from '../core/ports.ts';
import { presentOf, type Present } from '../sim/exact/present.ts';
import { answerAll, type Asking } from '../sim/rehearse/asking.ts';
import { goingOn } from '../sim/rehearse/going-on.ts';
import { answerHere } from '../sim/rehearse/runner.ts';
import { openRehearsals } from './rehearsals.ts';

const PLAN = testPlan({ nodes: 200, canary: 0 });

/** All nodes have just been begun. */
function begun(): Present {
  const chronicle = createChronicle(compile(PLAN));
  const say = (target: number, kind: EntryKind, step = -1): unknown =>
    record(chronicle, { at: 1_000, target, kind, step, attempt: 0, note: null });
  for (const target of chronicle.program.targets.keys()) {
    say(target, 'baseline');
    say(target, 'release');
  }
  say(-1, 'window', 1);
  say(-1, 'begin');
  return presentOf(chronicle, 61_000);
}

function* nothing(value: number): Asking<number> {
  yield [];
  return value;
}

function failing(): Asking<number> {
  throw new Error('out of memory');
}

describe('rehearsals of the server', () => {
  it('on a thread: the same numbers as here', async () => {
    const rehearsals = openRehearsals(() => undefined);
    const [present, options] = [begun(), { seed: 3, scenarios: 100 }];
    const there = await rehearsals.carryOut(() => goingOn(PLAN, present, options));
    expect(there).toEqual(answerAll(goingOn(PLAN, present, options), answerHere()));
    await rehearsals.close();
  });

  it('one that fails is reported, and the next one is done', async () => {
    const reported: unknown[] = [];
    const rehearsals = openRehearsals((error) => reported.push(error));
    const answers = [rehearsals.carryOut(failing), rehearsals.carryOut(() => nothing(7))];
    expect(await Promise.all(answers)).toEqual([null, 7]);
    expect(reported).toMatchObject([{ message: 'out of memory' }]);
  });

  it('closed: what is under way and what waits come to nothing', async () => {
    const rehearsals = openRehearsals(() => undefined);
    const answers = [
      rehearsals.carryOut(() => goingOn(PLAN, begun(), { seed: 3, scenarios: 100_000 })),
      rehearsals.carryOut(() => nothing(7)),
    ];
    await rehearsals.close();
    expect(await Promise.all(answers)).toEqual([null, null]);
  });
});
