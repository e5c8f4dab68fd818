import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { alertsConformance } from '../../../test/conformance/alerts.ts';
import { Alertmanager } from '../../../testbed/alertmanager/alertmanager.ts';
import { realParts } from '../../../testbed/requirements.ts';
import { until } from '../../../testbed/until.ts';
import type { AlertsFacts, Driver, Observation, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openAlertmanager } from './alertmanager.ts';
import type { AlertmanagerOptions } from './options.ts';

const clock = wallClock();
const HOUR_MS = 3_600_000;

function open(url: string, options: Partial<AlertmanagerOptions> = {}, env: NodeJS.ProcessEnv = {}): Driver {
  return openAlertmanager({ url, ...options }, { folder: '.', env, clock });
}

function live(): AbortSignal {
  return new AbortController().signal;
}

async function act(driver: Driver, what: 'silence' | 'unsilence', targets: readonly string[], run = 'r1', ms = 30_000): Promise<Result[]> {
  const whole = { role: 'alerts', do: 'silence', run, until: clock.now() + HOUR_MS, why: 'new image' } as const;
  const asked = what === 'silence' ? whole : ({ role: 'alerts', do: 'unsilence', run } as const);
  return driver.act({ act: asked, targets, key: 'k', deadline: clock.now() + ms }, live());
}

async function outcomes(driver: Driver, what: 'silence' | 'unsilence', targets: readonly string[], run = 'r1'): Promise<Set<string>> {
  return new Set((await act(driver, what, targets, run)).map((one) => one.outcome));
}

async function look(driver: Driver, target: string): Promise<Observation> {
  const [seen] = await driver.observe([target], live());
  if (!seen) throw new Error('no observation');
  return seen;
}

async function facts(driver: Driver, target: string): Promise<AlertsFacts> {
  const seen = await look(driver, target);
  if (seen.facts?.role !== 'alerts') throw new Error(seen.why);
  return seen.facts;
}

realParts(
  describe,
  'alertmanager, a real one',
  () => {
    alertsConformance('Alertmanager', async () => {
      const alertmanager = await Alertmanager.start();
      return {
        driver: open(alertmanager.url),
        targets: ['n1', 'n2', 'n10', 'n3'],
        clock,
        fire: (target, alertname) => alertmanager.post([{ labels: { alertname, instance: `${target}:9100` } }]),
        isSilent: async (target) =>
          (await alertmanager.alerts()).filter((one) => one.instance === `${target}:9100`).every((one) => one.silenced),
        silenceByOther: async (target) => {
          const matchers = [{ name: 'instance', value: `${target}:9100` }];
          await alertmanager.silence({ matchers, createdBy: 'ada', comment: 'new DIMM', endsAt: Date.now() + HOUR_MS });
        },
        others: async () =>
          (await alertmanager.silences()).filter((one) => one.status.state === 'active' && !one.createdBy.startsWith('pitstop:')).length,
        endByOther: async (run) => {
          const own = (await alertmanager.silences()).filter((one) => one.createdBy === `pitstop:${run}` && one.status.state === 'active');
          for (const { id } of own) await alertmanager.expire(id);
        },
        stop: () => alertmanager.stop(),
      };
    });
    describe('one server', oneServer);
  },
  ['prometheus-alertmanager'],
);

