// A queue with c desks as a plan: the drain is the way to the desk and takes as long as the customer's arrival, the one step is the service.
// What it should come to is known exactly (Erlang C).
import { must } from '../../src/std/assert.ts';
import { draw } from '../../src/std/draw.ts';
import { createExactEngine } from '../../src/sim/exact/engine.ts';
import { simModel } from '../../src/sim/model.ts';
import { testPlan, testPolicy, testStep } from '../../test/plans.ts';

/** Service takes so long in the mean; arrivals follow from the load. */
const SERVICE_MS = 60_000;

export interface QueueFigures {
  readonly events: number;
  readonly cpuSeconds: number;
  /** Mean waits of the replications, in mean services. */
  readonly waits: readonly number[];
}

export function runQueue(customers: number, desks: number, load: number, replications: number): QueueFigures {
  const policy = testPolicy({
    limits: { desk: { count: desks, per: 'fleet', owner: null, why: null, until: null } },
    gates: { ...testPolicy().gates, soakMs: 0 },
    assume: { faultsPerNodeDay: { share: 0, n: 0, source: 'none' } },
  });
  const steps = [
    testStep('arrive', { kind: 'do', act: 'drain' }, { to: 'draining', by: 'scheduler', timeoutMs: null }),
    testStep('serve', { kind: 'run', argv: ['/serve'] }, { to: 'updating', destructive: true, uses: ['desk'], timeoutMs: null }),
    testStep('return', { kind: 'do', act: 'return' }, { by: 'scheduler', timeoutMs: null }),
  ];
  const plan = testPlan({ nodes: customers, canary: 0, policy, procedure: { steps, back: null, mopUp: [] } });
  const exponential = (scenario: number, customer: number, what: number): number => -Math.log(draw(1, scenario, customer, what, 0));
  const arrivals = Array.from({ length: replications }, (_, scenario) => {
    let at = 0;
    return Float64Array.from({ length: customers }, (_, i) => (at += (exponential(scenario, i, 0) * SERVICE_MS) / (load * desks)));
  });
  const model = simModel(plan, {
    seed: 1,
    horizonMs: (2 * customers * SERVICE_MS) / (load * desks),
    instead: {
      takesMs: (scenario, target, step) => {
        if (step === 0) return Math.round(must(arrivals[scenario]?.[target], 'an arrival'));
        return step === 1 ? Math.round(exponential(scenario, target, 1) * SERVICE_MS) : 0;
      },
    },
  });
  const engine = createExactEngine(model);
  engine.run(0);
  const began = process.cpuUsage();
  let events = 0;
  const waits = arrivals.map((_, scenario) => {
    const result = engine.run(scenario);
    events += result.events;
    return ((result.waitMin[1] as number) / (result.came[1] as number)) * (60_000 / SERVICE_MS);
  });
  const { user, system } = process.cpuUsage(began);
  return { events, cpuSeconds: (user + system) / 1e6, waits };
}

/** Mean wait in mean services: A. K. Erlang's formula for M/M/c, by the recursion of the loss formula. */
export function erlangWait(desks: number, load: number): number {
  const offered = desks * load;
  let blocked = 1;
  for (let c = 1; c <= desks; c++) blocked = (offered * blocked) / (c + offered * blocked);
  const waits = blocked / (1 - load * (1 - blocked));
  return waits / (desks * (1 - load));
}
