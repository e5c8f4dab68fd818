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
  return (await new TwinRun(plan, twin).confirmed()).untilState('settled', 'aborted');
}

type Felt = TwinRun['twin']['felt'][number];
const feltOf = (t: TwinRun, what: Felt['what']): Felt[] => t.twin.felt.filter((event) => event.what === what);
const stageOf = (t: TwinRun, stage: string): string => t.status.stages[stage] ?? '';
const LINK = 'n3/h1--u1r1/3';

test('switches and hosts in one visit: each switch is reloaded once, standby first, and every node comes back', async () => {
  const t = await ran(sitePlan());
  expect(t.status).toMatchObject({ state: 'settled', baseline: 8, returned: 8, stragglers: [], links: [] });
  const down = feltOf(t, 'switch-down').map(({ node }) => node);
  expect(down.toSorted()).toEqual(['s1', 's2', 'u1r1', 'u1r2', 'u2r1', 'u2r2']);
  expect(down.indexOf('s2')).toBeLessThan(down.indexOf('s1'));
  const masters = t.twin.felt.filter(({ what }) => what === 'sm-stop' || what === 'sm-master').map(({ what, node }) => `${what} ${node}`);
  expect(masters.slice(0, 2)).toEqual(['sm-stop s1', 'sm-master s2']);
  const [seen] = await t.clock.run(t.twin.fabric?.observe(['n1'], new AbortController().signal) ?? Promise.resolve([]));
  const managers = seen?.facts?.role === 'fabric' ? seen.facts.managers.map(({ state }) => state).toSorted() : [];
  expect(managers).toEqual(['master', 'standby']);
  const lastReload = Math.max(...feltOf(t, 'switch-up').map(({ at }) => at));
  expect(Math.min(...feltOf(t, 'reboot').map(({ at }) => at))).toBeGreaterThan(lastReload);
  const applied = Math.min(...feltOf(t, 'apply').map(({ at }) => at));
  expect(applied).toBeLessThan(lastReload);
});

test('alerts are silent for what is in work, and nobody is called; the silences end with the run', async () => {
  const t = await ran(sitePlan());
  expect(feltOf(t, 'silence').length).toBeGreaterThan(0);
  expect(feltOf(t, 'alert')).toEqual([]);
  const [observed] = await t.clock.run(t.twin.alerts.observe(['n1'], new AbortController().signal));
  expect(observed?.facts).toMatchObject({ role: 'alerts', silences: [], firing: [] });
});

test('a port that stays in initialize: its node is a straggler that names it, the rest goes on, and a reseat lets it return by itself', async () => {
  const t = new TwinRun(sitePlan({ policy: POLICY.replace('100%, soak', '85%, soak') }), {
    fabric: { disturbs: 0, linkFaults: { staysInitialize: { links: [LINK] } } },
  });
  await t.create();
  expect(t.twin.hands?.links).toContain(LINK);
  t.twin.hands?.repair(LINK, 'reseat');
  t.say('confirm');
  await t.until((host) => host.chronicle.state.run.begun, 'the begin');
  t.twin.hands?.misbehave(LINK, 'staysInitialize');
  await t.until(() => stageOf(t, 'settled').includes('n[1-2,4-8]') && t.status.stragglers.length > 0, 'the others to be back');
  expect(t.status.stragglers).toMatchObject([{ target: 'n3', step: 'links' }]);
  expect(t.status.stragglers[0]?.cause).toContain(`${LINK} (initialize`);
  expect(t.status.links).toMatchObject([{ link: LINK, ends: ['n3/h1', 'u1r1/3'], state: 'initialize', tried: [] }]);
  straggler(t.host, { ...LEAD, targets: LINK }, 'reseat');
  expect(() => straggler(t.host, { ...LEAD, targets: 'n1/h1--u1r1/1' }, 'swap')).toThrow('no link of this run that is in trouble');
  t.twin.hands?.repair(LINK, 'reseat');
  await t.untilState('settled');
  await t.until(() => stageOf(t, 'settled').includes('n[1-8]'), 'n3 to be back');
  expect(t.status.links).toEqual([]);
  expect(t.retro.links).toMatchObject([{ link: LINK, tried: [{ way: 'reseat', by: 'lead' }] }]);
  expect(t.retro.links[0]?.cleanAt).not.toBeNull();
});

