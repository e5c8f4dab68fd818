import { afterEach, describe, expect, it } from 'vitest';
import { showViolations } from '../../test/checkers/check-run.ts';
import { testPlan, testPolicy, testProcedure } from '../../test/plans.ts';
import { TwinRun } from '../../test/twin-run.ts';
import type { Policy } from '../core/change/policy.ts';
import { STAGES } from '../core/run/states.ts';
import { runStateOf, statusOf } from '../core/run/status.ts';
import type { FeltEvent } from '../sim/twin/felt-log.ts';
import { approve, consent, release, straggler } from './controls.ts';

const nodesOf = ({ node, nodes = [node] }: FeltEvent): readonly string[] => nodes;
const words = (targets: string | null = null) => ({ by: 'lead', why: 'test', targets });

afterEach(async () => {
  for (const t of TwinRun.made.splice(0)) if (t.run !== '') expect(showViolations(await t.check())).toBe('');
});

describe('run on the twin', () => {
  it('healthy fleet: every node comes back with the new version, and nothing of ours stays', async () => {
    const t = await new TwinRun(testPlan({ nodes: 16 }), { seed: 3 }).confirmed();
    await t.untilState('settled');
    expect(t.status).toMatchObject({ baseline: 16, returned: 16, stragglers: [] });
    for (const node of t.host.parts.program.targets) expect(t.twin.versionsOf(node)).toEqual({ 'host-os': '2025.07' });
    const left = await t.clock.run(t.twin.scheduler.observe(t.host.parts.program.targets, new AbortController().signal));
    for (const { facts } of left) expect(facts).toMatchObject({ inService: true, drain: null, reservation: null });
  });

  it('confirmation: nothing is touched before a person confirmed the counts', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4 })).create();
    await t.pass(60);
    expect(t.twin.felt.filter(({ what }) => !['observe'].includes(what))).toEqual([]);
    expect(t.status.state).toBe('planned');
  });

  it('customer: only what was released is drained', async () => {
    const t = await new TwinRun(testPlan({ nodes: 3, canary: 0, customer: 'aurora' })).confirmed();
    await t.pass(30);
    expect(t.twin.felt.some(({ what }) => what === 'drain')).toBe(false);
    release(t.host, words('n[1-2]'));
    await t.until((host) => host.chronicle.state.waveSettled[0] === 2, 'the released ones to be back');
    expect(new Set(t.twin.felt.filter(({ what }) => what === 'drain').flatMap(nodesOf))).toEqual(new Set(['n1', 'n2']));
  });

  it('dead node: named as a straggler, the gate passes without it, the run settles', async () => {
    const t = await new TwinRun(testPlan({ nodes: 20, returnedShare: 0.9 }), { faults: { neverBack: { nodes: ['n5'] } } }).confirmed();
    await t.untilState('settled');
    expect(t.status.stragglers).toMatchObject([{ target: 'n5', step: 'activate' }]);
    expect(t.status.returned).toBe(19);
    expect(t.retro.gates.map(({ gate, verdict }) => `${gate} ${verdict}`)).toEqual(['canary pass', 'return pass', 'main pass']);
    straggler(t.host, words('n5'), 'drop');
    await t.until((host) => host.stopped !== null || host.chronicle.state.run.open === 0, 'the end');
  });

  it('failed canary: the gate holds the run and no other node is drained', async () => {
    const t = await new TwinRun(testPlan({ nodes: 8 }), { faults: { neverBack: { nodes: ['n1'] } } }).confirmed();
    await t.untilState('held');
    expect(t.status.heldBy[0]).toContain('canary');
    expect(t.twin.felt.filter(({ what }) => what === 'drain').flatMap(nodesOf)).toEqual(['n1']);
    approve(t.host, words(), 'canary');
    await t.untilState('returned', 'settled', 'held');
    expect(t.status.returned).toBe(7);
  });

  it('repaired straggler: fixed by hand, validated and returned', async () => {
    const t = await new TwinRun(testPlan({ nodes: 20 }), { faults: { neverBack: { nodes: ['n5'] } } }).confirmed();
    await t.untilState('settled');
    t.twin.repair('n5');
    straggler(t.host, words('n5'), 'fixed');
    await t.until((host) => host.chronicle.state.run.open === 0, 'n5 to come back');
    expect(t.status.returned).toBe(20);
    expect(t.retro.moppedUp.map(({ target }) => target)).toEqual(['n5']);
  });

  it('foreign drain: stays untouched and is not taken', async () => {
    const t = new TwinRun(testPlan({ nodes: 6 }));
    t.twin.foreignDrain('n4', 'broken fan');
    await t.confirmed();
    await t.untilState('settled');
    expect(t.status).toMatchObject({ baseline: 5, returned: 5 });
    expect(t.retro.notTaken).toMatchObject([{ targets: 'n4', why: expect.stringContaining('broken fan') }]);
    expect(
      t.twin.felt.filter((felt) => nodesOf(felt).includes('n4') && felt.what !== 'observe').map(({ what, actor }) => `${what} by ${actor}`),
    ).toEqual(['drain by foreign']);
  });

  it('rebooted by somebody else while in work: held for a person, goes on when lifted', async () => {
    const t = await new TwinRun(testPlan({ nodes: 6 })).confirmed();
    await t.until((host) => host.chronicle.state.shown[host.parts.program.idOf.get('n3') as number] === 3, 'n3 updating');
    t.twin.rebootBySomebodyElse('n3');
    await t.until(
      (host) => ['held', 'returned', 'settled'].includes(runStateOf(host.chronicle)) && host.chronicle.state.run.open <= 1,
      'the others to be done',
    );
    expect(t.status.stragglers).toMatchObject([{ target: 'n3', cause: expect.stringContaining('rebooted by somebody else') }]);
    expect(t.status.state).toBe('settled');
    t.say('resume', 'n3');
    await t.until((host) => host.chronicle.state.run.open === 0, 'n3 to be back');
    expect(t.status.returned).toBe(6);
  });

  it('empty baseline: refuses', async () => {
    const t = new TwinRun(testPlan({ nodes: 2 }));
    for (const node of ['n1', 'n2']) t.twin.foreignDrain(node, 'down');
    await t.confirmed();
    await t.untilState('aborted');
  });

  it('scheduler dead for a while: the run waits and goes on', async () => {
    const t = await new TwinRun(testPlan({ nodes: 8 })).confirmed();
    await t.pass(9);
    t.twin.killScheduler();
    await t.pass(45);
    t.twin.reviveScheduler();
    await t.untilState('settled');
    expect(t.status.returned).toBe(8);
  });

  it('jobs: waited for by default, nobody signalled, listed as ended on their own', async () => {
    const jobs = {
      busy: 1,
      nodesEach: [2, 4],
      remaining: { medianMs: 600_000, logSd: 0.5 },
      handlesSignal: 0,
      checkpoint: { medianMs: 1, logSd: 0 },
      afterCheckpoint: 'goes-on',
      epilog: { medianMs: 2_000, logSd: 0 },
      requeueDelayMs: 120_000,
    } as const;
    const t = await new TwinRun(testPlan({ nodes: 12 }), { jobs }).confirmed();
    await t.untilState('settled');
    expect(t.twin.felt.filter(({ what }) => ['signal', 'requeue'].includes(what))).toEqual([]);
    expect(t.retro.jobs.endedOnTheirOwn.length).toBeGreaterThan(0);
  });

  it('jobs asked with consent: requeued only after proof of a checkpoint', async () => {
    const jobs = {
      busy: 1,
      nodesEach: [2, 4],
      remaining: { medianMs: 36_000_000, logSd: 0 },
      handlesSignal: 1,
      checkpoint: { medianMs: 60_000, logSd: 0 },
      afterCheckpoint: 'goes-on',
      epilog: { medianMs: 2_000, logSd: 0 },
      requeueDelayMs: 120_000,
    } as const;
    const policy = testPolicy({
      jobs: {
        ask: { kind: 'signal', signal: 'USR1', to: 'batch' },
        proof: { kind: 'newer', file: '/ckpt/{job}/latest' },
        then: 'requeue',
        proofTimeoutMs: 600_000,
      },
    });
    const t = await new TwinRun(testPlan({ nodes: 8, policy }), { jobs }).confirmed();
    await t.pass(30);
    expect(t.twin.felt.filter(({ what }) => what === 'signal')).toEqual([]);
    await t.clock.run(consent(t.host, words(), null, 'requeue'));
    await t.untilState('settled');
    expect(t.retro.jobs.stoppedAfterProof.length).toBeGreaterThan(0);
    expect(t.retro.jobs.stoppedWithoutProof).toEqual([]);
  });

  it('recall: what was changed goes back to its version', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4, canary: 0 })).confirmed();
    await t.until((host) => [...host.chronicle.state.shown].every((shown) => shown >= 4), 'all rebooting');
    t.say('recall');
    await t.untilState('settled');
    expect(t.retro.rolledBack).toBe('n[1-4]');
    for (const node of ['n1', 'n2', 'n3', 'n4']) expect(t.twin.versionsOf(node)).toEqual({ 'host-os': '2025.06' });
  });

  it('abort: untouched nodes are given back, nothing of ours stays', async () => {
    const t = await new TwinRun(testPlan({ nodes: 8 })).confirmed();
    await t.pass(12);
    t.say('abort');
    await t.until((host) => host.chronicle.state.run.open === 0, 'the end');
    expect(t.status.state).toBe('aborted');
    const left = await t.clock.run(t.twin.scheduler.observe(t.host.parts.program.targets, new AbortController().signal));
    for (const { facts } of left) expect(facts).toMatchObject({ inService: true, drain: null, reservation: null });
  });

  it('mode drain-only: drains, holds, and undrains on approval; nothing is ever run', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4, canary: 0, mode: 'drain-only' })).confirmed();
    await t.pass(30);
    for (const node of t.host.parts.program.targets)
      expect(t.twin.felt.some((felt) => felt.node === node && ['apply', 'reboot', 'stage'].includes(felt.what))).toBe(false);
    expect(t.status.returned).toBe(0);
  });

  it('window: nothing is drained before it opens, early steps are', async () => {
    const min = Date.UTC(2031, 6, 8, 10, 0) / 60_000;
    const policy = testPolicy({ windows: [{ cluster: 'lab', fromMin: min, toMin: min + 480 }] });
    const t = await new TwinRun(testPlan({ nodes: 4, policy })).confirmed();
    await t.pass(50);
    expect(t.twin.felt.some(({ what }) => what === 'drain')).toBe(false);
    expect(t.twin.felt.filter(({ what }) => what === 'stage').length).toBe(4);
    await t.untilState('settled');
    expect((t.retro.timeZero ?? 0) / 60_000).toBeGreaterThanOrEqual(min);
  });

  it('window over: what was started is finished, nothing more is drained, and the run is short', async () => {
    const t = await windowed('finish-started', 6);
    await t.until(
      (host) =>
        statusOf(host.chronicle).short &&
        host.chronicle.state.stage.every(
          (stage) => STAGES[stage] === 'settled' || STAGES[stage] === 'waiting' || STAGES[stage] === 'queued',
        ),
      'the started ones to be back',
    );
    expect(t.status.returned).toBeGreaterThan(0);
    expect(t.status.returned).toBeLessThan(6);
    const end = t.plan.policy.windows[0]?.toMin ?? 0;
    const drains = t.twin.felt
      .filter(({ what, actor }) => what === 'drain' && actor === 'pitstop')
      .flatMap((felt) => nodesOf(felt).map((node) => ({ node, at: felt.at })));
    const begun = new Map(drains.toReversed().map(({ node, at }) => [node, at]));
    for (const at of begun.values()) expect(at).toBeLessThan(end * 60_000 + 10_000);
  });

  it('window over, stop and return: the changed go back to what they ran, the others are given back', async () => {
    const t = await windowed('stop-and-return', 2);
    await t.until((host) => host.chronicle.state.run.open === 0, 'the end');
    expect(t.retro.rolledBack).toBe('n[1-2]');
    for (const node of t.host.parts.program.targets) expect(t.twin.versionsOf(node)).toEqual({ 'host-os': '2025.06' });
    const left = await t.clock.run(t.twin.scheduler.observe(t.host.parts.program.targets, new AbortController().signal));
    for (const { facts } of left) expect(facts).toMatchObject({ inService: true, drain: null, reservation: null });
  });

  it('window over, ask: the run is paused for a person', async () => {
    const t = await windowed('ask', 2);
    await t.untilState('paused');
    expect(t.retro.people.map(({ kind, by }) => `${kind} by ${by}`)).toContain('pause by policy');
  });

  it('two runs: a target belongs to one unfinished run at a time', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4 })).confirmed();
    await expect(t.create()).rejects.toThrow(/n1/);
  });

  it('--only: the other targets are neither taken nor occupied', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4, canary: 0 })).confirmed({ only: 'n[1-2]' });
    await t.untilState('settled');
    expect(t.retro.notTaken).toEqual([{ targets: 'n[3-4]', why: 'not taken: left out by --only' }]);
    expect([...new Set(t.twin.felt.filter((felt) => felt.what === 'drain').flatMap(nodesOf))]).toEqual(['n1', 'n2']);
  });

  it('settled targets: another run may have them while a straggler still waits for people', async () => {
    const t = await new TwinRun(
      testPlan({
        nodes: 12,
        returnedShare: 0.8,
        policy: testPolicy({ gates: { ...testPolicy().gates, returned: { kind: 'share', share: 0.8 } } }),
      }),
      { faults: { neverBack: { nodes: ['n5'] } } },
    ).confirmed();
    await t.untilState('settled');
    await t.pass(1);
    await expect(t.create()).rejects.toThrow(/n5/);
    await t.create({ only: 'n[1-4]' });
    expect(t.run).toBe('image-2');
    t.run = 'image-1';
  });

  it('limits over shards: at once counts over all of them', async () => {
    const t = await new TwinRun(testPlan({ nodes: 24, canary: 0, atOnce: 5 }), {}, { shardTargets: 4 }).confirmed();
    let most = 0;
    t.host.onCommand(() => {
      most = Math.max(most, t.host.chronicle.state.inUse[0] as number);
    });
    await t.untilState('settled');
    expect(most).toBe(5);
    expect(t.host.parts.program.shards).toBe(6);
  });

  it('crash and go on: same end, no reboot more than needed', async () => {
    const t = await new TwinRun(testPlan({ nodes: 12 }), { seed: 5 }, { shardTargets: 4 }).confirmed();
    for (let minute = 0; minute < 27; minute += 3) {
      await t.pass(3);
      await t.crash();
    }
    await t.untilState('settled');
    expect(t.status.returned).toBe(12);
    const reboots = t.twin.felt.filter(({ what }) => what === 'reboot');
    expect(reboots.length).toBe(12);
  });

  it('journal replayed: the same state as the live run', async () => {
    const t = await new TwinRun(
      testPlan({ nodes: 20 }),
      { faults: { neverBack: { nodes: ['n7'] }, applyFails: { share: 0.2, times: 1 } } },
      { shardTargets: 6 },
    ).confirmed();
    await t.untilState('settled', 'held');
    const before = t.status;
    await t.crash();
    await t.clock.run(t.host.until(() => t.host.chronicle.state.run.begun));
    expect(t.status).toEqual(before);
  });

  it('validation fails: never returned, no planted job starts on it', async () => {
    const t = await new TwinRun(testPlan({ nodes: 6, canary: 0, procedure: { ...testProcedure(), mopUp: [] } }), {
      faults: { checkFails: { nodes: ['n2'] } },
    }).confirmed();
    t.twin.plantJob({ node: 'n2' });
    await t.pass(1);
    await t.untilState('settled', 'held');
    expect(t.status.stragglers).toMatchObject([{ target: 'n2', step: 'validate' }]);
    const returnedAt = t.twin.felt.filter(({ node, what }) => node === 'n2' && what === 'apply').at(-1)?.at ?? 0;
    expect(t.twin.felt.filter(({ node, what, at }) => node === 'n2' && what === 'job-start' && at > returnedAt)).toEqual([]);
  });
});

/** Two nodes at once in a window of twenty minutes, in which not all can be done. */
async function windowed(atWindowEnd: Policy['atWindowEnd'], nodes: number): Promise<TwinRun> {
  const fromMin = Date.UTC(2031, 6, 8, 9, 5) / 60_000;
  const policy = testPolicy({ atWindowEnd, windows: [{ cluster: 'lab', fromMin, toMin: fromMin + (nodes > 2 ? 20 : 4) }] });
  return new TwinRun(testPlan({ nodes, canary: 0, atOnce: 2, policy })).confirmed();
}
