import { describe, expect, it } from 'vitest';
import { AURORA, BOREALIS, askWith, csrfOf, openTwoCustomers, PLAN, twoCustomersPlan, ZONE } from '../../../test/two-customers.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import { FLAG, NODE_STATES } from '../../core/run/states.ts';
import { hasFlag } from '../../core/run/state.ts';
import { momentOfField } from '../../report/customer/reader-clock.ts';
import type { RunHost } from '../../runner/host.ts';
import { must } from '../../std/assert.ts';
import { Forms } from './forms.ts';
import { sayReleases } from './released-before.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const OTHERS = /zz\d|zz\[|borealis|south/i;

function released({ chronicle: { state, program } }: RunHost): string[] {
  return program.targets.filter((name) => hasFlag(state, must(program.idOf.get(name), name), FLAG.released));
}

function shown({ chronicle: { state, program } }: RunHost, name: string): string {
  return must(NODE_STATES[must(state.shown[must(program.idOf.get(name), name)], name)], name);
}

function windowed() {
  const plan = twoCustomersPlan();
  const fromMin = TwinRun.startMs / MINUTE_MS + 60;
  const windows = ['north', 'south'].map((cluster) => ({ cluster, fromMin, toMin: fromMin + 600 }));
  return { ...plan, policy: { ...plan.policy, windows } };
}

describe('before there is a run', () => {
  it('the page tells of the plan, offers what may be done, and holds no script', async () => {
    const desk = await openTwoCustomers(windowed());
    const { secret } = await desk.link(AURORA);
    const { status, html } = await desk.page(secret);
    expect(status).toBe(200);
    for (const words of ['Planned', 'a[1-4]', 'value="release"', 'value="counter"', 'value="sooner-unvalidated"', ZONE]) {
      expect(html).toContain(words);
    }
    expect(html).not.toContain('value="recall"');
    expect(html).not.toMatch(/<script|javascript:|\son\w+=/i);
    expect(html).not.toMatch(OTHERS);
  });

  it('every estimate it shows is written down, and one that is the same is not written twice', async () => {
    const desk = await openTwoCustomers(windowed());
    const { secret } = await desk.link(AURORA);
    await desk.page(secret);
    await desk.page(secret);
    const said = desk.desk.customers.of(PLAN, AURORA);
    expect(said.map(({ kind, by, role }) => [kind, by, role])).toEqual([['eta', 'pitstop', 'lead']]);
    const marks = said[0]?.data['marks'] as { [q: string]: { p50Ms: number; p90Ms: number } };
    expect(Object.keys(marks)).toEqual(['50', '75', '95']);
    for (const { p50Ms, p90Ms } of Object.values(marks)) {
      expect([p50Ms % (5 * MINUTE_MS), p90Ms % (5 * MINUTE_MS)]).toEqual([0, 0]);
      expect(p50Ms).toBeGreaterThan(TwinRun.startMs + HOUR_MS);
    }
    expect(desk.desk.customers.of(PLAN, BOREALIS)).toEqual([]);
  });

  it('a rehearsal that is not ready: the page comes without it, and loads itself again where that is asked for', async () => {
    const desk = await openTwoCustomers(windowed(), { patienceMs: 1 });
    const ask = Promise.withResolvers<never>();
    Object.assign(desk.parts.studies, { ask: () => ask.promise });
    const { secret } = await desk.link(AURORA);
    const { html } = await desk.page(secret, 'refresh=on');
    expect(html).toContain('http-equiv="refresh" content="5;');
    expect(html).not.toContain('value="sooner-unvalidated"');
    expect((await desk.page(secret)).html).not.toContain('http-equiv="refresh"');
    ask.reject(new Error('no memory'));
    expect((await desk.page(secret, 'refresh=on')).html).not.toContain('http-equiv="refresh"');
  });

  it('what is released waits in the desk, and is said to the run once it is there', async () => {
    const desk = await openTwoCustomers();
    const { secret } = await desk.link(AURORA);
    const done = await desk.send(secret, { kind: 'release', targets: 'a[1-3]', text: 'all yours' });
    expect([done.status, done.goTo]).toEqual([303, `/c/${secret}/?done=release`]);
    expect((await desk.page(secret)).html).toContain('3 nodes released already');
    await desk.t.create();
    sayReleases(desk.t.host, desk.desk.customers);
    expect(released(desk.t.host)).toEqual(['a1', 'a2', 'a3']);
    sayReleases(desk.t.host, desk.desk.customers);
    await desk.t.pass(1);
    expect((await desk.t.entries()).filter(({ kind }) => kind === 'release')).toHaveLength(3);
  });

  it('a counter-offer is taken in the zone of the customer', async () => {
    const desk = await openTwoCustomers(windowed());
    const { secret } = await desk.link(AURORA);
    const [from, to] = ['2031-07-09T20:00', '2031-07-10T02:00'];
    expect((await desk.send(secret, { kind: 'counter', from, to, text: '' })).goTo).toContain('done=counter');
    const said = must(
      desk.desk.customers.of(PLAN, AURORA).findLast(({ kind }) => kind === 'counter'),
      'a counter-offer',
    );
    expect(said.data).toEqual({ from: Date.UTC(2031, 6, 10), to: Date.UTC(2031, 6, 10, 6) });
    expect(momentOfField(from, ZONE)).toBe(said.data['from']);
    for (const wrong of [
      { from: to, to: from },
      { from: '', to },
      { from: '2020-01-01T00:00', to: '2020-01-02T00:00' },
    ]) {
      expect((await desk.send(secret, { kind: 'counter', ...wrong })).status).toBe(409);
    }
    expect(desk.desk.customers.of(PLAN, AURORA).filter(({ kind }) => kind === 'counter')).toHaveLength(1);
  });
});

