import { describe, expect, it } from 'vitest';
import { retro as example } from './example.ts';
import { capacityOf, failuresByCause, findingsOf, longestWaits, retroOf } from './retro.ts';

const retro = retroOf(example);

describe('findingsOf', () => {
  it('sorts marks, steps and gate into what went well and what did not', () => {
    const { well, not } = findingsOf(retro);
    expect(well.find((words) => words.startsWith('50 %'))).toContain('inside the forecast');
    expect(not.find((words) => words.startsWith('75 %'))).toContain('outside the forecast');
    expect(not).toContain('171 of 254 returned (67 %), 241 needed');
    expect(not.some((words) => words.startsWith('apply took 19 % longer'))).toBe(true);
    expect([...well, ...not].some((words) => words.startsWith('95 %'))).toBe(false);
    expect([...well, ...not].some((words) => words.startsWith('activate took'))).toBe(false);
  });

  it('calls a short window short even where enough came back', () => {
    const { not } = findingsOf({ ...retro, short: true, returned: 254 });
    expect(not[0]).toContain('the window ended first');
  });

  it('says nothing of a step that ended only twice', () => {
    const phases = retro.phases.map((phase) => ({ ...phase, ended: 2, failed: 0, expired: 0 }));
    const { well, not } = findingsOf({ ...retro, phases });
    expect([...well, ...not].some((words) => words.includes('planned ('))).toBe(false);
    expect(well).toContain('no step failed or timed out');
  });
});

describe('failures and waits', () => {
  it('count stragglers that came back and those that did not', () => {
    expect(failuresByCause(retro)[0]).toEqual(['no boot id change within 30 min', 3]);
    expect(failuresByCause(retro).reduce((sum, [, n]) => sum + n, 0)).toBe(8);
  });

  it('put those that never came back first, the longest off the path first', () => {
    const waits = longestWaits(retro, 7);
    expect(waits.map(({ backMin }) => backMin)).toEqual([null, null, null, null, null, null, 112]);
    expect(waits.slice(0, 2).map(({ target, offMin }) => [target, offMin])).toEqual([
      ['phx62-0037', 96],
      ['phx62-0058', 71],
    ]);
    expect(waits[6]?.target).toBe('phx62-0077');
  });
});

it('refuses what is no review', () => {
  expect(() => retroOf({ ok: true })).toThrow('no review');
  expect(capacityOf(example)[0]).toEqual([0, 254]);
});
