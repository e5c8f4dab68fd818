import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openTestApi, type TestApi, type TestApiWishes } from '../../../test/api-server.ts';

const HOUR_MS = 3_600_000;

let api: TestApi;
const opened: TestApi[] = [];

beforeAll(async () => {
  api = await openTestApi();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
afterAll(() => api.close());

async function open(wishes: TestApiWishes): Promise<TestApi> {
  const made = await openTestApi(wishes);
  opened.push(made);
  return made;
}

async function messageOf(answer: Response): Promise<string> {
  const { json } = (await answer.json()) as { json: { message: string } };
  return json.message;
}

interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | readonly string[];
}

/** As no browser and no fetch would send it: any Host, any path, a body in pieces without a length. */
function raw(to: TestApi, { method = 'GET', path, headers = {}, body }: Raw): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(to.url);
    const sent = request({ hostname, port, method, path, headers, setHost: false, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    if (headers['host'] === undefined) sent.setHeader('host', to.host);
    if (typeof body === 'string') sent.end(body);
    else {
      for (const part of body ?? []) sent.write(part);
      sent.end();
    }
  });
}

describe('who calls', () => {
  it('nobody without a token', async () => {
    expect((await api.rpc('server.info', {}, {})).status).toBe(401);
    expect((await fetch(`${api.url}/api/server`)).status).toBe(401);
  });

  it('a token in the query string is no token', async () => {
    const { secret } = await api.mint('admin');
    for (const name of ['token', 'access_token', 'authorization']) {
      expect((await fetch(`${api.url}/api/server?${name}=${secret}`)).status).toBe(401);
    }
  });

  it('an expired token, which is told so', async () => {
    const late = await open({});
    const { secret } = await late.mint('admin');
    late.pass(25 * HOUR_MS);
    const answer = await late.rpc('server.who', {}, bearer(secret));
    expect(answer.status).toBe(401);
    expect(await messageOf(answer)).toContain('expired');
  });

  it('a revoked and an unknown token, in the same words', async () => {
    const { id, secret } = await api.mint('admin');
    await api.desk.tokens.revoke(id, 'test', 'lost');
    const revoked = await api.rpc('server.info', {}, bearer(secret));
    const unknown = await api.rpc('server.info', {}, bearer(`pst_${'A'.repeat(43)}`));
    const nonsense = await api.rpc('server.info', {}, bearer('hello'));
    expect([revoked.status, unknown.status, nonsense.status]).toEqual([401, 401, 401]);
    const words = await messageOf(revoked);
    expect(await messageOf(unknown)).toBe(words);
    expect(await messageOf(nonsense)).toBe(words);
  });

  it('another scheme than Bearer', async () => {
    const { secret } = await api.mint('admin');
    expect((await api.rpc('server.info', {}, { authorization: `Basic ${btoa(`x:${secret}`)}` })).status).toBe(401);
  });

  it('revoking ends the sessions that the token opened', async () => {
    const admin = await api.mint('admin');
    const { id, secret } = await api.mint('viewer');
    const { cookie } = await api.signIn(secret);
    expect((await api.rpc('server.info', {}, { cookie })).status).toBe(200);
    expect((await api.rpc('people.revoke', { id, reason: 'lost' }, bearer(admin.secret))).status).toBe(200);
    expect((await api.rpc('server.info', {}, { cookie })).status).toBe(401);
  });

  it('this machine without a token only while nothing says that others may come', async () => {
    const here = await open({ doors: { requireToken: false } });
    const who = (await (await here.rpc('server.who', {}, {})).json()) as { json: unknown };
    expect(who.json).toMatchObject({ role: 'admin', via: 'loopback' });
    expect(here.log.join('\n')).toContain('no token is asked for');
    expect((await here.rpc('server.info', {}, { 'x-forwarded-for': '203.0.113.9' })).status, 'a proxy stands before it').toBe(401);
    for (const doors of [{ trustProxy: true }, { names: ['pitstop.example.org'] }]) {
      const others = await open({ doors: { requireToken: false, ...doors } });
      expect((await others.rpc('server.info', {}, {})).status).toBe(401);
    }
  });

  it('other machines never without a token', async () => {
    await expect(openTestApi({ doors: { tcp: [{ host: '0.0.0.0', port: 0 }] } })).rejects.toThrow(/pitstop token mint --role admin/);
  });
});

