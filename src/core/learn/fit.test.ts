import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beliefAround, beliefOf } from './belief.ts';
import { fitDurations, seenLogMedian, type RunTimes } from './fit.ts';
import { drawnRuns, MINUTE_MS } from './learn-example.ts';

const LAW = { medianMs: 10 * MINUTE_MS, logSd: 0.5, between: 0.2 };
const STATED = { medianMs: 8 * MINUTE_MS, logSd: 0.3, n: 0, source: 'guess' };
const fit = (times: readonly RunTimes[]): ReturnType<typeof fitDurations> => fitDurations(times, beliefOf(STATED));
const relative = (found: number, true_: number): number => found / true_ - 1;

describe('fit: what is there to be found', () => {
  it('many runs: median and both spreads are recovered, with nearly normal tails', () => {
    const found = fit(drawnRuns(5, 60, 40, LAW));
    expect(Math.abs(relative(found.medianMs, LAW.medianMs))).toBeLessThan(0.06);
    expect(Math.abs(relative(found.logSd, LAW.logSd))).toBeLessThan(0.04);
    expect(Math.abs(relative(found.between, LAW.between))).toBeLessThan(0.2);
    expect(found.df).toBeGreaterThanOrEqual(30);
    expect([found.n, found.runs]).toEqual([2_400, 60]);
  });

  it('a thousand nodes of one night are one night: the next may differ, and by how much is hardly known', () => {
    const one = fit(drawnRuns(5, 1, 1_000, LAW));
    const many = fit(drawnRuns(5, 50, 20, LAW));
    expect(one.n).toBe(many.n);
    expect(one.between).toBeGreaterThan(0.15);
    expect(one.df).toBeLessThanOrEqual(4);
    expect(many.df).toBeGreaterThan(3 * one.df);
  });

  it('nights that differ by far more than was believed are believed in the end', () => {
    const found = fit(drawnRuns(5, 30, 40, { ...LAW, between: 1 }));
    expect(found.between).toBeGreaterThan(0.75);
    expect(found.between).toBeLessThan(1.35);
  });

  it('three durations: wider than their own spread, around a median between them and what was stated', () => {
    const found = fit([{ run: 'a', doneMs: [20, 21, 22].map((minutes) => minutes * MINUTE_MS), censoredMs: [] }]);
    expect(found.medianMs).toBeGreaterThan(12 * MINUTE_MS);
    expect(found.medianMs).toBeLessThan(21 * MINUTE_MS);
    expect(found.logSd).toBeGreaterThan(0.2);
    expect(found.between).toBeGreaterThan(0.15);
  });

  it('nothing seen: what was stated, and how far such statements are off', () => {
    const found = fit([]);
    expect(found.medianMs).toBeCloseTo(STATED.medianMs, 3);
    expect(found.between).toBeGreaterThan(0.6);
    expect([found.n, found.runs]).toEqual([0, 0]);
    expect(Number.isFinite(fitDurations([], beliefOf({ ...STATED, logSd: 0 })).between)).toBe(true);
    const measured = fitDurations([], beliefOf({ ...STATED, n: 50 }));
    expect(measured.between).toBeLessThan(0.5);
  });
});

describe('fit: censored durations', () => {
  it('half of them cut off at the median: leaving them out halves the truth, the fit does not', () => {
    const times = drawnRuns(9, 20, 100, LAW, LAW.medianMs);
    const found = fit(times);
    const ignoring = fit(times.map((each) => ({ ...each, censoredMs: [] })));
    expect(relative(ignoring.medianMs, LAW.medianMs)).toBeLessThan(-0.2);
    expect(Math.abs(relative(found.medianMs, LAW.medianMs))).toBeLessThan(0.1);
    expect(Math.abs(relative(found.logSd, LAW.logSd))).toBeLessThan(0.12);
    expect(relative(ignoring.logSd, LAW.logSd)).toBeLessThan(-0.25);
  });

  it('a few that hung until their limit do not stretch all others', () => {
    const clean = drawnRuns(9, 10, 50, { ...LAW, logSd: 0.2 });
    const hung = clean.map((each) => ({ ...each, censoredMs: [10 * LAW.medianMs] }));
    expect(Math.abs(relative(fit(hung).logSd, fit(clean).logSd))).toBeLessThan(0.05);
  });

  it('none has ended: it takes longer than was stated', () => {
    const found = fit([{ run: 'a', doneMs: [], censoredMs: Array.from({ length: 8 }, () => 12 * MINUTE_MS) }]);
    expect(found.medianMs).toBeGreaterThan(11 * MINUTE_MS);
    expect(Number.isFinite(found.medianMs * found.between * found.logSd)).toBe(true);
  });
});

describe('fit: any input', () => {
  it('durations of no time at all are taken as less than a tick', () => {
    const found = fit([{ run: 'a', doneMs: [0, 0, 0, 0], censoredMs: [0] }]);
    expect(found.medianMs).toBeGreaterThan(0);
    expect(Number.isFinite(found.logSd)).toBe(true);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('%d ms is a bug of whoever says it', (ms) => {
    expect(() => fit([{ run: 'a', doneMs: [ms], censoredMs: [] }])).toThrow('a duration of');
    expect(() => fit([{ run: 'a', doneMs: [], censoredMs: [ms] }])).toThrow('a duration of');
    expect(() => beliefOf({ ...STATED, medianMs: ms })).toThrow('a prior of');
  });

  it('in another unit of time it says the same', () => {
    const durations = fc.array(fc.double({ min: 1e3, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(durations, { minLength: 1, maxLength: 4 }), durations, (runs, censored) => {
        const times = (unit: number): RunTimes[] =>
          runs.map((doneMs, run) => ({
            run: `${run}`,
            doneMs: doneMs.map((ms) => ms * unit),
            // By whole hundredths of a log, as the fit counts censored ones.
            censoredMs: run === 0 ? censored.map((ms) => unit * Math.exp(Math.round(100 * Math.log(ms)) / 100)) : [],
          }));
        const [one, other] = [1, Math.exp(2)].map((unit) =>
          fitDurations(times(unit), beliefOf({ ...STATED, medianMs: unit * STATED.medianMs })),
        );
        expect(relative(other?.medianMs ?? 0, (one?.medianMs ?? 0) * Math.exp(2))).toBeCloseTo(0, 3);
        expect(relative(other?.between ?? 0, one?.between ?? 0)).toBeCloseTo(0, 2);
        expect(relative(other?.logSd ?? 0, one?.logSd ?? 0)).toBeCloseTo(0, 2);
      }),
      { numRuns: 15 },
    );
  });

  it('where nobody has stated anything, what was seen speaks alone', () => {
    const times = drawnRuns(3, 4, 30, LAW);
    const found = fitDurations(times, beliefAround(seenLogMedian(times) ?? Number.NaN));
    expect(Math.abs(relative(found.medianMs, LAW.medianMs))).toBeLessThan(0.3);
    expect(seenLogMedian([])).toBeNull();
  });
});
