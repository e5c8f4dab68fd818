// One storm: a whole run on the twin under virtual time in which, by seed, nodes misbehave, schedulers fall silent, strangers interfere,
// people change their minds and the runner is killed; then the outside checkers judge what was felt.
import { statusOf } from '../../src/core/run/status.ts';
import { stageCode } from '../../src/core/run/states.ts';
import { approve, consent, ControlRefusedError, CONTROLS, straggler } from '../../src/runner/controls.ts';
import { FAULTS } from '../../src/sim/twin/config.ts';
import { twinConfig, type TwinConfig } from '../../src/sim/twin/config.ts';
import type { Violation } from '../checkers/evidence.ts';
import { testPlan, testPolicy, testProcedure } from '../plans.ts';
import { TwinRun } from '../twin-run.ts';
import { chances, pick, type Chance } from './chances.ts';

export interface StormReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** What did not end as it must, in words. */
  readonly wrong: readonly string[];
  readonly crashes: number;
  readonly returned: number;
  readonly stragglers: number;
  readonly entries: number;
}

const WORDS = { by: 'storm', why: 'storm', targets: null };
const NEVER_MIN = 72 * 60;

export async function storm(seed: number, nodes: number): Promise<StormReport> {
  const chance = chances(seed);
  const t = new TwinRun(planOf(chance, nodes), twinOf(chance, seed), { shardTargets: 1 + Math.floor(chance() * nodes) });
  if (chance() < 0.3) t.twin.foreignDrain(anyNode(chance, nodes), 'was broken before');
  await t.confirmed();
  if (chance() < 0.7) await t.clock.run(consent(t.host, WORDS, null, 'requeue'));
  let crashes = 0;
  for (let minute = 0; minute < NEVER_MIN && !(await t.finished());) {
    const step = 1 + Math.floor(chance() * 12);
    minute += step;
    await t.pass(step);
    if (await t.finished()) break;
    if (minute < 300) {
      const hit = Math.floor(chance() * 12);
      if (hit === 0) {
        crashes++;
        await t.crash();
      } else interfere(t, hit, chance, nodes);
    }
    if (!(await t.finished())) attend(t, minute, chance);
  }
  return report(t, seed, crashes);
}

function planOf(chance: Chance, nodes: number) {
  const jobs = pick(chance, [
    testPolicy().jobs,
    {
      ask: { kind: 'signal', signal: 'USR1', to: 'batch' },
      proof: { kind: 'newer', file: '/ckpt/{job}/latest' },
      then: 'requeue',
      proofTimeoutMs: 900_000,
    } as const,
    { ask: { kind: 'none' }, proof: { kind: 'none' }, then: 'requeue', proofTimeoutMs: 900_000 } as const,
  ]);
  const limits = {
    'image-server': { count: 1 + Math.floor(chance() * nodes), per: 'fleet', owner: null, why: null, until: null },
  } as const;
  const policy = testPolicy({
    jobs,
    limits,
    unavailableAtMost: pick(chance, [
      { kind: 'share', share: 1 },
      { kind: 'count', count: Math.max(2, Math.floor(nodes / 2)) },
    ] as const),
    gates: { ...testPolicy().gates, failureRate: pick(chance, [null, 0.2]), returned: { kind: 'share', share: 0.8 } },
  });
  const steps = testProcedure().steps.map((step) => (step.action.kind === 'run' ? { ...step, uses: ['image-server'] } : step));
  return testPlan({
    nodes,
    policy,
    procedure: { steps },
    canary: Math.floor(chance() * 3),
    canaryFailedMax: 0,
    atOnce: 1 + Math.floor(chance() * nodes),
  });
}

function twinOf(chance: Chance, seed: number): Partial<Omit<TwinConfig, 'nodes'>> {
  const faults = Object.fromEntries(
    FAULTS.map((fault) => [fault, { share: chance() < 0.4 ? chance() * 0.3 : 0, times: 1 + Math.floor(chance() * 2) }]),
  );
  return {
    seed,
    faults,
    returnToService: pick(chance, [0, 1, 2] as const),
    jobs: {
      ...twinConfig([]).jobs,
      busy: chance(),
      handlesSignal: 1,
      afterCheckpoint: pick(chance, ['goes-on', 'requeues'] as const),
    },
    slowScheduler: { share: chance() * 0.3, answerMs: 20_000, dropShare: chance() * 0.2 },
    lostAnswers: chance() < 0.5 ? chance() * 0.2 : 0,
  };
}

