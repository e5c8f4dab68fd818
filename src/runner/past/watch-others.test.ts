import { afterEach, describe, expect, it } from 'vitest';
import { showViolations } from '../../../test/checkers/check-run.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import { fleetOfRecord, observedFleet, watchedPlan, WATCHED_STEPS } from '../../core/past/watched-plan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Act } from '../../core/ports.ts';
import type { TwinConfig } from '../../sim/twin/config.ts';
import { must } from '../../std/assert.ts';
import { endWatch } from './watch-others.ts';

const QUIET_MIN = 10;
/** The twin takes every command for one of Pitstop's; this is the key of those that are somebody else's. */
const SOMEBODY = 'somebody';
const LOOKS = new Set(['observe', 'read', 'bootid', 'work']);
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
const VERSION = { 'host-os': ['/site/version', 'host-os'] };

function plan(): Plan {
  return {
    id: 'watched',
    ...watchedPlan({
      name: 'watch-lab',
      fleet: { id: 'fleet', document: observedFleet(fleetOfRecord(NODES, 'UTC')) },
      nodes: new Map([['past', NODES]]),
      steps: WATCHED_STEPS,
      read: VERSION,
      window: null,
      soakMs: QUIET_MIN * 60_000,
      origin: 'watched',
    }),
  };
}

async function watching(twin: Partial<Omit<TwinConfig, 'nodes'>> = {}): Promise<TwinRun> {
  const t = await new TwinRun(plan(), twin).watching('watch-1');
  return t.pass(1);
}

/** What a script of somebody else does to a node. */
async function maintained(t: TwinRun, node: string, minutes: { drained: number; up: number }): Promise<void> {
  t.twin.foreignDrain(node, 'kernel update');
  await t.pass(minutes.drained);
  t.twin.rebootBySomebodyElse(node);
  await t.pass(minutes.up);
}

afterEach(async () => {
  for (const t of TwinRun.made.splice(0)) {
    const acts = t.twin.felt.filter(({ actor, what }) => actor === 'pitstop' && !LOOKS.has(what));
    expect(acts).toEqual([]);
    if (t.run !== '') expect(showViolations(await t.check())).toBe('');
  }
});

