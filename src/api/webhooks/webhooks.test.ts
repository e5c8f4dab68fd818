import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryJournal } from '../../../test/desk.ts';
import { testPlan } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import { until } from '../../../testbed/until.ts';
import type { Entry, Journal, RunHeader, StoredEntry } from '../../core/ports.ts';
import { compile } from '../../core/run/compile.ts';
import { HOOK_EVENTS, readWebhooksFile, type Webhook } from '../../files/webhooks-file.ts';
import { approve, straggler } from '../../runner/controls.ts';
import { wallClock } from '../../std/clock.ts';
import { must } from '../../std/assert.ts';
import { textOf, type JsonObject } from '../../std/json.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { RunTeller } from './run-teller.ts';
import { openWebhooks, type Webhooks } from './webhooks.ts';

const SECRET = 'a-secret-of-the-receiver';
const clock = wallClock();
const WORDS = { by: 'lead', why: 'test', targets: null };

interface Past {
  readonly header: RunHeader;
  readonly entries: readonly StoredEntry[];
}

/** A run with a canary that fails, is approved, and leaves a straggler that is dropped. */
async function troubled(): Promise<Past> {
  const t = await new TwinRun(testPlan({ nodes: 8, returnedShare: 0.8 }), { faults: { neverBack: { nodes: ['n1'] } } }).confirmed();
  await t.untilState('held');
  approve(t.host, WORDS, 'canary');
  await t.untilState('settled');
  straggler(t.host, { ...WORDS, targets: 'n1' }, 'drop');
  await t.until((host) => host.chronicle.state.run.open === 0, 'the end');
  return { header: t.host.parts.header, entries: await t.entries() };
}

function tellerOf({ header }: Past): RunTeller {
  return new RunTeller(compile(JSON.parse(header.plan) as Plan));
}

function entryOf({ at, target, kind, step, attempt, note }: StoredEntry): Entry {
  return { at, target, kind, step, attempt, note };
}

function briefly({ event, data }: { readonly event: string; readonly data: JsonObject }): string {
  const words = [data['gate'], data['verdict'], event === 'straggler' ? data['targets'] : null, data['percent'], data['state']];
  return [event, ...words.map(textOf).filter((word) => word !== '')].join(' ');
}

describe('webhooks: what is told', () => {
  let past: Past;
  beforeAll(async () => {
    past = await troubled();
  });

  it('looked at after every entry: states, gates, stragglers, marks, each once and in order', () => {
    const teller = tellerOf(past);
    const told = past.entries.flatMap((entry) => {
      teller.record(entry);
      return teller.tell();
    });
    const words = told.map(briefly);
    expect(words.filter((word) => word.startsWith('run.state'))).toEqual(
      expect.arrayContaining(['run.state planned', 'run.state running', 'run.state held', 'run.state settled']),
    );
    const gates = words.filter((word) => word.startsWith('gate'));
    expect(gates.slice(0, 3)).toEqual(['gate canary hold', 'gate canary approved', 'gate canary pass']);
    expect(gates.slice(3).toSorted()).toEqual(['gate main pass', 'gate return pass']);
    expect(words.filter((word) => word.startsWith('straggler'))[0]).toBe('straggler n1 straggling');
    expect(words.filter((word) => word.startsWith('returned'))).toEqual(['returned 50', 'returned 75']);
    for (const { at } of told) expect(at).toBeGreaterThanOrEqual(past.header.createdAt);
  });

  it('looked at once, in the end: where it stands, and nothing that is over', () => {
    const teller = tellerOf(past);
    for (const entry of past.entries) teller.record(entry);
    const told = teller.tell();
    expect(told.filter(({ event }) => event === 'run.state').map(({ data }) => data['state'])).toEqual(['settled']);
    expect(teller.tell()).toEqual([]);
  });
});

interface Post {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: { id: string; event: string; run: string; at: string; sentAt: string; simulated: boolean; data: JsonObject };
}

