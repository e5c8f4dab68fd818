import { afterEach, describe, expect, it } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../../test/api-server.ts';
import { AURORA, BOREALIS, csrfOf, openTwoCustomers, PLAN, type TwoCustomers } from '../../../test/two-customers.ts';
import type { Role } from '../../core/roles.ts';
import { hasFlag } from '../../core/run/state.ts';
import { FLAG } from '../../core/run/states.ts';

const DAY_MS = 86_400_000;
const opened: TestApi[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()));
});

interface There {
  readonly api: TestApi;
  readonly two: TwoCustomers;
  readonly mint: (role: Role, customer?: string) => Promise<string>;
  /** Status, and what came back as JSON. */
  readonly call: (as: string, procedure: string, input: object) => Promise<readonly [number, unknown]>;
}

async function open(): Promise<There> {
  const two = await openTwoCustomers();
  two.deskClock.nowMs = Date.now();
  const api = await openTestApi({ parts: { ...two.parts, customerPages: two.pages } });
  opened.push(api);
  const mint = async (role: Role, customer: string | null = null): Promise<string> => {
    const name = customer === null ? `${role} 1` : `ada of ${customer}`;
    const order = { name, role, customer, expiresAt: two.deskClock.nowMs + DAY_MS, by: 'test', why: 'test' };
    return (await two.desk.tokens.mint(order)).secret;
  };
  return {
    api,
    two,
    mint,
    call: async (as, procedure, input) => {
      const answer = await api.rpc(`customers.${procedure}`, input, bearer(as));
      return [answer.status, ((await answer.json()) as { json: unknown }).json];
    },
  };
}

const ABOUT = { plan: PLAN, customer: AURORA };

function released({ t }: TwoCustomers): string[] {
  const { state, program } = t.host.chronicle;
  return program.targets.filter((_, id) => hasFlag(state, id, FLAG.released));
}

describe('links', () => {
  it('are opened for customers of the plan, lead to their page, and close', async () => {
    const { api, mint, call } = await open();
    const [operator, viewer] = [await mint('operator'), await mint('viewer')];
    const wish = { ...ABOUT, days: 3, reason: 'July window' };
    expect((await call(viewer, 'share', wish))[0]).toBe(403);
    expect((await call(operator, 'share', { ...wish, customer: 'nobody' }))[0]).toBe(404);
    expect((await call(operator, 'share', { ...wish, plan: 'f00df00d' }))[0]).toBe(404);
    const [status, made] = await call(operator, 'share', wish);
    const { share, path } = made as { share: { id: string }; path: string };
    expect([status, path]).toEqual([200, expect.stringMatching(/^\/c\/psc_[\w-]{43}$/)]);
    const page = await fetch(`${api.url}${path}`);
    expect([page.status, page.redirected, page.url]).toEqual([200, true, `${api.url}${path}/`]);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'none'");
    const [, list] = await call(viewer, 'shares', { plan: PLAN.slice(0, 8) });
    expect(list).toMatchObject([{ id: share.id, customer: AURORA, createdBy: 'operator 1', revokedAt: null }]);
    expect(JSON.stringify(list)).not.toContain(path.slice('/c/'.length));
    expect((await call(operator, 'unshare', { share: share.id, reason: 'sent to the wrong person' }))[0]).toBe(200);
    expect((await fetch(`${api.url}${path}/`)).status).toBe(404);
    expect((await call(operator, 'unshare', { share: 'ffffffffffff', reason: 'gone' }))[0]).toBe(409);
  });

  it('work in a browser: the form, the answer after it, and the feed', async () => {
    const { api, two } = await open();
    await two.t.confirmed();
    const { secret } = await two.link(AURORA);
    const home = `${api.url}/c/${secret}/`;
    const form = { kind: 'release', targets: 'a[1-2]', text: '', csrf: csrfOf(await (await fetch(home)).text()) };
    const acted = await fetch(`${home}acts`, { method: 'POST', body: new URLSearchParams(form), headers: { origin: 'null' } });
    expect([acted.status, acted.url]).toEqual([200, `${home}?done=release`]);
    expect(await acted.text()).toContain('the nodes you named are released');
    expect(released(two)).toEqual(['a1', 'a2']);
    expect(await (await fetch(`${home}nodes.txt?state=untouched`)).text()).toBe('a[1-4]\n');
    expect((await fetch(`${home}acts`)).url).toBe(home);
  });
});

