// Every message for a bad change, policy or catalogue file, by the first line it prints.
import { describe, expect, test } from 'vitest';
import { catalogueFolders, loadCatalogue, parseCatalogue } from './catalogue.ts';
import { parseChange } from './change-file.ts';
import { parseFleet } from './fleet-file.ts';
import { parsePolicy } from './policy-file.ts';
import { BadInputError } from './problem.ts';

const FLEET = `fleet: lab
customers: [{name: aurora}]
clusters:
  - name: lab
    nodes: "n[1-16]"
    racks: {of: 4, name: "r[1-4]"}
    switches: [{name: "leaf[1-2]", role: leaf}]
    links: ["n1/mlx5_0--leaf1/1", "n2/mlx5_0--leaf2/1"]
`;
const fleet = parseFleet(FLEET, 'fleet.yaml');
const catalogue = loadCatalogue(catalogueFolders(null, null));
const KNOWN = [...catalogue.keys()].sort().join(', ');
const NOW_MS = Date.UTC(2026, 0, 1);

/** The first line printed; fails when the reader took the input. */
function firstLine(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n')[0] ?? '';
    throw error;
  }
  return 'taken';
}

const QUOTE = 'put the node set or placeholder in double quotes';

describe('change file: bad input', () => {
  const check = (title: string, text: string, expected: string): void => {
    test(`change file: ${title}`, () =>
      expect(firstLine(() => parseChange(`change: x\n${text}\n`, 'change.yaml', fleet, catalogue))).toBe(expected));
  };
  check(
    'unquoted version',
    'want: {host-os: 2025.07}',
    'change.yaml:2:17: 2025.07: must be a version as text or a map (key: value); quote it: "2025.07"',
  );
  check(
    'unquoted version (long form)',
    'want: {host-os: {version: 2025.10}}',
    'change.yaml:2:27: 2025.10: must be a version as text; quote it: "2025.10"',
  );
  check(
    'version with a dash in front',
    'want: {host-os: "-rf"}',
    'change.yaml:2:17: "-rf": is not a version; use letters, digits and . _ : + - only, no leading dash, at most 128',
  );
  check(
    'component not in the catalogue',
    'want: {host-so: "1"}',
    `change.yaml:2:17: host-so: is not in the catalogue; did you mean "host-os"? known here: ${KNOWN}`,
  );
  check(
    'component not in the catalogue (nothing near)',
    'want: {kernel-patch: "1"}',
    `change.yaml:2:22: kernel-patch: is not in the catalogue; known here: ${KNOWN}`,
  );
  check(
    'unquoted placeholder',
    'want: {host-os: {version: "1", apply: [/a, {version}], read: [/b]}}',
    `change.yaml:2:45: version: a key without a value; write "key: value", or ${QUOTE}`,
  );
  check(
    'unknown placeholder',
    'want: {host-os: {version: "1", apply: [/a, "x-{verson}"], read: [/b]}}',
    'change.yaml:2:47: {verson}: unknown placeholder; known here: {node} {version} {previous}',
  );
  check(
    'short form without read',
    'want: {host-os: {version: "1", apply: [/a]}}',
    'change.yaml:2:17: read: is missing; add read: [...], or leave only the version to take the procedure from the catalogue',
  );
  check(
    'target not in the fleet',
    'want: {host-os: "1"}\ntargets: "n[15-20],spine1"',
    'change.yaml:3:10: n[17-20],spine1: not in the fleet; check the name, or add it to the fleet file',
  );
  check(
    'unknown group',
    'want: {host-os: "1"}\ntargets: "n1,@rack:r9"',
    'change.yaml:3:14: @rack:r9: an unknown group; check its kind and its name, as in @rack:r003',
  );
  check(
    'no target of the kind',
    'want: {host-os: "1"}\ntargets: "leaf1"',
    'change.yaml:2:17: host-os: goes onto a node, and there is none among the targets; name at least one node in targets, or do not want it',
  );
  check(
    'targets that cancel out',
    'want: {host-os: "1"}\ntargets: "n1!n1"',
    'change.yaml:3:10: "n1!n1": stands for nothing; name at least one target',
  );
  check(
    'nothing wanted',
    'want: {}',
    'change.yaml:2:7: x: the change wants nothing; write want: {COMPONENT: "VERSION"} or replace: {PART: "NODES"}',
  );
  check('empty want', 'want:', 'change.yaml:2:1: want: has no value; write a map (key: value), or leave it out');
});

