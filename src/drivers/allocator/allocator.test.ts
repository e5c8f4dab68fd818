// The driver on the stand-in for a site's allocator: the conformance suite, and lists and commands that break off, lie, or are slow.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { allocatorConformance, type AllocatorWorld } from '../../../test/conformance/allocator.ts';
import { installAllocator } from '../../../testbed/allocator/install.ts';
import { readFelt } from '../../../testbed/allocator/store.ts';
import { until } from '../../../testbed/until.ts';
import type { Act, Driver, Observation, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openAllocator } from './allocator.ts';
import { allocatorOptions, type AllocatorOptions } from './options.ts';

const run = promisify(execFile);
const clock = wallClock();
const { signal } = new AbortController();
const NODES = ['n1', 'n2', 'n3', 'n4'];

allocatorConformance('commands of the site, on the stand-in', async () => {
  const bed = new Bed();
  return { ...bed.world(), stop: async () => bed[Symbol.dispose]() };
});

class Bed implements Disposable {
  readonly bed = mkdtempSync(join(tmpdir(), 'pitstop-allocator-'));
  readonly installed = installAllocator(this.bed, NODES);
  readonly driver: Driver;

  constructor(options: Partial<AllocatorOptions> = {}, env: NodeJS.ProcessEnv = {}) {
    this.driver = openAllocator({ ...this.installed.options, ...options }, { folder: this.bed, env: { ...process.env, ...env }, clock });
  }

  readonly alloc = async (...args: readonly string[]): Promise<boolean> => {
    try {
      await run(this.installed.alloc, args);
      return true;
    } catch {
      return false;
    }
  };

  fault(name: string, text = ''): void {
    writeFileSync(join(this.installed.folder, 'faults', name), text);
  }

  mend(name: string): void {
    rmSync(join(this.installed.folder, 'faults', name));
  }

