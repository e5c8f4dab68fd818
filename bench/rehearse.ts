// Rehearsals: how fast the exact engine is, and that its waits are right; what a forecast of 100,000 nodes takes, and how far it is off the
// exact engine; what other systems' limits would make of the same fleet. npm run -s bench:rehearse [-- --json] [--quick] [--peers]
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Plan } from '../src/core/plan/plan.ts';
import { comparing } from '../src/sim/limits/compare.ts';
import { createFastEngine } from '../src/sim/fast/engine.ts';
import { carryOut, openPool } from '../src/sim/pool/pool.ts';
import { exactRunner, type Runner } from '../src/sim/rehearse/exact-runner.ts';
import { rehearsing } from '../src/sim/rehearse/rehearse.ts';
import type { ScenarioResult } from '../src/sim/result.ts';
import { maintenancePlan } from '../test/maintenance.ts';
import { erlangWait, runQueue } from './peers/queue.ts';
import { openSimPy, type SimPy } from './peers/simpy.ts';

type Row = { readonly what: string; readonly [figure: string]: unknown };

const { values: wishes } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
  },
});
const { quick } = wishes;
const DESKS = 10;
const LOAD = 0.9;
const MARKS = [50, 75, 95, 99] as const;
/** Two-sided 99 % of the normal law; the replications are many enough. */
const Z99 = 2.576;

const PEER_NOTE = 'SimPy is not installed: --peers puts it into a temporary environment with pip and measures it too';

const rows: Row[] = [];
const simpy = openSimPy(wishes.peers);
queue(simpy);
for (const nodes of quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]) maintenance(nodes, simpy);
simpy?.close();
await forecast(quick ? 200 : 1_000);
error(10_000, quick ? 16 : 40);
if (!quick) error(100_000, 12);
await pairing();
otherLimits(quick ? [1, 10, 100] : [1, 100, 1_000, 10_000]);
print();

/** Customers of a queue a second, and whether their waits are what Erlang says. */
function queue(peer: SimPy | null): void {
  const [customers, replications] = [quick ? 10_000 : 25_000, 30];
  const { events, cpuSeconds, waits } = runQueue(customers, DESKS, LOAD, replications);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  const variance = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / (waits.length - 1);
  const half = Z99 * Math.sqrt(variance / waits.length);
  const expected = erlangWait(DESKS, LOAD);
  const customersPerSecond = (customers * replications) / cpuSeconds;
  const of = peer?.queue(customers, DESKS, LOAD) ?? null;
  add({
    what: `exact engine, M/M/${DESKS} at ${LOAD}`,
    customers: customers * replications,
    eventsPerSecond: Math.round(events / cpuSeconds),
    customersPerSecond: Math.round(customersPerSecond),
    waitMean: round(mean),
    wait99: [round(mean - half), round(mean + half)],
    erlangC: round(expected),
    within99: Math.abs(mean - expected) <= half,
    peer: of && {
      name: `SimPy ${of.version}`,
      customersPerSecond: Math.round(customers / of.cpuSeconds),
      waitMean: round(of.wait),
      ratio: round(customersPerSecond / (customers / of.cpuSeconds)),
    },
    ...(of ? {} : { peerNote: PEER_NOTE }),
  });
}

/** CPU seconds of one scenario of the fifteen-step maintenance. */
function maintenance(nodes: number, peer: SimPy | null): void {
  const scenarios = Math.max(quick ? 2 : 4, Math.round(100_000 / nodes));
  const runner = exactRunner(maintenancePlan({ nodes }), { seed: 1 });
  runner.run(scenarios);
  const began = process.cpuUsage();
  const results = Array.from({ length: scenarios }, (_, scenario) => runner.run(scenario));
  const { user, system } = process.cpuUsage(began);
  const cpuSeconds = (user + system) / 1e6;
  const events = results.reduce((sum, result) => sum + result.events, 0);
  // A hundred thousand processes take SimPy minutes.
  const of = nodes > 10_000 ? null : (peer?.maintenance(nodes, nodes > 1_000 ? 1 : 3) ?? null);
  add({
    what: 'exact engine, 15 steps',
    nodes,
    scenarios,
    cpuSecondsPerScenario: round(cpuSeconds / scenarios),
    eventsPerSecond: Math.round(events / cpuSeconds),
    t50Min: round(meanOf(results, 50)),
    peer: of && {
      name: `SimPy ${of.version}`,
      cpuSecondsPerScenario: round(of.cpuSeconds),
      t50Min: round(of.t50Min),
      ratio: round((of.cpuSeconds * scenarios) / cpuSeconds),
    },
    ...(peer === null ? { peerNote: PEER_NOTE } : {}),
  });
}

