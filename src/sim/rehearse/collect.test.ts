import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import type { ScenarioResult } from '../result.ts';
import type { ModelAbout } from './asking.ts';
import { forecastOf, ratioOf } from './collect.ts';
import { rowWidth, writeRow } from './rows.ts';
import type { Collected } from './series.ts';

const about: ModelAbout = {
  counted: 200,
  targets: 200,
  simulated: 200,
  clusters: [
    { name: 'a', customer: 'aurora', counted: 200 },
    { name: 'b', customer: null, counted: 0 },
  ],
  steps: [],
  limits: [],
  basis: [{ about: 'node: apply', medianMin: 8, logSd: 0.3, n: 0, source: 'unstated', assumed: false }],
  notes: ['handed over empty'],
};

/** Scenario i: share q is back at q + i minutes; the last `lost` of them are never wholly back. */
function scenarios(count: number, lost = 0): Collected {
  const rows = new Float64Array(count * rowWidth(about));
  for (let i = 0; i < count; i++) {
    const late = i >= count - lost;
    const result: ScenarioResult = {
      curve: Float64Array.from({ length: 100 }, (_, q) => (q === 99 && late ? Infinity : q + 1 + i)),
      clusters: [Float64Array.of(50, 75, 95, 99, late ? Infinity : 100), new Float64Array(5).fill(Number.NaN)],
      gateMin: 95 + i,
      mopUpMin: late ? Infinity : i,
      gpuHoursNotReturned: 10 * i,
      stragglers: i % 4,
      short: late ? 1 : 0,
      waitMin: new Float64Array(),
      came: new Float64Array(),
      limitWaitMin: new Float64Array(),
      events: 1,
    };
    writeRow(rows, i, about, result);
  }
  return { about, rows };
}

const windows = [{ cluster: 'lab', fromMin: 1_000, toMin: 1_400 }];
const forecast = (fleet: Collected, policy = {}) =>
  forecastOf(fleet, scenarios(10), { plan: testPlan({ policy }), seed: 7, engine: 'exact', errorPct: null, notes: ['and more'] });

describe('collect: forecast', () => {
  it('milestones are order statistics of the scenarios, with the interval of the P90', () => {
    const { milestones, scenarios: count, nodes, seed } = forecast(scenarios(100));
    expect({ count, nodes, seed }).toEqual({ count: 100, nodes: 200, seed: 7 });
    expect(milestones['50']).toEqual({ p50Min: 99, p90Min: 139, lowMin: 133, highMin: 145, reached: 1 });
    expect(milestones['95']).toMatchObject({ p50Min: 144, p90Min: 184 });
  });

  it('what is not within the horizon is null, and the share that gets there is said', () => {
    const few = forecast(scenarios(100, 10)).milestones['100'];
    expect(few).toMatchObject({ p50Min: 149, p90Min: 189, reached: 0.9 });
    expect(forecast(scenarios(100, 11)).milestones['100']).toMatchObject({ p50Min: 149, p90Min: null, reached: 0.89 });
    expect(forecast(scenarios(100, 51)).milestones['100']).toMatchObject({ p50Min: null, p90Min: null });
  });

  it('the curve has a hundred points, and clusters without counted targets are left out', () => {
    const { curve, clusters, mopUpMin, gateMin } = forecast(scenarios(100, 20));
    expect(curve).toHaveLength(100);
    expect(curve[49]).toEqual({ share: 50, p10Min: 59, p50Min: 99, p90Min: 139 });
    expect(clusters.map(({ cluster, nodes }) => [cluster, nodes])).toEqual([['a', 200]]);
    expect(clusters[0]?.milestones['100']).toEqual({ p50Min: 100, p90Min: null });
    expect(mopUpMin).toEqual({ p50: 49, p90: null });
    expect(gateMin).toEqual({ p50Min: 144, p90Min: 184 });
  });

  it('short is a share where there are windows, and nothing where there are none', () => {
    expect(forecast(scenarios(100, 25), { windows })).toMatchObject({ short: 0.25, windowMin: 1_000 });
    expect(forecast(scenarios(100, 25))).toMatchObject({ short: null, windowMin: null });
  });

  it('the ratio is mark 95 by one node, both at P50; basis and notes are those of the model, and more', () => {
    const { ratio, oneNodeMin, basis, notes } = forecast(scenarios(100));
    expect(oneNodeMin.p50).toBe(104);
    expect(ratio).toBe(144 / 104);
    expect(basis).toEqual(about.basis);
    expect(notes).toEqual(['handed over empty', 'and more']);
    expect(ratioOf(null, 5)).toBeNull();
    expect(ratioOf(5, 0)).toBeNull();
  });

  it('survives JSON: no Infinity, no NaN', () => {
    const document = forecast(scenarios(3, 3));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});
