// Every procedure of the package: its figures say where they come from, and it plans without an error on a small fleet that has each kind.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Procedure } from '../core/change/procedure.ts';
import type { Plan } from '../core/plan/plan.ts';
import { makePlan } from '../core/plan/planner.ts';
import { compile } from '../core/run/compile.ts';
import { catalogueFolders, loadCatalogue, parseCatalogue } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { parseChange } from './change-file.ts';
import { parseFleet } from './fleet-file.ts';
import { fleetId, parsePlan, planId, showPlan } from './plan-file.ts';
import { applySets } from './plan-set.ts';
import { parsePolicy } from './policy-file.ts';
import { listFiles, readText } from './read-text.ts';

const fleet = parseFleet(
  `fleet: lab
clusters:
  - name: lab
    nodes: "n[1-16]"
    gpusPerNode: 8
    units: {of: 8, name: "u[1-2]"}
    domains: {of: 8, name: "d[1-2]", switches: 9}
    power: {of: 8, name: "feed[1-2]"}
    switches: [{name: "leaf[1-2]", role: leaf}, {name: spine1, role: spine}]
    links: [${Array.from({ length: 16 }, (_, i) => `"n${i + 1}/mlx5_0--leaf${i < 8 ? 1 : 2}/${(i % 8) + 1}"`).join(', ')}]
    drivers: {scheduler: slurm, shell: ssh, bmc: redfish, fabric: infiniband}
`,
  'fleet.yaml',
);
const [builtin = ''] = catalogueFolders(null, null);
const catalogue = loadCatalogue([builtin]);
const procedures = [...catalogue].map(([component, { procedure }]): [string, Procedure] => [component, procedure]);

function planOf(components: readonly string[], policyText = '{}', from: Catalogue = catalogue): Plan {
  const want = components.map((component) => `${component}: "1.2"`).join(', ');
  const change = parseChange(`change: x\nwant: {${want}}\n`, 'change.yaml', fleet, from);
  const { policy, calendars, defaults } = parsePolicy(policyText, 'policy.yaml', fleet, 0);
  const { plan } = makePlan({
    fleet,
    fleetId: fleetId(fleet),
    ...change,
    policy,
    calendars,
    defaults: [...change.defaults, ...defaults],
    inventory: null,
    parent: null,
    nowMin: null,
  });
  return { ...plan, id: planId(plan) };
}

const errorsOf = (plan: Plan): string[] =>
  plan.findings.filter(({ severity }) => severity === 'error').map(({ rule, target, message }) => `${rule} ${target}: ${message}`);

test.each(procedures)(
  '%s: each figure has a source, and none claims to have been seen here',
  (_, { steps, back, mopUp, defects, disturbs }) => {
    const checks = steps.flatMap(({ action }) => (action.kind === 'check' ? action.checks.map(({ takes }) => takes) : []));
    const figures = [...steps.map(({ takes }) => takes), ...checks, back?.takes, ...mopUp.map(({ takes }) => takes), defects, disturbs];
    for (const figure of figures) {
      if (figure)
        expect(figure).toMatchObject({
          n: 0,
          source: expect.stringMatching(/^guess|docs\.nvidia\.com|nvfupd-guide|github\.com/) as unknown,
        });
    }
  },
);

