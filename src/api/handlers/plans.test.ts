import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../core/plan/plan.ts';
import type { Role } from '../../core/roles.ts';
import { openDesk, type Desk } from '../../desk/desk.ts';
import { showPlan } from '../../files/plan-file.ts';
import { openSqliteJournal } from '../../journal/sqlite/sqlite.ts';
import { parsePlan } from '../../files/plan-file.ts';
import { wallClock } from '../../std/clock.ts';
import { demoDocuments } from '../../study/demo.ts';
import { planFrom } from '../../study/make-plan.ts';
import type { Caller } from '../context.ts';
import { unpackBytes, unpackFloat64, unpackUint32 } from '../contract/packed.ts';
import type { ApiParts } from '../parts.ts';
import { openStudies, type Studies } from '../studies.ts';
import { planProcedures } from './plans.ts';

const NODES = 32;
const FOLDER = mkdtempSync(join(tmpdir(), 'pitstop-plans-'));
const DEMO = demoDocuments(NODES);
const CHANGE = DEMO.change.text;
const POLICY = DEMO.policy.text;
const REASON = 'a test';

let desk: Desk;
let studies: Studies;
let parts: ApiParts;
let demo: Plan;

const journal = openSqliteJournal({ file: ':memory:', clock: wallClock() });

beforeAll(async () => {
  desk = await openDesk(journal, wallClock());
  studies = openStudies();
  demo = planFrom({ ...DEMO, catalogue: null, inventory: null, nowMs: Date.now() });
  // Of the parts of a server, plans need these.
  parts = { desk, studies, runs: { journal }, parsePlan: (text: string) => parsePlan(text, 'plan') } as unknown as ApiParts;
  await as('admin').keep({ text: showPlan(demo), folder: FOLDER, reason: REASON });
});

afterAll(async () => {
  await studies.close();
  await journal.close();
  rmSync(FOLDER, { recursive: true });
});

function as(role: Role, via: Caller['via'] = 'token') {
  const caller: Caller = { name: `a ${role}`, role, customer: null, via, csrf: null };
  return createRouterClient(planProcedures(parts), { context: { caller, record: async () => {} } });
}

const written = (change = CHANGE, policy: string | null = POLICY) => ({ fleet: 'demo', change, policy });

