import { expect, test } from 'vitest';
import { parseFleet } from './fleet-file.ts';
import { parsePolicy, readPolicy } from './policy-file.ts';
import { writePolicy } from './written-plan.ts';

const lab = parseFleet('fleet: lab\ntimezone: Europe/Berlin\nclusters: [{name: lab, nodes: "n[1-16]"}]\n', 'fleet.yaml');
const NOW_MS = Date.UTC(2026, 0, 1);

function policy(text: string) {
  return parsePolicy(text, 'policy.yaml', lab, NOW_MS).policy;
}

test('no policy: all defaults, each said', () => {
  const { policy, defaults, calendars } = readPolicy(null, lab, NOW_MS);
  expect(policy).toEqual(parsePolicy('# nothing yet\n', 'policy.yaml', lab, NOW_MS).policy);
  expect(policy.unavailableAtMost).toEqual({ kind: 'share', share: 1 });
  expect(calendars).toEqual({});
  expect(defaults).toContain('policy.gates.returned = 95%');
  expect(defaults).toContain('policy.canary = one node when there are more than eight');
  expect(defaults).toContain('policy.jobs.then = wait');
});

test('inference: a tenth at a time by default', () => {
  const fleet = parseFleet('fleet: x\nclusters: [{name: c, nodes: n1, workload: inference}]\n', 'fleet.yaml');
  const { policy, defaults } = readPolicy(null, fleet, NOW_MS);
  expect(policy.atOnce.nodes).toEqual({ kind: 'share', share: 0.1 });
  expect(policy.unavailableAtMost).toEqual({ kind: 'share', share: 0.1 });
  expect(defaults).toContain('policy.atOnce.nodes = 10%');
});

test('jobs: every way to ask and to prove', () => {
  const check = (text: string, ask: unknown, proof: unknown): void =>
    expect(policy(`jobs: {${text}}`).jobs, text).toMatchObject({ ask, proof });
  check('ask: {signal: SIGUSR1}, proof: requeued', { kind: 'signal', signal: 'USR1', to: 'batch' }, { kind: 'requeued' });
  check(
    'ask: {signal: USR2, to: full}, proof: {newer: "/ckpt/{job}/latest"}',
    { signal: 'USR2', to: 'full' },
    { kind: 'newer', file: '/ckpt/{job}/latest' },
  );
  check(
    'ask: {touch: "/x/{job}"}, proof: {run: [ok, "{job}"]}',
    { kind: 'touch', file: '/x/{job}' },
    { kind: 'run', argv: ['ok', '{job}'] },
  );
  check('ask: {run: [save, "{job}"]}, proof: requeued', { kind: 'run', argv: ['save', '{job}'] }, { kind: 'requeued' });
  check('then: requeue', { kind: 'none' }, { kind: 'none' });
});

test('limits: a bare number will do', () => {
  expect(policy('limits: {image-server: 200}').limits).toEqual({
    'image-server': { count: 200, per: 'fleet', owner: null, why: null, until: null },
  });
});

test('assume: only what is written, with the defaults of its parts said', () => {
  const of = (text: string) => parsePolicy(text, 'policy.yaml', lab, NOW_MS);
  const remaining = { medianMs: 1_800_000, logSd: 0.5, n: 0, source: 'unstated' };
  const { policy: assumed, defaults } = of('assume: {jobs: {remaining: 30m~0.5}, faultsPerNodeDay: 1%, stageLead: 2h}');
  expect(assumed.assume).toEqual({
    jobs: { busy: 1, nodesEach: null, remaining },
    faultsPerNodeDay: { share: 0.01, n: 0, source: 'unstated' },
    stageLeadMs: 7_200_000,
  });
  expect(defaults).toContain('policy.assume.jobs.busy = 100%');
  expect(defaults).toContain('policy.assume.jobs.nodesEach = all');
  expect(of('assume: {jobs: {nodesEach: all, remaining: 30m~0.5}}').policy.assume).toEqual({
    jobs: { busy: 1, nodesEach: null, remaining },
  });
  expect(of('assume: {jobs: none}').policy.assume).toEqual({ jobs: null });
  for (const text of ['{}', 'assume: {}']) expect(of(text).policy).not.toHaveProperty('assume');
});

