// The engine as a queue that has a formula: customers who come at random to c servers, each of them a target, the servers a limit.
import { expect, it } from 'vitest';
import { testPlan, testStep } from '../../../test/plans.ts';
import { ENTRY_KINDS } from '../../core/ports.ts';
import { draw } from '../../std/draw.ts';
import { simModel } from '../model.ts';
import { createExactEngine } from './engine.ts';

const SERVERS = 5;
const LOAD = 0.8;
const SERVICE_MS = 600_000;
const CUSTOMERS = 6_000;
/** The first ones find the servers idle. */
const IGNORED = 1_000;
const SCENARIOS = 40;

/** Mean wait of M/M/c: A. K. Erlang (1917); e.g. D. Gross et al., Fundamentals of Queueing Theory, 4th edition, 2.3. */
function erlangWaitMs(): number {
  const offered = SERVERS * LOAD;
  let [term, sum] = [1, 0];
  for (let k = 0; k < SERVERS; k++) {
    sum += term;
    term *= offered / (k + 1);
  }
  const waits = term / (1 - LOAD) / (sum + term / (1 - LOAD));
  return (waits * SERVICE_MS) / (SERVERS * (1 - LOAD));
}

it('waits before c servers are those of Erlang C, within the 99 % interval', () => {
  const { waits, tallied } = simulate();
  const mean = average(waits);
  const standardError = Math.sqrt(average(waits.map((wait) => (wait - mean) ** 2)) / (SCENARIOS - 1));
  // Student-t with 39 degrees of freedom.
  expect(Math.abs(mean - erlangWaitMs())).toBeLessThan(2.708 * standardError);
  expect(standardError / mean).toBeLessThan(0.04);
  expect(tallied).toBeCloseTo(0, 6);
});

/** Mean wait of each scenario in ms, and by how much the engine's own sums of waits differ from them at most. */
function simulate(): { waits: number[]; tallied: number } {
  const arrivals = new Float64Array(CUSTOMERS);
  const services = new Float64Array(CUSTOMERS);
  const model = simModel(marketOf(), {
    seed: 1,
    horizonMs: 400 * 86_400_000,
    instead: {
      takesMs: (_, target, step) => [arrivals[target] as number, services[target] as number, 0][step] ?? null,
      fails: () => false,
    },
  });
  const engine = createExactEngine(model);
  const done = ENTRY_KINDS.indexOf('done');
  const waits: number[] = [];
  let tallied = 0;
  for (let scenario = 0; scenario < SCENARIOS; scenario++) {
    let at = 0;
    for (let i = 0; i < CUSTOMERS; i++) {
      at += -Math.log(draw(1, scenario, i, 0, 0)) * (SERVICE_MS / (SERVERS * LOAD));
      arrivals[i] = Math.round(at);
      services[i] = Math.round(-Math.log(draw(1, scenario, i, 1, 0)) * SERVICE_MS);
    }
    const waitOf = new Float64Array(CUSTOMERS);
    const result = engine.run(scenario, {
      trace: (atMs, target, kind, step) => {
        if (kind === done && step === 1) waitOf[target] = atMs - (services[target] as number) - (arrivals[target] as number);
      },
    });
    waits.push(average([...waitOf.subarray(IGNORED)]));
    tallied = Math.max(tallied, Math.abs((result.waitMin[1] as number) * 60_000 - waitOf.reduce((sum, wait) => sum + wait, 0)));
  }
  return { waits, tallied };
}

/** Comes (a drain), is served, leaves; in this order, so that steps are 0, 1, 2. */
function marketOf(): ReturnType<typeof testPlan> {
  const { gates } = testPlan().policy;
  return testPlan({
    nodes: CUSTOMERS,
    canary: 0,
    policy: {
      gates: { ...gates, soakMs: 0 },
      limits: { servers: { count: SERVERS, per: 'fleet', owner: null, why: null, until: null } },
      assume: { faultsPerNodeDay: { share: 0, n: 0, source: 'test' } },
    },
    procedure: {
      steps: [
        testStep('come', { kind: 'do', act: 'drain' }, { to: 'draining', timeoutMs: null }),
        testStep('serve', { kind: 'run', argv: ['x'] }, { to: 'updating', destructive: true, uses: ['servers'], timeoutMs: null }),
        testStep('leave', { kind: 'do', act: 'return' }, { timeoutMs: null }),
      ],
      back: null,
      mopUp: [],
    },
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
