import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import { answerAll, type Asking, type Request, type Spec } from '../rehearse/asking.ts';
import { rehearsing } from '../rehearse/rehearse.ts';
import { rowWidth } from '../rehearse/rows.ts';
import { answerHere } from '../rehearse/runner.ts';
import { carryOut, openPool, type PoolOptions } from './pool.ts';
import { RehearsalWorkerError } from './threads.ts';

const PLAN = maintenancePlan({ nodes: 40, canary: 2 });
const OTHER = maintenancePlan({ nodes: 30 });
const spec = (plan = PLAN): Spec => ({ plan, engine: 'exact', seed: 5 });

async function withPool<T>(options: PoolOptions, use: (pool: ReturnType<typeof openPool>) => Promise<T>): Promise<T> {
  const pool = openPool(options);
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

describe('pool', () => {
  const requests: Request[] = [
    { spec: spec(), from: 0, count: 25 },
    { spec: spec(OTHER), from: 10, count: 7 },
    { spec: { ...spec(), seed: 6 }, from: 3, count: 1 },
  ];

  it.each([
    ['here', { hereMs: Infinity }],
    ['one worker', { workers: 1, hereMs: 0 }],
    ['three workers', { workers: 3, hereMs: 0 }],
  ])('%s: the same numbers', async (_, options) => {
    const answers = await withPool(options, (pool) => pool.answer(requests, () => false));
    expect(answers).toEqual(requests.map(answerHere()));
  });

  it('a forecast does not depend on who computed it', async () => {
    const driver = () => rehearsing(PLAN, { seed: 1, scenarios: 30 });
    const forecast = await withPool({ workers: 2, hereMs: 0 }, (pool) => carryOut(pool, driver()));
    expect(forecast).toEqual(answerAll(driver(), answerHere()));
  });

  it('takes many models, one turn after the other, and those it was told to forget once more', async () => {
    const seeds = [...Array.from({ length: 10 }, (_, seed) => seed), 0, 1];
    const specs = new Map(seeds.map((seed) => [seed, { ...spec(OTHER), seed }]));
    const all = seeds.map((seed): Request => ({ spec: specs.get(seed) as Spec, from: 0, count: 2 }));
    const answers = await withPool({ workers: 1, hereMs: 0 }, async (pool) => [
      ...(await pool.answer(all.slice(0, 10), () => false)),
      ...(await pool.answer(all.slice(10), () => false)),
    ]);
    expect(answers).toEqual(all.map(answerHere()));
  });

  it.each([
    ['here', { hereMs: Infinity }],
    ['two workers', { workers: 2, hereMs: 0 }],
  ])('%s: stopped, it hands over what there is from the first scenario on without a gap', async (_, options) => {
    let asked = 0;
    const request = { spec: spec(), from: 4, count: 400 };
    const [answer] = await withPool(options, (pool) => pool.answer([request], () => ++asked > 4));
    const { about, count = 0, rows } = answer ?? {};
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(400);
    expect(rows?.length).toBe(count * (about ? rowWidth(about) : 0));
    expect(rows).toEqual(answerHere()({ ...request, count }).rows);
  });

  it('stopped before anything was begun: an answer without a model', async () => {
    for (const options of [{ hereMs: Infinity }, { workers: 1, hereMs: 0 }]) {
      const [answer] = await withPool(options, (pool) => pool.answer([{ spec: spec(), from: 0, count: 3 }], () => true));
      expect(answer).toEqual({ about: null, count: 0, rows: new Float64Array() });
    }
  });

  it('a worker that dies is an error that says why, and ends nothing else', async () => {
    const broken = { ...spec(), plan: { ...PLAN, procedures: {} } };
    const asking = function* (): Asking<number> {
      const answers = yield [{ spec: broken, from: 0, count: 5 }];
      return answers.length;
    };
    const outcome = withPool({ workers: 2, hereMs: 0 }, (pool) => carryOut(pool, asking()));
    await expect(outcome).rejects.toThrow(RehearsalWorkerError);
    await expect(outcome).rejects.toThrow('procedure node');
  });
});
