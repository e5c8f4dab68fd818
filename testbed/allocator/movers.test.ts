// The movers and their leases: they move what nobody holds off them, and a lease holds only once the mover itself says so.
import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { installAllocator, startMover } from './install.ts';
import { readMoverLog, type MoverLog } from './mover-files.ts';
import { changeState, readFelt } from './store.ts';

const run = promisify(execFile);
const MOVER = 'autoscaler';

class Bed implements AsyncDisposable {
  readonly bed = mkdtempSync(join(tmpdir(), 'pitstop-movers-'));
  readonly acts = join(this.bed, 'acts');
  readonly installed = installAllocator(this.bed, ['n1', 'n2'], this.#settings(), 50);
  #mover: ChildProcess | null = null;

  start(): ChildProcess {
    this.#mover = startMover(this.installed.folder, MOVER);
    return this.#mover;
  }

  async kill(): Promise<void> {
    const mover = this.#mover;
    if (!mover || mover.exitCode !== null || mover.signalCode !== null) return;
    mover.kill('SIGKILL');
    await once(mover, 'exit');
  }

  lease(verb: 'take' | 'verify' | 'give', ...more: string[]): Promise<{ ok: boolean; words: string }> {
    return run(join(this.bed, 'bin', `lease-${verb}`), [MOVER, ...more]).then(
      ({ stdout }) => ({ ok: true, words: stdout }),
      (error: Error) => ({ ok: false, words: error.message }),
    );
  }

  log(): MoverLog[] {
    return readMoverLog(this.installed.folder, MOVER);
  }

  count(what: MoverLog['what']): number {
    return this.log().filter((entry) => entry.what === what).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.bed, { recursive: true });
  }

  #settings() {
    const candidates = join(this.bed, 'candidates');
    const act = join(this.bed, 'act');
    writeFileSync(candidates, '#!/bin/sh\necho n1\n');
    writeFileSync(act, `#!/bin/sh\necho "$1" >>${this.acts}\n`);
    writeFileSync(this.acts, '');
    for (const path of [candidates, act]) chmodSync(path, 0o755);
    return { [MOVER]: { candidates: [candidates], act: [act, '{node}'] } };
  }
}

test('it acts; under its lease it only logs what it held back; given back, it acts again', async () => {
  await using bed = new Bed();
  bed.start();
  await until('its first act', () => bed.count('acted') > 0);
  expect(await bed.lease('verify')).toMatchObject({ ok: false, words: expect.stringContaining('no lease') });
  expect(await bed.lease('take')).toMatchObject({ ok: true });
  expect(await bed.lease('verify')).toMatchObject({ ok: true });
  const acted = readFileSync(bed.acts, 'utf8');
  const held = bed.count('held-back');
  await until('several ticks under the lease', () => bed.count('held-back') > held + 5);
  expect(readFileSync(bed.acts, 'utf8')).toBe(acted);
  await bed.lease('give');
  await until('an act again', () => readFileSync(bed.acts, 'utf8').length > acted.length);
});

test('a lease on a mover that does not run, died, or whose time is over does not verify', { timeout: 60_000 }, async () => {
  await using bed = new Bed();
  await bed.lease('take');
  expect(await bed.lease('verify', '0.5')).toMatchObject({ ok: false, words: expect.stringContaining('never said anything') });
  bed.start();
  expect(await bed.lease('verify')).toMatchObject({ ok: true });
  await bed.kill();
  expect(await bed.lease('verify', '0.5')).toMatchObject({ ok: false, words: expect.stringContaining('does not say') });
  bed.start();
  await bed.lease('take', '0.2');
  await until('an act after its time', () => bed.count('acted') > 0);
  expect(await bed.lease('verify')).toMatchObject({ ok: false, words: expect.stringContaining('run out') });
});

test('the store: changes of many at once are all kept, and a change that fails leaves nothing', async () => {
  await using bed = new Bed();
  const { folder } = bed.installed;
  const place = (id: number): Promise<void> =>
    changeState(folder, (state, log) => {
      state['n1']?.placements.push({ id: `vm-${id}`, owner: 'ada' });
      log({ at: id, node: 'n1', what: 'place', id: `vm-${id}`, owner: 'ada' });
    });
  await Promise.all(Array.from({ length: 20 }, (_, id) => place(id)));
  const failing = changeState(folder, (state) => {
    state['n2']?.placements.push({ id: 'never', owner: 'ada' });
    throw new Error('changed its mind');
  });
  await expect(failing).rejects.toThrow('changed its mind');
  const { stdout } = await run(bed.installed.alloc, ['list']);
  const nodes = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { node: string; placements: unknown[] });
  expect(nodes.map(({ node, placements }) => [node, placements.length])).toEqual([
    ['n1', 20],
    ['n2', 0],
  ]);
  expect(readFelt(folder)).toHaveLength(20);
  appendFileSync(join(folder, 'felt.log'), '{"at": 1, "no');
  expect(readFelt(folder)).toHaveLength(20);
});
