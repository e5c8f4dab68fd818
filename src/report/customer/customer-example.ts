// A maintenance for tests and for looking at: clusters of two customers in one plan, half of it done, with stragglers, updates and moved estimates.
import { makePlan } from '../../core/plan/planner.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, hostOs } from '../../core/plan/plan-example.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { EntryKind, EntryNote, RunHeader } from '../../core/ports.ts';
import { createChronicle, record, type Chronicle } from '../../core/run/chronicle.ts';
import { compile } from '../../core/run/compile.ts';
import { STAGES } from '../../core/run/states.ts';
import type { CustomerInput, Said } from './customer-data.ts';
import { etaData, momentsOf } from './etas.ts';

const MINUTE = 60_000;
/** Tue 8 Jul 2031, 09:00 in Phoenix, 12:00 in New York. */
export const WINDOW_AT = Date.UTC(2031, 6, 8, 16, 0);
export const EXAMPLE_NOW = WINDOW_AT + 118 * MINUTE;

export const AURORA = 'aurora';
export const BOREALIS = 'borealis-labs';

const units = (prefix: string, node: string): { name: string; nodes: string }[] =>
  Array.from({ length: 16 }, (_, i) => ({
    name: `${prefix}${String(i + 1).padStart(2, '0')}`,
    nodes: `${node}-[${String(i * 8 + 1).padStart(4, '0')}-${String(i * 8 + 8).padStart(4, '0')}]`,
  }));

export function examplePlan(): Plan {
  const clusters = [
    exampleCluster('phx62', 'phx62-[0001-0128]', { customer: AURORA, units: units('u', 'phx62') }),
    exampleCluster('zrh9', 'zrh9-[0001-0128]', {
      customer: BOREALIS,
      units: units('zu', 'zrh9'),
      racks: [{ name: 'zrack-1', nodes: 'zrh9-[0001-0128]' }],
    }),
  ];
  const customers = [
    { name: AURORA, timezone: 'America/New_York', priority: 1, noticeMs: 72 * 60 * MINUTE },
    { name: BOREALIS, timezone: 'Europe/Zurich', priority: 2, noticeMs: 0 },
  ];
  const window = { fromMin: WINDOW_AT / MINUTE, toMin: WINDOW_AT / MINUTE + 480 };
  const policy = examplePolicy({
    windows: clusters.map(({ name }) => ({ cluster: name, ...window })),
    gates: { ...examplePolicy().gates, countIn: 'unit' },
    limits: { 'image-server': { count: 400, per: 'fleet', owner: null, why: null, until: null } },
  });
  const takes = { medianMs: 25 * MINUTE, logSd: 0.3, n: 4, source: 'lab' };
  const catalogue = new Map([
    ['host-os', hostOs({ defects: { share: 0.02, n: 400, source: 'lab' } })],
    ['driver', exampleProcedure('driver', { activates: 'driver', after: ['host-os'] })],
    ['bmc', exampleProcedure('bmc', { activates: 'none' })],
  ]);
  const input = exampleInput(exampleFleet(clusters, customers), { policy, procedures: catalogue });
  const want = { 'host-os': '2031.07', driver: '570.133.20', bmc: '25.04-2' };
  const { plan } = makePlan({ ...input, change: { name: 'july-image', targets: null, want, replace: {} } });
  const back = { run: ['/site/rollback', '{previous}'], takes, timeoutMs: 60 * MINUTE };
  const procedures = Object.fromEntries(Object.entries(plan.procedures).map(([id, procedure]) => [id, { ...procedure, back }]));
  return { ...plan, id: 'e'.repeat(64), procedures };
}

/** Both customers' runs under way at `EXAMPLE_NOW`: of 128 nodes each, 4 were down before, 3 stick, and the rest comes back one by one. */
export function exampleChronicle(plan: Plan): Chronicle {
  const chronicle = createChronicle(compile(plan));
  const { program, state } = chronicle;
  const feed = (at: number, target: number, kind: EntryKind, note: EntryNote | null = null, step = -1): void => {
    record(chronicle, { at, target, kind, step, attempt: 1, note });
  };
  const all = [...program.targets.keys()];
  const begin = WINDOW_AT + 2 * MINUTE;
  feed(begin, -1, 'confirm', { by: 'm.kowalski', why: 'counts are right' });
  for (const cluster of program.clusters.keys()) feed(begin, -1, 'window', null, cluster * 2 + 1);
  for (const target of all) feed(begin, target, 'release', { by: 'customer', why: '' });
  const down = (name: string): boolean => /00[159]7$|0128$/.test(name);
  for (const target of all.filter((id) => !down(program.targets[id] ?? '')))
    feed(begin, target, 'baseline', { data: { gpus: 8, versions: versionsBefore(target) } });
  for (const target of all.filter((id) => down(program.targets[id] ?? ''))) feed(begin, target, 'skip', { why: 'not taken: down* before' });
  feed(begin, -1, 'begin');
  const stuck = /-00(?:42|43|88)$/;
  const isCanary = (target: number): boolean => program.waves[program.waveOf[target] as number]?.id.includes('canary') === true;
  const endAt = (target: number, stepId: number, drain: number): number => {
    if (isCanary(target)) return begin + 2 * Math.max(0, stepId - drain) * MINUTE;
    const own = Math.max(0, stepId - drain);
    return begin + (own === 0 ? 18 : 22 + 4 * own + 0.86 * (target % 128)) * MINUTE;
  };
  for (let round = 0; round < 30; round++) {
    for (const target of all) {
      const drain = program.chains[program.chainOf[target] as number]?.drain ?? 0;
      const stepId = state.step[target] as number;
      const step = program.steps[stepId];
      if (STAGES[state.stage[target] as number] === 'returned' && (chronicle.returnedAt[target] as number) + 15 * MINUTE < EXAMPLE_NOW)
        feed((chronicle.returnedAt[target] as number) + 15 * MINUTE, target, 'soak-passed');
      if (stepId < drain && /-01(?:1[5-9]|2)/.test(program.targets[target] ?? '')) continue;
      const at = endAt(target, stepId, drain);
      if (Number.isNaN(chronicle.stepSince[target]) || !step || at > EXAMPLE_NOW) continue;
      if (stepId === drain) feed(begin + MINUTE, target, 'intent', null, stepId);
      const fails = stuck.test(program.targets[target] ?? '') && step.destructive;
      feed(
        at,
        target,
        fails ? 'failed' : 'done',
        fails ? { why: 'exit 1: modprobe: FATAL: Module nvidia not found in directory /lib' } : null,
      );
    }
  }
  return chronicle;
}