/** Strangers, the world, and people with their hands on the controls. */
function interfere(t: TwinRun, hit: number, chance: Chance, nodes: number): void {
  const node = anyNode(chance, nodes);
  const acts: (() => void)[] = [
    () => t.twin.killScheduler(),
    () => t.twin.foreignDrain(node, 'somebody else needs it'),
    () => t.twin.liftForeignDrain(node),
    () => t.twin.rebootBySomebodyElse(node),
    () => void t.twin.submitJob({ nodes: [node], durationMs: 60_000, handlesSignal: true }),
    () => void t.twin.submitJob({ nodes: 1, durationMs: 60_000, handlesSignal: true }),
    () => void t.twin.submitJob({ nodes: 2, durationMs: 1_800_000, handlesSignal: true }),
    () => say(() => CONTROLS.pause(t.host, WORDS)),
    () => say(() => CONTROLS.hold(t.host, { ...WORDS, targets: node })),
    () => say(() => (chance() < 0.3 ? CONTROLS.recall(t.host, { ...WORDS, targets: node }) : '')),
    () => say(() => (chance() < 0.1 ? CONTROLS.abort(t.host, WORDS) : '')),
  ];
  acts[hit - 1]?.();
}

/** Somebody on duty, who comes by now and then and sooner or later settles everything. */
function attend(t: TwinRun, minute: number, chance: Chance): void {
  if (minute % 5 === 0) t.twin.reviveScheduler();
  if (chance() < 0.5) return;
  t.twin.reviveScheduler();
  say(() => CONTROLS.resume(t.host, WORDS));
  say(() => approve(t.host, WORDS, null));
  for (const { target, waitingFor } of statusOf(t.host.chronicle).stragglers) {
    if (chance() < 0.3) t.twin.repair(target);
    if (waitingFor.includes('resume')) {
      t.twin.liftForeignDrain(target);
      say(() => CONTROLS.resume(t.host, { ...WORDS, targets: target }));
    } else if (waitingFor.includes('retry')) {
      const act = minute > 1_200 ? 'drop' : pick(chance, ['retry', 'fixed', 'drop'] as const);
      say(() => straggler(t.host, { ...WORDS, targets: target }, act));
    }
  }
  if (minute > 2_000) say(() => CONTROLS.recall(t.host, WORDS));
  if (minute > 600) say(() => approve(t.host, WORDS, 'return'));
  if (minute > 1_500) for (const name of t.host.parts.program.targets) t.twin.repair(name);
}

async function report(t: TwinRun, seed: number, crashes: number): Promise<StormReport> {
  const entries = await t.entries();
  const ended = await t.finished();
  const { program, chronicle } = t.last;
  const settled = stageCode('settled');
  const status = statusOf(chronicle);
  const wrong: string[] = ended
    ? []
    : [
        `not finished after ${NEVER_MIN} simulated minutes, stopped ${t.host.stopped}, waiting for ${JSON.stringify(t.host.waitingFor.filter((why) => why !== null))}: ${JSON.stringify(status)}`,
      ];
  const rolledBack = new Set(
    t.retro.rolledBack === '' ? [] : program.targets.filter((_, id) => program.steps[chronicle.state.step[id] as number]?.back),
  );
  for (const [id, name] of program.targets.entries()) {
    if (chronicle.state.stage[id] !== settled || rolledBack.has(name)) continue;
    const runs = t.twin.versionsOf(name)['host-os'];
    if (runs !== '2025.07') wrong.push(`${name} was returned but runs ${runs}`);
  }
  const violations = await t.check();
  return { seed, violations, wrong, crashes, returned: status.returned, stragglers: status.stragglers.length, entries: entries.length };
}

function say(word: () => unknown): void {
  try {
    word();
  } catch (error) {
    if (!(error instanceof ControlRefusedError)) throw error;
  }
}

function anyNode(chance: Chance, nodes: number): string {
  return `n${1 + Math.floor(chance() * nodes)}`;
}
