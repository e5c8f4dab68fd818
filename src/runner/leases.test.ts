import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testPlan, testPolicy } from '../../test/plans.ts';
import type { Plan } from '../core/plan/plan.ts';
import { compile } from '../core/run/compile.ts';
import { runStateOf } from '../core/run/status.ts';
import { openLocal } from '../drivers/local/local.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { twinConfig } from '../sim/twin/config.ts';
import { createTwin } from '../sim/twin/twin.ts';
import { wallClock } from '../std/clock.ts';
import { CONTROLS } from './controls.ts';
import { Runs } from './runs.ts';

const SPEED = 2_000;

describe('leases through local hooks', () => {
  it('taken first and verified, held through the work, given back last', async () => {
    await using site = open(['touch', 'LEASE'], ['test', '-e', 'LEASE']);
    const { host } = await site.runs.create(JSON.stringify(site.plan), {});
    const heldWhileStarting: boolean[] = [];
    host.onCommand(() => heldWhileStarting.push(existsSync(site.lease)));
    CONTROLS.confirm(host, { by: 'lead', why: 'test', targets: null });
    await host.until(() => runStateOf(host.chronicle) === 'settled');
    expect(heldWhileStarting).not.toContain(false);
    await site.ended(host.run);
    expect(existsSync(site.lease)).toBe(false);
    expect(host.chronicle.acts.filter(({ kind }) => kind === 'lease').map(({ why }) => why)).toEqual(['taken and verified', 'given back']);
  });

  it('not to be had: the run aborts before anything is touched', async () => {
    await using site = open(['true'], ['test', '-e', 'LEASE']);
    const { host } = await site.runs.create(JSON.stringify(site.plan), {});
    CONTROLS.confirm(host, { by: 'lead', why: 'test', targets: null });
    await host.until(() => runStateOf(host.chronicle) === 'aborted');
    expect(site.twin.felt.filter(({ what }) => what !== 'observe')).toEqual([]);
    expect(host.chronicle.acts.find(({ kind }) => kind === 'abort')?.why).toContain('autoscaler');
  });
});

/** A twin, and a real local driver whose hooks make, look for and remove a file. */
function open(take: readonly string[], verify: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-lease-'));
  const lease = join(folder, 'held');
  const named = (argv: readonly string[]): string[] => argv.map((word) => word.replace('LEASE', lease));
  const clock = wallClock(SPEED);
  const plain = testPlan({ nodes: 3, canary: 0, policy: testPolicy({ leases: ['autoscaler'] }) });
  const hooks = { take: named(take), verify: named(verify), give: ['rm', '-f', lease], renewEveryMs: 60_000 };
  const clusters = plain.fleet.document.clusters.map((cluster) => ({ ...cluster, leases: { autoscaler: hooks } }));
  const plan: Plan = { ...plain, fleet: { ...plain.fleet, document: { ...plain.fleet.document, clusters } } };
  const twin = createTwin(twinConfig([...compile(plan).targets]), clock);
  const local = openLocal({}, { folder, env: process.env, clock: wallClock() });
  const drivers: Partial<Record<string, typeof twin.scheduler>> = { scheduler: twin.scheduler, shell: twin.shell, bmc: twin.bmc, local };
  const journal = openSqliteJournal({ file: ':memory:', clock: wallClock() });
  const pace = { pollMs: 100 * SPEED, nodePollMs: 50 * SPEED, callTimeoutMs: 20_000 * SPEED, settleMs: 10_000 };
  const world = { clock, pace, driver: (_: string, role: string) => drivers[role] ?? null, close: () => Promise.resolve() };
  const runs = new Runs({ journal, owner: 'test', parsePlan: (text) => JSON.parse(text) as Plan, openWorld: () => Promise.resolve(world) });
  return {
    plan,
    twin,
    runs,
    lease,
    ended: (run: string) => runs.get(run)?.ended,
    [Symbol.asyncDispose]: async () => {
      await runs.close();
      await journal.close();
      rmSync(folder, { recursive: true });
    },
  };
}
