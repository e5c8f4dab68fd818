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

  it('what was foretold of 95 % at the start, and what is now; once it came, when', () => {
    const marks = (p50Min: number, p90Min: number | null) => ({ '95': { p50Min, p90Min } });
    const etaOf = (fields: Parameters<typeof exampleView>[0]): string | undefined =>
      runLines(exampleView(fields), SIZE).find((line) => line.startsWith('95 % back'));
    const frozen = { marks: marks(72, 100) };
    expect(etaOf({ eta: { frozen, rolling: { marks: marks(85, 91), atMin: 42 } } })).toBe(
      '95 % back: forecast at the start 1 h 12 min (P90 1 h 40 min), now 1 h 25 min (P90 1 h 31 min)',
    );
    expect(etaOf({ eta: { frozen: null, rolling: { marks: marks(85, null), atMin: null } } })).toBe(
      '95 % back: now 1 h 25 min (P90 not within two weeks)',
    );
    expect(etaOf({ eta: { frozen, rolling: null }, marks: { '95': 80 } })).toContain('(P90 1 h 40 min), came at 1 h 20 min');
    expect(etaOf({ eta: null })).toBeUndefined();
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
