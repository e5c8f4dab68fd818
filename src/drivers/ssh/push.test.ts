// Pushes to real sshds: only the pinned file, only whole, not twice, and what was there before stays until then.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SshNodes, withSshd } from '../../../test/real/sshd.ts';
import { until } from '../../../testbed/until.ts';
import type { Act, ActRequest, Driver, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { textOf } from '../../std/json.ts';
import { openSsh } from './ssh.ts';

type PushAct = Extract<Act, { role: 'shell'; do: 'push' }>;

const clock = wallClock();
const live = new AbortController().signal;

withSshd('ssh push on real sshds', () => {
  let sshd: SshNodes;
  let driver: Driver;
  beforeAll(async () => {
    sshd = await SshNodes.start(3);
    driver = openSsh(sshd.options(), { folder: sshd.folder, env: {}, clock });
  });
  afterAll(async () => {
    await driver.close();
    await sshd.stop();
  });

  const path = (name: string): string => join(sshd.folder, name);
  const local = (name: string, content: string): string => {
    writeFileSync(path(name), content);
    return sha(content);
  };
  const request = (from: string, to: string, sha256: string, targets: readonly string[]): ActRequest & { act: PushAct } => ({
    act: { role: 'shell', do: 'push', from, to: path(to), sha256 },
    targets,
    key: 'run/send/1',
    deadline: clock.now() + 30_000,
  });
  const push = async (from: string, to: string, sha256: string, node = 'n1'): Promise<Result> =>
    (await driver.act(request(from, to, sha256, [node]), live))[0] as Result;
  const left = (): string[] => readdirSync(sshd.folder).filter((name) => name.includes('.pitstop-'));

  test('the whole file under its name, with its mode, on every node; a second time nothing is sent', async () => {
    const sha256 = local('image', 'bits'.repeat(100_000));
    chmodSync(path('image'), 0o750);
    const results = await driver.act(request('image', 'pushed-{node}', sha256, sshd.nodes), live);
    for (const node of sshd.nodes) {
      const to = path(`pushed-${node}`);
      expect(results.find(({ target }) => target === node)).toEqual({
        target: node,
        outcome: 'done',
        evidence: { to, bytes: 400_000, sha256 },
      });
      expect(readFileSync(to, 'utf8')).toBe(readFileSync(path('image'), 'utf8'));
      expect(statSync(to).mode & 0o777).toBe(0o750);
    }
    const before = statSync(path('pushed-n1'));
    expect(await push('image', 'pushed-{node}', sha256)).toMatchObject({
      outcome: 'done',
      evidence: { already: true, sha256, bytes: 400_000 },
    });
    expect(statSync(path('pushed-n1'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(left()).toEqual([]);
    expect(driver.waitingFor()).toEqual([]);
  });

  test('another file takes the place of the old one; an empty one, and names that a shell could read, too', async () => {
    writeFileSync(path('old'), 'old');
    expect(await push('new', 'old', local('new', 'new'))).toMatchObject({ outcome: 'done' });
    expect(readFileSync(path('old'), 'utf8')).toBe('new');
    expect(await push('empty', 'empty-there', local('empty', ''))).toMatchObject({ outcome: 'done', evidence: { bytes: 0 } });
    expect(statSync(path('empty-there')).size).toBe(0);
    const nasty = `a 'b' $(touch x) \\ "c"`;
    expect(await push('new', nasty, sha('new'))).toMatchObject({ outcome: 'done', evidence: { to: path(nasty) } });
    expect(readFileSync(path(nasty), 'utf8')).toBe('new');
  });

  test('another digest than the pinned one, no such file, no file, a placeholder: refused, and nothing sent', async () => {
    writeFileSync(path('kept'), 'kept');
    const wanted = sha('meant');
    const actual = local('wrong', 'other');
    mkdirSync(path('folder'));
    const whys = [
      await push('wrong', 'kept', wanted),
      await push('none', 'kept', wanted),
      await push('folder', 'kept', wanted),
      await push('{node}', 'kept', wanted),
    ].map(({ outcome, evidence }) => `${outcome}: ${textOf(evidence['why'])}`);
    expect(whys).toEqual([
      `refused: ${path('wrong')} has the SHA-256 ${actual}, and ${wanted} is wanted: nothing was sent`,
      `refused: ${path('none')} cannot be read (ENOENT): nothing was sent`,
      `refused: ${path('folder')} is no file: nothing was sent`,
      'refused: {node} has no value here',
    ]);
    expect(readFileSync(path('kept'), 'utf8')).toBe('kept');
    // The file is put right: its new digest counts at once.
    local('wrong', 'meant');
    expect((await push('wrong', 'kept', wanted)).outcome).toBe('done');
  });

  test('no place for it on the node: refused, and it is said why', async () => {
    const sha256 = local('image', 'bits');
    mkdirSync(path('there'), { recursive: true });
    const why = async (to: string): Promise<string> => textOf((await push('image', to, sha256)).evidence['why']);
    expect(await why('there')).toBe(`${path('there')} is a folder`);
    expect(await why('nowhere/image')).toBe(`there is no folder ${path('nowhere')} on the node`);
  });

  test('what arrives is not what was meant: thrown away on the node, the old file stays', async () => {
    const sha256 = local('image', 'good');
    writeFileSync(path('kept'), 'kept');
    const time = new Date(1_900_000_000_000);
    utimesSync(path('image'), time, time);
    expect((await push('image', 'elsewhere', sha256)).outcome).toBe('done');
    // Changed between its digest and the transfer, in a way that nobody sees on its outside.
    writeFileSync(path('image'), 'evil');
    utimesSync(path('image'), time, time);
    expect(await push('image', 'kept', sha256)).toMatchObject({
      outcome: 'refused',
      evidence: { why: expect.stringContaining(`what arrived has the SHA-256 ${sha('evil')} instead of ${sha256}`) as unknown },
    });
    expect(readFileSync(path('kept'), 'utf8')).toBe('kept');
    expect(left()).toEqual([]);
  });

  test('a large file: progress is shown; cut in the middle it is refused, the old file stays, and the next push is whole', async () => {
    const bytes = 300_000_000;
    writeFileSync(path('large'), '');
    truncateSync(path('large'), bytes);
    const sha256 = createHash('sha256')
      .update(readFileSync(path('large')))
      .digest('hex');
    writeFileSync(path('kept'), 'kept');
    const pushing = push('large', 'kept', sha256, 'n2');
    await until('progress', () => driver.waitingFor().some((line) => /^n2: [1-9]\d? % of large$/.test(line)));
    sshd.cut('n2');
    const { outcome, evidence } = await pushing;
    expect(outcome).toBe('refused');
    expect(evidence['why']).toMatch(/of 300000000 bytes sent\): .*the file that was there before still is$/);
    expect(readFileSync(path('kept'), 'utf8')).toBe('kept');
    expect(driver.waitingFor()).toEqual([]);
    expect(await push('large', 'kept', sha256, 'n2')).toMatchObject({ outcome: 'done', evidence: { bytes } });
    expect(statSync(path('kept')).size).toBe(bytes);
    expect(left()).toEqual([]);
  }, 60_000);

  test('what a push that broke off left behind is taken away later, what is being written is not', async () => {
    const sha256 = local('image', 'good');
    for (const name of ['old', 'new']) writeFileSync(path(`swept.pitstop-${name}`), 'half');
    const hourAgo = new Date(clock.now() - 3_700_000);
    utimesSync(path('swept.pitstop-old'), hourAgo, hourAgo);
    expect((await push('image', 'swept', sha256)).outcome).toBe('done');
    expect(left()).toEqual(['swept.pitstop-new']);
    rmSync(path('swept.pitstop-new'));
  });

  test('the same file by two at the same time: both are done, and the file is whole', async () => {
    const sha256 = local('both', 'x'.repeat(3_000_000));
    const other = openSsh(sshd.options(), { folder: sshd.folder, env: {}, clock });
    const results = await Promise.all([push('both', 'both-there', sha256), other.act(request('both', 'both-there', sha256, ['n1']), live)]);
    await other.close();
    expect(results.flat().map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect((await push('both', 'both-there', sha256)).evidence).toMatchObject({ already: true });
    expect(left()).toEqual([]);
  });

  test('nobody answers: refused; the act is described with its digest', async () => {
    await sshd.stopNode('n3');
    const sha256 = local('image', 'bits');
    expect(await push('image', 'gone', sha256, 'n3')).toMatchObject({ outcome: 'refused', evidence: { kind: 'silent' } });
    expect(existsSync(path('gone'))).toBe(false);
    expect(driver.describe(request('image', 'gone', sha256, ['n1', 'n2']))).toEqual([
      `ssh n[1-2]: push image ${path('gone')} (only with the SHA-256 ${sha256})`,
    ]);
  });
});

function sha(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
