// The real bin, as people and scripts call it: bad input, exit codes, `--json`, and a whole run on a twin from plan to retro.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
  {
    title: 'an unknown key',
    files: { 'fleet.yaml': FLEET.replace('drivers:', 'drivrs:') },
    place: 'fleet.yaml:6:5',
    says: /drivrs: unknown key; did you mean "drivers"\?/,
  },
  {
    title: 'a wrong node set',
    files: { 'fleet.yaml': FLEET.replace('n[1-16]', 'n[1-') },
    place: 'fleet.yaml:5:14',
    says: /\[1-: a bracket opened but never closed; close it/,
  },
  {
    title: 'a node twice',
    files: { 'fleet.yaml': `${FLEET}  - {name: two, nodes: "n[16-20]"}\n` },
    place: 'fleet.yaml:7:',
    says: /n16: also in cluster lab; give each node to one cluster/,
  },
  {
    title: 'a target not in the fleet',
    files: { 'change.yaml': `${CHANGE}targets: "n[1-17]"\n` },
    place: 'change.yaml:4:10',
    says: /n17: not in the fleet/,
  },
  {
    title: 'a component not in the catalogue',
    files: { 'change.yaml': 'change: image\nwant: {host-so: "2025.07"}\n' },
    place: 'change.yaml:2:',
    says: /host-so: is not in the catalogue; did you mean "host-os"\?/,
  },
  {
    title: 'a cycle in after',
    files: {
      'procedures/a.yaml':
        'component: a\nkind: node\nafter: [b]\nsteps: [{step: apply, by: shell, run: [/opt/a]}, {step: conform, to: conforming, by: shell, read: {a: [/opt/v]}}]\n',
      'procedures/b.yaml':
        'component: b\nkind: node\nafter: [a]\nsteps: [{step: apply, by: shell, run: [/opt/b]}, {step: conform, to: conforming, by: shell, read: {b: [/opt/v]}}]\n',
    },
    args: [...PLAN, '--catalogue', 'procedures'],
    place: 'procedures/',
    says: /a cycle in after: (a after b after a|b after a after b); take one of them out/,
  },
  { title: 'waves of no size', files: { 'policy.yaml': 'atOnce: {nodes: 0}\n' }, place: 'policy.yaml:1:', says: /0: / },
  {
    title: 'a past window',
    files: { 'policy.yaml': 'windows: [{cluster: lab, start: "2021-07-08T09:00 UTC", for: 8h}]\n' },
    place: 'policy.yaml:1:',
    says: /2021-07-08T09:00 UTC"?: the window is past; agree a window that lies ahead/,
  },
  {
    title: 'an unquoted version',
    files: { 'change.yaml': CHANGE.replace('"2025.07"', '2025.07') },
    place: 'change.yaml:3:',
    says: /quote it: "2025.07"/,
  },
  {
    title: 'a time without a zone',
    files: { 'policy.yaml': 'windows: [{cluster: lab, start: "2031-07-08T09:00", for: 8h}]\n' },
    place: 'policy.yaml:1:',
    says: /zone|offset/,
  },
  {
    title: 'a placeholder that is not quoted',
    files: { 'change.yaml': CHANGE.replace('"{version}"', '{version}') },
    place: 'change.yaml:3:',
    says: /double quotes/,
  },
  {
    title: 'a file that is not there',
    files: {},
    args: ['plan', '--fleet', 'nowhere.yaml', '--change', 'change.yaml'],
    place: 'nowhere.yaml:1:1',
    says: /there is no such file/,
  },
];

