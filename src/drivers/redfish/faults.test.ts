// Bad answers, wrong passwords, wrong machines: nothing is believed that was not seen, nothing crashes, and people read what is wrong.
import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../../../testbed/bmc-simulator/faults.ts';
import { openSimulated } from '../../../testbed/bmc-simulator/with-driver.ts';
import { realParts } from '../../../testbed/requirements.ts';
import { until } from '../../../testbed/until.ts';
import { redfishOptions } from './options.ts';

const OFF = { role: 'bmc', do: 'power-off' } as const;
const ON = { role: 'bmc', do: 'power-on' } as const;
const SIGNAL = new AbortController().signal;

describe('redfish: bad answers to reads', () => {
  const words: readonly (readonly [FaultKind, RegExp])[] = [
    ['error-500', /status 500/],
    ['truncated', /no JSON/],
    ['html', /web page/],
    ['error-in-200', /general error/],
    ['slow', /within 1 min/],
    ['hang', /within 1 min/],
    ['cut', /ECONNRESET|hang up|broke/],
    ['foreign-links', /not followed/],
    ['huge', /more than/],
  ];
  test.each(words)('%s: no power is seen, none is taken, and why is said', async (kind, why) => {
    await using bed = await openSimulated();
    bed.bmc('n1').faults.add({ kind, on: /^GET \/redfish\/v1\/./ });
    const seen = await bed.look();
    expect(seen.facts).toBeNull();
    expect(seen.why).toMatch(why);
    const result = await bed.act(OFF);
    expect(result.outcome).toBe('refused');
    expect(result.evidence['why']).toMatch(why);
    expect(bed.bmc('n1').hasPower).toBe(true);
    bed.bmc('n1').faults.mend();
    expect((await bed.look()).facts).toMatchObject({ power: 'on' });
  });

  test('one resource alone: the rest is told', async () => {
    await using bed = await openSimulated();
    expect((await bed.look()).facts).not.toBeNull();
    bed.bmc('n1').faults.add({ kind: 'truncated', on: /Inventory-of-firmware/ });
    const seen = await bed.look();
    expect(seen).toMatchObject({ facts: { power: 'on', firmware: null, busy: '' } });
    expect(seen.why).toMatch(/no JSON/);
    bed.bmc('n1').faults.mend();
    bed.bmc('n1').faults.add({ kind: 'html', on: /GET .*System_0$/ });
    expect(await bed.look()).toMatchObject({ facts: { power: 'unknown', firmware: { BMC_0: '25.01' } } });
  });

  test('a BMC that is busy for a moment is asked again, as it wishes', async () => {
    await using bed = await openSimulated();
    bed.bmc('n1').faults.add({ kind: 'busy-503', on: /^GET .*Systems/, times: 2 });
    expect((await bed.look()).facts).toMatchObject({ power: 'on' });
  });

  test('tasks that cannot be read: no power may be taken', async () => {
    await using bed = await openSimulated();
    bed.bmc('n1').faults.add({ kind: 'error-500', on: /TaskService/ });
    expect((await bed.look()).facts).toMatchObject({ power: 'on', busy: expect.stringMatching(/cannot be told/) as string });
    expect(await bed.act(OFF)).toMatchObject({ outcome: 'refused' });
    expect(bed.bmc('n1').hasPower).toBe(true);
  });
});

describe('redfish: bad answers to orders', () => {
  const outcomes: readonly (readonly [FaultKind, string])[] = [
    ['error-500', 'unknown'],
    ['cut', 'unknown'],
    ['hang', 'unknown'],
    ['html', 'unknown'],
    ['truncated', 'unknown'],
    ['error-in-200', 'unknown'],
    ['busy-503', 'refused'],
  ];
  test.each(outcomes)('%s: %s', async (kind, outcome) => {
    await using bed = await openSimulated();
    bed.bmc('n1').faults.add({ kind, on: /^POST .*reset-4711/ });
    const result = await bed.act(OFF);
    expect(result.outcome).toBe(outcome);
    expect(result.evidence['why']).toMatch(/\w/);
    if (outcome === 'refused') expect(bed.bmc('n1').hasPower).toBe(true);
  });

  test('a state that lies: the order is sent all the same', async () => {
    await using bed = await openSimulated();
    bed.bmc('n1').lies = 'Off';
    expect((await bed.look()).facts).toMatchObject({ power: 'off' });
    expect(await bed.act(OFF)).toMatchObject({ outcome: 'accepted' });
    expect(bed.bmc('n1').hasPower).toBe(false);
    bed.bmc('n1').lies = 'On';
    expect(await bed.act(ON)).toMatchObject({ outcome: 'accepted' });
    expect(bed.bmc('n1').hasPower).toBe(true);
  });

  test('reset types: what the BMC does not offer is not sent; a cycle is then made of off and on', async () => {
    await using bed = await openSimulated({ settings: { resetTypes: ['On', 'ForceOff'] } });
    const result = await bed.act({ role: 'bmc', do: 'power-cycle' });
    expect(result).toMatchObject({ outcome: 'accepted', evidence: { resetType: 'ForceOff, then On' } });
    expect(bed.bmc('n1').starts).toBe(1);
    await using bare = await openSimulated({ settings: { resetTypes: ['ForceRestart'], acCycle: 'none' } });
    const off = await bare.act(OFF);
    expect(off).toMatchObject({ outcome: 'refused' });
    expect(off.evidence['why']).toMatch(/none of ForceOff, only ForceRestart/);
    expect((await bare.act({ role: 'bmc', do: 'ac-cycle' })).evidence['why']).toMatch(/standby power/);
  });
});

