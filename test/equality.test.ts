// A rehearsal and a run are the same plan through the same machine: the exact engine and the runner, both given the same fates, must
// live through the same events at the same milliseconds. The runner is the real one, with journal, guards and drivers, on the twin.
import { describe, expect, it } from 'vitest';
import type { Prior } from '../src/core/change/procedure.ts';
import { stageCode } from '../src/core/run/states.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { ENTRY_KINDS, type EntryKind } from '../src/core/ports.ts';
import { approve, straggler } from '../src/runner/controls.ts';
import { createExactEngine } from '../src/sim/exact/engine.ts';
import { Chance } from '../src/sim/laws/chance.ts';
import { simModel, type SimModel } from '../src/sim/model.ts';
import type { Fate } from '../src/sim/twin/config.ts';
import { must } from '../src/std/assert.ts';
import { testPlan, testProcedure, testStep } from './plans.ts';
import { TwinRun } from './twin-run.ts';

/** The runner sees a new boot at its next look, the twin gives a call up at the next full second: all fates are multiples of this. */
const GRID_MS = 1_000;
const MINUTE_MS = 60_000;
/** What moves a target; holds and windows are the same by construction. */
const EVENTS: ReadonlySet<EntryKind> = new Set(['done', 'failed', 'expired', 'soak-passed', 'retry', 'fixed']);

/** Time since the begin, target, kind, step, attempt. */
type Line = string;

interface Lived {
  readonly lines: readonly Line[];
  readonly words: readonly Word[];
  /** By target, in the order of its starts. */
  readonly fates: readonly Fate[][];
}

/** What somebody says: of a target, or (approve) of a wave. */
interface Word {
  readonly atMs: number;
  readonly about: number;
  readonly word: 'retry' | 'fixed' | 'approve';
}

describe('equality of rehearsal and run', () => {
  it.each([
    ['free running', { nodes: 24 }],
    ['a limit in one step', { nodes: 24, limit: 5 }],
    ['one limit in two steps', { nodes: 24, limit: 7, both: true }],
    ['eight at once', { nodes: 32, atOnce: 8 }],
    ['failures, second attempts, time limits, people', { nodes: 24, limit: 6, fails: 0.2 }],
    ['a canary of three', { nodes: 20, canary: 3, limit: 4, both: true, fails: 0.1 }],
    ['two windows and a blackout', { nodes: 24, atOnce: 6, fails: 0.05, windows: true }],
  ])('%s', async (_, wishes) => {
    for (const scenario of [0, 1, 2]) {
      const plan = planOf(wishes);
      const expected = rehearse(plan, scenario);
      const actual = await run(plan, expected);
      expect(expected.lines.length).toBeGreaterThan(plan.waves.length * 6);
      expect(actual).toEqual(expected.lines);
    }
  });
});

interface Wishes {
  readonly nodes: number;
  readonly limit?: number;
  readonly both?: boolean;
  readonly atOnce?: number;
  readonly canary?: number;
  readonly fails?: number;
  /** 30 to 75 and 120 to 600 min after the run's begin, with a blackout of half an hour in the second. */
  readonly windows?: boolean;
}

function planOf({ nodes, limit, both = false, atOnce, canary = 1, fails = 0, windows = false }: Wishes): Plan {
  const uses = limit === undefined ? [] : ['image-server'];
  const takes = (seconds: number): object => ({ takes: { medianMs: seconds * 1_000, logSd: 0.4, n: 9, source: 'test' } });
  return testPlan({
    nodes,
    canary,
    canaryFailedMax: canary - 1,
    ...(atOnce === undefined ? {} : { atOnce }),
    policy: {
      limits: limit === undefined ? {} : { 'image-server': { count: limit, per: 'fleet', owner: null, why: null, until: null } },
      ...(windows
        ? {
            windows: [window(30, 75), window(120, 600)],
            blackouts: [{ ...window(150, 180), why: 'test' }],
          }
        : {}),
      assume: {
        stageLeadMs: 30 * MINUTE_MS,
        faultsPerNodeDay: { share: 0, n: 0, source: 'test' },
        gateReview: exactly(20),
      },
    },
    procedure: testProcedure({
      mopUp: [{ way: 'hands', share: 1, takes: exactly(45), tries: [], crew: null, part: null }],
      defects: { share: 0, n: 0, source: 'test' },
      steps: testProcedure().steps.map((step) => {
        if (step.name === 'stage') return { ...step, ...takes(150), uses: both ? uses : [] };
        if (step.name === 'apply') return { ...step, ...takes(400), uses, fails, attempts: 2, timeoutMs: 700_000 };
        if (step.name === 'activate') return { ...step, ...takes(300) };
        if (step.name === 'conform') return { ...step, ...takes(20), timeoutMs: 5 * MINUTE_MS };
        if (step.name === 'validate')
          return { ...testStep('validate', step.action, { to: 'validating' }), ...takes(200), fails, attempts: 1 };
        return step;
      }),
    }),
  });
}