function oneServer(): void {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    alertmanager = await Alertmanager.start();
  });
  afterAll(() => alertmanager.stop());

  const standing = async (): Promise<readonly { createdBy: string; comment: string }[]> =>
    (await alertmanager.silences()).filter((one) => one.status.state === 'active');

  test('a silence says whose it is and why', async () => {
    await act(open(alertmanager.url), 'silence', ['n1'], 'r-7');
    expect(await standing()).toMatchObject([{ createdBy: 'pitstop:r-7', comment: 'pitstop:r-7 new image' }]);
    await act(open(alertmanager.url), 'unsilence', ['n1'], 'r-7');
    expect(await standing()).toEqual([]);
  });

  test('n1, n1:9100, n1.mgmt and n1.mgmt:9100 are n1; n10, n11:9100 and xn1 are not', async () => {
    const values = { n1: true, 'n1:9100': true, 'n1.mgmt': true, 'n1.mgmt:9100': true, n10: false, 'n11:9100': false, xn1: false };
    await alertmanager.post(Object.keys(values).map((instance) => ({ labels: { alertname: 'Names', instance } })));
    const driver = open(alertmanager.url);
    expect(await outcomes(driver, 'silence', ['n1'], 'names')).toEqual(new Set(['done']));
    const names = async (): Promise<object> =>
      Object.fromEntries(
        (await alertmanager.alerts()).filter((one) => one.alertname === 'Names').map((one) => [one.instance, one.silenced]),
      );
    expect(await names()).toEqual(values);
    const { firing } = await facts(driver, 'n1');
    expect(firing.filter((one) => one.alert === 'Names').map((one) => one.silenced)).toEqual([true, true, true, true]);
    await act(driver, 'unsilence', ['n1'], 'names');
  });

  test('another label, a pattern of the site, and more matchers: only such alerts are silent', async () => {
    const labels = (cluster: string): { alertname: string; host: string; cluster: string; instance: string } => ({
      alertname: 'Site',
      host: 'gpu-n7.site',
      cluster,
      instance: cluster,
    });
    await alertmanager.post([{ labels: labels('ber1') }, { labels: labels('fra1') }]);
    const driver = open(alertmanager.url, { label: 'host', value: 'gpu-{node}[.]site', matchers: ['cluster="ber1"'] });
    expect(await outcomes(driver, 'silence', ['n7'], 'site')).toEqual(new Set(['done']));
    const site = (await alertmanager.alerts()).filter((one) => one.alertname === 'Site');
    expect(Object.fromEntries(site.map((one) => [one.instance, one.silenced]))).toEqual({ ber1: true, fra1: false });
    expect((await facts(driver, 'n7')).firing).toHaveLength(2);
    expect(await outcomes(driver, 'unsilence', ['n7'], 'site')).toEqual(new Set(['done']));
    expect(await standing()).toEqual([]);
  });

  test('2,000 nodes are a few silences; one wave out and in again; all out leaves none', async () => {
    const driver = open(alertmanager.url);
    const nodes = Array.from({ length: 2_000 }, (_, index) => `gpu-${index + 1}`);
    expect(await outcomes(driver, 'silence', nodes, 'big')).toEqual(new Set(['done']));
    const count = (await standing()).length;
    expect(count).toBeGreaterThan(1);
    expect(count).toBeLessThan(10);
    const wave = nodes.slice(500, 564);
    expect(await outcomes(driver, 'unsilence', wave, 'big')).toEqual(new Set(['done']));
    const seen = await driver.observe(nodes, live());
    expect(seen.filter((one) => one.facts?.role === 'alerts' && one.facts.silences.length === 0).map((one) => one.target)).toEqual(wave);
    expect(await outcomes(driver, 'silence', wave, 'big')).toEqual(new Set(['done']));
    expect((await standing()).length).toBeLessThan(10);
    expect(await outcomes(driver, 'unsilence', nodes, 'big')).toEqual(new Set(['done']));
    expect(await standing()).toEqual([]);
  });

  test('a server that was restarted and forgot: silent again with the next act, of all that was to be silent', async () => {
    const driver = open(alertmanager.url);
    await act(driver, 'silence', ['n1', 'n2'], 'again');
    await alertmanager.restart();
    expect(await standing()).toEqual([]);
    expect(await outcomes(driver, 'silence', ['n3'], 'again')).toEqual(new Set(['done']));
    for (const target of ['n1', 'n2', 'n3']) expect((await facts(driver, target)).silences).toHaveLength(1);
    await act(driver, 'unsilence', ['n1', 'n2', 'n3'], 'again');
  });

  test("another process with the same run goes on where this one was, and others' patterns are read", async () => {
    await act(open(alertmanager.url), 'silence', ['n1', 'n2'], 'two');
    expect(await outcomes(open(alertmanager.url), 'unsilence', ['n1'], 'two')).toEqual(new Set(['done']));
    const id = await alertmanager.silence({
      matchers: [
        { name: 'instance', value: 'n[1-3]', isRegex: true },
        { name: 'alertname', value: 'Disk' },
      ],
      createdBy: 'ada',
      comment: 'disks',
      endsAt: Date.now() + HOUR_MS,
    });
    const driver = open(alertmanager.url);
    expect((await facts(driver, 'n1')).silences.map((one) => one.by)).toEqual([
      { by: 'foreign', run: null, reason: expect.stringContaining('alertname="Disk"') },
    ]);
    expect((await facts(driver, 'n2')).silences).toHaveLength(2);
    expect((await facts(driver, 'n4')).silences).toEqual([]);
    await act(driver, 'unsilence', ['n2'], 'two');
    await alertmanager.expire(id);
  });

  test('with other options than the silence was made with: nothing is guessed, and it is named', async () => {
    await act(open(alertmanager.url), 'silence', ['n1'], 'mixed');
    const [result] = await act(open(alertmanager.url, { value: '{node}' }), 'unsilence', ['n1'], 'mixed');
    expect(result).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('made with other options') } });
    expect(await outcomes(open(alertmanager.url), 'unsilence', ['n1'], 'mixed')).toEqual(new Set(['done']));
  });

  test('a server that takes the connection and says nothing: no facts in time, a refusal, and it is named meanwhile', async () => {
    alertmanager.freeze();
    try {
      const driver = open(alertmanager.url, { timeout: '6s' });
      const looking = look(driver, 'n1');
      await until('it to be waited for', () => driver.waitingFor().join().includes('slow'), 10);
      expect(await looking).toMatchObject({ facts: null, why: expect.stringContaining('no answer within 6 s') });
      expect(await act(driver, 'silence', ['n1'], 'r1', 300)).toMatchObject([{ outcome: 'refused' }]);
      expect(driver.waitingFor()).toEqual([]);
    } finally {
      alertmanager.thaw();
    }
  });
}

