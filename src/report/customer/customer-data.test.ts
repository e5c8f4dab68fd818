import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { EntryKind } from '../../core/ports.ts';
import { createChronicle, record, type Chronicle } from '../../core/run/chronicle.ts';
import { compile } from '../../core/run/compile.ts';
import { customerPageOf, type CustomerInput } from './customer-data.ts';
import { EXAMPLE_NOW, exampleChronicle, exampleCustomerInput, exampleHeader, examplePlan, WINDOW_AT } from './customer-example.ts';
import type { CustomerPage } from './page-data.ts';

const PAGE = customerPageOf(exampleCustomerInput());

describe('customer data: the middle of a window', () => {
  it('counts nodes, GPUs and whole units of this customer, without those down before', () => {
    expect(PAGE.capacity).toEqual({
      nodes: 124,
      usable: 86,
      returned: 73,
      gpus: { all: 992, usable: 688 },
      groups: { kind: 'unit', all: 16, usable: { nodes: 'u[01-05,07-09,16]', count: 9 } },
      needed: 117,
    });
    expect(PAGE.phase).toBe('under way');
    expect(PAGE.clusters).toEqual(['phx62']);
    expect(PAGE.firstDrainAt).toBe(WINDOW_AT + 2 * 60_000);
  });

  it('lists to paste', () => {
    expect(PAGE.nodes).toEqual({
      returned: { nodes: 'phx62-[0001-0016,0018-0041,0044-0056,0058-0077]', count: 73 },
      out: { nodes: 'phx62-[0042-0043,0078-0096,0098-0114]', count: 38 },
      untouched: { nodes: 'phx62-[0115-0127]', count: 13 },
      'not-taken': { nodes: 'phx62-[0017,0057,0097,0128]', count: 4 },
    });
    expect(PAGE.doing.find(({ doing }) => doing === 'repair')?.nodes.nodes).toBe('phx62-[0042-0043,0088]');
  });

  it('marks: half is back, the rest by the latest estimate from time zero', () => {
    const [half, , most] = PAGE.marks;
    expect(half).toMatchObject({ percent: 50, nodes: 62, reachedAt: WINDOW_AT + 107.9 * 60_000 });
    expect(most).toMatchObject({ percent: 95, nodes: 118, reachedAt: null, likelyMin: 186, likelyAt: WINDOW_AT + (3 + 186) * 60_000 });
  });

  it('versions before and after, and what of them may break a job', () => {
    expect(PAGE.changes).toEqual([
      {
        component: 'host-os',
        on: 'node',
        targets: 128,
        after: '2031.07',
        before: [
          { version: '2031.05', targets: 109 },
          { version: '2031.03', targets: 15 },
        ],
      },
      { component: 'driver', on: 'node', targets: 128, after: '570.133.20', before: [{ version: '550.127.08', targets: 124 }] },
      { component: 'bmc', on: 'node', targets: 128, after: '25.04-2', before: [] },
    ]);
    expect(PAGE.breakers.map(({ component, gives }) => [component, gives])).toEqual([
      ['driver', 'runs CUDA up to 12.8'],
      ['host-os', null],
    ]);
  });

  it('every estimate stays, with how far it moved', () => {
    expect(PAGE.etas.map(({ kind, movedMin }) => [kind, movedMin])).toEqual([
      ['told', null],
      ['told', 22],
      ['now', 6],
    ]);
  });

  it('a recall says what comes back how, a choice what is risked', () => {
    expect(PAGE.offers.recall).toEqual({ untouched: 13, unchanged: 0, wayBack: 35, wayBackMin: 25, onward: 0, repair: 3, returned: 73 });
    expect(PAGE.offers.choice).toMatchObject({ nodes: 51, seen: 400, chosen: null });
    expect(PAGE.offers.choice?.faulty).toBeCloseTo(51 * 0.02 * 0.6);
    expect([PAGE.offers.release, PAGE.offers.counter]).toEqual([null, null]);
  });

  it('what was chosen last holds', () => {
    const choice = (at: number, kind: 'sooner-unvalidated' | 'later-validated') =>
      ({ at, by: 'a', role: 'customer', kind, text: '', data: {} }) as const;
    const page = customerPageOf(exampleCustomerInput({ said: [choice(2, 'later-validated'), choice(1, 'sooner-unvalidated')] }));
    expect(page.offers.choice?.chosen).toBe('later-validated');
  });
});

