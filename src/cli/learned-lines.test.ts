import { describe, expect, it } from 'vitest';
import type { Learned } from '../core/learn/answers.ts';
import type { LearnedStep } from '../core/learn/learn.ts';
import type { LearnedPrior } from '../core/learn/predictive.ts';
import { learnedLines } from './learned-lines.ts';

const MINUTE_MS = 60_000;

function prior(minutes: number, n: number): LearnedPrior {
  return { medianMs: minutes * MINUTE_MS, logSd: 0.25, between: 0.1, df: 6, n, runs: n > 0 ? 2 : 0, source: 'test' };
}

function step(minutes: number, n: number): LearnedStep {
  return { kind: 'run', takes: prior(minutes, n), fails: { share: 0.012, n, a: 1, b: 80 } };
}

function learned(fields: Partial<Learned['priors']> = {}): Learned {
  return {
    priors: { schema: 1, runs: ['july-1', 'july-2'], together: 0.5, steps: { 'host-os/apply': step(12, 1_024) }, mopUp: {}, ...fields },
    twin: false,
    stated: { 'host-os/apply': { medianMs: 8 * MINUTE_MS, fails: 0 }, 'host-os/back': { medianMs: 25 * MINUTE_MS, fails: 0 } },
    skipped: [],
  };
}

describe('what was learned, for people', () => {
  it('each step with its number of observations, what is stated, and how far off that is', () => {
    const lines = learnedLines(learned());
    expect(lines[0]).toBe('learned from 2 runs: july-1, july-2');
    expect(lines[3]?.split(/ {2,}/)).toEqual(['host-os/apply', '12 min', '0.25', '0.10', '1,024', '2', '1.2 % of 1,024', '8 min', '+50 %']);
  });

  it('steps that were never seen are named; those of components that no run had, by component', () => {
    const steps = { 'host-os/apply': step(12, 40), 'host-os/back': step(25, 0), 'bmc/apply': step(9, 0) };
    const text = learnedLines(learned({ steps })).join('\n');
    expect(text).toContain('never seen here:\n  host-os/back 25 min (stated 25 min), n 0; no step of bmc');
  });

  it('mop-up by way; what others carried out has no component; a run that could not be read', () => {
    const off = { share: 0.02, n: 500, a: 1, b: 50 };
    const ways = [
      { way: 'remote', share: 0.75, takes: prior(35, 9) },
      { way: 'hands', share: 0.25, takes: prior(300, 3) },
    ];
    const mopUp = { '': { off, ways, outlives: null, n: 12, runs: 2 } };
    const given = learned({ steps: { '/work': step(30, 12) }, mopUp });
    const lines = learnedLines({ ...given, skipped: [{ run: 'old-1', why: 'schema 0' }] });
    expect(lines[3]).toMatch(/^\(by others\)\/work +30 min .* - +-$/);
    expect(lines.find((line) => line.includes('remote'))?.split(/ {2,}/)).toEqual([
      '(by others)',
      '2 % of 500',
      '12',
      'remote',
      '75 %',
      '35 min',
      '9',
    ]);
    expect(lines.at(-1)).toBe('not read: old-1: schema 0');
  });

  it('nothing was learned: no lines', () => {
    expect(learnedLines(learned({ runs: [], steps: {} }))).toEqual([]);
  });
});
