// Rehearse, limits and compare by the real bin: the documents that scripts read, what people read, and bad input.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';

const FLEET = `fleet: lab
clusters:
  - name: lab
    mode: act
    nodes: "n[1-48]"
    gpusPerNode: 8
    drivers: {scheduler: slurm, shell: ssh}
`;
const CHANGE = `change: image
want: {host-os: "2025.07"}
`;
const PROCEDURE = `component: host-os
kind: node
activates: warm
needs: cleared
steps:
  - {step: drain, to: draining, by: scheduler, do: drain}
  - {step: apply, to: updating, by: shell, run: [/opt/apply], destructive: true, uses: [image-server], takes: 8m~0.3, timeout: 90m, fails: 1.5%}
  - {step: activate, to: rebooting, by: shell, do: reboot, destructive: true, takes: 11m~0.25, timeout: 90m}
  - {step: conform, to: conforming, by: shell, read: {host-os: [/opt/version]}, timeout: 5m}
mopUp:
  - {way: hands, share: 100%, takes: 2h~0.7, crew: hardware}
`;
const POLICY = `canary: "n1"
limits: {image-server: {count: 8, owner: imaging, why: tested, until: 2031-09-01}}
crew: {hardware: {count: 1}}
`;
const WINDOW = `${POLICY}windows: [{cluster: lab, start: "2031-07-08T09:00 UTC", for: 30m}]
`;