describe('a run', () => {
  it("waits for its release; released by the form, their nodes are done and nobody else's", async () => {
    const desk = await openTwoCustomers();
    await desk.t.confirmed();
    await desk.t.pass(30);
    const { secret } = await desk.link(AURORA);
    expect((await desk.page(secret)).html).toContain('Ready, not begun on your nodes');
    expect(released(desk.t.host)).toEqual([]);
    const done = await desk.send(secret, { kind: 'release', targets: 'a[1-4]', text: 'go' });
    expect(done.status).toBe(303);
    expect(released(desk.t.host)).toEqual(['a1', 'a2', 'a3', 'a4']);
    await desk.t.until((host) => shown(host, 'a1') === 'draining' || shown(host, 'a1') === 'cleared', 'the drain of a1');
    expect((await desk.page(secret)).html).toContain('Under way');
    await desk.t.until((host) => ['a1', 'a2', 'a3', 'a4'].every((name) => shown(host, name) === 'returned'), 'the return of north');
    expect(['zz1', 'zz4'].map((name) => shown(desk.t.host, name))).toEqual(['in-service', 'in-service']);
    const entry = must(
      (await desk.t.entries()).find(({ kind }) => kind === 'release'),
      'an entry',
    );
    expect(entry.note).toMatchObject({ by: 'customer aurora', why: 'go' });
    const { html } = await desk.page(secret, 'done=release');
    expect(html).toContain('the nodes you named are released');
    expect(html).not.toMatch(OTHERS);
    expect((await desk.page(secret, 'done=%3Cb%3E')).html).not.toContain('class="notice');
  });

  it('what is not theirs is refused in the same words, whether it exists or not, and nothing is done', async () => {
    const desk = await openTwoCustomers();
    await desk.t.confirmed();
    const { secret } = await desk.link(AURORA);
    const words = async (targets: string, kind = 'release'): Promise<string> => {
      const { status, html } = await desk.send(secret, { kind, targets, text: '' });
      expect(status, targets).toBe(409);
      return must(/role="alert">(.*?)<\/div>/.exec(html)?.[1], 'a notice');
    };
    const foreign = await words('a1,zz1');
    expect(foreign).toContain('not among your nodes');
    expect(await words('a1,zz9')).toBe(foreign);
    expect(await words('n[1-9999999]')).toBe(foreign);
    expect(await words('zz[1-4]')).toBe(foreign);
    expect(await words('@cluster:south')).toBe(await words('@cluster:nowhere'));
    await words('');
    await words('a[1-');
    await words('zz1', 'recall');
    expect(released(desk.t.host)).toEqual([]);
    await desk.t.pass(1);
    expect((await desk.t.entries()).filter(({ kind }) => kind === 'release' || kind === 'recall')).toEqual([]);
    expect(desk.desk.customers.of(PLAN, AURORA)).toEqual([]);
    const acts = await desk.desk.acts.list(1, 100);
    expect(acts.map(({ outcome, by }) => [outcome, by])).toEqual(acts.map(() => ['refused', 'customer aurora']));
    expect(acts).toHaveLength(9);
  });

  it('recall without a name: all of theirs, and none of anybody else', async () => {
    const desk = await openTwoCustomers();
    await desk.t.confirmed();
    const [aurora, borealis] = [await desk.link(AURORA), await desk.link(BOREALIS)];
    for (const [{ secret }, targets] of [
      [aurora, 'a[1-4]'],
      [borealis, 'zz[1-4]'],
    ] as const) {
      expect((await desk.send(secret, { kind: 'release', targets })).status).toBe(303);
    }
    await desk.t.until((host) => shown(host, 'a1') === 'cleared' || shown(host, 'a1') === 'updating', 'work on a1');
    expect((await desk.send(aurora.secret, { kind: 'recall', targets: '', text: 'we need them' })).goTo).toContain('done=recall');
    const { state, program } = desk.t.host.chronicle;
    const recalled = program.targets.filter((name) => hasFlag(state, must(program.idOf.get(name), name), FLAG.recalled));
    expect(recalled).toEqual(['a1', 'a2', 'a3', 'a4']);
    await desk.t.untilState('settled', 'returned');
    expect((await desk.page(aurora.secret)).html).toContain('You recalled');
    expect((await desk.page(borealis.secret)).html).not.toMatch(/You recalled|a\[1|aurora|north/i);
  });

  it('an estimate is told from their own first drain on, and moves with the clock before it without being told', async () => {
    const desk = await openTwoCustomers();
    await desk.t.confirmed();
    const [aurora, borealis] = [await desk.link(AURORA), await desk.link(BOREALIS)];
    await desk.send(borealis.secret, { kind: 'release', targets: 'zz[1-4]' });
    await desk.t.until((host) => host.chronicle.timeZero !== null, 'time zero');
    await desk.t.pass(60);
    await desk.page(aurora.secret);
    expect(desk.desk.customers.of(PLAN, AURORA)).toEqual([]);
    await desk.send(aurora.secret, { kind: 'release', targets: 'a[1-4]' });
    await desk.t.until((host) => shown(host, 'a1') !== 'in-service', 'their first drain');
    const now = desk.t.clock.now();
    await desk.page(aurora.secret);
    const eta = must(
      desk.desk.customers.of(PLAN, AURORA).find(({ kind }) => kind === 'eta'),
      'an eta',
    );
    // Rehearsed by themselves, yet on the clock of a run that began an hour before.
    expect((eta.data['marks'] as { [q: string]: { p50Ms: number } })['95']?.p50Ms).toBeGreaterThan(now);
  });

  it('a recall that needs two people is only recorded, and the page says so', async () => {
    const plan = twoCustomersPlan();
    const desk = await openTwoCustomers({ ...plan, policy: { ...plan.policy, approval: { people: 2, of: ['recall'] } } });
    await desk.t.confirmed();
    const { secret } = await desk.link(AURORA);
    const { goTo } = await desk.send(secret, { kind: 'recall', targets: 'a1' });
    expect(goTo).toContain('done=asked');
    expect((await desk.page(secret, 'done=asked')).html).toContain('must say the same within an hour');
    const { state, program } = desk.t.host.chronicle;
    expect(program.targets.some((_, id) => hasFlag(state, id, FLAG.recalled))).toBe(false);
  });

  it('an estimate that moves is told anew', async () => {
    const plan = twoCustomersPlan();
    const [north] = plan.waves;
    const alone = { ...plan, waves: [must(north, 'a wave')], phases: [{ name: 'main', waves: ['north'] }] };
    const desk = await openTwoCustomers(alone);
    await desk.t.confirmed();
    const { secret } = await desk.link(AURORA);
    await desk.send(secret, { kind: 'release', targets: 'a[1-4]' });
    await desk.t.until((host) => host.chronicle.timeZero !== null, 'time zero');
    const etas = () => desk.desk.customers.of(PLAN, AURORA).filter(({ kind }) => kind === 'eta').length;
    const band = (min: number) => ({ p50Min: min, p90Min: min + 20 });
    for (const [min, expected] of [
      [100, 1],
      [101, 1],
      [130, 2],
    ] as const) {
      desk.eta = { frozen: null, rolling: { marks: { 50: band(min), 75: band(min), 95: band(min), 99: band(min) }, atMin: 1 } };
      await desk.page(secret);
      expect(etas()).toBe(expected);
    }
    expect((await desk.page(secret)).html).toContain('told to you');
  });
});

describe('forms', () => {
  it('work once, and only from a page of this link', async () => {
    const desk = await openTwoCustomers();
    const [aurora, other] = [await desk.link(AURORA), await desk.link(AURORA)];
    const csrf = csrfOf((await desk.page(aurora.secret)).html);
    const wish = { kind: 'later-validated' };
    for (const forged of ['', 'x', `${csrf}x`, csrf.replace(/^\d+/, '1'), `${csrf.slice(0, -1)}${csrf.endsWith('A') ? 'B' : 'A'}`]) {
      expect((await desk.send(aurora.secret, wish, forged)).status, forged).toBe(400);
    }
    expect((await desk.send(other.secret, wish, csrf)).status).toBe(400);
    expect((await desk.send(aurora.secret, wish, csrf)).status).toBe(303);
    const again = await desk.send(aurora.secret, wish, csrf);
    expect(again.status).toBe(409);
    expect(again.html).toContain('sent already');
    expect(desk.desk.customers.of(PLAN, AURORA).filter(({ kind }) => kind === 'later-validated')).toHaveLength(1);
    expect((await desk.send(aurora.secret, { kind: 'update', text: 'I am the lead' })).status).toBe(400);
  });

  it('grow old, and end with the server', () => {
    let now = 0;
    const forms = new Forms(() => now);
    const [secret, csrf] = ['psc_x', forms.make('psc_x')];
    expect(new Forms(() => now).take(secret, csrf)).toBe('stale');
    now = 7 * HOUR_MS;
    expect(forms.take(secret, csrf)).toBe('ok');
    expect(forms.take(secret, csrf)).toBe('again');
    now = 13 * HOUR_MS;
    expect(forms.take(secret, csrf)).toBe('stale');
  });
});

describe('links', () => {
  it('that never were, were forged or closed: nothing is there; expired: that is said', async () => {
    const desk = await openTwoCustomers();
    const [valid, closed, short] = [await desk.link(AURORA), await desk.link(AURORA), await desk.link(AURORA, 0.5)];
    await desk.desk.shares.revoke(closed.id, 'lead', 'sent to the wrong person');
    desk.deskClock.nowMs += 0.6 * 86_400_000;
    const forged = `${valid.secret.slice(0, -2)}${valid.secret.endsWith('AA') ? 'BB' : 'AA'}`;
    const form = new URLSearchParams({ kind: 'release', targets: 'a1' });
    const answers = new Set<string>();
    for (const secret of ['', 'psc_', '../etc', forged, closed.secret]) {
      const { status, html } = await desk.page(secret);
      answers.add(html);
      expect([
        status,
        (await desk.pages.feed(secret, 'txt', askWith(''))).status,
        (await desk.pages.act(secret, form, askWith(''))).status,
      ]).toEqual([404, 404, 404]);
    }
    expect(answers.size).toBe(1);
    const expired = await desk.page(short.secret);
    expect([expired.status, expired.html.includes('This link has expired')]).toEqual([410, true]);
    expect((await desk.pages.feed(short.secret, 'json', askWith(''))).status).toBe(410);
    expect((await desk.page(valid.secret)).status).toBe(200);
  });

  it('have a feed for programs, with nothing of others', async () => {
    const desk = await openTwoCustomers();
    await desk.t.confirmed();
    const { secret } = await desk.link(AURORA);
    await desk.send(secret, { kind: 'release', targets: 'a[1-2]' });
    await desk.t.until((host) => shown(host, 'a2') === 'returned' && shown(host, 'a1') === 'returned', 'two back');
    expect((await desk.pages.feed(secret, 'txt', askWith('state=returned'))).body).toBe('a[1-2]\n');
    expect((await desk.pages.feed(secret, 'txt', askWith('state=untouched'))).body).toBe('a[3-4]\n');
    const { body } = await desk.pages.feed(secret, 'json', askWith(''));
    expect(JSON.parse(body)).toMatchObject({ schema: 1, clusters: ['north'], nodes: { returned: { nodes: 'a[1-2]', count: 2 } } });
    expect(body + (await desk.pages.feed(secret, 'txt', askWith(''))).body).not.toMatch(OTHERS);
  });
});
