import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import type { Forecast } from '../../core/forecast/forecast.ts';
import { draw, normalQuantile } from '../../std/draw.ts';
import { answerAll, type Answer, type ModelAbout, type Request } from './asking.ts';
import { NothingRehearsedError, rehearsing } from './rehearse.ts';
import { rowWidth } from './rows.ts';
import { answerHere } from './runner.ts';
import { planSize } from './sub-plan.ts';

const LARGE = maintenancePlan({ nodes: 4_000 });

/** An engine that makes up its marks: lognormal with this spread, the fast one off by a share. */
function pretend({ logSd = 0.1, fastOff = 0 }): (request: Request) => Answer {
  return ({ spec, from, count }) => {
    const targets = planSize(spec.plan);
    const counts = { counted: targets, targets, simulated: spec.engine === 'fast' ? 100 : targets };
    const about: ModelAbout = { ...counts, clusters: [], steps: [], limits: [], basis: [], notes: [] };
    const width = rowWidth(about);
    const rows = new Float64Array(count * width);
    for (let i = 0; i < count; i++) {
      const luck = Math.exp(logSd * normalQuantile(draw(spec.seed, from + i, 0, 0, 0)));
      for (let q = 0; q < 100; q++) rows[i * width + q] = (100 + q) * luck * (spec.engine === 'fast' ? 1 + fastOff : 1);
    }
    return { about, count, rows };
  };
}

describe('rehearsing: how many scenarios', () => {
  it('a first answer from a hundred, then more until the P90 is sure', () => {
    const seen: number[] = [];
    const forecast = answerAll(
      rehearsing(maintenancePlan({ nodes: 50 }), { seed: 1 }, (one) => seen.push(one.scenarios)),
      pretend({ logSd: 0.03 }),
    );
    expect(seen[0]).toBe(100);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const { p90Min, lowMin, highMin } = forecast.milestones['95'] ?? { p90Min: null, lowMin: null, highMin: null };
    expect(forecast.scenarios).toBeLessThan(1_000);
    expect((highMin ?? Infinity) - (lowMin ?? 0)).toBeLessThanOrEqual(0.02 * (p90Min ?? 0));
  });

  it('at most as many as said, where it never gets sure; exactly as many as asked for', () => {
    const small = maintenancePlan({ nodes: 50 });
    expect(answerAll(rehearsing(small, { seed: 1, scenariosMax: 300 }), pretend({ logSd: 1 })).scenarios).toBe(300);
    expect(answerAll(rehearsing(small, { seed: 1, scenarios: 130 }), pretend({ logSd: 0 })).scenarios).toBe(130);
    expect(answerAll(rehearsing(small, { seed: 1, scenarios: 3 }), pretend({})).scenarios).toBe(3);
  });

  it('stopped: the best so far, from the scenarios that are there without a gap', () => {
    let turns = 0;
    const stopping = (request: Request): Answer => {
      const answer = pretend({ logSd: 1 })(request);
      if (turns++ < 2) return answer;
      const count = Math.floor(request.count / 2);
      return { ...answer, count, rows: answer.rows.slice(0, count * rowWidth(answer.about as ModelAbout)) };
    };
    expect(answerAll(rehearsing(maintenancePlan({ nodes: 50 }), { seed: 1 }), stopping).scenarios).toBe(150);
  });

  it('stopped before the first scenario is an error that says so', () => {
    const nothing = (): Answer => ({ about: null, count: 0, rows: new Float64Array() });
    expect(() => answerAll(rehearsing(maintenancePlan({ nodes: 50 }), { seed: 1 }), nothing)).toThrow(NothingRehearsedError);
  });
});

describe('rehearsing: which engine', () => {
  const run = (fastOff: number, options = {}): Forecast =>
    answerAll(rehearsing(LARGE, { seed: 1, ...options }), pretend({ fastOff, logSd: 0.02 }));

  it('exact for small plans', () => {
    const forecast = answerAll(rehearsing(maintenancePlan({ nodes: 1_000 }), { seed: 1 }), pretend({}));
    expect(forecast).toMatchObject({ engine: 'exact', errorPct: null });
  });

  it('fast for large ones, with its measured error', () => {
    const forecast = run(0.004);
    expect(forecast.engine).toBe('fast');
    expect(forecast.errorPct).toBeCloseTo(0.4, 6);
    expect(forecast.notes.join()).toContain('0.4 % off');
  });

  it('gives way to exact where it is over 1 % off, and says so', () => {
    const forecast = run(-0.03);
    expect(forecast).toMatchObject({ engine: 'exact', errorPct: null });
    expect(forecast.notes.join()).toContain('more than 1 % off');
  });

  it('stays fast where fast is asked for, error and all', () => {
    expect(run(-0.03, { engine: 'fast' }).errorPct).toBeCloseTo(3, 6);
  });

  it('is exact where a sample would not keep a limit of few places', () => {
    const forecast = answerAll(rehearsing(maintenancePlan({ nodes: 4_000, bmc: 0.001 }), { seed: 1, scenarios: 10 }), pretend({}));
    expect(forecast.engine).toBe('exact');
  });
});

describe('rehearsing: the real engine', () => {
  it('equal seeds give equal forecasts, other seeds others; one node takes less than the fleet', () => {
    const plan = maintenancePlan({ nodes: 60, canary: 2 });
    const forecast = (seed: number): Forecast => answerAll(rehearsing(plan, { seed, scenarios: 20 }), answerHere());
    const first = forecast(1);
    expect(forecast(1)).toEqual(first);
    expect(forecast(2).milestones).not.toEqual(first.milestones);
    expect(first).toMatchObject({ nodes: 60, scenarios: 20, engine: 'exact', short: null });
    expect(first.ratio).toBeGreaterThan(1);
    expect(first.basis.find(({ about }) => about === 'node: step-2')).toMatchObject({ medianMin: 12, n: 30, source: 'model' });
  });
});