describe('bad input: the place, the value, why and how to mend it; exit 2, and nothing was written', () => {
  const desk = new Desk();
  afterAll(() => desk[Symbol.asyncDispose]());

  it.each(BAD_INPUT)('$title', async ({ files, args = PLAN, place, says }) => {
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY, ...files });
    const before = readdirSync(desk.folder, { recursive: true });
    const { exit, stdout, stderr } = await desk.pitstop(...args);
    expect(stderr.startsWith(place), stderr).toBe(true);
    expect(stderr).toMatch(says);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(readdirSync(desk.folder, { recursive: true })).toEqual(before);
  });

  it('a plan whose fleet has changed since', async () => {
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    expect((await desk.pitstop(...PLAN, '-o', 'image.json')).exit).toBe(0);
    desk.write({ 'fleet.yaml': FLEET.replace('n[1-16]', 'n[1-17]') });
    const { exit, stdout, stderr } = await desk.pitstop('run', 'image.json', '--fleet', 'fleet.yaml', '--yes');
    expect(stderr).toMatch(/^fleet\.yaml:1:1: lab: the fleet has changed since plan [0-9a-f]{12} was made \(image\.json\); plan again/);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(existsSync(desk.state)).toBe(false);
  });

  it('a plan that was changed after it was made', async () => {
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    expect((await desk.pitstop(...PLAN, '-o', 'image.json')).exit).toBe(0);
    const plan = readFileSync(join(desk.folder, 'image.json'), 'utf8');
    desk.write({ 'tampered.json': plan.replace('"returnedMin": 14', '"returnedMin": 1') });
    const { exit, stdout, stderr } = await desk.pitstop('run', 'tampered.json', '--yes');
    expect(stderr).toMatch(/^tampered\.json:\d+:\d+: .*the plan was changed after it was made; make a child instead/);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(existsSync(desk.state)).toBe(false);
  });

  it('a child plan: a setting that does not exist, and the parent as its own output', async () => {
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    expect((await desk.pitstop(...PLAN, '-o', 'parent.json')).exit).toBe(0);
    const wrong = await desk.pitstop('plan', '--parent', 'parent.json', '--set', 'policy.gates.returnd=90%', '-o', 'child.json');
    expect(wrong.stderr).toMatch(/^--set policy\.gates\.returnd=90%:1:\d+: .*returnd.*did you mean "returned"\?/);
    const same = await desk.pitstop('plan', '--parent', 'parent.json', '--set', 'policy.gates.returned=90%', '-o', 'parent.json');
    expect(same.stderr).toContain('plans are immutable');
    expect([wrong.exit, same.exit, existsSync(join(desk.folder, 'child.json'))]).toEqual([2, 2, false]);
  });

  it('--json: an error is one document too, and its words go to stderr', async () => {
    desk.write({ 'broken.yaml': FLEET.replace('n[1-16]', 'n[1-') });
    const check = await desk.pitstop('fleet', 'check', 'broken.yaml', '--json');
    expect(JSON.parse(check.stdout)).toMatchObject({ ok: false, nodes: 0, findings: [{ severity: 'error', target: 'broken.yaml:5:14' }] });
    const plan = await desk.pitstop('plan', '--fleet', 'broken.yaml', '--change', 'change.yaml', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({
      error: { exit: 2, kind: 'bad-input', problems: [{ file: 'broken.yaml', line: 5, col: 14 }] },
    });
    expect(plan.stderr).toMatch(/^broken\.yaml:5:14: /);
  });

  it.each([[['nonsense']], [['plan', '--flet', 'fleet.yaml']], [['plan']], [['pause', 'image-1']], [['schema', 'nonsense']], [[]]])(
    'usage: %j is exit 2 with words on stderr',
    async (args) => {
      const { exit, stdout, stderr } = await desk.pitstop(...args);
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
      expect(stderr).not.toBe('');
    },
  );
});

describe('a scheduler that does not answer, or answers nonsense: exit 3', () => {
  it.each([
    ['says that slurmctld is away', 'echo "Unable to contact slurm controller (connect failure)" >&2; exit 1'],
    ['says something that is not Slurm', 'echo "Welcome to the login node!"'],
  ])('scontrol %s', async (_, answer) => {
    await using desk = new Desk();
    desk.write({ 'bin/scontrol': `#!/bin/sh\n${answer}\n`, 'bin/squeue': `#!/bin/sh\n${answer}\n`, 'slurm.conf': '' });
    desk.write({ 'fleet.yaml': FLEET.replace('scheduler: slurm', 'scheduler: {use: slurm, bin: bin, conf: slurm.conf}') });
    const commands = [
      ['fleet', 'import', 'slurm', '--bin', 'bin', '--conf', 'slurm.conf', '-o', 'new.yaml'],
      ['inventory', '--fleet', 'fleet.yaml', '-o', 'today.json'],
      ['doctor', '--fleet', 'fleet.yaml'],
    ];
    const ended = await Promise.all(commands.map((args) => desk.pitstop(...args)));
    expect(
      ended.map(({ exit }) => exit),
      JSON.stringify(ended, null, 1),
    ).toEqual([3, 3, 3]);
    expect(existsSync(join(desk.folder, 'new.yaml')) || existsSync(join(desk.folder, 'today.json'))).toBe(false);
  });
});