test('approval: nothing of it in a plan in which one person is enough', () => {
  const of = (text: string) => parsePolicy(text, 'policy.yaml', lab, NOW_MS);
  for (const text of ['{}', 'approval: {people: 1}']) {
    expect(of(text).policy).not.toHaveProperty('approval');
    expect(of(text).defaults).toEqual(of('{}').defaults);
  }
  const two = of('approval: {people: 2}');
  expect(two.policy.approval).toEqual({ people: 2, of: ['confirm', 'approve'] });
  expect(two.defaults).toContain('policy.approval.of = [confirm, approve]');
  expect(policy('approval: {people: 2, of: [drop, abort, drop]}').approval).toEqual({ people: 2, of: ['abort', 'drop'] });
});

test('parts: what has arrived already is no fault', () => {
  const { parts } = policy('parts: {gpu-tray: {onSite: 0, arriving: [{count: 2, at: 2020-07-10}]}}');
  expect(parts['gpu-tray']?.arriving[0]?.atMin).toBeLessThan(NOW_MS / 60_000);
});

test('windows: a date alone is a whole day of the fleet', () => {
  const { policy, calendars } = parsePolicy(
    'windows: [{cluster: lab, start: 2026-03-29}, {cluster: lab, start: "2026-03-29T10:00Z", for: 1h}]',
    'p',
    lab,
    NOW_MS,
  );
  expect((policy.windows[0]?.toMin ?? 0) - (policy.windows[0]?.fromMin ?? 0)).toBe(23 * 60);
  expect(calendars['windows:lab']).toEqual([[policy.windows[0]?.fromMin, policy.windows[0]?.toMin]]);
});

test('crews: shifts become intervals from the first window on (none without windows)', () => {
  const crew = 'crew: {hands: {count: 2, shifts: "06:00-22:00"}}\n';
  expect(parsePolicy(crew, 'p', lab, NOW_MS).calendars).toEqual({});
  const { calendars } = parsePolicy(`${crew}windows: [{cluster: lab, start: "2026-06-01T00:00Z", for: 8h}]`, 'p', lab, NOW_MS);
  expect(calendars['crew:hands']?.[0]).toEqual([Date.UTC(2026, 5, 1, 4) / 60_000, Date.UTC(2026, 5, 1, 20) / 60_000]);
});

test('written back: every policy reads as itself again', () => {
  const long = `windows: [{cluster: lab, start: "2031-07-08T09:00Z", for: 90m}]
atWindowEnd: ask
northStar: 2h
atOnce: {clusters: 2, nodes: 64, perRack: 50%, perUnit: 1}
unavailableAtMost: 12.5%
limits: {a: {count: 2, per: rack, owner: o, why: w, source: load test, since: 2031-05-01, until: 2031-09-01}, b: 3}
overlap: [[a, b]]
redundant: true
leases: [autoscaler]
canary: "n[1-2]"
gates: {failureRate: none, returned: 99%, per: [customer], countIn: unit, soak: 0, timeout: 90s}
jobs: {ask: {signal: USR1}, proof: {newer: "/x/{job}"}, then: requeue, proofTimeout: 1500ms}
crew: {hands: {count: 2, shifts: "06:00-22:00"}, night: {count: 1}}
parts: {gpu-tray: {onSite: 1, arriving: [{count: 2, at: 2031-07-10}]}}
validation: {mode: sample}
blackouts: [{from: 2031-07-04, to: 2031-07-05}]
approval: {people: 2, of: [drop, recall]}
assume:
  jobs: {busy: 80%, nodesEach: 32, remaining: {median: 30m, logSd: 0.5, between: 0.4, df: 6, n: 9, source: july}}
  approval: 5m~0.7
  gateReview: 20m~0.8
  faultsPerNodeDay: {share: 0.4%, n: 371, source: trace}
  stageLead: 24h
`;
  for (const text of ['{}', long, 'assume: {jobs: none}', 'assume: {jobs: {remaining: 1h~1}, stageLead: 0}']) {
    const before = policy(text);
    expect(policy(JSON.stringify(writePolicy(before)))).toEqual(before);
  }
});
