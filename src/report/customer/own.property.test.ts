// Whatever happens in a run of several customers, one's page and feeds hold nothing of another's, and count each of their nodes once.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeSetOf, parseNodeSet, size, union } from '../../core/fleet/nodeset.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, hcaFirmware, hostOs } from '../../core/plan/plan-example.ts';
import { makePlan } from '../../core/plan/planner.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { ENTRY_KINDS } from '../../core/ports.ts';
import { createChronicle, record, type Chronicle } from '../../core/run/chronicle.ts';
import { compile } from '../../core/run/compile.ts';
import { customerPageOf, type Said } from './customer-data.ts';
import { exampleCustomerInput, exampleHeader } from './customer-example.ts';
import { nodesJson, nodesText } from './feed.ts';
import { NODE_LISTS } from './page-data.ts';
import { customerPageHtml } from './page-html.ts';

const RUNS = 60;
/** Letters that no word of the page has side by side. */
const cluster = (i: number): string => `xq${i}kz`;
const customer = (i: number): string => `wv${i}jx`;
const STAFF = 'zk.worker';

const event = fc.record({
  target: fc.nat(40),
  kind: fc.constantFrom('done', 'done', 'done', 'done', ...ENTRY_KINDS),
  again: fc.integer({ min: 1, max: 9 }),
});
const runs = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 }),
  countIn: fc.constantFrom('node', 'unit', 'domain'),
  events: fc.array(event, { maxLength: 60 }),
  words: fc.array(
    fc.record({ kind: fc.constantFrom('update', 'eta', 'release', 'counter', 'recall'), about: fc.nat(5), form: fc.nat(5) }),
    { maxLength: 6 },
  ),
  hasRun: fc.boolean(),
});

function planOf(sizes: readonly number[], countIn: 'node' | 'unit' | 'domain'): Plan {
  const clusters = sizes.map((count, i) => {
    const nodes = `${cluster(i)}-n[1-${count}]`;
    return exampleCluster(cluster(i), nodes, {
      customer: customer(i),
      units: [{ name: `${cluster(i)}u`, nodes }],
      domains: [{ name: `${cluster(i)}d`, nodes, switches: 1 }],
    });
  });
  const customers = sizes.map((_, i) => ({ name: customer(i), timezone: 'Asia/Tokyo', priority: i + 1, noticeMs: 0 }));
  const policy = examplePolicy({
    gates: { ...examplePolicy().gates, countIn },
    limits: Object.fromEntries(
      ['image-server', 'fabric'].map((name) => [name, { count: 9, per: 'fleet', owner: null, why: null, until: null }]),
    ),
  });
  const procedures = new Map([
    ['host-os', hostOs()],
    ['hca-firmware', hcaFirmware()],
  ]);
  const { plan } = makePlan(exampleInput(exampleFleet(clusters, customers), { policy, procedures }));
  return { ...plan, id: 'p' };
}

function chronicleOf(plan: Plan, events: readonly { target: number; kind: (typeof ENTRY_KINDS)[number]; again: number }[]): Chronicle {
  const chronicle = createChronicle(compile(plan));
  const n = chronicle.program.targets.length;
  let at = 1_900_000_000_000;
  const feed = (target: number, kind: (typeof ENTRY_KINDS)[number], step = -1): void => {
    at += 60_000;
    const note = { by: STAFF, why: `of ${chronicle.program.targets.at(-1)}: exit 1`, data: { gpus: 8, versions: { 'host-os': '1' } } };
    record(chronicle, { at, target, kind, step, attempt: 1, note });
  };
  feed(-1, 'confirm');
  for (const i of chronicle.program.clusters.keys()) feed(-1, 'window', i * 2 + 1);
  for (let target = 0; target < n; target++) for (const kind of ['release', 'baseline'] as const) feed(target, kind);
  feed(-1, 'begin');
  for (const { target, kind, again } of events) for (let i = 0; i < again; i++) feed(target % n, kind);
  return chronicle;
}

function saidOf(words: readonly { kind: Said['kind']; about: number; form: number }[], sizes: readonly number[]): Said[] {
  const greeting: Said = { at: 0, by: STAFF, role: 'lead', kind: 'update', text: `Hello from ${STAFF}.`, data: {} };
  const rest = words.map(({ kind, about, form }, at): Said => {
    const i = about % sizes.length;
    const forms = [
      `${customer(i)} waits, says ${STAFF}.`,
      `see ${cluster(i)}-n[1-2], or "${cluster(i)}-n1"`,
      `@cluster:${cluster(i)} is (${customer(i).toUpperCase()}'s)`,
      `${cluster(i)}u,${cluster(i)}d!`,
      `${cluster(i)}-n1. <b>${customer(i)}</b>`,
      '',
    ];
    const isLead = kind === 'update' || kind === 'eta';
    return {
      at,
      by: isLead ? STAFF : 'own',
      role: isLead ? 'lead' : 'customer',
      kind,
      text: forms[form] ?? '',
      data: { targets: `${cluster(i)}-n1` },
    };
  });
  return [greeting, ...rest];
}

describe('customer page: property', () => {
  it('nothing of another customer, none of the staff, in page and feeds', () => {
    fc.assert(
      fc.property(runs, ({ sizes, countIn, events, words, hasRun }) => {
        const plan = planOf(sizes, countIn);
        const chronicle = hasRun ? chronicleOf(plan, events) : null;
        const header = hasRun ? exampleHeader(plan) : null;
        const said = saidOf(words, sizes);
        for (const me of sizes.keys()) {
          const page = customerPageOf(
            exampleCustomerInput({ plan, chronicle, header, said, customer: customer(me), now: 1_900_009_000_000 }),
          );
          const out = [customerPageHtml(page), nodesJson(page), nodesText(page, null), JSON.stringify(page)].join('\n').toLowerCase();
          expect(out).not.toContain(STAFF);
          expect(out).not.toContain('exit 1');
          for (const other of sizes.keys()) {
            if (other === me) continue;
            expect(out).not.toContain(cluster(other));
            expect(out).not.toContain(customer(other));
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('every node of the customer is in one list, and the figures are those of the lists', () => {
    fc.assert(
      fc.property(runs, ({ sizes, countIn, events }) => {
        const plan = planOf(sizes, countIn);
        const page = customerPageOf(
          exampleCustomerInput({
            plan,
            chronicle: chronicleOf(plan, events),
            header: exampleHeader(plan),
            said: [],
            customer: customer(0),
          }),
        );
        const sets = NODE_LISTS.map((list) => {
          const parsed = parseNodeSet(page.nodes[list].nodes);
          if (!parsed.ok) throw new Error(parsed.error.why);
          expect(size(parsed.set)).toBe(page.nodes[list].count);
          return parsed.set;
        });
        expect(size(sets.reduce(union, nodeSetOf([])))).toBe(sizes[0]);
        expect(sets.reduce((sum, set) => sum + size(set), 0)).toBe(sizes[0]);
        const { returned, out, untouched } = page.nodes;
        expect(page.capacity.nodes).toBe(returned.count + out.count + untouched.count);
        expect(page.capacity.usable).toBe(returned.count + untouched.count);
        expect(page.doing.reduce((sum, { nodes }) => sum + nodes.count, 0)).toBe(out.count);
        expect(page.validated.count + page.unvalidated.count).toBe(returned.count);
        if (page.capacity.groups) expect(page.capacity.groups.usable.count === page.capacity.groups.all).toBe(out.count === 0);
        for (const { nodes, reachedAt } of page.marks) expect(reachedAt !== null).toBe(nodes > 0 && returned.count >= nodes);
      }),
      { numRuns: RUNS },
    );
  });
});
