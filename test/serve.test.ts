import { describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';
import { Serving } from './serving.ts';

describe('pitstop serve and pitstop token', () => {
  it('a token made on the socket lets in over the port, until it is revoked', async () => {
    await using desk = new Desk();
    const served = await Serving.start(desk.env, ['--require-token']);
    expect(served.said()).toContain('everybody needs a token');
    const minted = await desk.pitstop('token', 'mint', '--name', 'ana', '--role', 'viewer', '--reason', 'night shift');
    expect(minted.exit, minted.stderr).toBe(0);
    expect(minted.stdout).toMatch(/^pst_[\w-]{43}\n$/);
    const headers = { authorization: `Bearer ${minted.stdout.trim()}` };
    const statusNow = async (): Promise<number> => (await fetch(`${served.url}/api/server`, { headers })).status;
    expect(await statusNow()).toBe(200);
    const far = { PITSTOP_TOKEN: minted.stdout.trim(), PITSTOP_STATE: `${desk.state}-of-nobody` };
    const looked = await desk.pitstopWith(far, 'runs', '--server', served.url, '--json');
    expect(looked, looked.stderr).toMatchObject({ exit: 0, stdout: '[]\n' });
    const refused = await desk.pitstopWith(far, 'down', '--server', served.url);
    expect(refused.stderr).toContain('no server of');
    const minting = ['token', 'mint', '--name', 'eve', '--role', 'admin', '--reason', 'x', '--server', served.url] as const;
    expect(await desk.pitstopWith(far, ...minting)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('needs the role admin') as string,
    });
    const listed = JSON.parse((await desk.pitstop('token', 'list', '--json')).stdout) as { id: string; name: string }[];
    expect(listed).toMatchObject([{ name: 'ana', role: 'viewer', revokedAt: null }]);
    const revoked = await desk.pitstop('token', 'revoke', listed[0]?.id ?? '', '--reason', 'over');
    expect(revoked.exit, revoked.stderr).toBe(0);
    expect(await statusNow()).toBe(401);
    expect((await desk.pitstop('token', 'list')).stdout).toMatch(/ana +viewer +revoked /);
    expect(served.said()).not.toContain('pst_');
    expect(await served.end()).toBe(0);
  });

  it('words that cannot be used are said with their mend', async () => {
    await using desk = new Desk();
    for (const [args, words] of [
      [['serve', '--listen', '4620'], 'write HOST:PORT'],
      [['serve', '--listen', '0.0.0.0:0'], 'pitstop token mint --role admin'],
      [['serve', '--listen', '203.0.113.7:0', '--oidc', 'none.yaml'], 'there is no such file'],
      [['token', 'mint', '--name', 'x', '--role', 'root', '--reason', 'x'], 'Allowed choices'],
      [['token', 'mint', '--name', 'x', '--role', 'viewer', '--reason', 'x', '--days', '9999'], '366'],
      [['token', 'mint', '--name', 'x', '--role', 'customer', '--reason', 'x'], 'say whose'],
      [['token', 'revoke', 'nobody', '--reason', 'x'], 'no token nobody'],
    ] as const) {
      const { exit, stdout, stderr } = await desk.pitstop(...args);
      expect(exit, `${args.join(' ')}: ${stderr}`).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(words);
    }
  });

  it('a port that is taken ends it with exit code 2', async () => {
    await using desk = new Desk();
    await using other = new Desk();
    const served = await Serving.start(desk.env);
    const { exit, stderr } = await other.pitstop('serve', '--listen', new URL(served.url).host);
    expect(exit, stderr).toBe(2);
    expect(stderr).toContain('a port that is free');
    await served.end();
  });
});
