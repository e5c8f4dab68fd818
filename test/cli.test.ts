// The real bin, as people and scripts call it: bad input, exit codes, `--json`, and a whole run on a twin from plan to retro.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';

const FLEET = `fleet: lab
clusters:
  - name: lab
    mode: act
    nodes: "n[1-16]"
    drivers: {scheduler: slurm, shell: ssh}
`;
const CHANGE = `change: image
want:
  host-os: {version: "2025.07", apply: [/opt/site/apply, "{version}"], read: [/opt/site/version]}
`;
const POLICY = `canary: "n1"
gates: {returned: 95%, soak: 5m}
jobs: {then: wait}
`;
const PLAN = ['plan', '--fleet', 'fleet.yaml', '--change', 'change.yaml', '--policy', 'policy.yaml'];

interface BadInput {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** FILE:LINE:COL that the message begins with. */
  readonly place: string;
  readonly says: RegExp;
}

const BAD_INPUT: readonly BadInput[] = [
  { title: 'an unknown key', files: { 'fleet.yaml': FLEET.replace('mode:', 'mood:') }, place: 'fleet.yaml:4:5', says: /mood: unknown key; did you mean "mode"\?/ },
  { title: 'a wrong node set', files: { 'fleet.yaml': FLEET.replace('n[1-16]', 'n[1-') }, place: 'fleet.yaml:5:', says: /n\[1-/ },
  {
    title: 'a node twice',
    files: { 'fleet.yaml': `${FLEET}  - {name: two, nodes: "n[16-20]"}\n` },
    place: 'fleet.yaml:7:',
    says: /n16: also in cluster lab; give each node to one cluster/,
  },
  { title: 'a target not in the fleet', files: { 'change.yaml': `${CHANGE}targets: "n[1-17]"\n` }, place: 'change.yaml:4:10', says: /n17: not in the fleet/ },
  {
    title: 'a component not in the catalogue',
    files: { 'change.yaml': 'change: image\nwant: {host-so: "2025.07"}\n' },
    place: 'change.yaml:2:',
    says: /host-so: is not in the catalogue; did you mean "host-os"\?/,
  },
  {
    title: 'a cycle in after',
    files: {
      'a.yaml': 'component: a\nkind: node\nafter: [b]\nsteps: [{step: apply, by: shell, run: [/opt/a]}]\n',
      'b.yaml': 'component: b\nkind: node\nafter: [a]\nsteps: [{step: apply, by: shell, run: [/opt/b]}]\n',
    },
    args: [...PLAN, '--catalogue', 'procedures'],
    place: 'procedures/',
    says: /:3:\d+: .*a cycle in after: .*a after b after a|b after a after b/,
  },
  { title: 'waves of no size', files: { 'policy.yaml': 'atOnce: {nodes: 0}\n' }, place: 'policy.yaml:1:', says: /0: / },
  {
    title: 'a past window',
    files: { 'policy.yaml': 'windows: [{cluster: lab, start: "2021-07-08T09:00 UTC", for: 8h}]\n' },
    place: 'policy.yaml:1:',
    says: /2021-07-08T09:00 UTC"?: the window is past; agree a window that lies ahead/,
  },
  { title: 'an unquoted version', files: { 'change.yaml': CHANGE.replace('"2025.07"', '2025.07') }, place: 'change.yaml:3:', says: /quote it: "2025.07"/ },
  {
    title: 'a time without a zone',
    files: { 'policy.yaml': 'windows: [{cluster: lab, start: "2031-07-08T09:00", for: 8h}]\n' },
    place: 'policy.yaml:1:',
    says: /zone|offset/,
  },
  { title: 'a placeholder that is not quoted', files: { 'change.yaml': CHANGE.replace('"{version}"', '{version}') }, place: 'change.yaml:3:', says: /double quotes/ },
  { title: 'a file that is not there', files: {}, args: ['plan', '--fleet', 'nowhere.yaml', '--change', 'change.yaml'], place: 'nowhere.yaml:1:1', says: /there is no such file/ },
];

describe('bad input: the place, the value, why and how to mend it; exit 2, and nothing was written', () => {
  const desk = new Desk();
  afterAll(() => desk[Symbol.asyncDispose]());

  it.each(BAD_INPUT)('$title', async ({ files, args = PLAN, place, says }) => {
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    desk.write(files);
    const before = readdirSync(desk.folder, { recursive: true });
    const { exit, stdout, stderr } = await desk.pitstop(...args);
    expect(stderr.startsWith(place), stderr).toBe(true);
    expect(stderr).toMatch(says);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(readdirSync(desk.folder, { recursive: true })).toEqual(before);
  });
});