const window = (from: number, to: number): { cluster: string; fromMin: number; toMin: number } => ({
  cluster: 'lab',
  fromMin: TwinRun.startMs / MINUTE_MS + from,
  toMin: TwinRun.startMs / MINUTE_MS + to,
});

const exactly = (minutes: number): Prior => ({ medianMs: minutes * MINUTE_MS, logSd: 0, between: 0, n: 9, source: 'test' });

/** The engine with laws of its own, on the grid; drains and returns take no time, as on a twin whose calls take none. */
function rehearse(plan: Plan, scenario: number): Lived {
  const bare = simModel(plan, { seed: 7 });
  const chance = new Chance(7, bare.program, bare.laws);
  chance.reset(scenario);
  const fates: Fate[][] = bare.program.targets.map(() => []);
  const lines: Line[] = [];
  const words: Word[] = [];
  const model: SimModel = simModel(plan, {
    seed: 7,
    instead: {
      takesMs: (_scenario, target, step, attempt) => {
        const { action } = must(bare.program.steps[step], 'a step');
        const atOnce = action.kind === 'do' && (action.act === 'drain' || action.act === 'return');
        const tookMs = atOnce ? 0 : onGrid(chance.takesMs(target, step, attempt));
        must(fates[target], 'fates').push({ tookMs, exit: 0 });
        return tookMs;
      },
      fails: (_scenario, target, step, attempt) => {
        const failed = chance.fails(target, step, attempt);
        const list = must(fates[target], 'fates');
        if (failed) list.push({ tookMs: must(list.pop(), 'a fate').tookMs, exit: 1 });
        return failed;
      },
    },
  });
  createExactEngine(model).run(scenario, {
    trace: (atMs, target, code, step, attempt) => {
      const kind = must(ENTRY_KINDS[code], 'a kind');
      const sinceMs = atMs - model.beginMs;
      if (kind === 'approve') words.push({ atMs: sinceMs, about: step, word: kind });
      if (target < 0 || !EVENTS.has(kind)) return;
      lines.push(lineOf(sinceMs, target, kind, step, attempt));
      if (kind === 'retry' || kind === 'fixed') words.push({ atMs: sinceMs, about: target, word: kind });
    },
  });
  return { lines: lines.toSorted(), words, fates };
}

/** The runner on a twin that is told the same fates, and people who say the same words at the same moments. */
async function run(plan: Plan, { words, fates }: Lived): Promise<Line[]> {
  let live: TwinRun | null = null;
  const fateOf = (node: string): Fate => {
    if (!live?.run || !live.host.chronicle.state.run.begun) return { tookMs: 0, exit: 0 };
    const { program } = live.host.parts;
    const target = must(program.idOf.get(node), node);
    return fates[target]?.[(live.host.chronicle.state.starts[target] as number) - 1] ?? { tookMs: 0, exit: 0 };
  };
  live = new TwinRun(plan, { latencyMs: [0, 0], returnToService: 0, fateOf }, { paceMs: GRID_MS, flushMs: 0 });
  await live.confirmed();
  const { host, clock } = live;
  await live.until(() => host.chronicle.state.run.begun, 'the begin');
  const begun = must(host.chronicle.begunAt, 'the moment of the begin');
  for (const { atMs, about, word } of words) clock.after(begun + atMs - clock.now(), () => say(live, about, word));
  const over = new Set(['settled', 'skipped'].map((stage) => stageCode(stage as 'settled')));
  await live.until(() => host.chronicle.state.stage.every((stage) => over.has(stage)), 'the end', 12);
  return (await live.entries())
    .filter(({ target, kind }) => target >= 0 && EVENTS.has(kind))
    .map(({ at, target, kind, step, attempt }) => lineOf(at - begun, target, kind, step, attempt))
    .toSorted();
}

function say({ host, twin, plan }: TwinRun, about: number, word: Word['word']): void {
  const lead = { by: 'lead', why: 'test', targets: null };
  if (word === 'approve') {
    approve(host, lead, must(plan.waves[about], 'a wave').id);
    return;
  }
  twin.repair(host.name(about));
  straggler(host, { ...lead, targets: host.name(about) }, word);
}

/** Sorts by time; what happens in the same millisecond, by target. */
function lineOf(sinceMs: number, target: number, kind: EntryKind, step: number, attempt: number): Line {
  return `${String(sinceMs).padStart(9)} n${String(target + 1).padStart(3, '0')} ${kind} step ${step} attempt ${attempt}`;
}

const onGrid = (ms: number): number => Math.max(GRID_MS, Math.round(ms / GRID_MS) * GRID_MS);
