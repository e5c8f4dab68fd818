import { describe, expect, it } from 'vitest';
import type { Procedure } from '../change/procedure.ts';
import { statedBy } from './catalogue.ts';
import { learn } from './learn.ts';
import { attempt, drawnRuns, MINUTE_MS, runOf, straggler } from './learn-example.ts';
import type { RunObservations, StepObservation } from './observations.ts';
import { testStep } from '../../../test/plans.ts';

const guess = (minutes: number): { medianMs: number; logSd: number; n: number; source: string } => ({
  medianMs: minutes * MINUTE_MS,
  logSd: 0.3,
  n: 0,
  source: 'guess',
});

function procedure(component: string, overrides: Partial<Procedure> = {}): Procedure {
  return {
    component,
    kind: 'node',
    carries: [],
    activates: 'warm',
    needs: 'cleared',
    after: [],
    steps: [
      testStep('apply', { kind: 'run', argv: ['/site/apply'] }, { takes: guess(10), fails: 0.02 }),
      testStep('activate', { kind: 'do', act: 'reboot' }, { takes: guess(12), fails: 0.1, attempts: 2 }),
      testStep('look', { kind: 'read', read: {} }),
    ],
    back: { run: ['/site/back'], takes: guess(20), timeoutMs: 60 * MINUTE_MS },
    mopUp: [{ way: 'remote', share: 1, takes: guess(35), tries: [], crew: null, part: null }],
    ...overrides,
  };
}

const STATED = statedBy([procedure('host-os'), procedure('driver'), procedure('bmc', { mopUp: [] })]);

/** Runs in which a step of a component took so many minutes in the median. */
function seen(component: string, step: string, minutes: number, runs = 6, overrides: Partial<StepObservation> = {}): RunObservations[] {
  const law = { medianMs: minutes * MINUTE_MS, logSd: 0.4, between: 0.1 };
  return drawnRuns(3, runs, 20, law).map(({ run, doneMs }) =>
    runOf(
      run,
      doneMs.map((tookMs, target) => attempt(run, step, { component, target: `n${target}`, tookMs, ...overrides })),
    ),
  );
}

function together(...lists: readonly RunObservations[][]): RunObservations[] {
  return (lists[0] ?? []).map(({ run }, i) =>
    runOf(
      run,
      lists.flatMap((list) => list[i]?.steps ?? []),
    ),
  );
}

