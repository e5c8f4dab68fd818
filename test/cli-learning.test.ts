// Learning, backtest and the forecast beside the run, with the real bin and its server.
import { describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';

const FLEET = `fleet: lab
clusters:
  - name: lab
    mode: act
    nodes: "n[1-16]"
    drivers: {scheduler: slurm, shell: ssh}
`;
const CHANGE = `change: image
want:
  host-os: {version: "2025.07", apply: [/opt/site/apply, "{version}"], read: [/opt/site/version]}
`;

async function json(desk: Desk, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const { exit, stdout, stderr } = await desk.pitstop(...args, '--json');
  expect(exit, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('learning from the command line', () => {
  it('no run yet: nothing was learned, and that is no fault', async () => {
    await using desk = new Desk();
    expect(await desk.pitstop('learn')).toMatchObject({ exit: 0, stdout: '', stderr: expect.stringContaining('nothing was learned yet') });
    expect(await json(desk, 'learn')).toMatchObject({ schema: 1, runs: [], steps: {} });
    expect(await json(desk, 'backtest')).toMatchObject({ runs: [], coverage: { '95': { k: 0, n: 0, covered: null } } });
    expect(await desk.pitstop('backtest', '--run', 'july-1')).toMatchObject({ exit: 2, stderr: expect.stringContaining('no run july-1') });
    expect((await desk.pitstop('learn', '-o', 'no/such/folder/priors.json')).exit).toBe(2);
  });

  it('a simulated run: foretold at its start, looked back at, learned from, and rehearsed with what it taught', async () => {
    await using desk = new Desk();
    desk.write({ 'fleet.yaml': FLEET, 'change.yaml': CHANGE, 'policy.yaml': 'gates: {soak: 5m}\n' });
    await desk.pitstop('plan', '--fleet', 'fleet.yaml', '--change', 'change.yaml', '--policy', 'policy.yaml');
    await desk.pitstop('run', 'image.plan.json', '--twin', '--speed', '1500', '--yes', '--until', 'settled');
    const band = { p50Min: expect.any(Number) as number, p90Min: expect.any(Number) as number };
    expect(await json(desk, 'status', 'image-1')).toMatchObject({ eta: { frozen: { marks: { '50': band, '95': band } }, rolling: null } });
    expect((await desk.pitstop('status', 'image-1')).stdout).toMatch(/^95 % back: forecast at the start .+ \(P90 .+\), came at /m);
    expect(await json(desk, 'backtest', '--twin')).toMatchObject({
      runs: [{ run: 'image-1', origin: 'run', learnedFrom: [], marks: { '95': { ...band, actualMin: expect.any(Number) as number } } }],
      coverage: { '95': { n: 1 } },
    });
    expect((await desk.pitstop('learn')).stderr).toContain('nothing was learned yet');
    expect((await desk.pitstop('rehearse', 'image.plan.json', '--priors', 'latest')).exit).toBe(2);
    expect((await desk.pitstop('learn', '--twin', '-o', 'priors.json')).stdout).toMatch(/host-os\/apply +\d.* 16 +1 /);
    const rehearsed = await desk.pitstop('rehearse', 'image.plan.json', '--priors', 'priors.json', '--scenarios', '50');
    expect(rehearsed).toMatchObject({ exit: 0, stderr: expect.stringContaining('priors learned from 1 run: image-1') });
    const missing = await desk.pitstop('rehearse', 'image.plan.json', '--priors', 'no-such.json');
    expect([missing.exit, missing.stderr]).toEqual([2, expect.stringMatching(/^no-such\.json:1:1/)]);
  });
});
