import { describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../result.ts';
import { clusterMarkOf, curveOf, fieldOf, limitWaitOf, rowWidth, stepWaitOf, writeRow, type RowShape } from './rows.ts';

const step = { procedure: 'node', step: 'apply', forward: true, limits: [], medianMin: 1 };
const cluster = { name: 'a', customer: null, counted: 1 };
const shape: RowShape = { clusters: [cluster, cluster], steps: [step, step, step], limits: ['one'] };

function result(base: number): ScenarioResult {
  return {
    curve: Float64Array.from({ length: 100 }, (_, i) => base + i),
    clusters: [Float64Array.of(1, 2, 3, 4, base), Float64Array.of(5, 6, 7, 8, 9)],
    gateMin: base + 0.5,
    mopUpMin: Infinity,
    gpuHoursNotReturned: 7,
    stragglers: 3,
    short: 1,
    waitMin: Float64Array.of(1, 2, base),
    came: Float64Array.of(10, 20, 30),
    limitWaitMin: Float64Array.of(base + 1),
    events: 99,
  };
}

describe('rows', () => {
  const rows = new Float64Array(2 * rowWidth(shape));
  writeRow(rows, 0, shape, result(100));
  writeRow(rows, 1, shape, result(200));

  it('hold every number of a result where its column is read', () => {
    expect([...curveOf(rows, shape, 1)]).toEqual([100, 200]);
    expect([...curveOf(rows, shape, 95)]).toEqual([194, 294]);
    expect([...fieldOf(rows, shape, 'gateMin')]).toEqual([100.5, 200.5]);
    expect([...fieldOf(rows, shape, 'mopUpMin')]).toEqual([Infinity, Infinity]);
    expect([...fieldOf(rows, shape, 'events')]).toEqual([99, 99]);
    expect([...clusterMarkOf(rows, shape, 0, 4)]).toEqual([100, 200]);
    expect([...clusterMarkOf(rows, shape, 1, 0)]).toEqual([5, 5]);
    expect(stepWaitOf(rows, shape, 2)).toEqual({ waitMin: Float64Array.of(100, 200), came: Float64Array.of(30, 30) });
    expect([...limitWaitOf(rows, shape, 0)]).toEqual([101, 201]);
  });

  it('refuse a result of another model', () => {
    expect(() => writeRow(rows, 0, { ...shape, limits: [] }, result(1))).toThrow('where its model has 0');
    expect(() => writeRow(rows, 0, { ...shape, clusters: [cluster] }, result(1))).toThrow('other clusters');
  });
});