describe('customer data: before the work', () => {
  const planned = (more: Partial<CustomerInput> = {}): CustomerPage =>
    customerPageOf(
      exampleCustomerInput({ chronicle: null, header: null, rolling: null, said: [], now: EXAMPLE_NOW - 86_400_000, ...more }),
    );

  it('all is to be released, all is usable, times count from the window', () => {
    const page = planned();
    expect(page.phase).toBe('planned');
    expect(page.offers.release).toEqual({ nodes: { nodes: 'phx62-[0001-0128]', count: 128 }, released: 0, jobs: 'wait' });
    expect(page.offers.counter).toEqual({ from: WINDOW_AT, to: WINDOW_AT + 480 * 60_000 });
    expect(page.offers.recall).toBeNull();
    expect(page.capacity.usable).toBe(128);
    expect(page.marks[0]?.likelyAt).toBe(WINDOW_AT + 102 * 60_000);
  });

  it('what was released in words before the run is not asked for again, what was recalled is', () => {
    const word = (at: number, kind: 'release' | 'recall', targets: string) =>
      ({ at, by: 'a', role: 'customer', kind, text: '', data: { targets } }) as const;
    const said = [word(1, 'release', 'phx62-[0001-0128]'), word(2, 'recall', 'phx62-[0005-0008]'), word(3, 'release', 'phx62-[ nonsense')];
    expect(planned({ said }).offers.release).toMatchObject({ nodes: { nodes: 'phx62-[0005-0008]', count: 4 }, released: 124 });
  });

  it('versions from an inventory, of own nodes alone', () => {
    const node = (name: string, version: string) =>
      ({ name, cluster: '', inService: true, state: 'idle', reason: '', gpus: 8, versions: { driver: version }, jobs: 0 }) as const;
    const inventory = { fleet: 'lab', at: 0, nodes: [node('phx62-0001', '550.1'), node('zrh9-0001', '535.9')] };
    expect(planned({ inventory }).changes.find(({ component }) => component === 'driver')?.before).toEqual([
      { version: '550.1', targets: 1 },
    ]);
  });

  it('waiting: a run is there, nothing has left service', () => {
    const plan = examplePlan();
    const page = planned({ plan, chronicle: createChronicle(compile(plan)), header: exampleHeader(plan) });
    expect(page.phase).toBe('waiting');
    expect(page.offers.release?.nodes.count).toBe(128);
    expect(page.offers.counter).not.toBeNull();
  });
});

describe('customer data: the phases of a small run', () => {
  const plan: Plan = testPlan({ nodes: 4, canary: 0, customer: 'lab', returnedShare: 0.75, policy: { gates: gatesAt(0.75) } });

  function gatesAt(share: number): Plan['policy']['gates'] {
    return { ...testPlan().policy.gates, returned: { kind: 'share', share } };
  }

  function begun(): Chronicle {
    const chronicle = createChronicle(compile(plan));
    feed(chronicle, -1, 'confirm');
    feed(chronicle, -1, 'window', 1);
    for (let target = 0; target < 4; target++) for (const kind of ['release', 'baseline'] as const) feed(chronicle, target, kind);
    feed(chronicle, -1, 'begin');
    return chronicle;
  }

  function feed(chronicle: Chronicle, target: number, kind: EntryKind, step = -1): void {
    record(chronicle, { at: 1_000_000, target, kind, step, attempt: 1, note: null });
  }

  /** stage, drain, apply, activate, conform, validate, return. */
  function steps(chronicle: Chronicle, target: number, count: number): void {
    for (let i = 0; i < count; i++) feed(chronicle, target, 'done');
  }

  const pageOf = (chronicle: Chronicle): CustomerPage =>
    customerPageOf(exampleCustomerInput({ plan, chronicle, header: exampleHeader(plan), customer: 'lab', said: [] }));

  it('waiting, under way, returned, settled', () => {
    const chronicle = begun();
    expect(pageOf(chronicle).phase).toBe('waiting');
    for (let target = 0; target < 3; target++) steps(chronicle, target, 7);
    steps(chronicle, 3, 1);
    expect(pageOf(chronicle).phase).toBe('returned');
    for (let target = 0; target < 3; target++) feed(chronicle, target, 'soak-passed');
    steps(chronicle, 3, 6);
    feed(chronicle, 3, 'soak-passed');
    expect(pageOf(chronicle).phase).toBe('settled');
    expect(pageOf(chronicle).nodes.returned.nodes).toBe('n[1-4]');
    expect(pageOf(chronicle).offers).toEqual({ release: null, counter: null, recall: null, choice: null });
  });

  it('under way while fewer are back than agreed; a failed soak takes a node out again', () => {
    const chronicle = begun();
    for (let target = 0; target < 3; target++) steps(chronicle, target, 7);
    steps(chronicle, 3, 3);
    expect(pageOf(chronicle).phase).toBe('returned');
    feed(chronicle, 0, 'soak-failed');
    const page = pageOf(chronicle);
    expect(page.phase).toBe('under way');
    expect(page.nodes.returned.nodes).toBe('n[2-3]');
    expect(page.validated.count).toBe(2);
  });

  it('aborted', () => {
    const chronicle = begun();
    steps(chronicle, 0, 7);
    feed(chronicle, -1, 'abort');
    expect(pageOf(chronicle).phase).toBe('aborted');
  });

  it('a plan without checks returns nodes unvalidated', () => {
    const bare = Object.fromEntries(
      Object.entries(plan.procedures).map(([id, one]) => [id, { ...one, steps: one.steps.filter(({ name }) => name !== 'validate') }]),
    );
    const unchecked = { ...plan, procedures: bare };
    const chronicle = createChronicle(compile(unchecked));
    feed(chronicle, -1, 'confirm');
    feed(chronicle, -1, 'window', 1);
    for (let target = 0; target < 4; target++) for (const kind of ['release', 'baseline'] as const) feed(chronicle, target, kind);
    feed(chronicle, -1, 'begin');
    steps(chronicle, 0, 6);
    const page = customerPageOf(
      exampleCustomerInput({ plan: unchecked, chronicle, header: exampleHeader(plan), customer: 'lab', said: [] }),
    );
    expect([page.validated.nodes, page.unvalidated.nodes]).toEqual(['', 'n1']);
  });

  it('somebody whose clusters are in no plan gets an empty page', () => {
    const page = customerPageOf(exampleCustomerInput({ customer: 'nobody', chronicle: exampleChronicle(examplePlan()) }));
    expect([page.capacity.nodes, page.clusters, page.curve, page.changes]).toEqual([0, [], null, []]);
  });
});