test('a link with growing errors is degraded, and not taken for clean', async () => {
  const t = await new TwinRun(sitePlan({ policy: POLICY.replace('100%, soak', '85%, soak') }), CALM).confirmed();
  await t.until((host) => host.chronicle.state.run.begun, 'the begin');
  t.twin.hands?.misbehave(LINK, 'errors');
  await t.until(() => t.status.stragglers.length > 0, 'a straggler');
  expect(t.status.stragglers[0]).toMatchObject({ target: 'n3', step: 'links' });
  expect(t.status.links).toMatchObject([{ link: LINK, state: 'active-degraded' }]);
  t.twin.hands?.repair(LINK, 'swap');
  await t.until(() => stageOf(t, 'settled').includes('n[1-8]'), 'n3 to be back');
});

test('without a standby subnet manager no switch is touched', async () => {
  const t = await new TwinRun(sitePlan(), CALM).create();
  t.twin.hands?.killManager('s2');
  t.say('confirm');
  await t.pass(20);
  expect(feltOf(t, 'switch-down')).toEqual([]);
  expect(t.host.waitingFor.filter((why) => why?.includes('no standby subnet manager')).length).toBeGreaterThan(0);
  t.twin.hands?.reviveManager('s2');
  await t.untilState('settled');
});

test('what the allocator placed keeps a node from being touched, and so does somebody in session', async () => {
  const t = await new TwinRun(sitePlan(), CALM).create();
  t.twin.place('n2', 'vm-7', 'aurora');
  t.twin.session('n5', 'mallory');
  t.say('confirm');
  await t.until(
    (host) => host.waitingFor.some((why) => why?.includes('vm-7')) && host.waitingFor.some((why) => why?.includes('mallory')),
    'both to be waited for',
  );
  await t.pass(20);
  expect(feltOf(t, 'apply').filter(({ node }) => node === 'n2' || node === 'n5')).toEqual([]);
  expect(feltOf(t, 'switch-down')).toEqual([]);
  t.twin.evict('n2', 'vm-7');
  t.twin.session('n5', null);
  await t.untilState('settled');
  expect(t.status.returned).toBe(8);
});

const BOREALIS = `  - name: b
    customer: borealis
    mode: act
    nodes: "m[1-2]"
    gpusPerNode: 8
    switches: [{name: "bl1", role: leaf}]
    links: ["m1/*--bl1/*", "m2/*--bl1/*", "bl1/*--s1/*"]
    drivers: {scheduler: twin, shell: twin, bmc: twin, fabric: twin, allocator: twin, alerts: twin}
`;

test('a spine that another customer hangs on: refused with the affected set until they consent, then done', async () => {
  const change = 'change: site\ntargets: "n[1-8],s[1-2],u[1-2]r[1-2]"\nwant: {host-os: "2025.07", switch-firmware: "31.2"}\n';
  const t = await new TwinRun(sitePlan({ clusters: BOREALIS, change }), CALM).confirmed();
  await t.until(() => t.status.state === 'held', 'the run to be held');
  expect(t.status.heldBy.join()).toMatch(
    /refused until they consent: 2 nodes of customer borealis .*m\[1-2\].*--customer borealis --to affected/,
  );
  await t.pass(60);
  expect(feltOf(t, 'drain')).toEqual([]);
  await t.clock.run(consent(t.host, LEAD, 'borealis', 'affected'));
  await t.untilState('settled');
  expect(feltOf(t, 'switch-down').map(({ node }) => node)).toContain('s1');
  expect(
    feltOf(t, 'drain')
      .flatMap(({ nodes }) => nodes ?? [])
      .filter((node) => node.startsWith('m')),
  ).toEqual([]);
});

test('released in the allocator by the customer, one part after the other: each node goes when it is handed over', async () => {
  const change = 'change: theirs\ntargets: "m[1-2]"\nwant: {host-os: "2025.07"}\n';
  const t = await new TwinRun(sitePlan({ clusters: BOREALIS, change, policy: 'gates: {soak: 2m}\n' }), CALM).confirmed();
  t.twin.customerRelease(['m1'], 'borealis');
  await t.until(() => stageOf(t, 'settled') === 'm1', 'm1 to be through');
  expect(stageOf(t, 'waiting')).toBe('m2');
  t.twin.customerRelease(['m2'], 'mallory');
  await t.pass(10);
  expect(stageOf(t, 'waiting')).toBe('m2');
  release(t.host, { ...LEAD, targets: 'm2' });
  await t.untilState('settled');
  expect(t.status.returned).toBe(2);
});

test('a crash in the middle of a reload: nothing is reloaded twice', async () => {
  const t = await new TwinRun(sitePlan(), CALM).confirmed();
  await t.until(() => feltOf(t, 'switch-down').length >= 3, 'three switches to be down');
  await t.crash();
  await t.untilState('settled');
  expect(feltOf(t, 'switch-down')).toHaveLength(6);
  expect(t.status.returned).toBe(8);
});
