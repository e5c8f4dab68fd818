import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { cellCode } from '../../core/run/cell.ts';
import { createExactEngine } from '../exact/engine.ts';
import { simModel } from '../model.ts';
import { expectedReturns, scenarioFilm } from './scenario-film.ts';

const MINUTE_MS = 60_000;
const RETURNED = cellCode('returned');
const plan = testPlan({ nodes: 30, atOnce: 10, procedure: { defects: { share: 0.1, n: 100, source: 'test' } } });

describe('film of a scenario', () => {
  it('is the night that a rehearsal counts: the same returns at the same minutes', () => {
    for (const scenario of [0, 1, 2]) {
      const film = scenarioFilm(plan, 7, scenario);
      const counted = createExactEngine(simModel(plan, { seed: 7 })).run(scenario);
      expect(film.result.curve).toEqual(counted.curve);
      const cells = film.initial.slice();
      const backAt = new Map<number, number>();
      for (const [i, target] of film.target.entries()) {
        cells[target] = film.cell[i] as number;
        if (cells[target] === RETURNED) backAt.set(target, film.atMs[i] as number);
        else backAt.delete(target);
      }
      const back = [...backAt.values()].sort((a, b) => a - b);
      expect((back[14] ?? Number.NaN) / MINUTE_MS).toBeCloseTo(film.result.curve[49] as number, 6);
      expect(film.targets).toHaveLength(30);
    }
  });

  it('begins at time zero: the first node is drained at 0, and nothing is before it but early steps', () => {
    const film = scenarioFilm(plan, 7, 0);
    const first = [...film.atMs.entries()].find(([i]) => film.cell[i] === cellCode('draining'));
    expect(first?.[1]).toBe(0);
    expect(film.zeroMs).not.toBeNull();
    expect([...film.atMs]).toEqual([...film.atMs].sort((a, b) => a - b));
    expect(scenarioFilm(plan, 7, 0)).toEqual(film);
    expect(scenarioFilm(plan, 7, 1).atMs).not.toEqual(film.atMs);
  });
});

describe('expected returns', () => {
  it('half of the scenarios have the target back by then', () => {
    const expected = expectedReturns(plan, 7, 9);
    const nights = Array.from({ length: 9 }, (_, scenario) => scenarioFilm(plan, 7, scenario));
    const backOf = (target: number): number[] =>
      nights
        .map(({ atMs, target: targets, cell }) => {
          const last = [...targets.keys()].filter((i) => targets[i] === target && cell[i] === RETURNED).at(-1);
          return last === undefined ? Infinity : (atMs[last] as number) / MINUTE_MS;
        })
        .sort((a, b) => a - b);
    for (const target of [0, 1, 15, 29]) expect(expected[target]).toBeCloseTo(backOf(target)[4] ?? Number.NaN, 2);
    expect(expected[29]).toBeGreaterThan(expected[1] as number);
  });

  it('who is not back within the horizon has no minute', () => {
    expect([...expectedReturns(plan, 7, 3, { horizonMs: 60_000 })].every((at) => Number.isNaN(at))).toBe(true);
  });
});
