// Whole runs on a fleet with a fabric, an allocator and alerts, on the twin under virtual time: switches, adapters and hosts in one visit.
import { afterEach, expect, test } from 'vitest';
import type { Plan } from '../src/core/plan/plan.ts';
import { planFrom } from '../src/study/make-plan.ts';
import type { TwinOverrides } from '../src/sim/twin/plan-twin.ts';
import { consent, release, straggler } from '../src/runner/controls.ts';
import { TwinRun } from './twin-run.ts';

const LEAD = { by: 'lead', why: 'test', targets: null };

afterEach(async () => {
  for (const made of TwinRun.made.splice(0)) expect(await made.check()).toEqual([]);
});

interface Wishes {
  readonly change?: string;
  readonly policy?: string;
  readonly clusters?: string;
}

function sitePlan({ change, policy, clusters = '' }: Wishes = {}): Plan {
  const fleet = `fleet: site
customers: [{name: borealis, priority: 2, notice: 0h}]
clusters:
  - name: a
    mode: act
    nodes: "n[1-8]"
    gpusPerNode: 8
    units: {of: 4, rails: 2, name: "u[1-2]", leaf: "{unit}r{rail}"}
    switches: [{name: "s[1-2]", role: spine}]
    links: ["u1r1/*--s1/*", "u1r1/*--s2/*", "u1r2/*--s1/*", "u1r2/*--s2/*", "u2r1/*--s1/*", "u2r1/*--s2/*", "u2r2/*--s1/*", "u2r2/*--s2/*"]
    subnetManagers: ["s[1-2]"]
    drivers: {scheduler: twin, shell: twin, bmc: twin, fabric: twin, allocator: twin, alerts: twin}
${clusters}`;
  const plan = planFrom({
    fleet: { file: 'fleet.yaml', text: fleet },
    change: { file: 'change.yaml', text: change ?? 'change: site\nwant: {host-os: "2025.07", switch-firmware: "31.2"}\n' },
    policy: { file: 'policy.yaml', text: policy ?? POLICY },
    catalogue: null,
    inventory: null,
    nowMs: 0,
  });
  expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return plan;
}

const POLICY = 'overlap: [[switch-firmware, host-os]]\ngates: {returned: 100%, soak: 2m}\ncanary: "n1"\natOnce: {nodes: 100%}\n';
/** Nothing goes wrong by chance. */
const CALM: TwinOverrides = { fabric: { disturbs: 0 } };

async function ran(plan: Plan, twin: TwinOverrides = CALM): Promise<TwinRun> {
  const t = await new TwinRun(plan, twin).confirmed();
  try { return await t.untilState('settled', 'aborted'); } finally { for (const e of (await t.entries()).slice(0, 400)) console.log(((e.at - TwinRun.startMs)/60000).toFixed(2), e.kind, e.target < 0 ? '' : t.host.name(e.target), t.host.parts.program.steps[e.step]?.name, e.note?.why ?? '', JSON.stringify(e.note?.data ?? {}).slice(0, 150)); for (const f of t.twin.felt.slice(0,200)) console.log('FELT', JSON.stringify(f)); }
}

test('switches and hosts in one visit: every switch is reloaded once, standby first, and every node comes back', async () => {
  const t = await ran(sitePlan());
  expect(t.status).toMatchObject({ state: 'settled', baseline: 8, returned: 8, stragglers: [], links: [] });
  const told = t.twin.felt.map(({ what, ...more }) => ({ what: String(what), ...more }));
  const down = told.filter(({ what }) => what === 'switch-down').map((event) => JSON.stringify(event));
  expect(down).toHaveLength(6);
  expect(t.retro.phases.map(({ step }) => step)).toContain('links');
});
