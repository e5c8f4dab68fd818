// What a step of the catalogue may say: pushes, updates, links, reads by tools and by BMCs, checks of groups; each good one written
// back as read.
import { expect, test } from 'vitest';
import type { Step } from '../core/change/procedure.ts';
import { mergeProcedures } from '../core/plan/merge.ts';
import type { JsonObject } from '../std/json.ts';
import { parseCatalogue } from './catalogue.ts';
import { parseDocument } from './document.ts';
import { jsonSchemas } from './json-schema.ts';
import { BadInputError } from './problem.ts';
import { toStep } from './procedure-file.ts';
import { stepSchema } from './procedure-schema.ts';
import { Problems, readWith } from './schema.ts';
import { writeStep } from './written-plan.ts';
import { z } from 'zod';

const SHA = 'ab'.repeat(32);

function read(text: string): Step {
  const document = parseDocument(text, 'step.yaml');
  const problems = new Problems(document);
  const step = toStep(readWith(stepSchema, document), '', problems, (key) => (key === undefined ? [] : [key]), []);
  problems.done();
  return step;
}

function firstProblem(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n')[0] ?? '';
    throw error;
  }
  return 'it was taken';
}

const GOOD: readonly [string, string, object][] = [
  [
    'a push',
    `{step: send, push: {from: "fw/{version}.bin", to: "/var/tmp/{node}.bin", sha256: ${SHA.toUpperCase()}}, early: true}`,
    { by: 'shell', to: null, early: true, destructive: false, action: { kind: 'push', sha256: SHA, to: '/var/tmp/{node}.bin' } },
  ],
  [
    'an update of some components',
    '{step: burn, update: {image: "fw/{version}.fwpkg", components: [HGX_FW_BMC_0]}}',
    { by: 'bmc', to: 'updating', destructive: true, action: { kind: 'update', components: ['HGX_FW_BMC_0'] } },
  ],
  [
    'an update of what the image is for, staged before the window',
    '{step: stage, update: {image: x.fwpkg}, early: true}',
    { by: 'bmc', to: null, destructive: false, action: { components: [] } },
  ],
  ['an AC cycle', '{step: a, to: rebooting, do: ac-cycle}', { by: 'bmc', destructive: true, action: { act: 'ac-cycle' } }],
  ['links', '{step: l, do: links}', { by: 'fabric', to: 'conforming', destructive: false, timeoutMs: 300_000 }],
  ['a read by the BMC', '{step: c, to: conforming, by: bmc, read: {bmc: [HGX_FW_BMC_0]}}', { action: { read: { bmc: ['HGX_FW_BMC_0'] } } }],
  [
    'a read by a tool',
    '{step: c, read: {hca-firmware: {run: [mlxfwmanager, --query], as: mlxfwmanager, part: MT_0000000838}, driver: [v]}}',
    {
      action: {
        read: { 'hca-firmware': { run: ['mlxfwmanager', '--query'], as: 'mlxfwmanager', part: 'MT_0000000838' }, driver: ['v'] },
      },
    },
  ],
  [
    'checks of groups',
    '{step: v, check: [{name: p, run: [x, "{nodes}"], nodes: 2}, {name: r, run: [x, "{rail}", "{nodes}"], nodes: rail, as: nccl, busbwMin: 350}]}',
    { action: { checks: [{ nodes: 2 }, { nodes: 'rail', as: 'nccl', busbwMin: 350 }] } },
  ],
  [
    'a check before',
    '{step: v, check: [{name: p, run: [dcgmi, diag], before: true, as: dcgmi}]}',
    { action: { checks: [{ before: true }] } },
  ],
];

test.each(GOOD)('step: %s', (_, text, expected) => {
  const step = read(text);
  expect(step).toMatchObject(expected);
  expect(read(JSON.stringify(writeStep(step)))).toEqual(step);
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(jsonSchemas().catalogue)) as Parameters<typeof z.fromJSONSchema>[0]);
  const file: JsonObject = { component: 'a', kind: 'node', steps: [parseDocument(text, 'step.yaml').value] };
  expect(schema.safeParse(file).success).toBe(true);
});

