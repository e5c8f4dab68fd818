import { expect, test } from 'vitest';
import type { Procedure, Step } from '../change/procedure.ts';
import { mergeProcedures } from './merge.ts';
import type { Merged } from './merge.ts';
import { exampleProcedure, exampleStep, hcaFirmware, hostOs } from './plan-example.ts';

function merge(procedures: readonly Procedure[], validation: 'all' | 'none' = 'all'): Merged {
  return mergeProcedures(
    procedures[0]?.kind ?? 'node',
    procedures.map((procedure) => ({ procedure, version: `${procedure.component}-2` })),
    validation,
  );
}

const namesOf = (merged: Merged): string[] => merged.procedure.steps.map((step) => step.name);
const rulesOf = (merged: Merged): string[] => merged.findings.map((finding) => finding.rule);
const stepOf = (merged: Merged, name: string): Step | undefined => merged.procedure.steps.find((step) => step.name === name);

test('merge: one short procedure (drain and return are built in)', () => {
  const merged = merge([exampleProcedure('host-os')]);
  expect(namesOf(merged)).toEqual(['drain', 'apply', 'activate', 'conform', 'return']);
  expect(merged.procedure.steps[0]).toMatchObject({
    to: 'draining',
    by: 'scheduler',
    action: { kind: 'do', act: 'drain' },
    timeoutMs: null,
  });
  expect(merged.procedure.steps.at(-1)).toMatchObject({ to: null, by: 'scheduler', action: { kind: 'do', act: 'return' } });
  expect(merged.findings).toEqual([]);
});

test('merge: host-os carries hca-firmware (its burn is saved, its activation is not)', () => {
  const merged = merge([hcaFirmware(), hostOs()]);
  expect(namesOf(merged)).toEqual(['stage', 'drain', 'apply', 'activate', 'conform', 'validate', 'return']);
  // The reboot is the higher activation; it holds what the firmware reset asked for and may last as long.
  expect(stepOf(merged, 'activate')).toMatchObject({ action: { kind: 'do', act: 'reboot' }, uses: ['fabric'], timeoutMs: 900_000 });
  expect(stepOf(merged, 'apply')?.action).toEqual({ kind: 'run', argv: ['/site/apply', 'host-os-2'] });
  expect(merged.procedure.components).toEqual({ 'hca-firmware': 'hca-firmware-2', 'host-os': 'host-os-2' });
  expect(stepOf(merged, 'conform')?.action).toEqual({
    kind: 'read',
    read: { 'hca-firmware': ['/site/hca-version'], 'host-os': ['/site/version', 'os'] },
  });
  expect(merged.procedure.mopUp.map(({ way }) => way)).toEqual(['remote']);
  expect(merged.why).toEqual([
    'host-os carries hca-firmware: its burn is saved (apply), its activation is not, and conform looks whether it RUNS',
    'one activation (warm, activate of host-os) serves hca-firmware, host-os: 1 saved on each target',
    'one look at what RUNS covers 2 components: 1 step saved',
    'check quick is asked for by host-os too and runs once',
    'no way back: {previous} could be that of any component; plan with an inventory of all nodes in which each component runs one version',
  ]);
});

test('merge: two components that carry nothing (both burn, in the order of after, each step keeps its owner)', () => {
  const merged = merge([exampleProcedure('a', { after: ['b'] }), exampleProcedure('b')]);
  expect(namesOf(merged)).toEqual(['drain', 'b.apply', 'a.apply', 'activate', 'conform', 'return']);
  expect(stepOf(merged, 'b.apply')?.action).toEqual({ kind: 'run', argv: ['/site/apply', 'b-2'] });
});

test('merge: what is carried by something carried still burns', () => {
  const chain = [exampleProcedure('a', { carries: ['b'] }), exampleProcedure('b', { carries: ['c'] }), exampleProcedure('c')];
  expect(namesOf(merge(chain))).toEqual(['drain', 'a.apply', 'c.apply', 'activate', 'conform', 'return']);
  const mutual = [exampleProcedure('a', { carries: ['b'] }), exampleProcedure('b', { carries: ['a'] })];
  expect(namesOf(merge(mutual))).toEqual(['drain', 'apply', 'activate', 'conform', 'return']);
});

test('merge: steps after the activation stay after it', () => {
  const late = exampleStep('enable', 'updating', { kind: 'run', argv: ['/site/enable'] });
  const [apply, activate, conform] = exampleProcedure('a').steps;
  const procedure = exampleProcedure('a', { steps: [apply, activate, late, conform].flatMap((step) => step ?? []) });
  expect(namesOf(merge([procedure, exampleProcedure('b')]))).toEqual([
    'drain',
    'a.apply',
    'b.apply',
    'activate',
    'enable',
    'conform',
    'return',
  ]);
});

test('merge: the highest activation wins, whoever comes last', () => {
  const power = exampleStep('cycle', 'rebooting', { kind: 'do', act: 'power-cycle' }, { by: 'bmc', shared: true, destructive: true });
  const conform = exampleStep('conform', 'conforming', { kind: 'read', read: { a: ['/v'] } });
  const merged = merge([exampleProcedure('a', { activates: 'ac', steps: [power, conform] }), exampleProcedure('b')]);
  expect(namesOf(merged)).toEqual(['drain', 'apply', 'cycle', 'conform', 'return']);
});

test('merge: a switch has no drain and no return of its own', () => {
  expect(namesOf(merge([exampleProcedure('switch-firmware', { kind: 'switch' })]))).toEqual(['apply', 'activate', 'conform']);
});