describe('webhooks: how it is told', () => {
  const posts: Post[] = [];
  let answer: (post: Post, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      const post = { headers: request.headers, body, json: JSON.parse(body) as Post['json'] };
      posts.push(post);
      answer(post, response);
    });
  });
  let hook: Webhook;
  let past: Past;
  let journal: Journal;
  let open: Webhooks | null = null;
  const said: string[] = [];
  const notes: string[] = [];

  beforeAll(async () => {
    past = await troubled();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = must(server.address(), 'address');
    const port = typeof address === 'object' ? address.port : 0;
    hook = { name: 'chat', url: `http://127.0.0.1:${port}/token-in-the-path`, secret: SECRET, events: HOOK_EVENTS };
  });
  beforeEach(async () => {
    posts.length = said.length = notes.length = 0;
    answer = (_, response) => response.writeHead(204).end();
    journal = memoryJournal();
    await journal.create(past.header);
    await journal.claim(past.header.run, 0, 'test');
  });
  afterEach(async () => {
    await open?.close();
    open = null;
    await journal.close();
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const start = async (hooks: readonly Webhook[] = [hook], pace = {}): Promise<void> => {
    open = await openWebhooks({
      hooks,
      runs: {
        journal,
        get: () => ({ host: { write: (draft: { note: { why: string } }) => Promise.resolve(notes.push(draft.note.why)) } }) as never,
      },
      parsePlan: (text) => JSON.parse(text) as Plan,
      clock,
      say: (line) => said.push(line),
      pace: { answerMs: 1_000, pauseMs: 5, pauseMaxMs: 20, giveUpMs: 60_000, ...pace },
    });
  };
  const write = async (from: number, to: number): Promise<void> => {
    const some = past.entries.slice(from, to).map(entryOf);
    await journal.append(past.header.run, 0, 1, some);
  };
  const stop = async (): Promise<void> => {
    await open?.close();
    open = null;
  };
  const told = (): string[] => posts.map(({ json }) => briefly(json));
  const isTold = (word: string): Promise<boolean> => until(`"${word}" to be told`, () => told().includes(word), 8);
  const middle = (): number => past.entries.findIndex(({ kind }) => kind === 'begin') + 1;

  it('signed, named, dated, and never with the secret', async () => {
    await start();
    await write(0, past.entries.length);
    await isTold('run.state settled');
    for (const { headers, body, json } of posts) {
      expect(headers['x-pitstop-signature']).toBe(`sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`);
      expect(headers['x-pitstop-delivery']).toBe(json.id);
      expect(headers['x-pitstop-event']).toBe(json.event);
      expect(headers['x-pitstop-timestamp']).toBe(json.sentAt);
      expect(json).toMatchObject({ run: past.header.run, simulated: false });
      expect(Math.abs(Date.parse(json.sentAt) - clock.now())).toBeLessThan(60_000);
      expect(JSON.stringify([headers, body])).not.toContain(SECRET);
    }
    expect(new Set(posts.map(({ json }) => json.id)).size).toBe(posts.length);
  });

  it('a receiver that is down for a while is told everything, in order, by the same names', async () => {
    let failures = 3;
    answer = (_, response) => response.writeHead(failures-- > 0 ? 503 : 200).end();
    await start();
    await write(0, middle());
    await isTold('run.state running');
    await write(middle(), past.entries.length);
    await isTold('run.state settled');
    expect(posts.slice(0, 4).map(({ json }) => json.id)).toEqual(Array.from({ length: 4 }, () => posts[0]?.json.id));
    expect(posts.slice(0, 4).map(({ headers }) => headers['x-pitstop-attempt'])).toEqual(['1', '2', '3', '4']);
    const ids = posts.slice(3).map(({ json }) => json.id.split('-').map(Number));
    expect(ids).toEqual(ids.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)));
    expect(said).toEqual([expect.stringContaining('chat answered 503; it is tried again')]);
  });

  it('a restart goes on where it was: nothing is left out, nothing told twice', async () => {
    await start();
    await write(0, middle());
    await isTold('run.state running');
    await stop();
    const before = posts.map(({ json }) => json.id);
    await write(middle(), past.entries.length);
    await start();
    await isTold('run.state settled');
    const after = posts.slice(before.length).map(({ json }) => json.id);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(told().filter((word) => word === 'run.state running')).toHaveLength(1);
    expect(told()).toContain('gate canary hold');
    await stop();
    const count = posts.length;
    await start();
    await write(0, 0);
    await stop();
    expect(posts).toHaveLength(count);
  });

  it('stopped in the middle of a delivery: the next server tells it, under the same name', async () => {
    answer = () => undefined;
    await start();
    await write(0, 1);
    await until('it to be asked', () => posts.length > 0, 8);
    const [first] = posts;
    await stop();
    answer = (_, response) => response.end();
    await start();
    await until('it to be asked again', () => posts.length > 1, 8);
    expect(posts[1]?.json.id).toBe(first?.json.id);
  });

  it('given up in the end: said, noted in the run without the address, and the next event is told', async () => {
    answer = (post, response) => response.writeHead(briefly(post.json) === 'run.state planned' ? 500 : 200).end();
    await start([hook], { giveUpMs: 50 });
    await write(0, 1);
    await until('it to be given up', () => notes.length > 0, 8);
    expect(notes[0]).toMatch(/^webhook chat was not told of run.state: chat answered 500 \(\d+ tries, given up/);
    await write(1, past.entries.length);
    await isTold('run.state settled');
    expect(JSON.stringify([said, notes])).not.toMatch(/token-in-the-path|a-secret/);
  });

  it('a receiver that takes the connection and says nothing, one that leads elsewhere, and one that is not there', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:10/' }).end();
    await start([hook, { ...hook, name: 'gone', url: 'http://127.0.0.1:10/x' }], { giveUpMs: 0 });
    await write(0, 1);
    await until('both to be given up', () => notes.length === 2, 8);
    expect(notes.toSorted()).toEqual([
      expect.stringContaining('chat answered 302'),
      expect.stringContaining('gone was not reached (ECONNREFUSED)'),
    ]);
    await stop();
    answer = () => undefined;
    await start([{ ...hook, name: 'mute' }], { giveUpMs: 0, answerMs: 50 });
    await write(1, past.entries.length);
    await until('it to be given up', () => notes.length >= 3, 8);
    expect(notes[2]).toContain('did not answer within');
  });

  it('only what a hook asks for; a slow hook holds no other up; a new hook begins with what comes', async () => {
    const slow = { ...hook, name: 'slow', url: 'http://127.0.0.1:10/x' };
    const gates = { ...hook, name: 'gates', events: ['gate'] as const };
    await start([slow, gates], { pauseMs: 10_000, pauseMaxMs: 10_000 });
    await write(0, 1);
    await until('the run to be known', async () => (await journal.readStream('webhooks', 1, 1)).length === 1, 8);
    await write(1, past.entries.length);
    for (const gate of ['canary hold', 'canary approved', 'return pass', 'main pass']) await isTold(`gate ${gate}`);
    expect(new Set(posts.map(({ json }) => json.event))).toEqual(new Set(['gate']));
    await stop();
    posts.length = 0;
    await start([{ ...hook, name: 'new' }]);
    await stop();
    expect(posts).toEqual([]);
  });

  it('a run that had a past before there was a hook is told of as it stands; one that comes later is told of whole', async () => {
    await write(0, past.entries.length);
    await start();
    await isTold('run.state settled');
    expect(told()).toEqual(['run.state settled']);
    const later = 'later-1';
    await journal.create({ ...past.header, run: later }, []);
    await journal.claim(later, 0, 'test');
    await journal.append(later, 0, 1, past.entries.map(entryOf));
    await isTold('gate canary hold');
    expect(posts.filter(({ json }) => json.run !== later)).toHaveLength(1);
  });

  it('without hooks nothing is kept', async () => {
    await start([]);
    await write(0, past.entries.length);
    expect(await journal.readStream('webhooks', 1, 10)).toEqual([]);
  });
});