test('step: "before: false" is as if it were not there', () => {
  expect(read('{step: v, check: [{name: p, run: [x], before: false}]}').action).toEqual({
    kind: 'check',
    checks: [{ name: 'p', run: ['x'], nodes: 1, takes: null, catches: null }],
  });
});

const BAD: readonly [string, string, string][] = [
  ['a push by a BMC', `{step: s, by: bmc, push: {from: a, to: /b, sha256: ${SHA}}}`, '1:15: bmc: cannot do this; write by: shell'],
  ['a push without a digest', '{step: s, push: {from: a, to: /b}}', '1:17: sha256: is missing; add "sha256": a SHA-256 as text'],
  [
    'a push with half a digest',
    '{step: s, push: {from: a, to: /b, sha256: abab}}',
    '1:43: abab: is no SHA-256; write the 64 hexadecimal digits that sha256sum prints for the file',
  ],
  [
    'a destructive push',
    `{step: s, to: updating, destructive: true, push: {from: a, to: /b, sha256: ${SHA}}}`,
    '1:38: true: a push puts a file there and no more; take "destructive" out, and let a step of its own install the file',
  ],
  [
    'a push to no absolute path',
    `{step: s, push: {from: a, to: b, sha256: ${SHA}}}`,
    '1:31: b: is no absolute path; write the whole path on the node, from /',
  ],
  [
    'a push to a folder',
    `{step: s, push: {from: a, to: /b/, sha256: ${SHA}}}`,
    '1:31: /b/: is a folder; write the path of the file itself',
  ],
  [
    'a push of another file to each node',
    `{step: s, push: {from: "a-{node}", to: /b, sha256: ${SHA}}}`,
    '1:24: {node}: {node} cannot stand here; all nodes get the one file of this SHA-256; {version} may stand here',
  ],
  [
    'a push and a run',
    `{step: s, run: [a], push: {from: a, to: /b, sha256: ${SHA}}}`,
    '1:27: s: a step with run and push; give it exactly one of do, run, push, update, read, check',
  ],
  ['an update by the shell', '{step: s, by: shell, update: {image: a}}', '1:15: shell: cannot do this; write by: bmc'],
  ['an update of nothing', '{step: s, update: {image: a, components: []}}', '1:42: []: is empty; write at least one, or leave the key out'],
  [
    'an early update with a state',
    '{step: s, to: updating, early: true, update: {image: a}}',
    '1:15: updating: an early step leaves the target in service; take "to" or "early" out',
  ],
  ['an AC cycle by the fabric', '{step: s, to: rebooting, by: fabric, do: ac-cycle}', '1:30: fabric: cannot do this; write by: bmc'],
  [
    'an AC cycle that is not destructive',
    '{step: s, to: rebooting, do: ac-cycle, destructive: false}',
    '1:53: false: an ac-cycle is always destructive; take "destructive: false" out: the target must be seen cleared first',
  ],
  ['links by the shell', '{step: s, by: shell, do: links}', '1:15: shell: cannot do this; write by: fabric'],
  ['links in another state', '{step: s, to: updating, do: links}', '1:15: updating: links are a part of conforming; write to: conforming'],
  ['destructive links', '{step: s, do: links, destructive: true}', '1:35: true: waiting for links changes nothing; take "destructive" out'],
  ['early links', '{step: s, do: links, early: true}', '1:29: true: links are looked at after the change; take "early" out'],
  [
    'a BMC that is asked for two words',
    '{step: s, by: bmc, read: {bmc: [version, bmc]}}',
    "1:32: version bmc: a BMC is asked for one id, not for 2 words; write bmc: [ID], the one id of the BMC's firmware inventory",
  ],
  [
    'a BMC with a tool',
    '{step: s, by: bmc, read: {bmc: {run: [x], as: flint}}}',
    "1:32: bmc: a BMC runs no command; write bmc: [ID], the one id of the BMC's firmware inventory",
  ],
  [
    'a tool that nobody reads',
    '{step: s, read: {a: {run: [x], as: flynt}}}',
    '1:36: flynt: is not one of mlxfwmanager, flint, nvfwupd, nvidia-smi, ibswinfo; did you mean "flint"?',
  ],
  ['a check by a BMC', '{step: s, by: bmc, check: [{name: c, run: [x]}]}', '1:15: bmc: cannot do this; write by: shell or local or fabric'],
  [
    'a group of no known size',
    '{step: s, check: [{name: c, run: [x, "{nodes}"], nodes: rack}]}',
    '1:57: rack: is not a whole number from 1, or rail, or all; known here: rail, all',
  ],
  [
    'a group whose command is not told who',
    '{step: s, check: [{name: c, run: [x], nodes: all}]}',
    '1:46: all: its command is not told which nodes; add "{nodes}" to its run, or take "nodes" out',
  ],
  [
    'a list within an argument',
    '{step: s, check: [{name: c, run: [x, "-H={nodes}"], nodes: 2}]}',
    '1:38: -H={nodes}: {nodes} is within an argument; write "{nodes}" as an argument of its own: it becomes one argument for each node',
  ],
  [
    'a list of one node',
    '{step: s, check: [{name: c, run: [x, "{nodes}"]}]}',
    '1:38: {nodes}: the check is of one node; write {node}, or say how many: nodes: 2',
  ],
  [
    'a rail where there is none',
    '{step: s, check: [{name: c, run: [x, "{rail}", "{nodes}"], nodes: all}]}',
    '1:38: {rail}: only a check of a rail has its number; write nodes: rail',
  ],
  [
    'a bandwidth that nobody reads',
    '{step: s, check: [{name: c, run: [x], busbwMin: 350}]}',
    '1:49: busbwMin: nobody reads a bus bandwidth; write as: nccl beside it',
  ],
  ['{nodes} in a run', '{step: s, run: [x, "{nodes}"]}', '1:20: {nodes}: unknown placeholder; known here: {node} {version} {previous}'],
];