describe('redfish: who asks and who answers', () => {
  test('a wrong password: said, tried once a minute, and never shown', async () => {
    await using bed = await openSimulated();
    bed.open({ password: { env: 'BMC_WRONG' } });
    const seen = [await bed.look(), await bed.look(), await bed.look()];
    const result = await bed.act(OFF);
    const findings = await bed.driver.diagnose(['n1'], SIGNAL);
    for (const one of seen) expect(one).toMatchObject({ facts: null, why: expect.stringMatching(/login as pit is refused/) as string });
    expect(result).toMatchObject({ outcome: 'refused' });
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([{ rule: 'bmc-login' }]);
    expect(bed.bmc('n1').asked.filter((asked) => asked.startsWith('POST'))).toHaveLength(1);
    expect(JSON.stringify([seen, result, findings])).not.toContain('wrong-password-9');
  });

  test('a user who may only look: looks, is refused, and doctor says so', async () => {
    await using bed = await openSimulated();
    bed.bmc('n1').tell({ viewer: { user: 'looker', password: bed.bmc('n1').settings.password } });
    bed.open({ user: 'looker' });
    expect((await bed.look()).facts).toMatchObject({ power: 'on' });
    const result = await bed.act(OFF);
    expect(result).toMatchObject({ outcome: 'refused' });
    expect(result.evidence['why']).toMatch(/403.*privileges/);
    expect(await bed.driver.diagnose(['n1'], SIGNAL)).toContainEqual(expect.objectContaining({ severity: 'error', rule: 'bmc-rights' }));
  });

  test('one machine that answers for two, or another one than before: a stranger, and left alone', async () => {
    await using bed = await openSimulated();
    expect((await bed.look('n1')).facts).not.toBeNull();
    bed.bmc('n2').uuid = bed.bmc('n1').uuid;
    expect(await bed.look('n2')).toMatchObject({ facts: null, why: expect.stringMatching(/answers as the machine of n1/) as string });
    expect(await bed.act(OFF, { node: 'n2' })).toMatchObject({ outcome: 'refused' });
    bed.bmc('n1').uuid = '11111111-2222-4333-8444-555555555555';
    expect(await bed.look('n1')).toMatchObject({ facts: null, why: expect.stringMatching(/another machine/) as string });
    expect(await bed.act(OFF, { node: 'n1' })).toMatchObject({ outcome: 'refused' });
    expect([bed.bmc('n1').hasPower, bed.bmc('n2').hasPower]).toEqual([true, true]);
  });

  test('sessions: one for many looks, opened again when lost, given back in the end; none left is said', async () => {
    await using bed = await openSimulated({ settings: { sessionsMax: 1 } });
    for (let look = 0; look < 3; look++) expect((await bed.look()).facts).not.toBeNull();
    expect(bed.bmc('n1').sessions.size).toBe(1);
    bed.bmc('n1').sessions.clear();
    expect((await bed.look()).facts).not.toBeNull();
    const first = bed.driver;
    bed.open();
    expect((await bed.look()).why).toMatch(/too many sessions/);
    await first.close();
    expect(bed.bmc('n1').sessions.size).toBe(0);
  });

  test('silent three times: spared for a while, which is shown, and asked again afterwards', async () => {
    await using bed = await openSimulated({ options: { timeout: '10s' } });
    bed.bmc('n1').faults.add({ kind: 'hang', on: /./ });
    for (let look = 0; look < 3; look++) expect((await bed.look()).facts).toBeNull();
    const asked = bed.bmc('n1').asked.length;
    expect((await bed.look()).why).toMatch(/3 times in a row/);
    expect(bed.driver.waitingFor().join()).toMatch(/n1: .*3 times in a row/);
    expect(bed.bmc('n1').asked).toHaveLength(asked);
    bed.bmc('n1').faults.mend();
    await until('n1 answering', async () => (await bed.look()).facts !== null);
  });

  test('doctor: clock, update service, and nothing to say of a good one but plain http', async () => {
    await using bed = await openSimulated({ settings: { acCycle: 'chassis' } });
    expect((await bed.driver.diagnose(['n1'], SIGNAL)).map(({ rule }) => rule)).toEqual(['bmc-plain-http']);
    bed.bmc('n2').tell({ clockAheadSeconds: -86_400, updateService: false });
    const findings = await bed.driver.diagnose(['n2'], SIGNAL);
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual(['bmc-clock', 'bmc-no-updates', 'bmc-plain-http']);
    expect(findings.find(({ rule }) => rule === 'bmc-clock')?.message).toMatch(/24 h behind/);
  });

  test('options: a password is never written out, and a url has none', () => {
    expect(redfishOptions.safeParse({ user: 'u', password: 'plain' }).success).toBe(false);
    expect(redfishOptions.safeParse({ user: 'u', password: { env: 'P' }, url: 'https://u:p@{node}-bmc' }).success).toBe(false);
    const once = redfishOptions.parse({ user: 'u', password: { env: 'P' } });
    expect(redfishOptions.parse(once)).toEqual(once);
  });
});

realParts(
  describe,
  'redfish: whom TLS proves',
  () => {
    test('an authority that we do not know: nothing is asked; insecure is possible, and doctor minds', async () => {
      await using bed = await openSimulated({ tls: true });
      bed.open({ tls: undefined });
      expect(await bed.look()).toMatchObject({ facts: null, why: expect.stringMatching(/CERT|VERIFY|SELF_SIGNED/) as string });
      expect(await bed.act(OFF)).toMatchObject({ outcome: 'refused' });
      expect(bed.bmc('n1').asked).toEqual([]);
      bed.open({ tls: { insecure: true } });
      expect((await bed.look()).facts).toMatchObject({ power: 'on' });
      expect(await bed.driver.diagnose(['n1'], SIGNAL)).toContainEqual(expect.objectContaining({ rule: 'bmc-tls-unchecked' }));
    });
  },
  ['openssl'],
);