describe('policy file: bad input', () => {
  const check = (title: string, text: string, expected: string): void => {
    test(`policy file: ${title}`, () => expect(firstLine(() => parsePolicy(text, 'policy.yaml', fleet, NOW_MS))).toBe(expected));
  };
  check(
    'past window',
    'windows: [{cluster: lab, start: "2025-07-08T09:00Z", for: 8h}]',
    'policy.yaml:1:33: "2025-07-08T09:00Z": the window is past; agree a window that lies ahead',
  );
  check(
    'time without zone',
    'windows: [{cluster: lab, start: 2031-07-08T09:00, for: 8h}]',
    'policy.yaml:1:33: 2031-07-08T09:00: a time without zone; add an offset or a zone: "2031-07-08T09:00 UTC"',
  );
  check(
    'time in no zone',
    'windows: [{cluster: lab, start: "2031-07-08T09:00 Phoenix", for: 8h}]',
    'policy.yaml:1:33: "2031-07-08T09:00 Phoenix": "Phoenix" is no time zone; write a zone such as America/Phoenix, or an offset such as -07:00',
  );
  check(
    'window without an end',
    'windows: [{cluster: lab, start: "2031-07-08T09:00Z"}]',
    'policy.yaml:1:33: "2031-07-08T09:00Z": a window without an end; say how long it is, such as for: 8h',
  );
  check(
    'window of no cluster',
    'windows: [{cluster: lba, start: 2031-07-08}]',
    'policy.yaml:1:21: lba: is no cluster of the fleet; did you mean "lab"?',
  );
  check(
    'no such day',
    'blackouts: [{from: 2031-02-30, to: 2031-03-01}]',
    'policy.yaml:1:20: 2031-02-30: there is no such day; check year, month and day',
  );
  check(
    'blackout backwards',
    'blackouts: [{from: 2031-03-02, to: 2031-03-01}]',
    'policy.yaml:1:36: 2031-03-01: ends before it begins; swap from and to',
  );
  check('zero-size waves', 'atOnce: {nodes: 0}', 'policy.yaml:1:17: 0: lets nothing through; write at least 1');
  check(
    'zero-size waves (share)',
    'atOnce: {nodes: 0%}',
    'policy.yaml:1:17: 0%: lets nothing through; write at least 1, or a share above 0%',
  );
  check('limit of nothing', 'limits: {image-server: 0}', 'policy.yaml:1:24: 0: lets nothing through; write at least 1');
  check('share above all', 'gates: {returned: 105%}', 'policy.yaml:1:19: 105%: is out of range; write 0% to 100%');
  check('share without a sign', 'gates: {failureRate: 5}', 'policy.yaml:1:22: 5: is no share; write a percentage such as 95%');
  check(
    'duration without a unit',
    'gates: {soak: 15}',
    'policy.yaml:1:15: 15: is no duration; write a number and its unit, such as 90s, 12m, 1.5h or 4d',
  );
  check('mistyped gate', 'gates: {retruned: 95%}', 'policy.yaml:1:9: retruned: unknown key; did you mean "returned"?');
  check('duration below zero', 'gates: {soak: -15m}', 'policy.yaml:1:15: -15m: is less than no time; write a duration without the minus');
  check('duration beyond belief', 'gates: {soak: 11000d}', 'policy.yaml:1:15: 11000d: is too long; write at most ten years');
  check('a goal of nothing', 'northStar: 0', 'policy.yaml:1:12: 0: is no time at all; write at least 1ms, or leave the key out');
  check('a gate that nothing can pass', 'gates: {returned: 101%}', 'policy.yaml:1:19: 101%: is out of range; write 0% to 100%');
  check('a crew of nobody', 'crew: {hands: {count: 0}}', 'policy.yaml:1:23: 0: lets nothing through; write at least 1');
  check(
    'a crew that never works',
    'crew: {hands: {count: 2, shifts: "06:00-06:00"}}',
    'policy.yaml:1:34: "06:00-06:00": 06:00-06:00 is no time at all: this crew never works; end each shift after its start',
  );
  check(
    'a limit that is mended before it is measured',
    'limits: {a: {count: 2, since: 2031-05-02, until: 2031-05-01}}',
    'policy.yaml:1:50: 2031-05-01: lies before since; since: of when the number is; until: mended by then',
  );
  check(
    'a limit since no day',
    'limits: {a: {count: 2, since: May}}',
    'policy.yaml:1:31: May: is not a date or time; write 2031-07-08 or "2031-07-08T09:00 America/Phoenix"',
  );
  check(
    'jobs assumed without an end',
    'assume: {jobs: {busy: 50%}}',
    'policy.yaml:1:16: remaining: is missing; add "remaining": a prior as text, such as 12m~0.3 or a map (key: value)',
  );
  check(
    'an answer in no time',
    'assume: {approval: 0~0.7}',
    'policy.yaml:1:20: 0~0.7: has a median of no time at all; write at least 1ms, or leave the prior out',
  );
  check(
    'more faults than node-days',
    'assume: {faultsPerNodeDay: {share: 140%, n: 1, source: x}}',
    'policy.yaml:1:36: 140%: is out of range; write 0% to 100%',
  );
  check(
    'jobs on no node',
    'assume: {jobs: {nodesEach: 0, remaining: 1h~1}}',
    'policy.yaml:1:28: 0: lets nothing through; write at least 1',
  );
  check('three people', 'approval: {people: 3}', 'policy.yaml:1:20: 3: is neither 1 nor 2; write 2 for two people, 1 for one');
  check(
    'words that one person may say',
    'approval: {people: 1, of: [abort]}',
    'policy.yaml:1:27: [abort]: says who needs two people while one is enough; write people: 2, or leave it out',
  );
  check('an assumption nobody makes', 'assume: {aproval: 5m~0.7}', 'policy.yaml:1:10: aproval: unknown key; did you mean "approval"?');
  check(
    'a canary too large for any memory',
    'canary: "n[1-99999999999]"',
    'policy.yaml:1:11: [1-99999999999]: more than 10000000 names; write a smaller range',
  );
  check(
    'ask without proof',
    'jobs: {ask: {signal: USR1}}',
    'policy.yaml:1:13: {signal: USR1}: a job is asked for a checkpoint but nothing proves that it wrote one; add proof: requeued, {newer: "/ckpt/{job}/latest"} or {run: [...]}',
  );
  check(
    'touch without proof',
    'jobs: {ask: {touch: "/x/{job}"}, proof: none}',
    'policy.yaml:1:13: {touch: "/x/{job}"}: a job is asked for a checkpoint but nothing proves that it wrote one; add proof: requeued, {newer: "/ckpt/{job}/latest"} or {run: [...]}',
  );
  check(
    'a signal that kills',
    'jobs: {ask: {signal: KILL}, proof: requeued}',
    'policy.yaml:1:22: KILL: cannot be caught by any job; name the signal that the workload handles, such as USR1',
  );
  check(
    'two ways to ask',
    'jobs: {ask: {signal: USR1, touch: /x}, proof: requeued}',
    'policy.yaml:1:13: {signal: USR1, touch: /x}: says more or less than one way; give exactly one of signal, touch, run',
  );
  check('canary not in the fleet', 'canary: "n99"', 'policy.yaml:1:9: n99: not in the fleet; check the name, or add it to the fleet file');
  check('unquoted canary', 'canary: @rack:r1', `policy.yaml:1:9: @rack:r1: plain value cannot start with reserved character @; ${QUOTE}`);
  check('adaptive validation', 'validation: {mode: adaptive}', 'policy.yaml:1:20: adaptive: is not built yet; write all, sample or none');
  check(
    'wrong shifts',
    'crew: {hands: {count: 2, shifts: "6-22"}}',
    'policy.yaml:1:34: "6-22": are no shifts; write "06:00-22:00" or "06:00-12:00,13:00-22:00"',
  );
  check(
    'a value forgotten',
    'jobs:\ngates: {soak: 1m}\n',
    'policy.yaml:1:1: jobs: has no value; write a map (key: value), or leave it out',
  );
});