describe('webhooks.yaml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-webhooks-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (text: string, env: NodeJS.ProcessEnv = { HOOK: SECRET }): readonly Webhook[] => {
    const file = join(folder, 'webhooks.yaml');
    writeFileSync(file, text);
    return readWebhooksFile(file, env);
  };

  it('a hook, with all events unless it names some', () => {
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
    expect(
      read(`webhooks:
  - {name: chat, url: "https://chat.example.org/in", secret: {env: HOOK}}
  - {name: pager, url: "http://10.0.0.1:8080/x", secret: {file: secret}, events: [gate, straggler]}
`),
    ).toEqual([
      { name: 'chat', url: 'https://chat.example.org/in', secret: SECRET, events: HOOK_EVENTS },
      { name: 'pager', url: 'http://10.0.0.1:8080/x', secret: SECRET, events: ['gate', 'straggler'] },
    ]);
  });

  it.each([
    ['{name: chat, url: "https://a", secret: {env: NONE}}', 'NONE is empty or missing'],
    ['{name: chat, url: "https://a", secret: {env: SHORT}}', 'fewer than 16'],
    ['{name: Chat, url: "https://a", secret: {env: HOOK}}', 'is no name'],
    ['{name: chat, url: "ftp://a", secret: {env: HOOK}}', 'is no address'],
    ['{name: chat, url: "https://u:p@a", secret: {env: HOOK}}', 'is no address'],
    ['{name: chat, url: "https://a", secret: plain}', 'plain: must be a map'],
    ['{name: chat, url: "https://a", secret: {env: HOOK}, events: [all]}', 'known here: run.state'],
    ['{name: chat, url: "https://a", secret: {env: HOOK}}\n  - {name: chat, url: "https://b", secret: {env: HOOK}}', 'is there twice'],
  ])('%s is refused', (text, words) => {
    expect(() => read(`webhooks:\n  - ${text}\n`, { HOOK: SECRET, SHORT: 'short' })).toThrow(words);
  });
});