test.each(procedures)('%s: stragglers are settled one way or another, some only after the window', (_, { mopUp }) => {
  expect(mopUp.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  const last = mopUp.at(-1);
  expect(last).toMatchObject({ way: 'gone', part: expect.any(String) as unknown });
  expect(last?.takes?.medianMs).toBeGreaterThan(24 * 3_600_000);
});

test.each(procedures)('%s: every act has a time, or is the drain', (_, { steps }) => {
  const timed = steps.filter(({ action }) => action.kind === 'run' || (action.kind === 'do' && action.act !== 'drain'));
  expect(timed.length).toBeGreaterThan(0);
  expect(timed.filter(({ takes }) => takes === null).map(({ name }) => name)).toEqual([]);
});

test.each(procedures)('%s: plans alone without an error, reads back and compiles', (component, { kind }) => {
  const plan = planOf([component]);
  expect(errorsOf(plan)).toEqual([]);
  expect(plan.waves.map((wave) => wave.kind)).toContain(kind);
  expect(parsePlan(showPlan(plan), 'x.plan.json')).toEqual(plan);
  expect(compile(plan).targets.length).toBeGreaterThan(0);
});

test('all procedures in one change: no error, one activation for each kind of target', () => {
  const plan = planOf(procedures.map(([component]) => component));
  expect(errorsOf(plan)).toEqual([]);
  const steps = (kind: string): string[] =>
    Object.values(plan.procedures)
      .find((procedure) => procedure.kind === kind)
      ?.steps.map(({ name }) => name) ?? [];
  const node = steps('node');
  // What is burnt must be burnt before the node is switched off for its new tray.
  expect(node.indexOf('host-os.apply')).toBeLessThan(node.indexOf('power-off'));
  expect(node.slice(node.indexOf('power-off'), node.indexOf('conform'))).toEqual(['power-off', 'swap', 'power-on', 'boot']);
  expect(steps('domain').filter((name) => name === 'boot')).toHaveLength(1);
});

const LIMITS = 'limits: {image-server: 200, power-on: {count: 64, per: feed}}';

test('limits of a site: given to steps of the package by an extension, or by --set on a plan', () => {
  const files = listFiles(builtin, ['.yaml']).map((file) => ({ file, text: readText(file) }));
  const site = [
    {
      file: 'site/host-os.yaml',
      text: 'component: host-os\nextends: builtin\nsteps: {stage: {uses: [image-server]}, apply: {uses: [image-server]}}\n',
    },
    { file: 'site/gpu-tray-firmware.yaml', text: 'component: gpu-tray-firmware\nextends: builtin\nsteps: {slot: {uses: [power-on]}}\n' },
    { file: 'site/site-power.yaml', text: 'component: site-power\nextends: builtin\nsteps: {power-on: {uses: [power-on]}}\n' },
  ];
  const extended = planOf(['host-os', 'gpu-tray-firmware', 'site-power'], LIMITS, parseCatalogue([files, site]));
  expect(errorsOf(extended)).toEqual([]);
  const uses = Object.values(extended.procedures).flatMap(({ steps }) =>
    steps.filter((step) => step.uses.length > 0).map(({ name, uses }) => [name, uses]),
  );
  expect(uses).toEqual([
    ['host-os.stage', ['image-server']],
    ['host-os.apply', ['image-server']],
    ['slot', ['power-on']],
    ['power-on', ['power-on']],
  ]);
  const parts = applySets(planOf(['host-os']), ['policy.limits.image-server=200', 'catalogue.host-os.steps.stage.uses=[image-server]']);
  expect(parts.procedures['host-os']?.steps.find(({ name }) => name === 'stage')?.uses).toEqual(['image-server']);
});

/** The YAML blocks of a page; the first line of each names its document. */
function examples(page: string): { file: string; text: string }[] {
  const blocks = readText(join(import.meta.dirname, '..', '..', 'docs', page)).matchAll(/```yaml\n(.*?)```/gs);
  return [...blocks].flatMap(([, text = '']) => {
    const file = /^# (\S+\.yaml)/.exec(text)?.[1];
    return file === undefined ? [] : [{ file, text }];
  });
}

test('the guide to the catalogue: its examples are read as they are printed', () => {
  const files = listFiles(builtin, ['.yaml']).map((file) => ({ file, text: readText(file) }));
  const [policies, extensions] = [true, false].map((wanted) =>
    examples('guides/catalogue.md').filter(({ file }) => (file === 'policy.yaml') === wanted),
  );
  expect([policies?.length, extensions?.length]).toEqual([1, 8]);
  for (const extension of extensions ?? []) {
    const [, component = ''] = /catalogue\/(.*)\.yaml/.exec(extension.file) ?? [];
    expect(errorsOf(planOf([component], policies?.[0]?.text, parseCatalogue([files, [extension]])))).toEqual([]);
  }
});
