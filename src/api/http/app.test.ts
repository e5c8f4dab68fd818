import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openTestApi, type TestApi, type TestApiWishes } from '../../../test/api-server.ts';
import { connect } from '../../cli/client.ts';
import { os } from '../os.ts';

const HTML = { accept: 'text/html' };
const folder = mkdtempSync(join(tmpdir(), 'pitstop-console-'));
const build = join(folder, 'build');

let api: TestApi;
const opened: TestApi[] = [];

beforeAll(async () => {
  mkdirSync(join(build, '_app/immutable'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'not for you');
  writeFileSync(join(build, 'index.html'), '<p>console');
  writeFileSync(join(build, 'index.html.br'), 'brotli');
  writeFileSync(join(build, '_app/immutable/start.js'), 'start()');
  writeFileSync(join(build, '_app/immutable/start.js.gz'), 'gzipped');
  writeFileSync(join(build, '.hidden.json'), 'not for you');
  mkdirSync(join(build, 'folder.js'));
  api = await openTestApi({ doors: { consoleFolder: build } });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

async function open(wishes: TestApiWishes): Promise<TestApi> {
  const made = await openTestApi(wishes);
  opened.push(made);
  return made;
}

/** With the path exactly as written. */
function get(path: string, headers: { readonly [name: string]: string } = {}): Promise<{ status: number; text: string; encoding: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const sent = request({ hostname, port, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, encoding: answer.headers['content-encoding'] ?? '' }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe("the console's files", () => {
  it('as they are, compressed where the browser takes it, and one page for every other path', async () => {
    expect(await get('/', HTML)).toEqual({ status: 200, text: '<p>console', encoding: '' });
    expect(await get('/runs/r1?view=map', { ...HTML, 'accept-encoding': 'gzip, br' })).toEqual({
      status: 200,
      text: 'brotli',
      encoding: 'br',
    });
    expect(await get('/_app/immutable/start.js', { 'accept-encoding': 'gzip' })).toEqual({
      status: 200,
      text: 'gzipped',
      encoding: 'gzip',
    });
    expect((await get('/runs/r1', { accept: 'application/json' })).status, 'not for a program').toBe(404);
    expect((await get('/_app/immutable/gone.js', HTML)).status, 'an old page asks for an old file').toBe(404);
    expect((await get('/folder.js')).status).toBe(404);
  });

  it('for ever where the name tells the content, else asked for again', async () => {
    const start = await fetch(`${api.url}/_app/immutable/start.js`);
    expect(start.headers.get('cache-control')).toContain('immutable');
    const page = await fetch(`${api.url}/`, { headers: HTML });
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(`${api.url}/`, { headers: { ...HTML, 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
    expect((await fetch(`${api.url}/`, { method: 'HEAD', headers: HTML })).headers.get('content-length')).toBe('10');
  });

  it('and nothing else of this machine', async () => {
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e%2fsecret.txt',
      '/_app/../../secret.txt',
      '/..%5csecret.txt',
      '/%00/../secret.txt',
      '/%c0%ae%c0%ae/secret.txt',
      '/.hidden.json',
      `/${join(folder, 'secret.txt')}`,
      `//${join(folder, 'secret.txt')}`,
    ]) {
      const { status, text } = await get(path);
      expect(status, path).toBe(404);
      expect(text).not.toContain('not for you');
    }
  });

  it('are missed with words that say how to build them', async () => {
    const bare = await open({ doors: { consoleFolder: join(folder, 'nothing') } });
    const answer = await fetch(`${bare.url}/`, { headers: HTML });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build:web');
  });
});

describe('headers', () => {
  it('forbid scripts on our own pages, and leave the console its own', async () => {
    const policy = async (path: string): Promise<string> =>
      (await fetch(`${api.url}${path}`, { headers: HTML })).headers.get('content-security-policy') ?? '';
    expect(await policy('/')).not.toMatch(/script-src|default-src/);
    expect(await policy('/')).toContain("frame-ancestors 'none'");
    expect(await policy('/api/reference')).toContain("script-src 'none'");
    expect(await policy('/api/server/who')).toContain("default-src 'none'");
  });

  it('keep secret addresses secret, and answers out of caches', async () => {
    const shared = await fetch(`${api.url}/c/psc_x`, { headers: HTML });
    expect(shared.status).toBe(404);
    expect(shared.headers.get('referrer-policy')).toBe('no-referrer');
    const who = await fetch(`${api.url}/api/server/who`);
    expect(who.headers.get('referrer-policy')).toBe('same-origin');
    expect(who.headers.get('cache-control')).toBe('no-store');
    expect(who.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('say https only behind a proxy that is believed', async () => {
    const behind = await open({ doors: { trustProxy: true } });
    const { secret } = await behind.mint('viewer');
    for (const [to, isSecure] of [
      [behind, true],
      [api, false],
    ] as const) {
      const token = to === behind ? secret : (await api.mint('viewer')).secret;
      const headers = { 'x-forwarded-proto': 'https' };
      const answer = await fetch(`${to.url}/sign-in`, { method: 'POST', body: JSON.stringify({ token }), headers });
      expect(answer.headers.has('strict-transport-security')).toBe(isSecure);
      expect(answer.headers.getSetCookie()[0]?.includes('Secure')).toBe(isSecure);
    }
  });
});

describe('signing in', () => {
  it('gives a cookie that no script can read, and ends', async () => {
    const { secret } = await api.mint('operator');
    const body = new URLSearchParams({ token: secret });
    const answer = await fetch(`${api.url}/sign-in`, { method: 'POST', body, redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    const set = answer.headers.getSetCookie()[0] ?? '';
    expect(set).toMatch(/^pitstop_session=pss_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = set.split(';')[0] ?? '';
    const who = (await (await api.rpc('server.who', {}, { cookie })).json()) as { json: { csrf: string } };
    expect(who.json).toMatchObject({ name: 'operator 1', role: 'operator', via: 'session' });
    expect(who.json.csrf).toMatch(/^[\w-]{43}$/);
    await fetch(`${api.url}/sign-out`, { method: 'POST', headers: { cookie } });
    expect((await api.rpc('server.info', {}, { cookie })).status).toBe(401);
    const after = (await (await api.rpc('server.who', {}, { cookie })).json()) as { json: unknown };
    expect(after.json, 'who asks is told how to sign in').toMatchObject({ name: 'nobody', signIn: { token: true, oidc: null } });
  });

  it('goes on to a page of this server, and to no other', async () => {
    const { secret } = await api.mint('operator');
    const leadsTo = async (token: string, to: string): Promise<string | null> => {
      const body = new URLSearchParams({ token, to });
      return (await fetch(`${api.url}/sign-in`, { method: 'POST', body, redirect: 'manual' })).headers.get('location');
    };
    expect(await leadsTo(secret, '/runs/r1?view=map')).toBe('/runs/r1?view=map');
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', '/\n/evil.example', 'runs', '']) {
      expect(await leadsTo(secret, to), JSON.stringify(to)).toBe('/');
    }
    expect(await leadsTo('pst_wrong', '/runs')).toBe('/sign-in?error=unknown&to=%2Fruns');
  });

  it('ends the session that was there before', async () => {
    const { secret } = await api.mint('operator');
    const { cookie } = await api.signIn(secret);
    await fetch(`${api.url}/sign-in`, { method: 'POST', body: JSON.stringify({ token: secret }), headers: { cookie } });
    expect((await api.rpc('server.info', {}, { cookie })).status).toBe(401);
  });
});

describe('the socket', () => {
  it("is its owner's, and the command line's client works over it", async () => {
    expect(statSync(api.socket).mode & 0o777).toBe(0o600);
    const client = connect(api.socket);
    expect((await client.server.info()).listens).toEqual([api.url]);
    expect(await client.server.who()).toMatchObject({ name: 'owner', role: 'admin', via: 'socket' });
    const made = await client.people.mint({ name: 'ana', role: 'viewer', customer: null, days: 2, reason: 'night shift' });
    expect((await api.rpc('server.info', {}, bearer(made.secret))).status).toBe(200);
    expect((await client.people.tokens()).at(-1)).toMatchObject({ id: made.token.id, name: 'ana', createdBy: 'owner', revokedAt: null });
    await client.people.revoke({ id: made.token.id, reason: 'over' });
    await expect(client.people.revoke({ id: 'nobody', reason: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const acts = await client.people.acts({ from: 1, limit: 1_000 });
    expect(acts.filter(({ via }) => via === 'socket').map(({ procedure, outcome }) => `${procedure} ${outcome}`)).toEqual([
      'people.mint done',
      'people.revoke done',
      'people.revoke refused',
    ]);
  });
});

describe('a bug of ours', () => {
  it('is told by an id, and the log has its stack', async () => {
    const broken = await open({
      router: (real) => ({
        ...real,
        server: {
          ...real.server,
          info: os.server.info.handler(() => {
            throw new Error(`cannot read /etc/pitstop/key for pst_${'k'.repeat(43)}`);
          }),
        },
      }),
    });
    const { secret } = await broken.mint('viewer');
    for (const answer of [
      await broken.rpc('server.info', {}, bearer(secret)),
      await fetch(`${broken.url}/api/server`, { headers: bearer(secret) }),
    ]) {
      expect(answer.status).toBe(500);
      const text = await answer.text();
      const id = /our bug; the server's log has it as ([0-9a-f]{8})/.exec(text)?.[1];
      expect(id, text).toBeDefined();
      expect(text).not.toMatch(/etc|app\.test/);
      expect(broken.log.find((line) => line.startsWith(`bug ${id} in server.info`))).toMatch(
        /etc\/pitstop\/key for pst_\(withheld\)[\s\S]*app\.test\.ts/,
      );
    }
  });
});

describe('pages of others', () => {
  it('get the secret, the form and the languages, and answer as they like', async () => {
    const asked: unknown[] = [];
    const there = await open({
      parts: {
        customerPages: {
          page: (secret, { languages }) => {
            asked.push([secret, languages]);
            return Promise.resolve({ status: 200, html: '<p>yours' });
          },
          feed: (_secret, format) => Promise.resolve({ status: 200, body: format === 'txt' ? 'n1 12:00' : '{}' }),
          act: (secret, form) => {
            asked.push([secret, Object.fromEntries(form)]);
            return Promise.resolve({ status: 303, html: '', goTo: `/c/${secret}` });
          },
        },
        pages: { retro: (run) => Promise.resolve({ status: 200, html: `<p>${run}` }) },
      },
    });
    expect(await (await fetch(`${there.url}/c/psc_1`, { headers: { 'accept-language': 'de' } })).text()).toBe('<p>yours');
    expect(await (await fetch(`${there.url}/c/psc_1/nodes.txt`)).text()).toBe('n1 12:00');
    expect((await fetch(`${there.url}/c/psc_1/nodes.json`)).headers.get('content-type')).toBe('application/json');
    const acted = await fetch(`${there.url}/c/psc_1/acts`, {
      method: 'POST',
      body: new URLSearchParams({ kind: 'release' }),
      // As a page that sends no referrer has it.
      headers: { origin: 'null' },
      redirect: 'manual',
    });
    expect([acted.status, acted.headers.get('location')]).toEqual([303, '/c/psc_1']);
    expect(asked).toEqual([
      ['psc_1', 'de'],
      ['psc_1', { kind: 'release' }],
    ]);
    expect((await fetch(`${there.url}/retro/r1.html`)).status, 'a review is for people of the site').toBe(401);
    const viewer = bearer((await there.mint('viewer')).secret);
    expect(await (await fetch(`${there.url}/retro/july-1.html`, { headers: viewer })).text()).toBe('<p>july-1');
    const customer = bearer((await there.mint('customer', 'acme')).secret);
    expect((await fetch(`${there.url}/retro/july-1.html`, { headers: customer })).status).toBe(403);
  });
});
