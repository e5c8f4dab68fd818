// Planted violations of each rule of a fabric are caught, and a run as it should be is not blamed.
import { describe, expect, test } from 'vitest';
import type { EntryKind, StoredEntry } from '../../../src/core/ports.ts';
import { compile } from '../../../src/core/run/compile.ts';
import type { Program } from '../../../src/core/run/program.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import type { FeltEvent } from '../../../src/sim/twin/felt-log.ts';
import type { JsonObject } from '../../../src/std/json.ts';
import { planFrom } from '../../../src/study/make-plan.ts';
import { checkFabric } from './check-fabric.ts';

const LINK = 'n1/h1--u1r1/1';
const RELOAD = 'r1@x/activate/3';

function sitePlan(redundant: boolean): Plan {
  const fleet = `fleet: site
customers: [{name: borealis, priority: 2, notice: 0h}]
clusters:
  - name: a
    mode: act
    nodes: "n[1-2]"
    gpusPerNode: 8
    units: {of: 2, rails: 1, name: "u1", leaf: "{unit}r{rail}"}
    switches: [{name: "s[1-2]", role: spine}]
    links: ["u1r1/*--s1/*", "u1r1/*--s2/*"]
    subnetManagers: ["s[1-2]"]
    drivers: {scheduler: twin, shell: twin, bmc: twin, fabric: twin, allocator: twin, alerts: twin}
  - name: b
    customer: borealis
    mode: act
    nodes: "m1"
    gpusPerNode: 8
    switches: [{name: bl1, role: leaf}]
    links: ["m1/*--bl1/*", "bl1/*--s1/*"]
    drivers: {scheduler: twin, shell: twin, bmc: twin, fabric: twin, allocator: twin, alerts: twin}
`;
  return planFrom({
    fleet: { file: 'fleet.yaml', text: fleet },
    change: {
      file: 'change.yaml',
      text: 'change: site\ntargets: "n[1-2],s[1-2],u1r1"\nwant: {host-os: "31.2", switch-firmware: "31.2"}\n',
    },
    policy: { file: 'policy.yaml', text: `redundant: ${redundant}\n` },
    catalogue: null,
    inventory: null,
    nowMs: 0,
  });
}

const [SINGLE, REDUNDANT] = [sitePlan(false), sitePlan(true)];

class Story {
  readonly felt: FeltEvent[] = [];
  readonly entries: StoredEntry[] = [];
  readonly plan: Plan;
  readonly program: Program;
  now = 1_000_000;

  constructor(redundant = false) {
    this.plan = redundant ? REDUNDANT : SINGLE;
    this.program = compile(this.plan);
  }

  feel(what: FeltEvent['what'], node: string, more: Partial<FeltEvent> = {}): this {
    this.now += 60_000;
    this.felt.push({ at: this.now, what, node, actor: 'pitstop', ...more });
    return this;
  }

  write(kind: EntryKind, name: string, step = '', data: JsonObject = {}): this {
    this.now += 1_000;
    const target = this.program.idOf.get(name) ?? -1;
    const id = this.program.steps.find((one) => one.name === step && (target < 0 || one.chain === this.program.chainOf[target]))?.id ?? -1;
    this.entries.push({
      seq: this.entries.length + 1,
      shard: 0,
      epoch: 1,
      at: this.now,
      target,
      kind,
      step: id,
      attempt: 1,
      note: { data },
    });
    return this;
  }

  reload(name: string, key = RELOAD): this {
    this.write('intent', name, 'activate', { key });
    return this.feel('switch-run', name, { key, name: 'reload' }).feel('switch-down', name, { key });
  }

  drained(name: string): this {
    const data = { fabric: { lid: 1, links: { [LINK]: { width: '4X', speed: 'NDR', errors: {} } } } };
    return this.write('baseline', name, '', data)
      .feel('drain', '', { nodes: [name] })
      .write('done', name, 'drain');
  }

  /** The rules that were broken, each once. */
  broken(finished = false): string[] {
    const { felt, entries, program, plan } = this;
    return [...new Set(checkFabric({ felt, entries, program, plan, finished }).map(({ rule }) => rule))].sort();
  }
}

const job = (node: string): Partial<FeltEvent> => ({ nodes: [node], job: 1, actor: 'world' });