test('merge: a cycle in after is named', () => {
  const merged = merge([
    exampleProcedure('a', { after: ['b'] }),
    exampleProcedure('b', { after: ['c'] }),
    exampleProcedure('c', { after: ['a'] }),
  ]);
  expect(merged.findings).toMatchObject([
    { severity: 'error', rule: 'after-cycle', message: expect.stringContaining('a after b after c after a') },
  ]);
});

test('merge: findings (each where it belongs, and not where it does not)', () => {
  const blind = exampleProcedure('a', { steps: exampleProcedure('a').steps.slice(0, 2) });
  expect(rulesOf(merge([blind]))).toEqual(['conform-missing']);
  const lazy = exampleProcedure('a', { activates: 'dc', steps: exampleProcedure('a').steps.filter((step) => !step.shared) });
  expect(rulesOf(merge([lazy]))).toEqual(['activation-missing']);
  expect(rulesOf(merge([lazy, exampleProcedure('b', { activates: 'ac' })]))).toEqual([]);
  expect(rulesOf(merge([exampleProcedure('a', { needs: 'off' }), exampleProcedure('b')]))).toEqual(['needs-conflict']);
  expect(rulesOf(merge([exampleProcedure('a', { needs: 'off' })]))).toEqual([]);
  const other = exampleStep('validate', 'validating', {
    kind: 'check',
    checks: [{ name: 'quick', run: ['/other'], nodes: 1, takes: null, catches: null }],
  });
  expect(rulesOf(merge([hostOs({ carries: [] }), exampleProcedure('a', { steps: [...exampleProcedure('a').steps, other] })]))).toEqual([
    'check-name-twice',
  ]);
});

test('merge: validation none drops the checks and says so', () => {
  const merged = merge([hostOs()], 'none');
  expect(namesOf(merged)).not.toContain('validate');
  expect(merged.findings).toMatchObject([{ severity: 'warning', rule: 'unvalidated' }]);
  expect(merge([exampleProcedure('a')], 'none').findings).toEqual([]);
});

test('merge: two different ways back are none, one that is the same is one', () => {
  const back = (command: string): Procedure['back'] => ({ run: [command], takes: null, timeoutMs: 1 });
  const a = exampleProcedure('a', { back: back('/site/rollback') });
  expect(merge([a, exampleProcedure('b', { back: back('/site/rollback') })]).procedure.back?.run).toEqual(['/site/rollback']);
  const merged = merge([a, exampleProcedure('b', { back: back('/site/other') })]);
  expect(merged.procedure.back).toBeNull();
  expect(merged.why.at(-1)).toContain('no way back: a, b');
  expect(merge([a, exampleProcedure('b', { back: null })]).procedure.back).toBeNull();
  // What is carried goes back with its carrier.
  const carrier = exampleProcedure('a', { back: back('/site/rollback'), carries: ['b'] });
  expect(merge([carrier, exampleProcedure('b', { back: back('/site/other') })]).procedure.back?.run).toEqual(['/site/rollback']);
});

test('merge: previous is filled in only where it is one for all', () => {
  const [unknown, known] = [undefined, '2024.12'].map((previous) =>
    mergeProcedures('node', [{ procedure: exampleProcedure('a'), version: '2', previous }], 'all'),
  );
  expect(unknown?.procedure.back?.run).toEqual(['/site/rollback', '{previous}']);
  expect(known?.procedure.back?.run).toEqual(['/site/rollback', '2024.12']);
  const both = [exampleProcedure('a', { carries: ['b'] }), exampleProcedure('b')].map((procedure) => ({
    procedure,
    version: '2',
    previous: '1',
  }));
  expect(mergeProcedures('node', both, 'all').procedure.back?.run).toEqual(['/site/rollback', '1']);
  expect(
    mergeProcedures(
      'node',
      both.map((wanted) => ({ ...wanted, previous: undefined })),
      'all',
    ).procedure.back,
  ).toBeNull();
});

test('merge: the worst share of defects and of disturbed links (not their sum), and none where nobody knows', () => {
  const share = (of: number): { share: number; n: number; source: string } => ({ share: of, n: 7, source: 'lab' });
  const merged = merge([
    exampleProcedure('a', { defects: share(0.01), disturbs: share(0.002) }),
    exampleProcedure('b', { defects: share(0.03) }),
    exampleProcedure('c'),
  ]);
  expect(merged.procedure.defects).toEqual(share(0.03));
  expect(merged.procedure.disturbs).toEqual(share(0.002));
  expect(merge([exampleProcedure('c')]).procedure).not.toHaveProperty('defects');
});

test('merge: reads that become one take the sum of their times, as uncertain as the less known of them', () => {
  const reading = (component: string, between: number, df?: number): Procedure =>
    exampleProcedure(component, {
      steps: [
        ...exampleProcedure(component).steps.slice(0, 2),
        exampleStep(
          'conform',
          'conforming',
          { kind: 'read', read: { [component]: ['/v'] } },
          { takes: { medianMs: 1_000, logSd: 0.2, n: 5, source: 'lab', between, ...(df === undefined ? {} : { df }) } },
        ),
      ],
    });
  expect(stepOf(merge([reading('a', 0.1, 4), reading('b', 0.3)]), 'conform')?.takes).toEqual({
    medianMs: 2_000,
    logSd: 0.2,
    n: 5,
    source: 'lab',
    between: 0.3,
    df: 4,
  });
});
