import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseDocument } from './document.ts';
import { DOCUMENTS, jsonSchemas } from './json-schema.ts';

const schemas = jsonSchemas();

function accepts(document: (typeof DOCUMENTS)[number], text: string): boolean {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(schemas[document])) as Parameters<typeof z.fromJSONSchema>[0]);
  return schema.safeParse(parseDocument(text, document).value).success;
}

test('JSON Schemas: one a document, self-contained', () => {
  for (const document of DOCUMENTS) {
    expect(schemas[document]).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: expect.stringContaining('Pitstop') as unknown,
    });
    expect(JSON.stringify(schemas[document])).not.toContain('"$ref":"http');
  }
});

test('JSON Schemas: take what the readers take and refuse a typo', () => {
  expect(
    accepts('fleet', 'fleet: lab\nclusters: [{name: lab, nodes: "n[1-16]", drivers: {scheduler: slurm, shell: {use: ssh, port: 22}}}]'),
  ).toBe(true);
  expect(accepts('fleet', 'fleet: lab\nclusters: [{name: lab, nods: "n[1-16]"}]')).toBe(false);
  expect(accepts('fleet', 'fleet: lab\nclusters: [{name: lab, nodes: n1, switches: [{name: s1}], subnetManagers: [s1]}]')).toBe(true);
  expect(accepts('fleet', 'fleet: lab\nclusters: [{name: lab, nodes: n1, subnetManagers: s1}]')).toBe(false);
  expect(accepts('change', 'change: x\nwant: {host-os: "1", bmc: {version: "2"}}')).toBe(true);
  expect(accepts('change', 'change: x\nwant: {host-os: 1}')).toBe(false);
  expect(accepts('policy', 'canary: "n1"\ngates: {returned: 95%}\njobs: {then: wait}')).toBe(true);
  expect(accepts('policy', 'jobs: {than: wait}')).toBe(false);
  expect(accepts('policy', 'limits: {a: {count: 2, source: load test, since: 2031-05-01}, b: 3}')).toBe(true);
  const jobs = 'jobs: {busy: 80%, nodesEach: all, remaining: 30m~0.5}';
  expect(accepts('policy', `assume: {${jobs}, approval: 5m~0.7, faultsPerNodeDay: {share: 0.4%, n: 371, source: x}, stageLead: 24h}`)).toBe(
    true,
  );
  expect(accepts('policy', 'approval: {people: 2, of: [confirm, drop]}')).toBe(true);
  expect(accepts('policy', 'approval: {people: 3}')).toBe(false);
  expect(accepts('policy', 'approval: {of: [confirm]}')).toBe(false);
  expect(accepts('policy', 'assume: {jobs: {busy: 80%}}')).toBe(false);
  expect(accepts('policy', 'assume: {aproval: 5m~0.7}')).toBe(false);
  expect(accepts('catalogue', 'component: a\nextends: builtin\nsteps: {apply: {takes: 12m~0.3}}')).toBe(true);
  const measured = '{median: 12m, logSd: 0.3, between: 0.2, df: 5, n: 7, source: july}';
  expect(
    accepts(
      'catalogue',
      `component: a\nextends: builtin\nsteps: {apply: {takes: ${measured}}}\ndefects: 0.8%\ndisturbs: {share: 1%, n: 0, source: guess}`,
    ),
  ).toBe(true);
  expect(accepts('catalogue', `component: a\nextends: builtin\nsteps: {apply: {takes: ${measured.replace('df: 5', 'df: 0')}}}`)).toBe(
    false,
  );
  expect(accepts('catalogue', 'component: a\nextends: builtin\ndefects: {share: 1%}')).toBe(false);
  expect(accepts('catalogue', 'component: a\nextends: builtin\nsteps: {apply: {timeout: 0}}')).toBe(false);
  expect(accepts('catalogue', 'component: a\nkind: node\nsteps: [{step: x, run: [a], timeouts: 1m}]')).toBe(false);
});