describe('acts', () => {
  it('of a customer are about their own, of the lead in their name, of a viewer none', async () => {
    const { two, mint, call } = await open();
    await two.t.confirmed();
    const [aurora, borealis] = [await mint('customer', AURORA), await mint('customer', BOREALIS)];
    const [viewer, operator] = [await mint('viewer'), await mint('operator')];
    const wish = { ...ABOUT, kind: 'release', targets: 'a1', text: 'go on' };
    expect((await call(borealis, 'act', wish))[0]).toBe(403);
    expect((await call(viewer, 'act', wish))[0]).toBe(403);
    expect((await call(aurora, 'act', { ...wish, targets: 'a1,zz1' }))[0]).toBe(409);
    expect(released(two)).toEqual([]);
    expect(await call(aurora, 'act', wish)).toEqual([200, { leaves: expect.stringContaining('1 released') }]);
    expect((await call(aurora, 'act', wish))[0]).toBe(409);
    expect((await call(operator, 'act', { ...wish, targets: 'a2', text: 'by telephone' }))[0]).toBe(200);
    expect((await call(operator, 'act', { ...wish, targets: 'zz1' }))[0]).toBe(409);
    expect(released(two)).toEqual(['a1', 'a2']);
    await two.t.pass(1);
    const entries = (await two.t.entries()).filter(({ kind }) => kind === 'release');
    expect(entries.map(({ note }) => [note?.by, note?.why])).toEqual([
      ['customer aurora', 'go on'],
      ['operator 1', 'for customer aurora: by telephone'],
    ]);
    const counter = { ...ABOUT, kind: 'counter', targets: null, text: 'two hours later, please' };
    expect((await call(aurora, 'act', counter))[0]).toBe(200);
    expect((await call(aurora, 'act', { ...counter, text: ' ' }))[0]).toBe(409);
  });

  it('what was said: all of it to a viewer, to the customer nothing of others and no names of staff', async () => {
    const { two, mint, call } = await open();
    const [aurora, borealis] = [await mint('customer', AURORA), await mint('customer', BOREALIS)];
    const [viewer, operator] = [await mint('viewer'), await mint('operator')];
    const text = 'borealis had zz3 back at nine; ask operator 1';
    expect((await call(aurora, 'update', { ...ABOUT, text }))[0]).toBe(403);
    expect((await call(operator, 'update', { ...ABOUT, text }))[0]).toBe(200);
    await call(aurora, 'act', { ...ABOUT, kind: 'later-validated', targets: null, text: '' });
    expect((await call(viewer, 'said', ABOUT))[1]).toMatchObject([{ by: 'operator 1', kind: 'update', text }, { by: 'ada of aurora' }]);
    const [, own] = await call(aurora, 'said', ABOUT);
    expect(own).toMatchObject([
      { by: 'maintenance team', role: 'lead', kind: 'update' },
      { by: 'ada of aurora', role: 'customer', kind: 'later-validated' },
    ]);
    expect(JSON.stringify(own)).not.toMatch(/borealis|zz3|operator 1/);
    expect((await call(borealis, 'said', ABOUT))[0]).toBe(403);
    // To a customer, a plan of others is like one that is not there, and nobody learns which ids begin alike.
    const other = { ...two.t.plan, id: `${PLAN.slice(0, 60)}0000`, waves: two.t.plan.waves.slice(1) };
    await two.desk.plans.keep({ id: other.id, text: JSON.stringify(other), change: null, policy: null, summary: {}, by: 'x', why: 'y' });
    const misses = [];
    for (const plan of [other.id, PLAN.slice(0, 8), 'f00df00d']) misses.push(await call(aurora, 'said', { ...ABOUT, plan }));
    expect(misses.map(([status]) => status)).toEqual([404, 404, 404]);
    expect(new Set(misses.map(([, json]) => JSON.stringify(json))).size).toBe(1);
  });

  it('why it is done and whom to ask stand at their place on the page, the last one said, and are no news', async () => {
    const { two, mint, call } = await open();
    const operator = await mint('operator');
    const tell = (about: string, text: string): Promise<readonly [number, unknown]> => call(operator, 'update', { ...ABOUT, about, text });
    await tell('why', 'a security hole in the old image');
    await tell('why', 'the new driver for CUDA 13');
    await tell('contact', 'the desk, extension 4711');
    await tell('news', 'we begin at nine');
    const { secret } = await two.link(AURORA);
    const { html } = await two.page(secret);
    expect(html).toContain('the new driver for CUDA 13');
    expect(html).toContain('the desk, extension 4711');
    expect(html).toContain('we begin at nine');
    expect(html).not.toContain('security hole');
    expect(html.split('extension 4711').length).toBe(2);
  });

  it('a counter-offer with its times is kept with them; one that ends before it begins is refused', async () => {
    const { two, mint, call } = await open();
    const aurora = await mint('customer', AURORA);
    const [from, to] = ['2041-07-09T09:00:00-04:00', '2041-07-09T17:00:00-04:00'];
    const offer = { ...ABOUT, kind: 'counter', targets: null, text: '' };
    expect((await call(aurora, 'act', { ...offer, window: { from: to, to: from } }))[0]).toBe(409);
    expect((await call(aurora, 'act', { ...offer, window: { from: 'tomorrow', to } }))[0]).toBe(400);
    expect((await call(aurora, 'act', { ...offer, window: { from, to } }))[0]).toBe(200);
    const kept = two.desk.customers.of(PLAN, AURORA).filter(({ kind }) => kind === 'counter');
    expect(kept.map(({ data }) => data)).toEqual([{ from: Date.parse(from), to: Date.parse(to) }]);
  });
});
