// T(N)/T(1): ten 1-second steps a node, all nodes free-running, real wall clock, default engine (SQLite on disk, fsync on).
// Also says where the time goes: CPU, journal, memory. Usage: npm run -s bench:scale -- --nodes 1,1000,10000 --json
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from '../src/core/run/compile.ts';
import { openSqliteJournal } from '../src/journal/sqlite/sqlite.ts';
import { CONTROLS } from '../src/runner/controls.ts';
import { Runs } from '../src/runner/runs.ts';
import { twinConfig } from '../src/sim/twin/config.ts';
import { createTwin } from '../src/sim/twin/twin.ts';
import { wallClock } from '../src/std/clock.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { testPlan, testPolicy, testStep } from '../test/plans.ts';

interface Row {
  readonly nodes: number;
  /** From the first drain to the last return. */
  readonly seconds: number;
  readonly ratio: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  /** From the confirmation to the first drain: baseline with its reads. */
  readonly handOverSeconds: number;
  readonly journalEntries: number;
  readonly journalMb: number;
}

const STEPS = 10;
const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '1,1000,10000' }, json: { type: 'boolean', default: false } },
});

const rows: Row[] = [];
for (const nodes of values.nodes.split(',').map(Number)) {
  const row = await measure(nodes);
  rows.push({ ...row, ratio: row.seconds / (rows[0]?.seconds ?? row.seconds) });
  process.stderr.write(`${nodes} nodes: ${row.seconds.toFixed(2)} s, cpu ${row.cpuSeconds.toFixed(2)} s\n`);
}
const result = {
  machine: { cpus: cpus().length, model: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version },
  steps: STEPS,
  rows,
  peers: [],
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else
  for (const row of rows)
    process.stdout.write(
      `${String(row.nodes).padStart(7)} nodes  ${row.seconds.toFixed(2).padStart(7)} s  T(N)/T(1) ${row.ratio.toFixed(3)}  cpu ${row.cpuSeconds.toFixed(2)} s  ${row.rssMb.toFixed(0)} MB\n`,
    );

async function measure(nodes: number): Promise<Omit<Row, 'ratio'>> {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-bench-'));
  const clock = wallClock();
  const plan = scalePlan(nodes);
  const second = { medianMs: 1_000, logSd: 0 };
  const instant = { medianMs: 1, logSd: 0 };
  const durations = { stage: instant, apply: second, rollback: instant, reboot: second, read: instant, check: instant, other: second };
  const twin = createTwin(twinConfig([...compile(plan).targets], { durations, felt: false, latencyMs: [0, 0] }), clock);
  const byRole: Partial<Record<string, typeof twin.scheduler>> = { scheduler: twin.scheduler, shell: twin.shell };
  const journal = openSqliteJournal({ file: join(folder, 'journal.db'), clock });
  const pace = { pollMs: 2_000, nodePollMs: 1_000, callTimeoutMs: 60_000, settleMs: 10_000 };
  const world = { clock, pace, driver: (_: string, role: string) => byRole[role] ?? null, close: () => Promise.resolve() };
  const runs = new Runs({
    journal,
    owner: 'bench',
    parsePlan: (text) => JSON.parse(text) as Plan,
    openWorld: () => Promise.resolve(world),
  });
  const { host } = await runs.create(JSON.stringify(plan), {});
  const cpu = process.cpuUsage();
  const confirmed = clock.now();
  CONTROLS.confirm(host, { by: 'bench', why: 'bench', targets: null });
  await host.until(() => host.chronicle.state.run.begun && host.chronicle.returnedAt.every((at) => !Number.isNaN(at)));
  const used = process.cpuUsage(cpu);
  if (host.stopped !== null) throw new Error(host.stopped);
  const zero = host.chronicle.timeZero ?? Number.NaN;
  const entries = await journal.read(host.run, 1, 10_000_000);
  const row = {
    nodes,
    seconds: (Math.max(...host.chronicle.returnedAt) - zero) / 1_000,
    cpuSeconds: (used.user + used.system) / 1e6,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    handOverSeconds: (zero - confirmed) / 1_000,
    journalEntries: entries.length,
    journalMb:
      ['', '-wal'].reduce((sum, end) => sum + (statSync(join(folder, `journal.db${end}`), { throwIfNoEntry: false })?.size ?? 0), 0) /
      2 ** 20,
  };
  await runs.close();
  twin.close();
  await journal.close();
  rmSync(folder, { recursive: true });
  return row;
}

/** Ten steps of one second each between the drain and the return: eight commands, one that is destructive, and one that reboots. */
function scalePlan(nodes: number): Plan {
  const plan = testPlan({ nodes, canary: 0 });
  const [drain, conform, last] = ['drain', 'conform', 'return'].map((name) =>
    plan.procedures['node']?.steps.find((step) => step.name === name),
  );
  const work = Array.from({ length: STEPS - 1 }, (_, i) =>
    testStep(`step-${i + 1}`, { kind: 'run', argv: ['/site/other', String(i)] }, { to: 'updating', destructive: i === 0 }),
  );
  const apply = testStep('apply', { kind: 'run', argv: ['/site/apply', '{version}'] }, { to: 'updating', destructive: true });
  if (!drain || !conform || !last) throw new Error('the test plan has no drain, conform or return');
  const steps = [drain, apply, ...work, { ...conform, action: { kind: 'read', read: {} } } as const, last];
  return {
    ...plan,
    policy: testPolicy({ gates: { ...plan.policy.gates, soakMs: 3_600_000 } }),
    procedures: { node: { ...(plan.procedures['node'] as Plan['procedures'][string]), steps } },
  };
}
