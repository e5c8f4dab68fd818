import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Inventory } from '../core/fleet/model.ts';
import type { Step } from '../core/change/procedure.ts';
import type { Plan } from '../core/plan/plan.ts';
import { must } from '../std/assert.ts';
import { catalogueFolders, loadCatalogue } from './catalogue.ts';
import { parseFleet } from './fleet-file.ts';
import { inventoryId, readInventory, parseInventory, writeInventory } from './inventory-file.ts';
import { canonicalJson, fleetId, parsePlan, planId, readPlan, requireSameFleet, showPlan, writePlan } from './plan-file.ts';
import { applySets } from './plan-set.ts';
import { readPolicy } from './policy-file.ts';
import { BadInputError } from './problem.ts';

const fleet = parseFleet('fleet: lab\nclusters: [{name: lab, nodes: "n[1-16]"}]\n', 'fleet.yaml');

function samplePlan(): Plan {
  const hostOs = loadCatalogue(catalogueFolders(null, null)).get('host-os');
  if (!hostOs) throw new Error('no host-os');
  const { policy, defaults, calendars } = readPolicy(null, fleet, 0);
  const { kind, needs, steps, back, mopUp } = hostOs.procedure;
  const goBack = {
    name: 'return',
    to: null,
    by: 'scheduler',
    action: { kind: 'do', act: 'return' },
    early: false,
    destructive: false,
  } as const;
  const returned = { ...goBack, shared: false, uses: [], takes: null, timeoutMs: null, attempts: 1, fails: 0 };
  const gate = { failedMax: 0, returnedMin: 1, failureRateMax: null };
  const wave = {
    id: 'w1',
    cluster: 'lab',
    kind: 'node',
    targets: 'n[1-16]',
    procedure: 'p1',
    after: [],
    atOnce: 16,
    gate,
    affected: 'n[1-16]',
  } as const;
  const plan: Omit<Plan, 'id'> = {
    schema: 1,
    parent: null,
    fleet: { id: fleetId(fleet), document: fleet },
    inventory: null,
    change: { name: 'image', targets: null, want: { 'host-os': '2025.07' }, replace: {} },
    policy,
    procedures: { p1: { kind, components: { 'host-os': '2025.07' }, needs, steps: [...steps, returned], back, mopUp } },
    phases: [{ name: 'main', waves: ['w1'] }],
    waves: [wave],
    calendars,
    catalogue: [{ component: 'host-os', sha256: hostOs.sha256 }],
    report: { why: [{ about: 'waves', text: 'one' }], defaults: [...defaults, ...hostOs.defaults] },
    findings: [{ severity: 'info', target: 'w1', rule: 'never-seen', message: 'never seen here' }],
  };
  return { ...plan, id: planId(plan) };
}

/** With the id that it has now. */
function resealed(changed: Omit<Plan, 'id'>): Plan {
  return { ...changed, id: planId(changed) };
}

const plan = samplePlan();
const text = showPlan(plan);

test('plan: every kind of step is written and read back, and what no file could say is refused', () => {
  const [procedure] = Object.values(plan.procedures);
  const base = must(procedure?.steps[1], 'step');
  const stepOf = (name: string, action: Step['action']): Step => ({ ...base, name, action });
  const check = {
    name: 'rail',
    run: ['x', '{nodes}'],
    nodes: 'rail',
    takes: null,
    catches: null,
    before: true,
    as: 'nccl',
    busbwMin: 350,
  } as const;
  const steps = [
    stepOf('push', { kind: 'push', from: 'a', to: '/b', sha256: 'ab'.repeat(32) }),
    stepOf('update', { kind: 'update', image: 'a', components: ['b'] }),
    stepOf('ac', { kind: 'do', act: 'ac-cycle' }),
    stepOf('links', { kind: 'do', act: 'links' }),
    stepOf('read', { kind: 'read', read: { a: ['x'], b: { run: ['x'], as: 'flint', part: 'MT_1' } } }),
    stepOf('check', { kind: 'check', checks: [check] }),
  ];
  const withSteps = (changed: readonly Step[]): Plan =>
    resealed({ ...plan, procedures: { p1: { ...must(procedure, 'procedure'), steps: changed } } });
  expect(parsePlan(showPlan(withSteps(steps)), 'x.json')).toEqual(withSteps(steps));
  const { run: _, nodes: __, ...own } = check;
  const before = stepOf('checks-before', { kind: 'check', checks: [{ ...own, run: ['x'], nodes: 1 }], before: true });
  const set = applySets(withSteps([before]), ['catalogue.host-os.steps.checks-before.attempts=2']);
  expect(set.procedures['p1']?.steps).toEqual([{ ...before, attempts: 2 }]);
  const push = { kind: 'push', from: 'a', to: '/b', sha256: 'AB' } as const;
  expect(() => parsePlan(showPlan(withSteps([stepOf('push', push)])), 'x.json')).toThrow('"AB"');
});