describe('draft', () => {
  it('what is written right becomes the plan that the command line makes, and nothing is kept', async () => {
    const before = desk.plans.list().length;
    const { problems, plan, findings } = await as('operator').draft(written());
    expect(problems).toEqual([]);
    expect(plan?.waves).toEqual(demo.waves);
    expect(plan?.procedures).toEqual(demo.procedures);
    expect(findings).toEqual(demo.findings);
    expect(desk.plans.list()).toHaveLength(before);
  });

  it('a slip in the change and one in the policy: both, each at its place', async () => {
    const change = 'change: image\nwant:\n  host-oss: "2025.07"\n';
    const policy = 'northStar: 2h\ngates:\n  returned: 950%\n';
    const { problems, plan } = await as('operator').draft(written(change, policy));
    expect(plan).toBeNull();
    expect(problems).toEqual([
      {
        document: 'change',
        line: 3,
        column: 13,
        severity: 'error',
        message: expect.stringMatching(/^host-oss: is not in the catalogue; did you mean "host-os"\?/) as string,
      },
      { document: 'policy', line: 3, column: 13, severity: 'error', message: '950%: is out of range; write 0% to 100%' },
    ]);
  });

  it('text that is no YAML is a problem with a place, not an error', async () => {
    const { problems } = await as('operator').draft(written('change: [image\n', null));
    expect(problems).toMatchObject([{ document: 'change', severity: 'error' }]);
    expect(problems[0]?.line).toBeGreaterThan(0);
  });

  it('findings of the checker of severity error: no plan, and each of them', async () => {
    const { plan, findings, problems } = await as('operator').draft(written(CHANGE, 'leases: [autoscaler]\n'));
    expect(plan).toBeNull();
    expect(problems).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', rule: 'lease-unknown' }));
  });

  it('no policy is every default', async () => {
    const { plan } = await as('operator').draft(written(CHANGE, null));
    expect(plan?.report.defaults).toContain('policy.jobs.then = wait');
  });

  it('a fleet that nobody handed in is not found, and those that are known are named', async () => {
    await expect(as('operator').draft({ ...written(), fleet: 'moon' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('known here: demo') as string,
    });
  });

  it('what the desk has under a name and is no fleet is refused, with what to do', async () => {
    await desk.fleets.keep({ fleet: 'odd', document: { nodes: 3 }, folder: FOLDER, catalogue: null, by: 'x' });
    await expect(as('operator').draft({ ...written(), fleet: 'odd' })).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it("procedures of the fleet's own folder count, and a new one is seen at once", async () => {
    const change = 'change: bios\nwant: {bios: "1.2"}\n';
    expect((await as('operator').draft(written(change))).problems[0]?.message).toContain('is not in the catalogue');
    mkdirSync(join(FOLDER, 'catalogue'));
    const steps = '[{step: conform, to: conforming, by: shell, read: {bios: [/opt/site/bios]}}]';
    writeFileSync(join(FOLDER, 'catalogue', 'bios.yaml'), `component: bios\nkind: node\nsteps: ${steps}\n`);
    expect(await as('operator').draft(written(change))).toMatchObject({ problems: [], plan: { change: { name: 'bios' } } });
  });
});

describe('commands of your own come from an admin', () => {
  const SHORT = 'change: image\nwant: {host-os: {version: "2", apply: [/tmp/mine], read: [/opt/site/version]}}\n';
  const refusal = (where: string) => ({ code: 'FORBIDDEN', message: expect.stringMatching(`^commands of your own.*${where}`) as string });

  it.each([
    ['a short procedure', SHORT, null, 'change.want.host-os'],
    ['a command for jobs', CHANGE, 'jobs: {ask: {run: [/tmp/mine]}, proof: requeued}', 'policy.jobs.ask'],
    ['a file to touch', CHANGE, 'jobs: {ask: {touch: /etc/nologin}, proof: requeued}', 'policy.jobs.ask'],
    ['a proof of your own', CHANGE, 'jobs: {ask: {signal: USR1}, proof: {run: [/tmp/mine]}}', 'policy.jobs.proof'],
  ])('draft and save: %s', async (_, change, policy, where) => {
    for (const role of ['operator', 'approver'] as const) {
      await expect(as(role).draft(written(change, policy))).rejects.toMatchObject(refusal(where));
      await expect(as(role).save({ ...written(change, policy), reason: REASON })).rejects.toMatchObject(refusal(where));
    }
    for (const who of [as('admin'), as('operator', 'socket')]) expect((await who.draft(written(change, policy))).problems).toEqual([]);
  });

  it.each([
    'catalogue.host-os.steps.apply.run=[/tmp/mine]',
    'catalogue.host-os.steps.apply.by=local',
    'catalogue.host-os.steps.apply.destructive=false',
    'catalogue.host-os.back.run=[/tmp/mine]',
    'catalogue.host-os.steps.conform.read={host-os: [/tmp/mine]}',
    'policy.jobs={ask: {run: [/tmp/mine]}, proof: requeued}',
  ])('child and try: %s', async (set) => {
    const input = { plan: demo.id, sets: [set] };
    const refused = { code: 'FORBIDDEN', message: expect.stringMatching(/^commands of your own/) as string };
    await expect(as('operator').child({ ...input, reason: REASON })).rejects.toMatchObject(refused);
    await expect(as('operator').tryOut(input)).rejects.toMatchObject(refused);
    expect(await as('admin').child({ ...input, reason: REASON })).toMatchObject({ parent: demo.id });
  });

  it('what an admin has kept may be given a child with another number by anybody', async () => {
    const { plan } = await as('admin').save({ ...written(SHORT), reason: REASON });
    const child = await as('operator').child({ plan, sets: ['policy.gates.returned=90%'], reason: REASON });
    expect(child).toMatchObject({ parent: plan, by: 'a operator', why: REASON });
  });
});

it('where two people must say it, an operator does not make it one', async () => {
  const { plan } = await as('operator').save({
    ...written(CHANGE, `${POLICY}approval: {people: 2, of: [confirm, abort]}\n`),
    reason: REASON,
  });
  const alone = { plan, sets: ['policy.approval={people: 1}'], reason: REASON };
  const fewer = { plan, sets: ['policy.approval={people: 2, of: [abort]}'], reason: REASON };
  for (const [input, word] of [
    [alone, 'confirm, abort'],
    [fewer, 'confirm'],
  ] as const) {
    const message = expect.stringContaining(`two people must say ${word} in the parent`) as string;
    await expect(as('operator').child(input)).rejects.toMatchObject({ code: 'FORBIDDEN', message });
    expect(await as('admin').child(input)).toMatchObject({ parent: plan });
  }
});

describe('plans that are kept', () => {
  it('save: kept as it was written, with who and why; twice the same is once', async () => {
    const policy = `${POLICY}# our own words\n`;
    const saved = await as('operator').save({ ...written(CHANGE, policy), reason: 'for July' });
    expect(saved).toMatchObject({
      parent: null,
      change: 'image',
      fleet: 'demo',
      nodes: NODES,
      errors: 0,
      by: 'a operator',
      why: 'for July',
    });
    const again = await as('approver').save({ ...written(CHANGE, policy), reason: 'again' });
    expect(again).toEqual(saved);
    const view = await as('viewer').get({ plan: saved.plan.slice(0, 10) });
    expect(view.document.id).toBe(saved.plan);
    expect(view.written).toEqual({ change: CHANGE, policy });
    expect((await as('viewer').list()).filter(({ plan }) => plan === saved.plan)).toEqual([saved]);
  });

  it('save: bad input says where, and findings of severity error are bad input', async () => {
    const broken = as('operator').save({ ...written('change: image\nwant: {host-os: 2025.07}\n'), reason: REASON });
    await expect(broken).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^change.yaml:2:17: 2025.07/) as string,
    });
    const wrong = as('operator').save({ ...written(CHANGE, 'leases: [autoscaler]'), reason: REASON });
    await expect(wrong).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('lease-unknown') as string });
  });

  it('get: a plan that came as a file is told in the words of users, and they give the same plan', async () => {
    const { written: texts, customers } = await as('viewer').get({ plan: demo.id });
    expect(customers).toEqual([]);
    const { plan, problems } = await as('operator').draft({ fleet: 'demo', ...texts });
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ change: demo.change, policy: demo.policy, waves: demo.waves, procedures: demo.procedures });
  });

  it('get: so does a short procedure', async () => {
    const change = `change: own
targets: "n[01-08]"
want:
  host-os:
    version: "3"
    stage: [/s]
    apply: [/a, "{version}"]
    read: [/r]
    check: [/c]
    back: [/b, "{previous}"]
    reboot: false
`;
    const { plan: made } = await as('admin').draft(written(change));
    const { plan } = await as('admin').keep({ text: showPlan(made as Plan), folder: FOLDER, reason: REASON });
    const { written: texts } = await as('viewer').get({ plan });
    expect(texts.change).toBe(change);
    expect((await as('admin').draft({ fleet: 'demo', ...texts })).plan?.procedures).toEqual(made?.procedures);
  });

  it('ids: a beginning that two plans share is refused, one that none has is not found', async () => {
    const twins = await Promise.all(['aaaaaaaa1', 'aaaaaaaa2'].map((start) => keptAs(start.padEnd(64, '0'))));
    await expect(as('viewer').get({ plan: 'aaaaaaaa' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('2 plans begin so') as string,
    });
    await expect(as('viewer').limits({ plan: 'bbbbbbbb' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(as('viewer').get({ plan: 'aaaaaaa' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(twins).toHaveLength(2);
  });

  it('child: bad sets are bad input, at their place', async () => {
    const child = as('operator').child({ plan: demo.id, sets: ['policy.gates.returned=900%', 'policy.nothing=1'], reason: REASON });
    await expect(child).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(
        /--set policy\.gates\.returned=900%:1:\d+: 900%: is out of range(.|\n)*--set policy\.nothing/,
      ) as string,
    });
  });

  it('keep: a plan that was changed after it was made is bad input; below admin nobody may', async () => {
    const text = showPlan({ ...demo, change: { ...demo.change, name: 'other' } });
    await expect(as('admin').keep({ text, folder: FOLDER, reason: REASON })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('the plan was changed after it was made') as string,
    });
    const refused = as('approver').keep({ text: showPlan(demo), folder: FOLDER, reason: REASON });
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('schemas: those of the command line', async () => {
    const { change, policy } = await as('viewer').schemas();
    expect([change['title'], policy['title']]).toEqual(['Pitstop: change.yaml', 'Pitstop: policy.yaml']);
  });
});

describe('rehearsals', () => {
  it('rehearse: forecast and sequence, the same when asked again, and its curve stands in the list', async () => {
    const input = { plan: demo.id, scenarios: 30 };
    const first = await as('viewer').rehearse(input);
    expect(first.forecast).toMatchObject({ plan: demo.id, seed: 1, scenarios: 30, engine: 'exact', nodes: NODES });
    expect(first.spans.filter(({ kind }) => kind === 'work').map(({ label }) => label)).toEqual(
      demo.waves.map(({ id }) => id.replaceAll('.', ' ')),
    );
    expect(first.spans.some(({ kind }) => kind === 'after')).toBe(true);
    expect(await as('viewer').rehearse(input)).toEqual(first);
    const listed = (await as('viewer').list()).find(({ plan }) => plan === demo.id);
    expect(listed?.curve?.find(([share]) => share === 95)?.[1]).toBe(first.forecast.milestones['95']?.p50Min);
  });

  it('try: settings changed, against the plan as it is; nothing is kept', async () => {
    const before = desk.plans.list().length;
    const slower = await as('viewer').tryOut({ plan: demo.id, sets: ['catalogue.host-os.steps.apply.takes=16m'] });
    expect(slower.comparison.milestones['95']?.lowMin).toBeGreaterThan(2);
    expect(slower.rehearsal.forecast.milestones['95']?.p50Min).toBeGreaterThan(0);
    expect(slower.problems).toEqual([]);
    expect(desk.plans.list()).toHaveLength(before);
    await expect(as('viewer').tryOut({ plan: demo.id, sets: ['policy.nothing=1'] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('limits, questions: each with numbers', async () => {
    const [limits, questions] = await Promise.all([as('viewer').limits({ plan: demo.id }), as('viewer').questions({ plan: demo.id })]);
    expect(limits.plan).toBe(demo.id);
    expect(limits.limits.length).toBeGreaterThan(0);
    expect(limits.growth.length).toBeGreaterThan(1);
    expect(questions.length).toBeGreaterThan(0);
    expect(questions.every(({ text, numbers }) => text.endsWith('?') && Object.keys(numbers).length > 0)).toBe(true);
  }, 60_000);

  it('compare: a plan against itself differs by nothing', async () => {
    const { comparison, first, second } = await as('viewer').compare({ plan: demo.id, other: demo.id });
    expect(comparison.milestones['95']).toEqual({ diffMin: 0, lowMin: 0, highMin: 0 });
    expect(second).toEqual(first);
  });

  it('proposal: a page that stands alone', async () => {
    const { html } = await as('viewer').proposal({ plan: demo.id });
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('image on demo');
    expect(html).not.toMatch(/<script/i);
  }, 60_000);

  it('replay: one night, from all in service to all that came back', async () => {
    const { forecast } = await as('viewer').rehearse({ plan: demo.id, scenarios: 1 });
    const night = await as('viewer').replay({ plan: demo.id, scenario: 0 });
    expect(night.targets).toHaveLength(NODES);
    expect(night.baseline).toBe(NODES);
    expect(unpackBytes(night.initial)).toHaveLength(NODES);
    const atMs = unpackFloat64(night.atMs);
    expect(atMs.length).toBeGreaterThan(5 * NODES);
    expect(atMs).toEqual(atMs.toSorted());
    expect([night.fromMs <= (atMs[0] ?? 0), night.toMs]).toEqual([true, atMs.at(-1)]);
    expect(Math.max(...unpackUint32(night.target))).toBeLessThan(NODES);
    expect(unpackBytes(night.cell)).toHaveLength(atMs.length);
    expect(night.marks['50']).toBeCloseTo(forecast.milestones['50']?.p50Min ?? 0, 6);
  });

  it('nothing to rehearse: said, not tried', async () => {
    const documents = { ...DEMO, fleet: { ...DEMO.fleet, text: DEMO.fleet.text.replace('mode: act', 'mode: observe') } };
    const watched = planFrom({ ...documents, catalogue: null, inventory: null, nowMs: Date.now() });
    const { plan } = await as('admin').keep({ text: showPlan(watched), folder: FOLDER, reason: REASON });
    await expect(as('viewer').rehearse({ plan })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('mode observe') as string,
    });
  });
});

/** A plan of the desk under an id of our own choice: only its beginning matters here. */
async function keptAs(id: string): Promise<string> {
  const { summary } = desk.plans.list()[0] ?? { summary: {} };
  await desk.plans.keep({ id, text: showPlan(demo), change: null, policy: null, summary, by: 'x', why: 'x' });
  return id;
}
