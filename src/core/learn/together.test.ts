import { describe, expect, it } from 'vitest';
import type { RunTimes } from './fit.ts';
import { normal } from './learn-example.ts';
import { togetherOf } from './together.ts';

/** Four steps over so many runs; `shared` of each step's run factor belongs to the night. */
function nights(runs: number, shared: number, targets = 40): RunTimes[][] {
  return Array.from({ length: 4 }, (_, step) =>
    Array.from({ length: runs }, (_, run) => {
      const night = Math.sqrt(shared) * normal(1, run, -1) + Math.sqrt(1 - shared) * normal(2, run, step);
      const doneMs = Array.from({ length: targets }, (_, target) => 1_000 * Math.exp(0.25 * night + 0.4 * normal(3 + step, run, target)));
      return { run: `run-${run}`, doneMs, censoredMs: [] };
    }),
  );
}

describe('together', () => {
  it('many runs: slow nights are told from slow steps', () => {
    expect(togetherOf(nights(40, 1))).toBeGreaterThan(0.85);
    expect(togetherOf(nights(40, 0))).toBeLessThan(0.2);
    expect(Math.abs(togetherOf(nights(40, 0.5)) - 0.5)).toBeLessThan(0.25);
  });

  it('few targets a run: what only their own spread makes differ is not taken for the steps', () => {
    expect(togetherOf(nights(60, 1, 3))).toBeGreaterThan(0.8);
  });

  it('few runs: drawn to one half', () => {
    const [few, many] = [3, 40].map((runs) => togetherOf(nights(runs, 1)));
    expect(few).toBeGreaterThanOrEqual(0.5);
    expect(many).toBeGreaterThan(few ?? 1);
  });

  it('one run, one step, or runs that do not differ: one half', () => {
    expect(togetherOf([])).toBe(0.5);
    expect(togetherOf(nights(1, 1))).toBe(0.5);
    expect(togetherOf(nights(10, 1).slice(0, 1))).toBe(0.5);
    const alike = { doneMs: [1_000, 2_000], censoredMs: [] };
    expect(togetherOf([0, 1].map(() => ['a', 'b'].map((run) => ({ run, ...alike }))))).toBe(0.5);
  });
});