function versionsBefore(target: number): { [component: string]: string } {
  return { 'host-os': target % 9 === 0 ? '2031.03' : '2031.05', driver: '550.127.08' };
}

export function exampleHeader(plan: Plan): RunHeader {
  return {
    run: 'july-1',
    planId: plan.id,
    createdAt: WINDOW_AT,
    plan: '{}',
    targets: [],
    steps: [],
    shards: 1,
    options: {},
    finishedAt: null,
  };
}

const marksAt = (shiftMin: number): CustomerInput['rolling'] & object => ({
  marks: {
    '50': { p50Min: 102 + shiftMin, p90Min: 118 + shiftMin },
    '75': { p50Min: 136 + shiftMin, p90Min: 155 + shiftMin },
    '95': { p50Min: 168 + 1.5 * shiftMin, p90Min: 221 + 2 * shiftMin },
    '99': { p50Min: 610, p90Min: null },
  },
});

const CURVE = Array.from({ length: 100 }, (_, i) => {
  const p50Min = 34 + 1.36 * (i + 1) + (i < 95 ? 0 : 90 * (i - 94));
  return { share: i + 1, p10Min: p50Min * 0.88, p50Min: i === 99 ? null : p50Min, p90Min: i > 97 ? null : p50Min * 1.16 };
});

const EXAMPLE_SAID: readonly Said[] = [
  {
    at: WINDOW_AT - 4 * 1_440 * MINUTE,
    by: 'm.kowalski',
    role: 'lead',
    kind: 'eta',
    text: 'First estimate, from a rehearsal of the plan.',
    data: etaData(momentsOf(marksAt(-5).marks, WINDOW_AT), WINDOW_AT - 4 * 1_440 * MINUTE),
  },
  {
    at: WINDOW_AT - 3 * 1_440 * MINUTE,
    by: 'ada@aurora.example',
    role: 'customer',
    kind: 'counter',
    text: 'Could it start two hours later? Our evaluation run ends at 13:30.',
    data: { from: WINDOW_AT + 120 * MINUTE, to: WINDOW_AT + 600 * MINUTE },
  },
  {
    at: WINDOW_AT - 2 * 1_440 * MINUTE,
    by: 'm.kowalski',
    role: 'lead',
    kind: 'update',
    text: 'We cannot move the window: the power work on site follows at 20:00.\nThe nodes of your evaluation run are taken last.\n\nEvery job is left to end by itself.',
    data: {},
  },
  {
    at: WINDOW_AT - 90 * MINUTE,
    by: 'ada@aurora.example',
    role: 'customer',
    kind: 'release',
    text: 'All yours.',
    data: { targets: 'phx62-[0001-0128]' },
  },
  {
    at: WINDOW_AT + 65 * MINUTE,
    by: 'm.kowalski',
    role: 'lead',
    kind: 'eta',
    text: 'Restarts take longer than rehearsed; 95 % will be about twenty minutes later. borealis-labs (zrh9-0007) sees the same, ask m.kowalski.',
    data: etaData(momentsOf(marksAt(8).marks, WINDOW_AT + 3 * MINUTE), WINDOW_AT + 65 * MINUTE),
  },
];

/** The page of aurora in the middle of its window. */
export function exampleCustomerInput(more: Partial<CustomerInput> = {}): CustomerInput {
  const plan = more.plan ?? examplePlan();
  return {
    plan,
    chronicle: exampleChronicle(plan),
    header: exampleHeader(plan),
    customer: AURORA,
    said: EXAMPLE_SAID,
    forecast: { marks: marksAt(0).marks, curve: CURVE },
    rolling: marksAt(12),
    sooner: { marks: { '95': { p50Min: 158, p90Min: 190 } } },
    now: EXAMPLE_NOW,
    csrf: 'c5f1a2b3d4',
    expiresAt: WINDOW_AT + 10 * 1_440 * MINUTE,
    lines: {
      why: 'Security fixes of the host image, and a driver that mends the hang you reported in June.',
      contact: 'maintenance@example.org, or your shared channel',
    },
    ...more,
  };
}
