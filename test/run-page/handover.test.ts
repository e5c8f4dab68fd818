import { afterEach, describe, expect, it } from 'vitest';
import { testPlan } from '../plans.ts';
import { TwinRun } from '../twin-run.ts';
import { handoverMarkdown } from '../../src/report/handover-markdown.ts';
import { CONTROLS, straggler } from '../../src/runner/controls.ts';
import { handoverOf, type Handover } from '../../src/core/run/handover.ts';
import { nodeStateCode, stageCode } from '../../src/core/run/states.ts';

afterEach(() => {
  TwinRun.made.length = 0;
});

const noteOf = (t: TwinRun, hours = 8): Handover =>
  handoverOf(t.last.chronicle, { run: t.run, nowMs: t.clock.now(), hours, waitingFor: ['slurmctld: slow'], turnBack: null });

describe('hand-over of a shift', () => {
  it('names what must be decided, who has what, and what was said in these hours', async () => {
    const plan = testPlan({ nodes: 20, policy: { approval: { people: 2, of: ['recall'] } } });
    const t = await new TwinRun(plan, { faults: { neverBack: { nodes: ['n5', 'n6'] } } }).confirmed();
    await t.until(
      (host) => host.chronicle.state.stage.filter((stage) => stage === stageCode('straggling')).length === 2,
      'both to wait for people',
    );
    const before = noteOf(t);
    expect(before).toMatchObject({ state: 'held', baseline: 20, returned: 18, waitingFor: ['slurmctld: slow'] });
    expect(before.decisions).toContain('nobody has n[5-6] in hand');
    expect(before.acts.map(({ kind, by }) => [kind, by])).toEqual([['confirm', 'lead']]);
    await t.pass(120);
    straggler(t.host, { by: 'cy', why: 'tray | on its way', targets: 'n5' }, 'take');
    CONTROLS.recall(t.host, { by: 'ada', why: 'enough', targets: null });
    const after = noteOf(t, 1);
    expect(after.acts.map(({ by, targets }) => [by, targets])).toEqual([
      ['cy', 'n5'],
      ['ada', ''],
    ]);
    expect(after.decisions[0]).toBe('ada has said recall: a second person must say the same');
    expect(after.decisions).toContain('the return gate is not met: wait, mend, or approve it');
    expect(after.decisions).toContain('nobody has n6 in hand');
    expect(after.decisions.at(-1)).toContain('n5 is with cy');
    const text = handoverMarkdown(after, 'UTC');
    expect(text).toContain(String.raw`tray \| on its way`);
    expect(text).toContain('| `n6` | nobody |');
    expect(text).toContain('The run is held: 18 of 20 are back, 19 must be.');
  });

  it('names held targets by who holds them up', async () => {
    const t = await new TwinRun(testPlan({ nodes: 6 }), { seed: 2 }).confirmed();
    await t.until((host) => host.chronicle.state.shown[2] === nodeStateCode('draining'), 'n3 to be drained');
    CONTROLS.hold(t.host, { by: 'ada', why: 'crew at the rack', targets: 'n3' });
    await t.until((host) => host.chronicle.state.stage[2] === stageCode('parked'), 'n3 to be parked');
    expect(noteOf(t).holds).toEqual([{ targets: 'n3', by: 'a person', cause: 'crew at the rack' }]);
  });

  it('is one page of plain words whatever anybody wrote', async () => {
    const t = await new TwinRun(testPlan({ nodes: 2 })).create();
    const empty = noteOf(t);
    const nasty = 'a|b\n# x <b> `c`';
    const text = handoverMarkdown(
      {
        ...empty,
        decisions: [nasty],
        acts: [{ at: 1, kind: 'note', by: nasty, why: nasty, targets: '' }],
        turnBack: { lastMs: 0, words: nasty },
      },
      'America/Phoenix',
    );
    expect(text.split('\n').filter((line) => line.startsWith('# '))).toEqual([`# Hand-over of ${t.run}`]);
    expect(text).not.toMatch(/(?<!\\)<b>/);
    expect(empty.decisions).toEqual(['the counts wait to be confirmed']);
  });
});