describe('files on disk', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'pitstop-plan-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('plan: written whole and read back', () => {
    const file = join(folder, 'x.plan.json');
    writePlan(file, plan);
    writePlan(file, plan);
    expect(readPlan(file)).toEqual(plan);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['x.plan.json']);
  });

  test('plan: without targets there is nothing to do with it, but a run that others made may have had such a one', () => {
    const empty = resealed({ ...plan, waves: [], phases: [] });
    const file = join(folder, 'empty.plan.json');
    writePlan(file, empty);
    expect(parsePlan(showPlan(empty), 'run 1')).toEqual(empty);
    expect(() => readPlan(file)).toThrow(/empty\.plan\.json:\d+:\d+: no targets: a run of it would do nothing; plan again$/);
  });

  test('plan: a folder that is not there', () => {
    expect(() => writePlan(join(folder, 'no', 'x.json'), plan)).toThrow(/x\.json:1:1: there is no such file or folder; check the path$/);
  });

  test('inventory: written and read back', () => {
    const node = { name: 'n1', cluster: 'lab', inService: true, state: 'idle', reason: '', gpus: 8, versions: { 'host-os': '1' }, jobs: 0 };
    const inventory: Inventory = { fleet: 'lab', at: 1_000, nodes: [node] };
    const file = join(folder, 'inventory.json');
    writeInventory(file, inventory);
    expect(readInventory(file)).toEqual(inventory);
    expect(inventoryId(readInventory(file))).toBe(inventoryId(inventory));
  });
});