describe('watching what others do', () => {
  it('drained, rebooted, given back one after the other: curve and marks are those of the nodes that left, times are those seen', async () => {
    const t = await watching({ durations: { ...twinDurations(), reboot: { medianMs: 300_000, logSd: 0 } } });
    for (const node of ['n1', 'n2', 'n3', 'n4']) {
      await maintained(t, node, { drained: 5, up: 10 });
      t.twin.liftForeignDrain(node);
    }
    await t.until(({ chronicle }) => chronicle.state.run.open === 0, 'the end of the watch');
    const { retro } = t;
    expect(retro).toMatchObject({ state: 'settled', baseline: 4, returned: 4, origin: { kind: 'watch' }, moppedUp: [], stragglers: [] });
    // Looks are five seconds apart.
    const backMin = retro.curve.map(([min]) => Math.round(min));
    expect(backMin).toEqual([15, 30, 45, 60]);
    expect(retro.marks).toMatchObject({
      '50': retro.curve[1]?.[0],
      '75': retro.curve[2]?.[0],
      '95': retro.curve[3]?.[0],
      '100': retro.curve[3]?.[0],
    });
    const work = must(
      retro.phases.find(({ step }) => step === 'work'),
      'work',
    );
    expect(Math.round(work.medianMin ?? 0)).toBe(10);
    expect(retro.notTaken).toEqual([{ targets: 'n[5-6]', why: 'never left service' }]);
    expect(retro.capacity.map(([, count]) => count)).toEqual([6, 5, 6]);
    expect(await (await t.pass(1)).finished()).toBe(true);
    expect(retro.lastAt - (retro.timeZero ?? 0) - 60_000 * must(retro.curve.at(-1), 'last')[0]).toBeGreaterThanOrEqual(QUIET_MIN * 60_000);
  });

  it('jobs on a drained node: draining until they have ended', async () => {
    const t = await watching();
    t.twin.plantJob({ node: 'n1', durationMs: 20 * 60_000 });
    await t.pass(1);
    t.twin.foreignDrain('n1', 'image');
    await t.pass(5);
    expect(t.status.shown).toMatchObject({ draining: 1 });
    await t.pass(20);
    expect(t.status.shown).toMatchObject({ updating: 1 });
    t.twin.liftForeignDrain('n1');
    await t.untilState('settled');
    const drain = must(
      t.retro.phases.find(({ step }) => step === 'drain'),
      'drain',
    );
    expect(Math.round(drain.medianMin ?? 0)).toBe(19);
  });

  it('a return that does not last: taken back, named meanwhile, and counted from the last one', async () => {
    const t = await watching();
    t.twin.foreignDrain('n1', 'image');
    await t.pass(10);
    t.twin.liftForeignDrain('n1');
    await t.pass(5);
    t.twin.foreignDrain('n1', 'image again');
    await t.pass(3);
    expect(t.status).toMatchObject({ returned: 0, stragglers: [{ target: 'n1', cause: 'left service again: idle+drain: image again' }] });
    await t.pass(17);
    t.twin.liftForeignDrain('n1');
    await t.untilState('settled');
    expect(t.retro.curve.map(([min]) => Math.round(min))).toEqual([35]);
    expect(t.retro.moppedUp.map(({ target }) => target)).toEqual(['n1']);
  });

  it('a silent scheduler: nothing is concluded from it', async () => {
    const t = await watching();
    t.twin.foreignDrain('n1', 'image');
    await t.pass(1);
    t.twin.killScheduler();
    await t.pass(60);
    t.twin.reviveScheduler();
    expect(t.status).toMatchObject({ baseline: 1, returned: 0 });
    t.twin.liftForeignDrain('n1');
    await t.untilState('settled');
    expect(t.status).toMatchObject({ baseline: 1, returned: 1 });
  });

  it('out before it began: not taken', async () => {
    const t = new TwinRun(plan());
    t.twin.foreignDrain('n6', 'bad fan');
    await t.watching('watch-1');
    await t.pass(1);
    t.twin.foreignDrain('n1', 'image');
    await t.pass(5);
    t.twin.liftForeignDrain('n1');
    await t.untilState('settled');
    expect(t.retro.notTaken).toContainEqual({ targets: 'n6', why: 'out of service before: idle+drain: bad fan' });
    expect(t.status.baseline).toBe(1);
  });

  it('nothing in service at all: nothing to watch', async () => {
    const t = new TwinRun(plan());
    for (const node of NODES) t.twin.foreignDrain(node, 'power');
    await t.watching('watch-1');
    await t.untilState('aborted');
    expect(t.retro.people.map(({ why }) => why)).toEqual(['not one node is in service, so none could be seen to leave']);
  });

  it('a version that changed meanwhile is told', async () => {
    const t = await watching({ activatesAtOnce: ['host-os'] });
    t.twin.foreignDrain('n1', 'image');
    await t.pass(1);
    const act: Act = { role: 'shell', do: 'run', argv: ['/site/apply', '2025.07'], version: '2025.07', previous: {}, once: true };
    await t.clock.run(t.twin.shell.act({ act, targets: ['n1'], key: SOMEBODY, deadline: Number.MAX_SAFE_INTEGER }, AbortSignal.any([])));
    for (const felt of t.twin.felt) if (felt.key?.startsWith(SOMEBODY)) Object.assign(felt, { actor: 'foreign' });
    t.twin.rebootBySomebodyElse('n1');
    await t.pass(20);
    t.twin.liftForeignDrain('n1');
    await t.untilState('settled');
    expect(t.retro.people.map(({ by, why }) => `${by}: ${why}`)).toEqual(['watch: host-os 2025.06 -> 2025.07 on n1']);
  });

  it('the server dies at any time and comes back: the same curve', async () => {
    const t = await watching({ durations: { ...twinDurations(), reboot: { medianMs: 300_000, logSd: 0 } } });
    for (const node of ['n1', 'n2', 'n3']) {
      t.twin.foreignDrain(node, 'kernel');
      await t.pass(3);
      await t.crash();
      await t.pass(2);
      t.twin.rebootBySomebodyElse(node);
      await t.pass(3);
      await t.crash();
      await t.pass(7);
      t.twin.liftForeignDrain(node);
      await t.pass(1);
      await t.crash();
    }
    await t.untilState('settled');
    expect(t.retro.curve.map(([min]) => Math.round(min))).toEqual([15, 31, 47]);
    const work = must(
      t.retro.phases.find(({ step }) => step === 'work'),
      'work',
    );
    expect(Math.round(work.medianMin ?? 0)).toBe(10);
  });

  it('ended by somebody: who is not back is named, and the rest was never touched', async () => {
    const t = await watching();
    t.twin.foreignDrain('n1', 'image');
    t.twin.foreignDrain('n2', 'image');
    await t.pass(5);
    t.twin.liftForeignDrain('n2');
    await t.pass(5);
    endWatch(t.host, { by: 'lead', why: 'seen enough' });
    await t.untilState('aborted');
    expect(t.status).toMatchObject({ baseline: 2, returned: 1 });
    expect(t.retro.stragglers).toMatchObject([{ target: 'n1', cause: 'not back when the watch was ended: seen enough' }]);
    expect(t.retro.notTaken).toEqual([{ targets: 'n[3-6]', why: 'never left service' }]);
    await t.pass(1);
    expect(await t.finished()).toBe(true);
  });

  it('mode observe is in force at the port, whoever asks', async () => {
    const t = await watching();
    const scheduler = must(t.host.caller(0, 'scheduler'), 'scheduler');
    const shell = must(t.host.caller(0, 'shell'), 'shell');
    const asked = [
      scheduler.act({ role: 'scheduler', do: 'drain', run: 'watch-1', why: 'x' }, 'n1', 'k', Number.MAX_SAFE_INTEGER),
      scheduler.act({ role: 'scheduler', do: 'undrain', run: 'watch-1' }, 'n1', 'k', Number.MAX_SAFE_INTEGER),
      shell.act({ role: 'shell', do: 'reboot', bootIds: { n1: 'n1-boot-1' } }, 'n1', 'k', Number.MAX_SAFE_INTEGER),
    ];
    const results = await t.clock.run(Promise.all(asked));
    expect(results.map(({ outcome, evidence }) => [outcome, evidence['why']])).toEqual([
      ['refused', 'mode observe forbids scheduler drain'],
      ['refused', 'mode observe forbids scheduler undrain'],
      ['refused', 'mode observe forbids shell reboot'],
    ]);
  });

  it('targets: a real run may have them beside the watch', async () => {
    const t = await watching();
    const [header] = await t.clock.run(t.journal.runs());
    await expect(t.clock.run(t.journal.create({ ...must(header, 'header'), run: 'image-1' }, NODES))).resolves.toBeUndefined();
    await t.clock.run(t.journal.finish('image-1', t.clock.now()));
  });
});

function twinDurations(): TwinConfig['durations'] {
  const spread = { medianMs: 500, logSd: 0 };
  return { stage: spread, apply: spread, rollback: spread, reboot: spread, read: spread, check: spread, other: spread };
}