describe('catalogue file: bad input', () => {
  const good = (component: string, more = ''): string =>
    `component: ${component}\nkind: node\nsteps: [{step: conform, to: conforming, by: shell, read: {${component}: [v]}}]\n${more}`;
  const steps = (...lines: string[]): string =>
    `component: a\nkind: node\nsteps:\n${lines.map((line) => `  - ${line}\n`).join('')}  - {step: conform, to: conforming, by: shell, read: {a: [v]}}\n`;
  const check = (title: string, texts: string[], expected: string): void => {
    const files = texts.map((text, i) => ({ file: `c${i + 1}.yaml`, text }));
    test(`catalogue file: ${title}`, () => expect(firstLine(() => parseCatalogue([files]))).toBe(expected));
  };
  check(
    'a cycle in after',
    [good('a', 'after: [b]\n'), good('b', 'after: [c]\n'), good('c', 'after: [a]\n')],
    'c1.yaml:4:8: [b]: a cycle in after: a after b after c after a; take one of them out',
  );
  check('after itself', [good('a', 'after: [a]\n')], 'c1.yaml:4:8: [a]: a cycle in after: a after a; take one of them out');
  check('the component twice in a folder', [good('a'), good('a')], 'c2.yaml:1:12: a: is also in c1.yaml; keep one of them in this folder');
  check(
    'a step that does nothing',
    [steps('{step: x, by: shell}')],
    'c1.yaml:4:5: x: a step that does nothing; give it exactly one of do, run, push, update, read, check',
  );
  check(
    'a step that does two things',
    [steps('{step: x, by: shell, run: [a], do: reboot, to: rebooting, destructive: true}')],
    'c1.yaml:4:31: x: a step with do and run; give it exactly one of do, run, push, update, read, check',
  );
  check(
    'two steps of a name',
    [steps('{step: x, run: [a]}', '{step: x, run: [a]}')],
    'c1.yaml:5:12: x: two steps of this name; name each step once',
  );
  check(
    'states out of order',
    [steps('{step: x, to: validating, run: [a]}')],
    'c1.yaml:5:25: conforming: goes back in the order of states; put it earlier: draining, updating, rebooting, conforming, validating',
  );
  check(
    'no read of the version',
    ['component: a\nkind: node\nsteps: [{step: x, to: updating, run: [a]}]\n'],
    'c1.yaml:3:8: a: no step reads which version runs; add {step: conform, to: conforming, by: shell, read: {a: [...]}}',
  );
  check(
    'a reboot that is not destructive',
    [steps('{step: x, to: rebooting, do: reboot, destructive: false}')],
    'c1.yaml:4:55: false: a reboot is always destructive; take "destructive: false" out: the target must be seen cleared first',
  );
  check(
    'a destructive early step',
    [steps('{step: x, run: [a], early: true, destructive: true}')],
    'c1.yaml:4:51: true: an early step leaves the target in service; take "destructive" or "early" out',
  );
  check(
    'a drain with a time limit',
    [steps('{step: drain, to: draining, do: drain, timeout: 1h}')],
    'c1.yaml:4:53: 1h: a drain is escalated, never timed out; take it out',
  );
  check(
    'a reboot by the scheduler',
    [steps('{step: x, to: rebooting, by: scheduler, do: reboot}')],
    'c1.yaml:4:34: scheduler: cannot do this; write by: shell',
  );
  check(
    'a wrong prior',
    [steps('{step: x, run: [a], takes: 12m}')],
    'c1.yaml:4:32: 12m: is no prior; write median~log-sd, such as 12m~0.3',
  );
  const prior = (more: string): string[] => [steps(`{step: x, run: [a], takes: {median: 5m, logSd: 0.3, n: 1, source: y, ${more}}}`)];
  const twice = (more: string): string[] => [steps(`{step: x, run: [a], takes: {${more}, source: y}}`)];
  check(
    'a prior of no time',
    twice('median: 0, logSd: 0.3, n: 1'),
    'c1.yaml:4:41: 0: is no time at all; write at least 1ms, or leave the key out',
  );
  check(
    'a prior below zero',
    [steps('{step: x, run: [a], takes: -5m~0.3}')],
    'c1.yaml:4:32: -5m~0.3: is less than no time; write a duration without the minus',
  );
  check(
    'a negative spread',
    twice('median: 5m, logSd: -0.3, n: 1'),
    'c1.yaml:4:52: -0.3: is no log-sd; write a number from 0 to 5, such as 0.3',
  );
  check(
    'a negative spread in short',
    [steps('{step: x, run: [a], takes: 5m~-0.3}')],
    'c1.yaml:4:32: 5m~-0.3: is no prior; write median~log-sd, such as 12m~0.3',
  );
  check('fewer observations than none', twice('median: 5m, logSd: 0.3, n: -1'), 'c1.yaml:4:60: -1: is too small; write at least 0');
  check('a negative common part', prior('between: -1'), 'c1.yaml:4:83: -1: is no log-sd; write a number from 0 to 5, such as 0.3');
  check(
    'too little freedom',
    prior('df: 0.5'),
    'c1.yaml:4:78: 0.5: is no number of degrees of freedom; write a number from 1 to 1000000, such as 8',
  );
  check(
    'a time limit of no time',
    [steps('{step: x, run: [a], timeout: 0}')],
    'c1.yaml:4:34: 0: is no time at all; write at least 1ms, or leave the key out',
  );
  check(
    'more failures than attempts',
    [steps('{step: x, run: [a], fails: 130%}')],
    'c1.yaml:4:32: 130%: is out of range; write 0% to 100%',
  );
  check(
    'a share of links without a sign',
    ['component: a\nkind: switch\ndisturbs: 0.5\nsteps: [{step: conform, to: conforming, read: {a: [v]}}]\n'],
    'c1.yaml:3:11: 0.5: is no share; write a percentage such as 95%',
  );
  check(
    'shares below all',
    [good('a', 'mopUp: [{way: x, share: 60%}, {way: y, share: 30%}]\n')],
    'c1.yaml:4:8: mopUp: the shares add up to 90%; make them add up to 100%: each straggler is settled one way',
  );
  check(
    'shares above all',
    [good('a', 'mopUp: [{way: x, share: 60%}, {way: y, share: 50%}]\n')],
    'c1.yaml:4:8: mopUp: the shares add up to 110%; make them add up to 100%: each straggler is settled one way',
  );
  check(
    'extends nothing',
    ['component: a\nextends: builtin\n'],
    'c1.yaml:1:12: a: there is nothing of this name to extend; there is no earlier folder with it',
  );
  check(
    'unknown kind',
    ['component: a\nkind: nod\nsteps: []\n'],
    'c1.yaml:2:7: nod: is not one of node, switch, link, domain, feed; did you mean "node"?',
  );
});