test('plan: bad input has places', () => {
  const check = (changed: string, expected: string): void => {
    expect(changed).not.toBe(text);
    expect(() => parsePlan(changed, 'x.json')).toThrow(expected);
  };
  check(text.replace('"n[1-16]"', '"n[1-17]"'), 'x.json:3:9: ');
  check(
    text.replace('"atOnce": 16', '"atOnce": 17'),
    'the plan was changed after it was made; make a child instead: pitstop plan --parent PLAN --set KEY=VALUE -o CHILD',
  );
  check(text.replace('"atOnce": 16', '"atOnce": "16"'), 'x.json:');
  check(text.replace('"schema": 1', '"schema": 2'), 'x.json:2:13: 2: is not one of the allowed values; known here: 1');
  check(text.replace('"attempts": 2', '"attempts": 0'), ': 0: is too small; write at least 1');
  check(text.replace('"share": 0.95', '"share": 1.2'), ': 1.2: is too large; write at most 1');
  check(text.replace('"parent": null', '"parents": null'), 'x.json:4:3: parents: unknown key; take it out');
  check(text.slice(0, 100), 'this is not JSON as Pitstop writes it; use the file as it was written');
  check(`{"schema": ,}`, 'x.json:1:2: this is not JSON as Pitstop writes it');
  check(`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'x.json:1:1: ');
});

test('plan: what came later may stand in it, and need not', () => {
  const observed = { share: 0.01, n: 3, source: 'july' };
  const common = { medianMs: 1_000, logSd: 0.3, between: 0.1, df: 3, n: 4, source: 'july' };
  const p1 = must(plan.procedures['p1'], 'the procedure');
  const steps = p1.steps.map((step) => ({ ...step, takes: common }));
  const full = resealed({
    ...plan,
    policy: {
      ...plan.policy,
      limits: { a: { count: 1, per: 'fleet', owner: null, why: null, until: null, source: 'x', since: '2031-01-01' } },
      assume: { jobs: null, approval: common, gateReview: common, faultsPerNodeDay: observed, stageLeadMs: 0 },
      approval: { people: 2, of: ['confirm', 'drop'] },
    },
    procedures: { p1: { ...p1, steps, defects: observed, disturbs: observed } },
    waves: plan.waves.map((wave) => ({ ...wave, quiet: ['w0'], holds: [{ step: 'apply', until: ['w0'] }] })),
  });
  expect(parsePlan(showPlan(full), 'x.json')).toEqual(full);
  expect(parsePlan(text, 'x.json')).not.toHaveProperty('policy.assume');
  expect(parsePlan(text, 'x.json')).not.toHaveProperty('policy.approval');
});

test('plan: too large for any memory, it is refused before it is unfolded', () => {
  const wave = must(plan.waves[0], 'the wave');
  const check = (changed: Partial<Plan>, expected: string | RegExp): void => {
    expect(() => parsePlan(showPlan(resealed({ ...plan, ...changed })), 'x.json')).toThrow(expected);
  };
  check({ waves: [{ ...wave, targets: '' }] }, 'no targets in it; plan again');
  check({ waves: [{ ...wave, targets: 'n[1-' }] }, /^x\.json:\d+:\d+: \[1-: /);
  check({ waves: [{ ...wave, targets: 'n[1-99999999999]' }] }, '[1-99999999999]: more than 10000000 names; write a smaller range');
  const half = { ...wave, targets: 'n[1-9000000]' };
  check({ waves: [half, half] }, '"n[1-9000000]": more than 10000000 targets; make several plans of it');
  const big = { ...fleet, clusters: fleet.clusters.map((cluster) => ({ ...cluster, nodes: 'n[1-2000000]' })) };
  check({ fleet: { id: fleetId(big), document: big } }, '"n[1-2000000]": more than 1000000 nodes; make several plans of it');
});

test('plan: a fleet that was swapped inside', () => {
  const other = { ...plan, fleet: { ...plan.fleet, document: { ...fleet, name: 'other' } } };
  expect(() => parsePlan(showPlan(resealed(other)), 'x.json')).toThrow('the fleet in the plan is not the one named here; plan again');
});

test('plan: a fleet that has changed since', () => {
  expect(() => requireSameFleet(plan, 'x.json', fleet, 'fleet.yaml')).not.toThrow();
  const bigger = parseFleet('fleet: lab\nclusters: [{name: lab, nodes: "n[1-17]"}]\n', 'fleet.yaml');
  expect(() => requireSameFleet(plan, 'x.json', bigger, 'fleet.yaml')).toThrow(
    /^fleet\.yaml:1:1: lab: the fleet has changed since plan [0-9a-f]{12} was made \(x\.json\); plan again/,
  );
});

test('inventory: bad input', () => {
  expect(() => parseInventory('{"fleet": "lab", "at": "now", "nodes": []}', 'i.json')).toThrow(
    'i.json:1:24: "now": must be number; write number',
  );
});

test('canonical JSON: equal values give equal text, whatever the order of keys', () => {
  expect(canonicalJson({ b: [1, null, 'ä"'], a: { d: undefined, c: true } })).toBe('{"a":{"c":true},"b":[1,null,"ä\\""]}');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const canonical = canonicalJson(value);
      expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 200 },
  );
  expect(() => canonicalJson(Number.NaN)).toThrow('JSON cannot hold NaN');
});

test('sets: policy and procedures in the words of the files', () => {
  const { policy, procedures, defaults } = applySets(plan, [
    'policy.gates.returned=90%',
    'policy.canary=n[1-2]',
    'policy.canary.gate.failed=1',
    'policy.limits.image-server=20',
    'catalogue.host-os.steps.apply.takes=20m',
    'catalogue.host-os.steps.validate.check.0.takes=9m~0.4',
    'catalogue.host-os.back.takes=1h~0.2',
    'catalogue.host-os.mopUp.hands.share=10%',
    'catalogue.host-os.mopUp.remote.share=75%',
  ]);
  expect(policy).toEqual({
    ...plan.policy,
    gates: { ...plan.policy.gates, returned: { kind: 'share', share: 0.9 } },
    canary: { targets: 'n[1-2]', failed: 1 },
    limits: { 'image-server': { count: 20, per: 'fleet', owner: null, why: null, until: null } },
  });
  const [before, after] = [plan.procedures['p1'], procedures['p1']];
  expect(after?.steps.find(({ name }) => name === 'apply')).toEqual({
    ...before?.steps.find(({ name }) => name === 'apply'),
    takes: { medianMs: 1_200_000, logSd: 0.3, n: 0, source: 'unstated' },
  });
  expect(after?.steps.at(-1)).toEqual(before?.steps.at(-1));
  expect(after?.back).toMatchObject({ takes: { medianMs: 3_600_000 }, timeoutMs: 4 * 3_600_000 });
  expect(after?.mopUp.map(({ share }) => share)).toEqual([0.75, 0.1, 0.15]);
  expect(defaults).not.toContain('policy.gates.returned = 95%');
  expect(defaults).toContain('policy.gates.soak = 15m');
});

test('sets: a time limit that was only the default follows its prior', () => {
  const set = (...sets: string[]) => applySets(plan, sets).procedures['p1']?.steps.find(({ name }) => name === 'conform');
  expect(set('catalogue.host-os.steps.conform.takes=10m~0.1')?.timeoutMs).toBe(120_000);
  expect(set('catalogue.host-os.steps.conform.timeout=5m', 'catalogue.host-os.steps.conform.takes=10m~0.1')?.timeoutMs).toBe(2_400_000);
});

test('sets: assumptions, defects and what is kept of a spread', () => {
  const seen = { medianMs: 480_000, logSd: 0.3, between: 0.2, df: 4, n: 7, source: 'july' };
  const sets = [
    'policy.assume.jobs={busy: 50%, remaining: 30m~0.5}',
    'policy.assume.jobs.nodesEach=32',
    'policy.limits.a={count: 2, since: 2025-01-01}',
  ];
  const { policy, procedures } = applySets(plan, [...sets, 'catalogue.host-os.defects=2%', 'catalogue.host-os.defects.n=9']);
  const remaining = { medianMs: 1_800_000, logSd: 0.5, n: 0, source: 'unstated' };
  expect(policy.assume).toEqual({ jobs: { busy: 0.5, nodesEach: 32, remaining } });
  expect(policy.limits['a']).toEqual({ count: 2, per: 'fleet', owner: null, why: null, until: null, since: '2025-01-01' });
  expect(procedures['p1']?.defects).toEqual({ share: 0.02, n: 9, source: 'unstated' });
  const p1 = must(plan.procedures['p1'], 'the procedure');
  const learned = {
    ...plan,
    procedures: { p1: { ...p1, steps: p1.steps.map((step) => (step.name === 'apply' ? { ...step, takes: seen } : step)) } },
  };
  const longer = applySets(learned, ['catalogue.host-os.steps.apply.takes=20m']).procedures['p1'];
  expect(longer?.steps.find(({ name }) => name === 'apply')?.takes).toEqual({ ...seen, medianMs: 1_200_000, n: 0, source: 'unstated' });
});

test('sets: nothing set, nothing changed', () => {
  const { policy, procedures, calendars, defaults } = applySets(plan, []);
  expect({ policy, procedures, calendars, defaults }).toEqual({
    policy: plan.policy,
    procedures: plan.procedures,
    calendars: {},
    defaults: plan.report.defaults,
  });
});

test('sets: bad ones say how to mend them', () => {
  const check = (set: string, expected: string): void => expect(() => applySets(plan, [set]), set).toThrow(expected);
  check('policy', '--set policy:1:1: is no setting; write policy.KEY=VALUE or catalogue.COMPONENT.steps.STEP.KEY=VALUE');
  check('policy.gates.returned=', '--set policy.gates.returned=:1:1: has no value');
  check('policy.gates.retruned=90%', '--set policy.gates.retruned=90%:1:23: retruned: unknown key; did you mean "returned"?');
  check('policy.gates.returned=high', '--set policy.gates.returned=high:1:23: high: is no share; write a percentage such as 95%');
  check('policy.canary=n99', 'n99: not in the fleet');
  check('policy.windows=[{cluster: lab, start: 2020-01-01}]', 'the window is past');
  check('polcy.gates.returned=1', 'nothing is called "polcy"; begin with policy or catalogue');
  check('catalogue.host-so.steps.apply.takes=1m', 'the plan has no component "host-so"; did you mean "host-os"?');
  check('catalogue.host-os.steps.aply.takes=1m', 'the procedure has no step "aply"; did you mean "apply"?');
  check('catalogue.host-os.steps.return.attempts=2', 'the procedure has no step "return"');
  check('catalogue.host-os.steps.apply.destructve=1', 'unknown key; did you mean "destructive"?');
  check('catalogue.host-os.steps.activate.destructive=false', 'a reboot is always destructive');
  check('catalogue.host-os.steps.validate.check.7.takes=1m~0.1', 'the list has no place "7"; count from 0 to 0');
  check('catalogue.host-os.kind=switch', 'this cannot be set on a plan');
  check(
    'catalogue.host-os.mopUp.hands.share=10%',
    '--set catalogue.host-os.mopUp.hands.share=10%:1:37: 10%: the shares add up to 85%; set the share of another way too, so that they add up to 100%',
  );
  check('catalogue.host-os.disturbs=1%', 'this cannot be set on a plan');
  check('catalogue.host-os.steps.apply.takes=0s', '0s: has a median of no time at all');
  check('policy.assume.approval=soon', 'soon: is no prior; write median~log-sd, such as 12m~0.3');
  check('catalogue.host-os.mopUp.legs.share=1%', 'the procedure has no mop-up "legs"; known here: remote, hands, gone');
});

test('sets: any text is applied or refused with a place', () => {
  const key = fc.constantFrom(
    'policy.gates',
    'policy.canary',
    'policy.windows',
    'catalogue.host-os.steps.apply',
    'catalogue.host-os.mopUp.gone',
    'policy',
  );
  const set = fc
    .tuple(key, fc.string({ maxLength: 12 }), fc.string({ maxLength: 20 }))
    .map(([start, more, value]) => `${start}.${more}=${value}`);
  fc.assert(
    fc.property(set, (each) => {
      try {
        applySets(plan, [each]);
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError);
      }
    }),
    { numRuns: 300 },
  );
});