describe('forged by other sites', () => {
  it('a session acts only with its value, and looks without', async () => {
    const { secret } = await api.mint('admin');
    const { cookie, csrf } = await api.signIn(secret);
    const other = await api.signIn(secret);
    const act = { name: 'ci', role: 'viewer', customer: null, days: 1, reason: 'test' };
    expect((await api.rpc('people.mint', act, { cookie })).status, 'missing').toBe(403);
    expect((await api.rpc('people.mint', act, { cookie, 'x-pitstop-csrf': 'x' })).status, 'wrong').toBe(403);
    expect((await api.rpc('people.mint', act, { cookie, 'x-pitstop-csrf': other.csrf })).status, "another session's").toBe(403);
    expect((await api.rpc('people.mint', act, { cookie, 'x-pitstop-csrf': csrf })).status).toBe(200);
    expect((await api.rpc('people.tokens', {}, { cookie })).status).toBe(200);
  });

  it('a foreign Origin, a foreign Sec-Fetch-Site, and a page without an origin', async () => {
    const { secret } = await api.mint('admin');
    const { cookie } = await api.signIn(secret);
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: `http://${api.host}.evil.example` },
      { origin: 'http://127.0.0.1:1' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: `http://${api.host}` },
    ]) {
      expect((await api.rpc('people.tokens', {}, { cookie, ...headers })).status, JSON.stringify(headers)).toBe(403);
      const signIn = await fetch(`${api.url}/sign-in`, { method: 'POST', body: JSON.stringify({ token: secret }), headers });
      expect(signIn.status, `sign-in, ${JSON.stringify(headers)}`).toBe(403);
    }
    const own = { origin: `http://${api.host}`, 'sec-fetch-site': 'same-origin' };
    expect((await api.rpc('people.tokens', {}, { cookie, ...own })).status).toBe(200);
    expect((await api.rpc('people.tokens', {}, { ...bearer(secret), origin: 'https://evil.example' })).status, 'a token is no cookie').toBe(
      200,
    );
  });

  it('a foreign Host', async () => {
    for (const host of ['evil.example', `evil.example:${new URL(api.url).port}`, '127.0.0.1', '127.0.0.1:1', '']) {
      const { status } = await raw(api, { path: '/api/server/who', headers: { host } });
      expect([400, 421], `Host: ${host}`).toContain(status);
    }
    const { port } = new URL(api.url);
    expect((await raw(api, { path: '/api/server/who', headers: { host: `localhost:${port}` } })).status).toBe(200);
    const named = await open({ doors: { names: ['pitstop.example.org'] } });
    expect((await raw(named, { path: '/api/server/who', headers: { host: 'pitstop.example.org' } })).status).toBe(200);
  });
});