test.each(BAD)('step: %s is refused', (_, text, expected) => {
  expect(firstProblem(text)).toBe(`step.yaml:${expected}`);
});

test('merge: versions are filled into pushes, updates and reads by tools; one look at links serves all', () => {
  const file = (component: string, more: string): { file: string; text: string } => ({
    file: `${component}.yaml`,
    text: `component: ${component}
kind: node
activates: ac
${more}
steps:
  - {step: send, push: {from: "{version}.bin", to: "/var/tmp/{version}.bin", sha256: ${SHA}}, early: true}
  - {step: burn, update: {image: "{version}.fwpkg"}}
  - {step: activate, to: rebooting, do: ac-cycle, shared: true}
  - {step: links, do: links, timeout: 7m}
  - {step: conform, to: conforming, read: {${component}: {run: [x, "{version}"], as: flint}}}
`,
  });
  const catalogue = parseCatalogue([[file('a', ''), file('b', 'carries: [a]')]]);
  const wanted = ['a', 'b'].flatMap((component) => catalogue.get(component) ?? []).map(({ procedure }) => ({ procedure, version: '2.1' }));
  const { steps } = mergeProcedures('node', wanted, 'all').procedure;
  // Carried: neither sent nor burnt by itself.
  expect(steps.map(({ name }) => name)).toEqual(['send', 'drain', 'burn', 'activate', 'conform', 'links', 'return']);
  expect(steps.map(({ action }) => action)).toMatchObject([
    { kind: 'push', from: '2.1.bin', to: '/var/tmp/2.1.bin', sha256: SHA },
    {},
    { kind: 'update', image: '2.1.fwpkg' },
    { act: 'ac-cycle' },
    { kind: 'read', read: { a: { run: ['x', '2.1'], as: 'flint' }, b: { run: ['x', '2.1'], as: 'flint' } } },
    { act: 'links' },
    {},
  ]);
});