describe('alertmanager that lies', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('[]');
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  });
  afterEach(() => {
    answer = (_, response) => response.end('[]');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const silenceOf = (more: object): object => ({
    id: 's1',
    status: { state: 'active' },
    createdBy: 'ada',
    comment: '',
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '2099-01-01T00:00:00Z',
    matchers: [{ name: 'instance', value: 'n1', isRegex: false, isEqual: true }],
    ...more,
  });

  test.each([
    ['HTML', (response: ServerResponse) => response.end('<html>Sign in</html>'), 'not JSON'],
    ['half an answer', (response: ServerResponse) => response.end('[{"id":"x","sta'), 'cut off after 15'],
    ['nothing', (response: ServerResponse) => response.end(), 'cut off after 0'],
    ['an object', (response: ServerResponse) => response.end('{"status":"error"}'), "not Alertmanager's"],
    ['a broken entry', (response: ServerResponse) => response.end(JSON.stringify([silenceOf({ endsAt: 'soon' })])), '0.endsAt'],
    ['a failure', (response: ServerResponse) => response.writeHead(500).end('out of memory'), '500 out of memory'],
    ['a refused login', (response: ServerResponse) => response.writeHead(401).end('tok-123'), 'login is refused'],
    ['a way to another place', (response: ServerResponse) => response.writeHead(302, { location: 'http://evil/' }).end(), 'http://evil/'],
    ['a broken connection', (response: ServerResponse) => response.destroy(), 'other side closed'],
    [
      'a length that is not kept',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': '99' }).write('[') && response.destroy(),
      'silences',
    ],
  ] as const)('%s: no facts, no act, and it is said', async (_, say, words) => {
    answer = (request, response) => (request.url === '/api/v2/alerts' ? response.end('[]') : say(response));
    const driver = open(url, { auth: { bearer: { env: 'TOKEN' } } }, { TOKEN: 'tok-123' });
    const seen = await look(driver, 'n1');
    expect(seen).toMatchObject({ facts: null, why: expect.stringContaining(words) });
    const results = await act(driver, 'silence', ['n1', 'n2']);
    expect(results.map((one) => one.outcome)).toEqual(['refused', 'refused']);
    const findings = await driver.diagnose(['n1'], live());
    expect(findings.some((one) => one.severity === 'error')).toBe(true);
    expect(JSON.stringify([seen, results, findings])).not.toContain('tok-123');
  });

  test('an answer that comes drop by drop is given up', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    };
    expect(await look(open(url, { timeout: '300ms' }), 'n1')).toMatchObject({
      facts: null,
      why: expect.stringContaining('no answer within'),
    });
  });

  test('a server that says yes and keeps nothing: unknown, for both acts', async () => {
    answer = (request, response) => response.end(request.method === 'POST' ? '{"silenceID":"x"}' : '[]');
    expect(await act(open(url), 'silence', ['n1'])).toMatchObject([
      { outcome: 'unknown', evidence: { why: expect.stringContaining('does not show') } },
    ]);
    const value = 'n1([.:].*)?'.replace('n1', '(?:n1|n2)');
    const kept = silenceOf({
      createdBy: 'pitstop:r1',
      comment: 'pitstop:r1 x',
      matchers: [{ name: 'instance', value, isRegex: true, isEqual: true }],
    });
    answer = (request, response) => response.end(request.method === 'POST' ? '{"silenceID":"x"}' : JSON.stringify([kept]));
    expect(await act(open(url), 'unsilence', ['n1'])).toMatchObject([{ outcome: 'unknown', evidence: { silence: 's1' } }]);
  });

  test('a server that says no: refused in its words; one that breaks in the act: unknown', async () => {
    answer = (request, response) => (request.method === 'POST' ? response.writeHead(400).end('bad matcher') : response.end('[]'));
    expect(await act(open(url), 'silence', ['n1'])).toMatchObject([
      { outcome: 'refused', evidence: { why: expect.stringContaining('bad matcher') } },
    ]);
    answer = (request, response) => (request.method === 'POST' ? response.destroy() : response.end('[]'));
    expect(await act(open(url), 'silence', ['n1'])).toMatchObject([{ outcome: 'unknown' }]);
    expect(await act(open('http://127.0.0.1:10'), 'silence', ['n1'])).toMatchObject([
      { outcome: 'refused', evidence: { why: expect.stringContaining('ECONNREFUSED') } },
    ]);
  });

  test('a silence that only looks like ours is not: the mark must stand in both places', async () => {
    const forged = silenceOf({ createdBy: 'ada', comment: 'pitstop:r1 as agreed' });
    const methods: string[] = [];
    answer = (request, response) => {
      methods.push(request.method ?? '');
      response.end(request.url === '/api/v2/silences' ? JSON.stringify([forged]) : '[]');
    };
    expect((await facts(open(url), 'n1')).silences).toMatchObject([{ by: { by: 'foreign', run: null } }]);
    expect(await outcomes(open(url), 'unsilence', ['n1'])).toEqual(new Set(['done']));
    expect(methods).not.toContain('DELETE');
  });

  test('a pattern of somebody that would take for ever is not run', async () => {
    const matchers = [{ name: 'instance', value: '(n+)+x', isRegex: true, isEqual: true }];
    answer = (request, response) => response.end(request.url === '/api/v2/silences' ? JSON.stringify([silenceOf({ matchers })]) : '[]');
    expect((await facts(open(url), 'n'.repeat(60))).silences).toEqual([]);
  });

  test('the login is sent as it is asked for', async () => {
    const logins: (string | undefined)[] = [];
    answer = (request, response) => {
      logins.push(request.headers.authorization);
      response.end('[]');
    };
    await look(open(url, { auth: { bearer: { env: 'T' } } }, { T: 'tok' }), 'n1');
    await look(open(url, { auth: { basic: { user: 'u', password: { env: 'T' } } } }, { T: 'pw' }), 'n1');
    expect(new Set(logins)).toEqual(new Set(['Bearer tok', `Basic ${Buffer.from('u:pw').toString('base64')}`]));
    expect(() => open(url, { auth: { bearer: { env: 'T' } } })).toThrow(/pitstop down/);
    expect(() => open(url, { auth: { bearer: { env: 'T' } } }, { T: 'a\nb' })).toThrow(/one line/);
  });

  test.each([
    { value: 'n' },
    { value: '{node}{node}' },
    { value: '({node}' },
    { matchers: ['cluster'] },
    { label: 'a-b' },
    { timeout: '0s' },
  ])('options: %j is refused', (options) => {
    expect(() => open(url, options)).toThrow();
  });

  test.each(['ftp://a', 'http://u:p@a', 'http://a?x=1', 'alerts:9093'])('options: the url %s is refused', (wrong) => {
    expect(() => open(wrong)).toThrow(/url/);
  });
});