describe('what is sent', () => {
  it('a body that is too large, with its length and without', async () => {
    const small = await open({ given: { sizes: { usual: 1_000, document: 4_000, ownersDocument: 8_000 } } });
    const { secret } = await small.mint('admin');
    const headers = { ...bearer(secret), 'content-type': 'application/json' };
    const body = (bytes: number): string => JSON.stringify({ json: { text: 'x'.repeat(bytes), folder: '/', reason: 'x' } });
    const post = (path: string, given: Raw['body']) =>
      raw(small, { method: 'POST', path, headers, ...(given === undefined ? {} : { body: given }) });
    expect((await post('/rpc/people/revoke', body(2_000))).status).toBe(413);
    expect((await post('/rpc/people/revoke', [body(2_000).slice(0, 500), body(2_000).slice(500)])).status).toBe(413);
    expect((await post('/sign-in', body(2_000))).status).toBe(413);
    expect((await post('/rpc/plans/keep', body(2_000))).status, 'a document may be larger').not.toBe(413);
    expect((await post('/api/plans/keep', body(2_000))).status, 'over REST too').not.toBe(413);
    expect((await post('/rpc/plans/keep', body(5_000))).status).toBe(413);
    expect((await post('/api/plans/keep', [body(5_000).slice(0, 2_000), body(5_000).slice(2_000)])).status).toBe(413);
  });

  it('JSON that is none, or of the wrong shape: 400', async () => {
    const { secret } = await api.mint('admin');
    const headers = { ...bearer(secret), 'content-type': 'application/json' };
    for (const path of ['/rpc/people/mint', '/api/tokens']) {
      for (const body of ['{bad', '', '[]', 'null', '{"json":{"name":7}}', '{"json":{},"meta":[[9,"__proto__"]]}']) {
        const { status, text } = await raw(api, { method: 'POST', path, headers, body });
        expect(status, `${path} ${body}`).toBe(400);
        expect(text).not.toMatch(/\bat .*\.(ts|mjs|js):\d+/);
      }
    }
    expect((await fetch(`${api.url}/sign-in`, { method: 'POST', body: '{bad' })).status).toBe(400);
  });

  it('a method that is not allowed, a HEAD among them', async () => {
    const { secret } = await api.mint('admin');
    const headers = bearer(secret);
    const input = encodeURIComponent(JSON.stringify({ json: { name: 'x', role: 'viewer', customer: null, days: 1, reason: 'x' } }));
    const before = api.desk.tokens.list().length;
    for (const method of ['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET']) {
      expect((await raw(api, { method, path: `/rpc/people/mint?data=${input}`, headers })).status, `${method} /rpc`).toBe(405);
    }
    expect(api.desk.tokens.list()).toHaveLength(before);
    for (const method of ['PUT', 'DELETE', 'OPTIONS']) {
      expect((await raw(api, { method, path: '/api/tokens', headers })).status, `${method} /api`).toBe(405);
    }
    expect((await raw(api, { method: 'POST', path: '/api/server', headers })).status, 'a look over REST is a GET').toBe(405);
    expect((await raw(api, { method: 'DELETE', path: '/', headers })).status).toBe(405);
  });
});

describe('how often', () => {
  it('calls, per caller and per address, with the seconds to wait', async () => {
    const limited = await open({
      given: { limits: { callsPerMinute: 5, signInsPerTenMinutes: 20, streams: 20 } },
      doors: { trustProxy: true },
    });
    const { secret } = await limited.mint('viewer');
    const from = (address: string) => limited.rpc('server.info', {}, { ...bearer(secret), 'x-forwarded-for': address });
    for (let i = 0; i < 5; i++) expect((await from('198.51.100.1')).status).toBe(200);
    const sameAddress = await from('198.51.100.1');
    expect(sameAddress.status).toBe(429);
    expect(Number(sameAddress.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from('198.51.100.2')).status, 'the same caller from elsewhere').toBe(429);
    const unnamed = await limited.rpc('server.who', {}, { 'x-forwarded-for': '198.51.100.3' });
    expect(unnamed.status, 'somebody else from elsewhere').toBe(200);
  });

  it('failed sign-ins, per address, also for the right token then', async () => {
    const limited = await open({ given: { limits: { callsPerMinute: 1e6, signInsPerTenMinutes: 3, streams: 20 } } });
    const { secret } = await limited.mint('viewer');
    const signIn = (token: string) => fetch(`${limited.url}/sign-in`, { method: 'POST', body: JSON.stringify({ token }) });
    expect((await signIn(secret)).status).toBe(200);
    for (let i = 0; i < 3; i++) expect((await signIn('pst_wrong')).status).toBe(401);
    const refused = await signIn(secret);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('secrets', () => {
  it('are neither in the book of acts nor in the log', async () => {
    const { secret } = await api.mint('admin');
    const { cookie, csrf } = await api.signIn(secret);
    const made = await api.rpc(
      'people.mint',
      { name: 'ci', role: 'viewer', customer: null, days: 1, reason: `for ${secret}` },
      bearer(secret),
    );
    const minted = ((await made.json()) as { json: { secret?: string } }).json.secret ?? '';
    await api.rpc('people.revoke', { id: secret, reason: `it was ${secret}` }, bearer(secret));
    await fetch(`${api.url}/sign-in`, { method: 'POST', body: JSON.stringify({ token: `${secret}x` }) });
    const told = JSON.stringify(await api.desk.acts.list(1, 1_000)) + api.log.join('\n');
    for (const one of [secret, minted, csrf, cookie.split('=')[1] ?? '']) {
      if (one !== '') expect(told.includes(one), `${one.slice(0, 8)}...`).toBe(false);
    }
    expect(told).toContain('people.revoke');
  });
});
