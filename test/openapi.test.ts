import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { procedures } from '../src/api/contract/walk.ts';
import { must } from '../src/std/assert.ts';
import { type Schema, valuesOf } from './json-schema-arbitrary.ts';
import { Desk } from './pitstop.ts';
import { Serving } from './serving.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly 'x-pitstop-least': string;
  readonly 'x-pitstop-acts': boolean;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: { readonly [status: string]: unknown };
}

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: { readonly [path: string]: { readonly get?: Operation; readonly post?: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: Schema }; readonly securitySchemes: object };
}

/** A well-formed request, and one that is not, for each of them; so many in all at most. */
const EACH = { good: 3, bad: 1 };
const REQUESTS_MAX = 300;
const SEED = 20310708;
/** Ends the server that everything here asks. */
const ENDS_IT = 'server.stop';

const desk = new Desk();
let served: Serving;
let document: Document;

beforeAll(async () => {
  served = await Serving.start(desk.env);
  document = (await (await fetch(`${served.url}/api/openapi.json`)).json()) as Document;
});
afterAll(async () => {
  await served.end();
  await desk[Symbol.asyncDispose]();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method: method.toUpperCase(), path, operation }] : [];
    }),
  );

describe('the OpenAPI document', () => {
  it('has every procedure, with who may call it and every refusal', () => {
    expect(document.openapi).toMatch(/^3\.1/);
    expect(document.servers).toEqual([{ url: '/api' }]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'session']);
    expect(
      operations()
        .map(({ operation }) => operation.operationId)
        .sort(),
    ).toEqual(
      procedures()
        .map(({ path }) => path.join('.'))
        .sort(),
    );
    for (const { operation } of operations()) {
      expect(Object.keys(operation.responses), operation.operationId).toEqual(expect.arrayContaining(['200', '400', '401', '403', '429']));
      expect(operation.description).toContain(operation['x-pitstop-acts'] ? 'Changes something' : 'Only looks');
      if (operation['x-pitstop-least'] !== 'public') expect(operation.description).toContain(`the role ${operation['x-pitstop-least']}`);
    }
  });

  it('refers to nothing that is not in it', () => {
    const names = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(100);
    expect([...new Set(names)].filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
  });

  it('is a page for readers too, without scripts', async () => {
    const page = await (await fetch(`${served.url}/api/reference`, { headers: { accept: 'text/html' } })).text();
    expect(page).not.toMatch(/<script|https?:\/\/(?!HOST:PORT)/);
    for (const { operation, path } of operations()) {
      expect(page).toContain(`id="${operation.operationId}"`);
      expect(page).toContain(`/api${path}`);
    }
  });
});

describe('requests made from the document', () => {
  it('never meet a bug', async () => {
    let sent = 0;
    const bugs: string[] = [];
    for (const [i, { method, path, operation }] of operations().entries()) {
      if (operation.operationId === ENDS_IT) continue;
      const input = inputsOf(operation);
      const good = fc.sample(input, { numRuns: EACH.good, seed: SEED + i });
      const bad = fc.sample(input.chain(spoilt), { numRuns: EACH.bad, seed: SEED + i });
      for (const given of [...good, ...bad]) {
        sent += 1;
        const { status, text } = await send(method, path, given);
        const isOutside = status === 502 && operation.tags[0] === 'site';
        if (status >= 500 && !isOutside) bugs.push(`${method} ${path} ${JSON.stringify(given)}: ${status} ${text}`);
        expect(text).not.toMatch(/\bat .*\.(ts|mjs|js):\d+/);
      }
    }
    expect(bugs, served.said().slice(-6_000)).toEqual([]);
    expect(sent).toBeLessThanOrEqual(REQUESTS_MAX);
    expect(sent).toBeGreaterThan(operations().length);
  });
});

interface Input {
  readonly path: { readonly [name: string]: unknown };
  readonly query: { readonly [name: string]: unknown };
  readonly body: unknown;
}

function inputsOf({ parameters = [], requestBody }: Operation): fc.Arbitrary<Input> {
  const named = document.components.schemas;
  const of = (place: string): fc.Arbitrary<{ [name: string]: unknown }> => {
    const ones = parameters.filter((parameter) => parameter.in === place);
    return fc.record(Object.fromEntries(ones.map(({ name, schema }) => [name, valuesOf(schema, named)])), {
      requiredKeys: ones.filter(({ required }) => required).map(({ name }) => name),
    });
  };
  const schema = requestBody?.content['application/json'].schema;
  return fc.record({ path: of('path'), query: of('query'), body: schema ? valuesOf(schema, named) : fc.constant(undefined) });
}

/** One field of it is something else, or gone, or there is one too many. */
function spoilt(input: Input): fc.Arbitrary<Input> {
  const { body } = input;
  const wrong = fc.jsonValue({ maxDepth: 2 });
  if (typeof body !== 'object' || body === null) {
    return wrong.map((value) => ({
      ...input,
      query: { ...input.query, ...Object.fromEntries(Object.keys(input.query).map((name) => [name, value])) },
      body,
    }));
  }
  const names = Object.keys(body);
  const name = names.length === 0 ? fc.constant('extra') : fc.constantFrom(...names, '__proto__', 'extra');
  return fc.tuple(name, wrong).map(([field, value]) => ({ ...input, body: { ...body, [field]: value } }));
}

async function send(method: string, path: string, { path: fields, query, body }: Input): Promise<{ status: number; text: string }> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(must(fields[name], name))) || '-');
  const search = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]));
  const answer = await fetch(`${served.url}/api${filled}?${search.toString()}`, {
    method,
    signal: AbortSignal.timeout(60_000),
    headers: { 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
  });
  if ((answer.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    await answer.body?.cancel();
    return { status: answer.status, text: '' };
  }
  return { status: answer.status, text: await answer.text() };
}
