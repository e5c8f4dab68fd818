// Checks of several nodes on the twin: pairs, rail by rail, all together; and the same checks before the work.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../src/core/plan/plan.ts';
import { planFrom } from '../src/study/make-plan.ts';
import { TwinRun } from './twin-run.ts';

const FLEET = `fleet: site
clusters:
  - name: a
    mode: act
    nodes: "n[1-8]"
    gpusPerNode: 8
    units: {of: 4, rails: 2, name: "u[1-2]", leaf: "{unit}r{rail}"}
    drivers: {scheduler: twin, shell: twin, bmc: twin}
`;

function planWith(checks: string, atOnce = '100%'): Plan {
  const catalogue = mkdtempSync(join(tmpdir(), 'pitstop-checks-'));
  writeFileSync(
    join(catalogue, 'host-os.yaml'),
    `component: host-os\nextends: builtin\nsteps:\n  validate: {timeout: 60m, check: [${checks}]}\nmopUp: []\n`,
  );
  const plan = planFrom({
    fleet: { file: 'fleet.yaml', text: FLEET },
    change: { file: 'change.yaml', text: 'change: image\nwant: {host-os: "2025.07"}\n' },
    policy: {
      file: 'policy.yaml',
      text: `gates: {returned: 50%, failureRate: none, soak: 1m}\ncanary: "n1"\natOnce: {nodes: ${atOnce}}\n`,
    },
    catalogue,
    inventory: null,
    nowMs: 0,
  });
  expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return plan;
}

interface Ran {
  readonly t: TwinRun;
  /** Every run of a group check, in order: its program and arguments. */
  readonly asked: readonly string[];
}

/** `fails` says of each command line whether it exits with 1. */
async function ran(plan: Plan, fails: (words: readonly string[]) => boolean): Promise<Ran> {
  const asked: string[] = [];
  const fateOf = (_: string, what: readonly string[] | 'boot') => {
    if (what === 'boot' || !what[0]?.startsWith('/site/check')) return null;
    asked.push(what.join(' '));
    return { tookMs: 20_000, exit: fails(what) ? 1 : 0 };
  };
  const t = await new TwinRun(plan, { fateOf }).confirmed();
  await t.untilState('settled', 'held');
  return { t, asked };
}

const PAIR = '{name: pair, run: [/site/check-pair, "{nodes}"], nodes: 2}';

test('pairs: everybody is checked with somebody, the canary alone with nobody', async () => {
  const { t, asked } = await ran(planWith(PAIR), () => false);
  expect(t.status.returned).toBe(8);
  const checked = asked.flatMap((line) => line.split(' ').slice(1));
  expect([...new Set(checked)].toSorted()).toEqual(['n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8']);
  for (const line of asked) expect(line.split(' ')).toHaveLength(3);
});

test('pairs: of a pair that fails, the one that fails again with a node that passed is the culprit', async () => {
  const culprits = await Promise.all(
    ['n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'].map(async (bad) => {
      const { t } = await ran(planWith(PAIR), (words) => words.includes(bad));
      const found = t.status.stragglers.map(({ target }) => target);
      expect(found).toContain(bad);
      expect(t.status.stragglers[0]?.cause).toContain('check pair: n');
      return found.length;
    }),
  );
  // Only of the last pair to come nobody can tell which of the two it was.
  expect(Math.max(...culprits)).toBe(2);
  expect(culprits.filter((found) => found === 1).length).toBeGreaterThanOrEqual(5);
});

test('rails: every unit by itself, once for each rail', async () => {
  const { t, asked } = await ran(planWith('{name: rail, run: [/site/check-rail, "{rail}", "{nodes}"], nodes: rail}'), () => false);
  expect(t.status.returned).toBe(8);
  expect(asked.map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining(['1', '2']));
  for (const line of asked) {
    const nodes = line.split(' ').slice(2);
    expect([nodes.filter((node) => 'n1n2n3n4'.includes(node)), nodes.filter((node) => 'n5n6n7n8'.includes(node))]).toContainEqual([]);
  }
});

test('all together: halves tell which node it is, and what fails only together is no node', async () => {
  const culprit = await ran(planWith('{name: all, run: [/site/check-all, "{nodes}"], nodes: all}'), (words) => words.includes('n6'));
  expect(culprit.t.status.stragglers.map(({ target }) => target)).toContain('n6');
  expect(culprit.t.status.stragglers.length).toBeLessThanOrEqual(2);
  const joined = await ran(planWith('{name: all, run: [/site/check-all, "{nodes}"], nodes: all}'), (words) => words.length > 5);
  expect(joined.t.status.stragglers.length).toBeGreaterThan(4);
  expect(joined.t.status.stragglers[0]?.cause).toContain('look at what joins them, not at a node');
});

test('few at once: a check of all never waits for who waits for its place', async () => {
  const { t } = await ran(planWith('{name: all, run: [/site/check-all, "{nodes}"], nodes: all}', '25%'), () => false);
  expect(t.status.returned).toBe(8);
});

test('the same check before the work: what failed already is told, and fails nothing then', async () => {
  const plan = planWith('{name: alone, run: [/site/check-alone], before: true}');
  expect(plan.procedures['host-os']?.steps.map(({ name }) => name)).toContain('checks-before');
  const bad = new Set(['n3']);
  const t = await new TwinRun(plan, {
    fateOf: (node, what) => (what !== 'boot' && what[0] === '/site/check-alone' ? { tookMs: 1_000, exit: bad.has(node) ? 1 : 0 } : null),
  }).confirmed();
  await t.untilState('settled');
  expect(t.status.stragglers).toMatchObject([{ target: 'n3', step: 'validate' }]);
  expect(t.status.stragglers[0]?.cause).toContain('(it failed before the work too)');
});