  script(name: string, text: string): string {
    const path = join(this.bed, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  async look(targets: readonly string[]): Promise<{ [target: string]: Observation }> {
    return Object.fromEntries((await this.driver.observe(targets, signal)).map((seen) => [seen.target, seen]));
  }

  act(what: 'hold' | 'release', targets: readonly string[], why = 'new image'): Promise<Result[]> {
    const act: Act = { role: 'allocator', do: what, run: 'r1', why };
    return this.driver.act({ act, targets, key: 'k', deadline: clock.now() + 60_000 }, signal);
  }

  felt(): { what: string; node: string }[] {
    return readFelt(this.installed.folder).map(({ what, node }) => ({ what, node }));
  }

  world(): Omit<AllocatorWorld, 'stop'> {
    const must = async (...args: string[]): Promise<void> => void (await run(this.installed.alloc, args));
    return {
      driver: this.driver,
      nodes: NODES,
      clock,
      place: (node, id, owner) => this.alloc('place', node, id, owner),
      evict: (node, id) => must('evict', node, id),
      foreignHold: (node, reason) => must('hold', reason, node),
      session: (node, whose) => must('session', node, whose ?? '--end'),
      customerRelease: (nodes, by) => must('customer-release', ...nodes, '--by', by),
      customerTake: (nodes, by) => must('customer-take', ...nodes, '--by', by),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.bed, { recursive: true });
  }
}

const outcomesOf = (results: readonly Result[]): string[] => results.map(({ target, outcome }) => `${target} ${outcome}`);

test('a list that breaks off tells nothing at all, and nothing is written on it', async () => {
  using bed = new Bed();
  bed.fault('broken');
  const seen = await bed.look(NODES);
  expect(Object.values(seen).map(({ facts }) => facts)).toEqual([null, null, null, null]);
  expect(seen['n1']?.why).toMatch(/tells nothing: line 4 of what list printed is no JSON: .*n4/);
  expect(await bed.act('hold', ['n1'])).toMatchObject([{ outcome: 'unknown', evidence: { why: expect.stringContaining('no JSON') } }]);
  expect(await bed.driver.diagnose(['n1'], signal)).toMatchObject([{ severity: 'error', rule: 'allocator-answers' }]);
  expect(bed.driver.waitingFor().join()).toMatch(/allocator: says nothing since .*no JSON/);
  expect(bed.felt()).toEqual([]);
  bed.mend('broken');
  expect((await bed.look(['n1']))['n1']?.facts).not.toBeNull();
  expect(bed.driver.waitingFor()).toEqual([]);
});

test('a node that is told twice differently, forgotten, or of the wrong shape is unknown; its neighbours are not', async () => {
  using bed = new Bed();
  bed.fault('twice', 'n1');
  bed.fault('forgets', 'n2');
  bed.fault('shape', 'n3');
  const seen = await bed.look(NODES);
  expect(seen['n1']).toMatchObject({ facts: null, why: 'list tells of n1 twice, and differently' });
  expect(seen['n2']).toMatchObject({ facts: null, why: 'the allocator does not list it' });
  expect(seen['n3']).toMatchObject({ facts: null, why: expect.stringMatching(/no entry: placements: .*expected array/) });
  expect(seen['n4']?.facts).toMatchObject({ open: true });
  expect(outcomesOf(await bed.act('hold', NODES))).toEqual(['n1 unknown', 'n2 refused', 'n3 unknown', 'n4 done']);
  expect(bed.felt()).toEqual([{ what: 'hold', node: 'n4' }]);
  const errors = (await bed.driver.diagnose(NODES, signal)).filter(({ severity }) => severity === 'error');
  expect(errors.map(({ target, rule }) => `${target} ${rule}`)).toEqual([
    'n1 allocator-entry',
    'n2 allocator-node-unknown',
    'n3 allocator-entry',
  ]);
});

test('an act is one command for all, and one that one node spoils is asked for the others again', async () => {
  using bed = new Bed();
  expect(outcomesOf(await bed.act('hold', NODES))).toEqual(NODES.map((node) => `${node} done`));
  await bed.act('release', NODES);
  bed.fault('refuses', 'n3');
  const results = await bed.act('hold', NODES);
  expect(outcomesOf(results)).toEqual(['n1 done', 'n2 done', 'n3 refused', 'n4 done']);
  expect(results[2]?.evidence).toMatchObject({ exit: 1, words: 'alloc: n3 is locked by its rack controller' });
});

test('a command that does half of it and fails: what stands is the answer', async () => {
  using bed = new Bed();
  bed.fault('half');
  expect(outcomesOf(await bed.act('hold', NODES))).toEqual(NODES.map((node) => `${node} done`));
  bed.mend('half');
  bed.fault('deaf');
  const results = await bed.act('release', ['n1']);
  expect(results).toMatchObject([{ outcome: 'accepted', evidence: { why: expect.stringContaining('does not show it') } }]);
});

test('slow: given up in time, said meanwhile, and a command given up half way is unknown', async () => {
  using bed = new Bed({ timeout: '700ms' });
  bed.fault('slow', '600');
  const seen = await bed.look(['n1']);
  expect(seen['n1']).toMatchObject({ facts: null, why: 'the allocator tells nothing: no end within 0.7 s' });
  bed.mend('slow');
  const hang = bed.script('hang', `"${bed.installed.alloc}" "$@"; exec sleep 600`);
  using other = new Bed({
    list: [bed.installed.alloc, 'list'],
    hold: [hang, 'hold', '{reason}'],
    release: [hang, 'release', '{reason}'],
    timeout: '2s',
  });
  const acting = other.act('hold', ['n1']);
  await until('the hold', () => bed.felt().length > 0);
  // It was seen to be in force, though its command never ended.
  expect(await acting).toMatchObject([{ outcome: 'done' }]);
  const idle = bed.script('idle', 'exec sleep 600');
  using third = new Bed({ list: [bed.installed.alloc, 'list'], hold: [idle, '{reason}'], release: [idle, '{reason}'], timeout: '1s' });
  expect(await third.act('hold', ['n2'])).toMatchObject([{ outcome: 'unknown', evidence: { words: 'no end within 1 s' } }]);
});

test('a program that is not there: no facts, refused, and both say so', async () => {
  using bed = new Bed({ list: ['bin/no-such-program'] });
  expect((await bed.look(['n1']))['n1']?.why).toMatch(/no-such-program is not installed/);
  using other = new Bed({ hold: ['bin/gone', '{reason}'], release: ['bin/gone', '{reason}'] });
  expect(await other.act('hold', ['n1'])).toMatchObject([
    { outcome: 'refused', evidence: { words: expect.stringContaining('not installed') } },
  ]);
});

test('other shapes of a list: one JSON list, more keys, times as text, numbers as ids; a list that lacks a key says which', async () => {
  using bed = new Bed();
  const n1 = { node: 'n1', open: false, hold: { by: 'netops', rack: 7 }, placements: [{ id: 17, owner: 'ada' }], zone: 'a' };
  const entries = [
    { ...n1, session: { whose: 'ada', since: null }, released: { by: 'aurora', at: '2031-07-08T09:00:00-07:00' } },
    { ...n1, node: 'n2', session: null },
    { ...n1, node: 'n3', session: null, released: { by: 'aurora', at: 1_783_000_000 } },
  ];
  const list = bed.script('list', `cat <<'END'\n${JSON.stringify(entries, null, 2)}\nEND`);
  using other = new Bed({ list: [list] });
  const seen = await other.look(['n1', 'n2', 'n3']);
  expect(seen['n1']?.facts).toEqual({
    role: 'allocator',
    open: false,
    hold: { by: 'foreign', run: null, reason: 'netops' },
    placements: [{ id: '17', owner: 'ada' }],
    session: { whose: 'ada', since: null },
    released: { by: 'aurora', at: Date.parse('2031-07-08T16:00:00Z') },
  });
  expect(seen['n2']).toMatchObject({ facts: null, why: expect.stringContaining('released') });
  expect(seen['n3']).toMatchObject({ facts: null, why: expect.stringContaining('Unix milliseconds') });
});

test('what a list may not be: nothing, an error with exit code, nameless, an object per file', async () => {
  for (const [text, why] of [
    ['exit 0', 'list printed nothing'],
    ['echo "no database" >&2; exit 3', 'list ended with exit code 3: no database'],
    [`echo '{"name": "n1"}'`, 'without the name of a node'],
    [`echo '[1, 2'`, 'breaks off'],
    [`echo '"n1"'`, 'without the name of a node'],
  ] as const) {
    using bed = new Bed();
    using other = new Bed({ list: [bed.script('list', text)] });
    expect((await other.look(['n1']))['n1'], text).toMatchObject({ facts: null, why: expect.stringContaining(why) });
  }
});

test('variables: only those that are named reach the commands, and their values are not shown', async () => {
  using bed = new Bed();
  const list = bed.script('list', 'echo "token $ALLOC_TOKEN, other ${OTHER_SECRET:-none}" >&2; exit 1');
  using other = new Bed({ list: [list], passEnv: ['ALLOC_TOKEN'] }, { ALLOC_TOKEN: 'hunter2hunter2', OTHER_SECRET: 'swordfish' });
  expect((await other.look(['n1']))['n1']?.why).toBe('the allocator tells nothing: list ended with exit code 1: token ***, other none');
});

test('without commands to hold: looked at only, refused, and doctor says so; words of people cannot become options or lines', async () => {
  using bed = new Bed();
  using other = new Bed({ list: bed.installed.options.list, hold: undefined, release: undefined });
  expect(await other.act('hold', ['n1'])).toMatchObject([{ outcome: 'refused' }]);
  expect((await other.driver.diagnose(['n1'], signal)).map(({ rule }) => rule)).toEqual(['allocator-answers', 'allocator-read-only']);
  expect(await bed.act('hold', ['n1'], 'two\nlines {run} and\tmore')).toMatchObject([{ outcome: 'done' }]);
  expect((await bed.look(['n1']))['n1']?.facts).toMatchObject({ hold: { run: 'r1', reason: 'pitstop:r1 two lines {run} and more' } });
});

test('options: a hold that would not be known as ours, or cannot be lifted, is bad input', () => {
  const list = ['alloc', 'list'];
  for (const bad of [
    { list, hold: ['alloc', 'hold'], release: ['alloc', 'release', '{reason}'] },
    { list, hold: ['alloc', 'hold', '{reason}'] },
    { list: [] },
    { list: ['--list'] },
    { list, timeout: 'soon' },
    { list, extra: 1 },
  ]) {
    expect(allocatorOptions.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  }
});
