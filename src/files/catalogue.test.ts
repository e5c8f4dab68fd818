import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogueFolders, loadCatalogue, parseCatalogue } from './catalogue.ts';
import { BadInputError } from './problem.ts';

const BUILTIN = {
  file: 'builtin/host-os.yaml',
  text: `component: host-os
kind: node
activates: warm
steps:
  - {step: apply, to: updating, run: [/opt/site/apply, "{version}"], destructive: true, takes: 8m~0.3}
  - {step: activate, to: rebooting, do: reboot, takes: 1m~0.25}
  - {step: conform, to: conforming, read: {host-os: [/opt/site/version]}}
`,
};

function procedure(...layers: string[]) {
  const more = layers.map((text) => [{ file: 'site/host-os.yaml', text }]);
  const entry = parseCatalogue([[BUILTIN], ...more]).get('host-os');
  if (!entry) throw new Error('no host-os');
  return entry;
}

test('defaults: drain in front, time limit four medians and at least five minutes, one attempt', () => {
  const { procedure: found, defaults } = procedure();
  expect(found.steps.map(({ name, by, timeoutMs, attempts, destructive }) => [name, by, timeoutMs, attempts, destructive])).toEqual([
    ['drain', 'scheduler', null, 1, false],
    ['apply', 'shell', 32 * 60_000, 1, true],
    ['activate', 'shell', 5 * 60_000, 1, true],
    ['conform', 'shell', 5 * 60_000, 1, false],
  ]);
  expect(found).toMatchObject({ needs: 'cleared', carries: [], after: [], back: null, mopUp: [] });
  expect(defaults).toContain('catalogue.host-os.steps.apply.timeout = 32m');
  expect(defaults).toContain('catalogue.host-os.needs = cleared');
});

test('priors: short and long form', () => {
  const { procedure: found } = procedure(
    'component: host-os\nextends: builtin\nsteps: {apply: {takes: {median: 90s, logSd: 0.5, n: 41, source: "run r7"}}}\n',
  );
  expect(found.steps[1]).toMatchObject({ takes: { medianMs: 90_000, logSd: 0.5, n: 41, source: 'run r7' }, timeoutMs: 6 * 60_000 });
  expect(procedure().procedure.steps[1]?.takes).toEqual({ medianMs: 480_000, logSd: 0.3, n: 0, source: 'unstated' });
});

test('extends: named steps change, the rest stays (another action takes the place of the old)', () => {
  const { procedure: found } = procedure(
    'component: host-os\nextends: builtin\nneeds: off\nsteps: {apply: {run: [/site/flash]}, activate: {by: bmc, do: power-cycle, timeout: 1h}}\n',
  );
  expect(found.needs).toBe('off');
  expect(found.steps.map(({ name }) => name)).toEqual(['drain', 'apply', 'activate', 'conform']);
  expect(found.steps[1]).toMatchObject({ action: { kind: 'run', argv: ['/site/flash'] }, destructive: true, takes: { medianMs: 480_000 } });
  expect(found.steps[2]).toMatchObject({ by: 'bmc', action: { act: 'power-cycle' }, timeoutMs: 3_600_000 });
});

test('extends: an unknown step, and a change that contradicts the rest, are placed in the changing file', () => {
  const check = (text: string, expected: string): void => expect(() => procedure(text)).toThrow(expected);
  check(
    'component: host-os\nextends: builtin\nsteps: {aply: {attempts: 2}}\n',
    'site/host-os.yaml:3:15: aply: is no step of it; did you mean "apply"?',
  );
  check(
    'component: host-os\nextends: builtin\nsteps: {activate: {by: scheduler}}\n',
    'site/host-os.yaml:3:24: scheduler: cannot do this; write by: shell',
  );
});

test('layers: the same component in a later folder replaces the whole', () => {
  const entry = procedure('component: host-os\nkind: node\nsteps: [{step: conform, to: conforming, read: {host-os: [v]}}]\n');
  expect(entry.procedure.steps.map(({ name }) => name)).toEqual(['drain', 'conform']);
  expect(entry.procedure.activates).toBe('none');
  expect(entry.file).toBe('site/host-os.yaml');
  expect(entry.sha256).not.toBe(procedure().sha256);
});

test('sha256: equal procedures have equal ones, however they are written', () => {
  expect(procedure(`# again\n${BUILTIN.text.replace('kind: node', 'kind: "node"')}`).sha256).toBe(procedure().sha256);
});

test('drain: only what must be seen cleared or off is drained', () => {
  const { procedure: found } = procedure('component: host-os\nextends: builtin\nneeds: live\n');
  expect(found.steps[0]?.name).toBe('apply');
});

test('folders: the package, beside the fleet file, and the one given', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-catalogue-'));
  try {
    const fleet = join(folder, 'fleet.yaml');
    expect(catalogueFolders(fleet, 'extra')).toHaveLength(2);
    mkdirSync(join(folder, 'catalogue'));
    writeFileSync(join(folder, 'catalogue', 'host-os.yaml'), 'component: host-os\nextends: builtin\nsteps: {apply: {attempts: 7}}\n');
    writeFileSync(join(folder, 'catalogue', 'notes.txt'), 'not ours');
    const catalogue = loadCatalogue(catalogueFolders(fleet, null));
    expect([...catalogue.keys()]).toEqual(expect.arrayContaining(['bmc', 'host-os', 'switch-firmware']));
    expect(catalogue.get('host-os')?.procedure.steps.find(({ name }) => name === 'apply')?.attempts).toBe(7);
    expect(() => loadCatalogue(catalogueFolders(fleet, join(folder, 'none')))).toThrow(BadInputError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('defects and disturbs: a bare share or with its source; only a switch disturbs links', () => {
  const at = (kind: string, more: string) =>
    procedure(`component: host-os\nkind: ${kind}\nsteps: [{step: conform, to: conforming, read: {host-os: [v]}}]\n${more}`).procedure;
  expect(at('switch', 'defects: 0.8%\ndisturbs: {share: 2%, n: 41, source: july}\n')).toMatchObject({
    defects: { share: 0.008, n: 0, source: 'unstated' },
    disturbs: { share: 0.02, n: 41, source: 'july' },
  });
  expect(procedure().procedure).not.toHaveProperty('defects');
  expect(() => at('node', 'disturbs: 1%\n')).toThrow(
    'site/host-os.yaml:4:11: disturbs: is said of a node; only work on a switch disturbs links; take it out',
  );
});

test('priors: what the targets of a run have in common', () => {
  const { procedure: found } = procedure(
    'component: host-os\nextends: builtin\nsteps: {apply: {takes: {median: 8m, logSd: 0.3, between: 0.2, df: 5, n: 7, source: july}}}\n',
  );
  expect(found.steps[1]?.takes).toEqual({ medianMs: 480_000, logSd: 0.3, between: 0.2, df: 5, n: 7, source: 'july' });
});

test('extends: a site gives steps of the package its own limits, and defects its own count', () => {
  const { procedure: found } = procedure(
    'component: host-os\nextends: builtin\nsteps: {apply: {uses: [image-server]}}\ndefects: {share: 1%, n: 100, source: june}\n',
  );
  expect(found.steps.map(({ name, uses }) => [name, uses])).toEqual([
    ['drain', []],
    ['apply', ['image-server']],
    ['activate', []],
    ['conform', []],
  ]);
  expect(found.defects).toEqual({ share: 0.01, n: 100, source: 'june' });
});