describe('a whole run on a twin', () => {
  it('16 nodes: from plan to retro, every answer as JSON', async () => {
    await using desk = new Desk();
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const { exit, stdout, stderr } = await desk.pitstop(...args, '--json');
      expect(exit, stderr).toBe(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    expect(await json(...PLAN)).toMatchObject({ parent: null, nodes: 16, waves: 2 });
    const ended = await json('run', 'image.plan.json', '--twin', '--speed', '1500', '--seed', '7', '--yes', '--until', 'settled');
    expect(ended).toMatchObject({
      run: 'image-1',
      state: 'settled',
      baseline: 16,
      returned: 16,
      short: false,
      stragglers: [],
      waitingFor: [],
    });
    expect(Object.keys(ended['marks'] as object)).toEqual(['50', '75', '95', '99', '100']);
    expect(await json('status', 'image-1')).toMatchObject({ run: 'image-1', state: 'settled', returned: 16 });
    expect(await json('runs')).toMatchObject([{ run: 'image-1' }]);
    expect(await json('retro', 'image-1')).toMatchObject({ run: 'image-1', state: 'settled', baseline: 16, returned: 16 });
    expect((await desk.pitstop('retro', 'image-1')).stdout).toMatch(/^# Retro of image-1/);
    expect((await desk.pitstop('retro', 'image-1', '--format', 'html')).stdout).toMatch(/^<!doctype html>/);
    const events = (await desk.pitstop('events', 'image-1', '--from', '2')).stdout.trimEnd().split('\n');
    expect(events.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(events.map((_, i) => i + 2));
    expect(await json('down')).toMatchObject({ stopped: true });
    expect(await json('down')).toEqual({ stopped: false, pid: null });
  });

  it('nobody to confirm the counts: exit 2, and no run was opened', async () => {
    await using desk = new Desk();
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    await desk.pitstop(...PLAN);
    const { exit, stderr } = await desk.pitstop('run', 'image.plan.json', '--twin');
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining('add --yes') as string });
    expect(existsSync(desk.state)).toBe(false);
  });

  it('words to a run: a wave that asks holds it, a person approves, another aborts', async () => {
    await using desk = new Desk();
    desk.write({ 'fleet.yaml': FLEET.replace('    mode: act\n', ''), 'change.yaml': CHANGE, 'policy.yaml': POLICY });
    await desk.pitstop(...PLAN);
    expect((await desk.pitstop('run', 'image.plan.json', '--twin', '--speed', '1000', '--yes', '--detach')).stdout).toBe('image-1\n');
    const held = await desk.pitstop('status', 'image-1', '--wait', '--json');
    expect([held.exit, JSON.parse(held.stdout)]).toMatchObject([
      1,
      { state: 'held', waves: [{ id: 'lab.node.canary', state: 'asking' }, {}] },
    ]);
    expect(held.stderr).toContain('pitstop approve image-1 --gate lab.node.canary --reason WHY');
    const again = await desk.pitstop('run', 'image.plan.json', '--twin', '--yes');
    expect([again.exit, again.stderr]).toEqual([2, expect.stringContaining('run image-1 is not finished and holds twin:n')]);
    const approve = ['approve', 'image-1', '--gate', 'lab.node.canary', '--reason', 'the crew is ready', '--by', 'ada'];
    expect((await desk.pitstop(...approve)).stdout).toBe('image-1: approved: lab.node.canary\n');
    expect((await desk.pitstop(...approve)).exit).toBe(2);
    const aborted = await desk.pitstop('abort', 'image-1', '--reason', 'enough', '--json');
    expect([aborted.exit, JSON.parse(aborted.stdout)]).toMatchObject([
      0,
      { state: 'aborted', leaves: expect.stringMatching(/^aborting/) as string },
    ]);
    expect((await desk.pitstop('status', 'image-1', '--wait')).exit).toBe(1);
    const words = (await desk.pitstop('events', 'image-1')).stdout;
    expect(words).toContain('"by":"ada","why":"the crew is ready"');
    expect((await desk.pitstop('pause', 'nobody-1', '--reason', 'x')).exit).toBe(2);
  });
});

describe('documents', () => {
  it('schema: one JSON Schema a document; version: that of the package', async () => {
    await using desk = new Desk();
    const [schema, version] = await Promise.all([desk.pitstop('schema', 'fleet'), desk.pitstop('--version')]);
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'Pitstop: fleet.yaml', type: 'object' });
    expect(version).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
  });
});