describe('checkers of a fabric', () => {
  test('nothing is found in a reload and a return as they should be', () => {
    const story = new Story().drained('n1').feel('hold', 'n1').feel('silence', 'n1').reload('u1r1');
    story.feel('link-down', 'n1', { actor: 'world', link: LINK }).feel('switch-up', 'u1r1', { actor: 'world' });
    story.feel('link-up', 'n1', { actor: 'world', link: LINK }).feel('reboot', 'n1').feel('undrain', 'n1').feel('release', 'n1');
    expect(story.write('done', 'n1', 'return').feel('unsilence', 'n1').broken(true)).toEqual([]);
  });

  test('a switch over a job and over a placement, of a leaf and of a spine', () => {
    expect(new Story().feel('job-start', '', job('n2')).reload('u1r1').broken()).toEqual(['switch-over-work']);
    expect(new Story().feel('placed', 'n2', { actor: 'world', name: 'vm-1' }).reload('s2').broken()).toEqual(['switch-over-work']);
    expect(new Story().feel('job-start', '', job('n2')).feel('job-end', '', job('n2')).reload('u1r1').broken()).toEqual([]);
  });

  test('redundant: a spine over work is spared, unless the other one is down; a leaf never', () => {
    expect(new Story(true).feel('job-start', '', job('n2')).reload('s2').broken()).toEqual([]);
    const both = new Story(true).feel('job-start', '', job('n2')).feel('switch-down', 's1', { actor: 'foreign' }).reload('s2');
    expect(both.broken()).toContain('switch-over-work');
    expect(new Story(true).feel('job-start', '', job('n2')).reload('u1r1').broken()).toEqual(['switch-over-work']);
  });

  test('another customer behind a spine: only with consent', () => {
    const story = (consented: boolean): Story => {
      const told = new Story().feel('job-start', '', job('m1'));
      if (consented) told.write('consent', '', '', { to: 'affected', customer: 'borealis' });
      return told.feel('sm-stop', 's1').feel('sm-master', 's2', { actor: 'world' }).reload('s1');
    };
    expect(story(false).broken()).toEqual(['switch-over-work']);
    expect(story(true).broken()).toEqual([]);
  });

  test('a switch without a standby subnet manager, without a master, or with the master on it', () => {
    expect(new Story().feel('sm-stop', 's2', { actor: 'foreign' }).reload('u1r1').broken()).toEqual(['subnet-manager']);
    expect(new Story().feel('sm-stop', 's1', { actor: 'foreign' }).reload('u1r1').broken()).toEqual(['subnet-manager']);
    expect(new Story().reload('s1').broken()).toEqual(['subnet-manager']);
  });

  test('a reload twice under one key, or without an intent', () => {
    const again: Partial<FeltEvent> = { key: RELOAD, name: 'reload' };
    expect(new Story().reload('u1r1').feel('switch-run', 'u1r1', again).broken()).toEqual(['reload']);
    expect(new Story().feel('switch-run', 'u1r1', again).broken()).toEqual(['reload']);
  });

  test('a reboot under a leaf that we took down', () => {
    expect(new Story().drained('n1').reload('u1r1').feel('reboot', 'n1').broken()).toEqual(['reset-under-leaf']);
  });

  test('an act on a placement, and an alert of a node in work', () => {
    expect(new Story().feel('placed', 'n1', { actor: 'world', name: 'vm-1' }).feel('apply', 'n1').broken()).toEqual(['act-on-placement']);
    expect(new Story().drained('n1').feel('alert', 'n1', { actor: 'world', name: 'Out' }).broken()).toEqual(['alert-in-work']);
    expect(new Story().feel('alert', 'n1', { actor: 'world', name: 'Out' }).broken()).toEqual([]);
  });

  test('a return without a link of the hand-over', () => {
    const story = new Story().drained('n1').feel('apply', 'n1').feel('link-down', 'n1', { actor: 'world', link: LINK });
    expect(story.feel('undrain', 'n1').broken()).toEqual(['return-without-link']);
  });

  test('a hold and a silence that stay after the run; a straggler keeps its own', () => {
    const story = (): Story => new Story().drained('n1').feel('hold', 'n1').feel('silence', 'n1');
    expect(story().broken(true)).toEqual(['left-standing']);
    expect(story().write('expired', 'n1', 'activate').broken(true)).toEqual([]);
  });
});