describe('learn', () => {
  it('nothing seen: nothing learned', () => {
    expect(learn([], STATED)).toEqual({ schema: 1, runs: [], together: 0.5, steps: {}, mopUp: {} });
    expect(learn([runOf('a', [])], STATED).steps).toEqual({});
  });

  it('a step: median and spreads as seen, and where that comes from', () => {
    const { steps, runs } = learn(seen('host-os', 'apply', 20), STATED);
    const takes = steps['host-os/apply']?.takes;
    expect(takes?.medianMs).toBeGreaterThan(18 * MINUTE_MS);
    expect(takes?.medianMs).toBeLessThan(22 * MINUTE_MS);
    expect([takes?.n, takes?.runs, takes?.source]).toEqual([120, 6, '120 seen in 6 runs; stated: guess']);
    expect(runs).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5']);
  });

  it('failures: attempts that failed or ran into their limit count as failed, interrupted ones not at all', () => {
    const list = [
      ...Array.from({ length: 60 }, (_, i) => attempt('a', 'apply', { target: `n${i}` })),
      ...Array.from({ length: 20 }, (_, i) => attempt('a', 'apply', { target: `f${i}`, ended: 'failed', tookMs: 1 })),
      ...Array.from({ length: 20 }, (_, i) => attempt('a', 'apply', { target: `e${i}`, ended: 'expired', tookMs: 45 * MINUTE_MS })),
      ...Array.from({ length: 20 }, (_, i) => attempt('a', 'apply', { target: `c${i}`, ended: 'censored', tookMs: MINUTE_MS })),
    ];
    const step = learn([runOf('a', list)], STATED).steps['host-os/apply'];
    expect(step?.fails.n).toBe(100);
    expect(step?.fails.share).toBeGreaterThan(0.15);
    expect(step?.takes?.n).toBe(100);
    expect(step?.takes?.medianMs).toBeGreaterThan(9 * MINUTE_MS);
  });

  it('a step that only ever failed, and that nobody has stated, has no duration', () => {
    const list = [attempt('a', 'odd', { component: 'cable', ended: 'failed' })];
    expect(learn([runOf('a', list)], STATED).steps['cable/odd']?.takes).toBeNull();
  });

  it('borrowed strength: what was never seen moves as its kind does here, the less the fewer components speak', () => {
    const one = learn(seen('host-os', 'apply', 20), STATED).steps['driver/apply']?.takes;
    const two = learn(together(seen('host-os', 'apply', 20), seen('bmc', 'apply', 20)), STATED).steps['driver/apply']?.takes;
    expect(one?.medianMs).toBeGreaterThan(11 * MINUTE_MS);
    expect(two?.medianMs).toBeGreaterThan(one?.medianMs ?? 0);
    expect(two?.medianMs).toBeLessThan(20 * MINUTE_MS);
    expect([two?.n, two?.runs, two?.logSd]).toEqual([0, 0, 0.3]);
    expect(one?.source).toBe('never seen; like 1 other step of its kind here; stated: guess');
  });

  it('borrowed strength: other kinds say nothing, and what nobody has stated is taken for its kind', () => {
    const { steps } = learn(together(seen('host-os', 'apply', 20), seen('host-os', 'look', 1, 6, { kind: 'read' })), STATED);
    expect(steps['driver/activate']).toBeUndefined();
    expect(steps['driver/look']?.takes?.medianMs).toBeGreaterThan(0.8 * MINUTE_MS);
    expect(steps['driver/look']?.takes?.medianMs).toBeLessThan(1.2 * MINUTE_MS);
    expect(steps['driver/look']?.takes?.between).toBeGreaterThan(1.5);
  });

  it("a chain of several components: the step is its owner's where one has such a step, else it is learned for the chain", () => {
    const odd = statedBy([
      procedure('host-os'),
      procedure('hca', { steps: [testStep('burn', { kind: 'run', argv: ['/site/burn'] })], back: null }),
    ]);
    const runs = together(seen('hca+host-os', 'burn', 5), seen('hca+host-os', 'activate', 14, 6, { kind: 'reboot' }));
    expect(Object.keys(learn(runs, odd).steps)).toContain('hca/burn');
    expect(Object.keys(learn(runs, odd).steps)).toContain('host-os/activate');
    expect(Object.keys(learn(seen('driver+host-os', 'activate', 14, 6, { kind: 'reboot' }), STATED).steps)).toContain(
      'driver+host-os/activate',
    );
  });

  it('mop-up: off the happy path per target begun, ways from the catalogue', () => {
    const runs = [0, 1, 2].map((run) =>
      runOf(
        `run-${run}`,
        [attempt(`run-${run}`, 'apply')],
        Array.from({ length: 10 }, (_, i) => straggler(`run-${run}`, i, 60 * MINUTE_MS)),
      ),
    );
    const mopUp = learn(runs, STATED).mopUp['host-os'];
    expect(mopUp?.off.n).toBe(300);
    expect(mopUp?.off.share).toBeGreaterThan(0.07);
    expect(mopUp?.off.share).toBeLessThan(0.11);
    expect(mopUp?.ways.map(({ way, share }) => [way, share])).toEqual([['remote', 1]]);
    expect([mopUp?.n, mopUp?.runs]).toEqual([30, 3]);
  });

  it('the order of runs and observations does not matter, and JSON holds all of it', () => {
    const steps = together(
      seen('host-os', 'apply', 20),
      seen('bmc', 'apply', 7),
      seen('driver', 'apply', 9),
      seen('driver', 'activate', 9, 6, { kind: 'reboot' }),
    );
    const mopUps = (run: string) => [1, 2, 3].map((target) => straggler(run, target, 7 * target * MINUTE_MS));
    const runs = steps.map((each) => runOf(each.run, each.steps, mopUps(each.run)));
    const learned = learn(runs, STATED);
    const turned = learn(
      [...runs].reverse().map((run) => ({ ...run, steps: [...run.steps].reverse(), mopUps: [...run.mopUps].reverse() })),
      STATED,
    );
    expect(JSON.stringify(turned)).toBe(JSON.stringify(learned));
    expect(JSON.parse(JSON.stringify(learned))).toEqual(learned);
  });

  it('a stated median that is far from what was seen is given up: it would pass for nights that differ', () => {
    const [far, near] = [0.02, 8].map((minutes) => learn(seen('host-os', 'apply', minutes, 3), STATED).steps['host-os/apply']?.takes);
    expect(far?.medianMs).toBeGreaterThan(0.02 * MINUTE_MS * 0.8);
    expect(far?.medianMs).toBeLessThan(0.02 * MINUTE_MS * 1.3);
    expect(far?.between).toBeLessThan(1.5 * (near?.between ?? 0));
  });

  it('a run given twice would count twice: a bug', () => {
    const [run] = seen('host-os', 'apply', 20, 1);
    expect(() =>
      learn(
        [run, run].flatMap((each) => each ?? []),
        STATED,
      ),
    ).toThrow('given twice');
  });
});
