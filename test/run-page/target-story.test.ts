import { afterEach, describe, expect, it } from 'vitest';
import { testPlan } from '../plans.ts';
import { TwinRun } from '../twin-run.ts';
import { straggler } from '../../src/runner/controls.ts';
import { cellCode } from '../../src/core/run/cell.ts';
import { storyOf, type TargetStory } from '../../src/core/run/target-story.ts';

afterEach(() => {
  TwinRun.made.length = 0;
});

async function told(t: TwinRun, name: string): Promise<TargetStory> {
  const { program, chronicle } = t.last;
  return storyOf(chronicle, await t.entries(), program.idOf.get(name) ?? -1);
}

describe('story of a target', () => {
  it('tells what happened in order, and every fact with the entry it comes from', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4 }), { seed: 3 }).confirmed();
    await t.untilState('settled');
    const story = await told(t, 'n2');
    expect(story).toMatchObject({ target: 'n2', wave: 'main', step: 'return', cause: '', has: null, cell: cellCode('returned') });
    expect(story.tried.map(({ step, how }) => `${step} ${how}`)).toEqual(
      ['stage', 'drain', 'apply', 'activate', 'conform', 'validate', 'return'].map((step) => `${step} done`),
    );
    expect(story.timeline.map(({ words }) => words)).toEqual(
      expect.arrayContaining(['handed over', 'drain done', 'about to return (return)']),
    );
    const seqs = story.timeline.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    const entries = await t.entries();
    for (const { name, value, seq, at } of story.facts) {
      const entry = entries.find((one) => one.seq === seq);
      expect(entry).toMatchObject({ at, target: t.last.program.idOf.get('n2') });
      expect(JSON.stringify(entry?.note?.data), name).toContain(value.split(', ')[0]);
    }
    expect(story.facts).toContainEqual(
      expect.objectContaining({ name: 'versions.host-os', value: '2025.07', source: 'the end of a step' }),
    );
    expect(story.since).toBe(t.last.chronicle.returnedAt[t.last.program.idOf.get('n2') ?? -1]);
  });

  it('of a straggler: why, since when, what was tried and who has it', async () => {
    const t = await new TwinRun(testPlan({ nodes: 20 }), { faults: { neverBack: { nodes: ['n5'] } } }).confirmed();
    await t.untilState('settled');
    straggler(t.host, { by: 'cy', why: 'tray is on its way', targets: 'n5' }, 'take');
    await t.pass(1);
    const story = await told(t, 'n5');
    expect(story).toMatchObject({ cell: cellCode('failed'), has: 'cy', since: t.status.stragglers[0]?.since });
    expect(story.cause).toContain('does not answer');
    expect(story.tried.at(-1)).toMatchObject({ step: 'mop-up-reboot', how: 'expired' });
    expect(story.timeline.at(-1)).toMatchObject({ kind: 'note', words: 'taken in hand by cy', why: 'tray is on its way' });
  });

  it('before the begin there is nothing to tell', async () => {
    const t = await new TwinRun(testPlan({ nodes: 2 })).create();
    expect(await told(t, 'n1')).toMatchObject({
      step: '',
      attempt: 0,
      since: null,
      cell: 0,
      tried: [],
      timeline: [],
      facts: [],
      gpus: null,
    });
  });
});
