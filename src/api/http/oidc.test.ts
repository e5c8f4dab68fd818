import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, type TestApi } from '../../../test/api-server.ts';
import { parseOidc, readClientSecret } from '../../files/oidc-file.ts';
import { must } from '../../std/assert.ts';
import { openOidc } from '../auth/oidc.ts';

const SECRET = 'a-secret-of-the-client';
/** What the provider says of people. */
const GROUPS: { readonly [login: string]: readonly string[] } = { ana: ['staff', 'gpu-leads'], carl: ['acme'], eve: [] };

let provider: Server;
let issuer: string;
let api: TestApi;

beforeAll(async () => {
  provider = createServer();
  await new Promise<void>((resolve) => {
    provider.listen(0, '127.0.0.1', resolve);
  });
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const config = parseOidc(
    `{issuer: "${issuer}", clientId: pitstop, clientSecret: {env: OIDC_SECRET}, name: Site login, scope: openid profile groups, roles: [
      {claim: groups, equals: gpu-leads, role: approver}, {claim: groups, equals: acme, role: customer, customer: acme}]}`,
    'oidc.yaml',
  );
  const secret = readClientSecret(config, 'oidc.yaml', { OIDC_SECRET: SECRET });
  api = await openTestApi({ doors: { oidc: openOidc(config, secret) } });
  provider.on('request', makeProvider(issuer, `${api.url}/oidc/callback`).callback());
});
afterAll(async () => {
  await api.close();
  provider.closeAllConnections();
  await new Promise((resolve) => {
    provider.close(resolve);
  });
});

function makeProvider(of: string, redirect: string): Provider {
  return new Provider(of, {
    clients: [{ client_id: 'pitstop', client_secret: SECRET, redirect_uris: [redirect] }],
    cookies: { keys: ['only for this test'] },
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'groups'],
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: sub, groups: GROUPS[sub] ?? [] }),
    }),
  });
}

/** A browser as far as this needs one: cookies by host and path, and where a page leads. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async open(url: string, form?: { readonly [field: string]: string }): Promise<Response> {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: this.cookies(url) },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const path = /path=([^;]*)/i.exec(set)?.[1] ?? '/';
      this.#cookies.set(`${new URL(url).host} ${path} ${pair.split('=')[0]}`, pair);
    }
    return answer;
  }

  cookies(url: string): string {
    const { host, pathname } = new URL(url);
    return [...this.#cookies]
      .filter(([key]) => key.startsWith(`${host} `) && pathname.startsWith(key.split(' ')[1] ?? '/'))
      .map(([, pair]) => pair)
      .join('; ');
  }

  /** Through the provider's forms until it sends the browser away. Resolves with where to: the callback, not yet opened. */
  async logInAs(login: string, to = '/'): Promise<string> {
    let at = new URL(
      must((await this.open(`${api.url}/oidc/start?to=${encodeURIComponent(to)}`)).headers.get('location'), 'where to sign in'),
    );
    for (let step = 0; step < 12; step++) {
      if (at.href.startsWith(api.url)) return at.href;
      const page = await this.open(at.href);
      const next = page.headers.get('location');
      if (next !== null) {
        at = new URL(next, at);
        continue;
      }
      const html = await page.text();
      const action = new URL(must(/action="([^"]+)"/.exec(html)?.[1], `a form in ${html}`), at);
      const prompt = must(/name="prompt" value="(\w+)"/.exec(html)?.[1], 'a prompt');
      const sent = await this.open(action.href, prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
      at = new URL(must(sent.headers.get('location'), 'where a form leads'), action);
    }
    throw new Error(`the provider does not let ${login} go`);
  }
}

async function whoIs(browser: Browser): Promise<unknown> {
  const answer = await fetch(`${api.url}/api/server/who`, { headers: { cookie: browser.cookies(`${api.url}/`) } });
  return answer.json();
}

describe('signing in with a provider', () => {
  it('gives the role of the first rule that fits', async () => {
    const browser = new Browser();
    const callback = await browser.logInAs('ana', '/runs/r1');
    const back = await browser.open(callback);
    expect([back.status, back.headers.get('location')]).toEqual([303, '/runs/r1']);
    expect(await whoIs(browser)).toMatchObject({
      name: 'ana',
      role: 'approver',
      customer: null,
      via: 'session',
      signIn: { oidc: 'Site login' },
    });
    const acts = await api.desk.acts.list(1, 100);
    expect(acts.at(-1)).toMatchObject({ by: 'ana', procedure: 'sign-in', outcome: 'done' });
    expect((await browser.open(callback)).status, 'the same way back a second time').toBe(403);
  });

  it('makes a customer a customer', async () => {
    const browser = new Browser();
    await browser.open(await browser.logInAs('carl'));
    expect(await whoIs(browser)).toMatchObject({ name: 'carl', role: 'customer', customer: 'acme' });
  });

  it('refuses whom no rule names', async () => {
    const browser = new Browser();
    const back = await browser.open(await browser.logInAs('eve'));
    expect(back.status).toBe(403);
    expect(await back.text()).toContain('gives you no role here');
    expect(await whoIs(browser)).toMatchObject({ name: 'nobody' });
  });

  it('refuses a way back that was begun in another browser, or changed', async () => {
    const [mine, theirs] = [new Browser(), new Browser()];
    const callback = await mine.logInAs('ana');
    expect((await theirs.open(callback)).status, 'no flow of their own').toBe(403);
    await theirs.open(`${api.url}/oidc/start`);
    expect((await theirs.open(callback)).status, 'a flow with another state').toBe(403);
    expect(api.log.at(-1)).toContain('unexpected "state"');
    const forged = new URL(callback);
    forged.searchParams.set('code', 'guessed');
    expect((await mine.open(forged.href)).status).toBe(403);
    expect(await whoIs(theirs)).toMatchObject({ name: 'nobody' });
    expect(api.log.join('\n')).not.toContain(SECRET);
  });

  it('says so when the provider does not answer', async () => {
    const config = parseOidc(
      '{issuer: "http://127.0.0.1:9", clientId: x, clientSecret: {env: X}, roles: [{claim: a, equals: b, role: viewer}]}',
      'oidc.yaml',
    );
    const alone = await openTestApi({ doors: { oidc: openOidc(config, 'x') } });
    try {
      expect((await fetch(`${alone.url}/oidc/start`, { redirect: 'manual' })).status).toBe(502);
    } finally {
      await alone.close();
    }
  });

  it('is not there without one', async () => {
    const without = await openTestApi();
    try {
      expect((await fetch(`${without.url}/oidc/start`)).status).toBe(404);
    } finally {
      await without.close();
    }
  });
});