/** The whole of what `pitstop rehearse` does, on all cores, from a standing start. */
async function forecast(scenarios: number): Promise<void> {
  const plan = maintenancePlan({ nodes: 100_000 });
  const pool = openPool();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let firstAnswer = 0;
  const answer = await carryOut(
    pool,
    rehearsing(plan, { seed: 1, scenarios, engine: 'fast' }, () => {
      if (firstAnswer === 0) firstAnswer = performance.now() - began;
    }),
  );
  const wall = performance.now() - began;
  await pool.close();
  const { user, system } = process.cpuUsage(cpu);
  add({
    what: 'forecast',
    nodes: 100_000,
    steps: 15,
    scenarios,
    wallSeconds: round(wall / 1_000),
    cpuSeconds: round((user + system) / 1e6),
    firstAnswerSeconds: round(firstAnswer / 1_000),
    engine: answer.engine,
    errorPct: answer.errorPct,
    t95: answer.milestones['95'],
  });
}

/** The fast engine against the exact one, scenario by scenario. */
function error(nodes: number, scenarios: number): void {
  const plan = maintenancePlan({ nodes });
  const run = (runner: Runner): ScenarioResult[] => Array.from({ length: scenarios }, (_, scenario) => runner.run(scenario));
  const [fast, exact] = [run(createFastEngine(plan, { seed: 2 })), run(exactRunner(plan, { seed: 2 }))];
  const differences = (mark: number): number[] =>
    fast.map(({ curve }, i) => 100 * ((curve[mark - 1] as number) / (exact[i]?.curve[mark - 1] as number) - 1));
  const mean = (all: readonly number[]): number => all.reduce((sum, value) => sum + value, 0) / all.length;
  const by = (of: (all: readonly number[]) => number): object =>
    Object.fromEntries(MARKS.map((mark) => [mark, round(of(differences(mark)))]));
  add({
    what: 'fast against exact',
    nodes,
    scenarios,
    biasPct: by(mean),
    singleScenarioPct: by((all) => Math.sqrt(mean(all.map((value) => value ** 2)))),
  });
}

/** How much common scenarios help to see what a limit costs. */
async function pairing(): Promise<void> {
  const [nodes, pool] = [1_000, openPool()];
  const wider = maintenancePlan({ nodes, imageServer: 0.075 });
  const { pairing: ratio, milestones } = await carryOut(
    pool,
    comparing(maintenancePlan({ nodes }), wider, { seed: 1, scenarios: quick ? 60 : 200 }),
  );
  await pool.close();
  add({ what: 'pairing', change: 'image server 5 % -> 7.5 %', t95: milestones['95'], varianceRatio: ratio && round(ratio) });
}

/** Limits that other systems are coded with, on our fleet and in our engine: minutes until 95 % are back, one scenario each. */
function otherLimits(sizes: readonly number[]): void {
  const systems: readonly (readonly [string, string, (plan: Plan, nodes: number) => Plan])[] = [
    ['as planned here', 'image server 5 %, BMC 6 %', (plan) => plan],
    ['NVSentinel 0.4', '5 evictions a second, 15 pods a node', (plan) => withDrainLimit(plan, 15 / 5)],
    [
      'one node at a time',
      'maxParallelOperations 1, maxUnavailable 1',
      (plan) => ({ ...plan, waves: plan.waves.map((wave) => ({ ...wave, atOnce: 1 })) }),
    ],
    [
      'kured',
      'one lock, asked for every 60 min',
      (plan, nodes) =>
        withDrainLimit({ ...plan, waves: plan.waves.map((wave) => ({ ...wave, atOnce: 1 })) }, 30 * 60 * Math.min(1, nodes - 1)),
    ],
  ];
  for (const [system, limit, change] of systems) {
    const minutes = sizes.map((nodes) => {
      const runner = exactRunner(change(maintenancePlan({ nodes, fails: 0 }), nodes), { seed: 1, horizonMs: 5 * 365 * 86_400_000 });
      return [nodes, round(runner.run(0).curve[94] as number)];
    });
    add({ what: 'T(N)', system, limit, t95Min: Object.fromEntries(minutes) });
  }
}

/** Drains go through one door, each taking so many seconds. */
function withDrainLimit(plan: Plan, seconds: number): Plan {
  const door = { count: 1, per: 'fleet', owner: null, why: null, until: null } as const;
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    const steps = procedure.steps.map((step) =>
      step.name === 'drain' ? { ...step, uses: ['door'], takes: { medianMs: seconds * 1_000, logSd: 0, n: 1, source: 'coded' } } : step,
    );
    return [id, { ...procedure, steps }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures), policy: { ...plan.policy, limits: { ...plan.policy.limits, door } } };
}

function meanOf(results: readonly ScenarioResult[], mark: number): number {
  return results.reduce((sum, { curve }) => sum + (curve[mark - 1] as number), 0) / results.length;
}

function add(row: Row): void {
  rows.push(row);
  process.stderr.write(`${JSON.stringify(row)}\n`);
}

function print(): void {
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version };
  if (wishes.json) process.stdout.write(`${JSON.stringify({ machine, rows })}\n`);
  else for (const { what, ...figures } of rows) process.stdout.write(`${what}\n  ${JSON.stringify(figures)}\n`);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
