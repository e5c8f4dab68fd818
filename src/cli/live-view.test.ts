import { describe, expect, it } from 'vitest';
import { progressKey, progressLine, runLines, runsTable } from './live-view.ts';
import { exampleStraggler, exampleView } from './view-example.ts';

const SIZE = { columns: 100, rows: 40, color: false };

describe('the view of a run', () => {
  it('says state, what is back, marks, waves, stragglers and what is waited for', () => {
    const stragglers = [exampleStraggler('n7'), exampleStraggler('n8'), exampleStraggler('n9', { waitingFor: 'mop-up-reboot' })];
    const view = exampleView({ stragglers, waitingFor: ['n[10-12]: a new boot'], marks: { '50': 42, '75': null } });
    const text = runLines(view, SIZE).join('\n');
    expect(text).toContain('image-1  RUNNING  image, plan 4201eb753232, 16 targets  42 min since the first drain');
    expect(text).toContain('back    4 of 16 back (25 %), the gate asks for 15');
    expect(text).toContain('marks   50 % at 42 min   75 % -');
    expect(text).toContain('waves   canary passed 1/1   main open 0/15');
    expect(text).toContain('stragglers (3)\n        n[7-8] waits for a person: straggler retry, fixed or drop for 12 min; apply: exit 1');
    expect(text).toContain('        n9 waits for mop-up-reboot for 12 min; apply: exit 1');
    expect(text).toContain('waits for\n        n[1-4]: the end of the soak, back in service meanwhile\n        n[10-12]: a new boot');
  });

  it('999 of 1,000 is never 100 %', () => {
    expect(runLines(exampleView({ baseline: 1_000, returned: 999 }), SIZE).join('\n')).toContain('999 of 1,000 back (99 %)');
  });

  it.each([
    [80, 24],
    [100, 40],
    [200, 60],
    [40, 16],
  ])('fits a screen of %i columns and %i rows, however much there is to say', (columns, rows) => {
    const stragglers = Array.from({ length: 50 }, (_, i) => exampleStraggler(`n${i}`, { cause: `a cause of its own, the ${i}th of many` }));
    const waitingFor = Array.from({ length: 50 }, (_, i) => `n${i}: something rather long that nobody can shorten very much at all`);
    const lines = runLines(exampleView({ state: 'held', heldBy: ['return gate'], stragglers, waitingFor }), {
      columns,
      rows,
      color: false,
    });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    expect(lines.length).toBeLessThan(rows);
    expect(lines.some((line) => line.includes('\n'))).toBe(false);
  });

  it('before the first drain there is no curve', () => {
    const lines = runLines(
      exampleView({ state: 'planned', timeZero: null, baseline: 0, returned: 0, curve: [], shown: { 'in-service': 16 } }),
      SIZE,
    );
    expect(lines[0]).toContain('nothing drained yet');
    expect(lines.join('\n')).not.toContain('┤');
  });
});

describe('a line of progress', () => {
  it('says when, state, counts and stragglers on one line', () => {
    const line = progressLine(exampleView({ stragglers: [exampleStraggler('n7')] }));
    expect(line).toMatch(/^42 min: image-1 running, 4 of 16 back \(25 %\); rebooting 12, returned 4; stragglers: n7 waits for a person/);
    expect(line).not.toContain('\n');
  });

  it('has news when counts change, and none when only time goes on', () => {
    const view = exampleView();
    expect(progressKey({ ...view, now: '2031-07-08T10:00:00.000Z' })).toBe(progressKey(view));
    expect(progressKey({ ...view, returned: 5 })).not.toBe(progressKey(view));
    expect(progressKey({ ...view, heldBy: ['return gate'] })).not.toBe(progressKey(view));
  });
});

describe('the list of runs', () => {
  it('one line a run, in columns', () => {
    const lines = runsTable([exampleView(), exampleView({ run: 'a-much-longer-name-12', state: 'held', heldBy: ['return gate'] })]);
    expect(lines).toEqual([
      'RUN                    STATE    CHANGE  CREATED           BACK  STRAGGLERS  HELD BY',
      'image-1                running  image   2031-07-08T09:00  4/16  0',
      'a-much-longer-name-12  held     image   2031-07-08T09:00  4/16  0           return gate',
    ]);
  });
});