describe('rehearse, limits, compare', () => {
  const desk = new Desk();
  beforeAll(async () => {
    desk.write({
      'fleet.yaml': FLEET,
      'change.yaml': CHANGE,
      'policy.yaml': POLICY,
      'window.yaml': WINDOW,
      'catalogue/host-os.yaml': PROCEDURE,
    });
    const plan = ['plan', '--fleet', 'fleet.yaml', '--change', 'change.yaml', '--policy'];
    expect(await desk.pitstop(...plan, 'policy.yaml', '-o', 'image.json')).toMatchObject({ exit: 0 });
    expect(await desk.pitstop(...plan, 'window.yaml', '-o', 'short.json')).toMatchObject({ exit: 0 });
    expect(await desk.pitstop('plan', '--parent', 'image.json', '--set', 'policy.limits.image-server=16', '-o', 'wide.json')).toMatchObject(
      { exit: 0 },
    );
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const json = async (...args: readonly string[]): Promise<Record<string, never>> => {
    const { exit, stdout, stderr } = await desk.pitstop(...args, '--json');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.any(String) as string });
    return JSON.parse(stdout) as Record<string, never>;
  };

  it('rehearse --json: the shape that scripts rely on, the same for the same seed', async () => {
    const args = ['rehearse', 'image.json', '--scenarios', '40', '--seed', '7'];
    const forecast = await json(...args);
    const band = { p50Min: expect.any(Number) as number, p90Min: expect.any(Number) as number };
    const spread = { p50: expect.any(Number) as number, p90: expect.any(Number) as number };
    expect(forecast).toMatchObject({
      seed: 7,
      scenarios: 40,
      engine: 'exact',
      errorPct: null,
      nodes: 48,
      oneNodeMin: spread,
      milestones: { '50': band, '75': band, '95': band, '99': { reached: expect.any(Number) as number }, '100': {} },
      ratio: expect.any(Number) as number,
      mopUpMin: {},
      gpuHoursNotReturned: spread,
    });
    expect(await json(...args)).toEqual(forecast);
  });

  it('rehearse: people read the answer first, and what it rests on', async () => {
    const { exit, stdout } = await desk.pitstop('rehearse', 'image.json', '--scenarios', '40');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^image\.json: 48 nodes .*\n95 % back in .+ \(P50\), .+ \(P90\); one node takes .+: ratio \d/);
    expect(stdout).toMatch(/host-os: apply +8 min +~0\.3 +never seen here +unstated/);
    expect(stdout).toMatch(/engine exact, seed 1, 40 scenarios: P90 of 95 % back is sure to .+ % \(95 % interval\)/);
  });

  it('rehearse --set: a child of the plan, in memory', async () => {
    const own = await json('rehearse', 'image.json', '--scenarios', '30');
    const set = await json('rehearse', 'image.json', '--scenarios', '30', '--set', 'policy.limits.image-server=16');
    const file = await json('rehearse', 'wide.json', '--scenarios', '30');
    expect(set['milestones']).toEqual(file['milestones']);
    expect(set['milestones']).not.toEqual(own['milestones']);
    expect(set['plan']).toBe(file['plan']);
  });

  it('rehearse: a window that is too short is said, with the limit to lift', async () => {
    const { stdout } = await desk.pitstop('rehearse', 'short.json', '--scenarios', '40');
    expect(stdout).toMatch(
      /the window is too short: the return gate would be met .+ after its end \(P50\); lift image-server \(imaging\): 95 % back .+ sooner/,
    );
  });

  it('limits --json: each limit with its owner and what it costs, dearest first', async () => {
    const report = await json('limits', 'image.json', '--scenarios', '20');
    expect(report).toMatchObject({ seed: 1, scenarios: 20, engine: 'exact', oneNodeMin: {}, fleetMin: { '50': {}, '95': {}, '99': {} } });
    const limits = report['limits'] as unknown as { name: string; owner: string | null; gainMin: Record<string, number | null> }[];
    expect(limits.find(({ name }) => name === 'image-server')).toMatchObject({
      owner: 'imaging',
      gainMin: { '95': expect.any(Number) as number },
    });
    const gains = limits.map(({ gainMin }) => gainMin['95'] ?? Infinity);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
  });

  it('limits: people see which step grows, and where T(N) bends', async () => {
    const { stdout } = await desk.pitstop('limits', 'image.json', '--scenarios', '20');
    expect(stdout).toMatch(/apply +8 min +.+ +grows +image-server/);
    expect(stdout).toMatch(/activate +11 min +.+ +O\(1\)/);
    expect(stdout).toMatch(/image-server +limit +8 per fleet +imaging +- +2031-09-01 +tested/);
    expect(stdout).toMatch(/ 48 +.+ min/);
  });

  it('compare: the second plan against the first, on the same scenarios', async () => {
    const comparison = await json('compare', 'image.json', 'wide.json', '--scenarios', '40');
    const { diffMin, highMin } = (comparison['milestones'] as unknown as Record<string, { diffMin: number; highMin: number }>)['95'] ?? {};
    expect(diffMin).toBeLessThan(-5);
    expect(highMin).toBeLessThan(0);
    const { stdout } = await desk.pitstop('compare', 'image.json', 'image.json', '--scenarios', '10');
    expect(stdout).toMatch(/95 % +no difference/);
  });

  it.each([
    [['rehearse', 'image.json', '--scenarios', '0'], /whole number from 1 to 100,000/],
    [['rehearse', 'image.json', '--seed', '-1'], /whole number from 0/],
    [['rehearse', 'image.json', '--engine', 'quick'], /fast, exact/],
    [['rehearse', 'image.json', '--priors', 'latest'], /--priors latest takes what runs/],
    [['rehearse', 'image.json', '--set', 'policy.limits.image-server=0'], /--set policy\.limits/],
    [['rehearse', 'no.json'], /no\.json/],
    [['limits', 'fleet.yaml'], /fleet\.yaml:1:1/],
    [['compare', 'image.json'], /second/],
  ])('bad input: %j', async (args, says) => {
    const { exit, stdout, stderr } = await desk.pitstop(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('Ctrl-C ends it with the best so far', async () => {
    const bin = fileURLToPath(new URL('../bin/pitstop.mjs', import.meta.url));
    const args = [bin, 'rehearse', join(desk.folder, 'image.json'), '--scenarios', '100000', '--json'];
    const child = spawn(process.execPath, args, { env: { ...process.env, PITSTOP_STATE: desk.state }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    // The first answer has been said by then, so there is something to end with.
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('scenarios)')) child.kill('SIGINT');
    });
    const exit = await new Promise((resolve) => child.once('close', resolve));
    expect(exit).toBe(0);
    const { scenarios } = JSON.parse(stdout) as { scenarios: number };
    expect(scenarios).toBeGreaterThanOrEqual(100);
    expect(scenarios).toBeLessThan(100_000);
  });
});
