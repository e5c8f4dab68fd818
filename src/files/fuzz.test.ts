// Whatever text a file holds, a reader takes it or refuses it with places; it never fails in any other way.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalogueFolders, loadCatalogue, parseCatalogue } from './catalogue.ts';
import { parseChange } from './change-file.ts';
import { parseFleet } from './fleet-file.ts';
import { parseInventory } from './inventory-file.ts';
import { parsePlan } from './plan-file.ts';
import { parsePolicy } from './policy-file.ts';
import { BadInputError, showProblem } from './problem.ts';

const FLEET = `fleet: lab
timezone: Europe/Berlin
customers: [{name: a, notice: 72h}]
clusters:
  - name: lab
    customer: a
    nodes: "n[1-16]"
    racks: {of: 4, name: "r[1-4]"}
    units: {of: 8, rails: 2, name: "u[1-2]", leaf: "{unit}r{rail}"}
    drivers: {scheduler: slurm, bmc: {use: redfish, password: {env: X}}}
    leases: {mover: {take: [a], verify: [b], give: [c]}}
`;
const CHANGE = `change: x
targets: "@rack:r1,n[5-9]!n7"
want: {host-os: "1", bmc: {version: "2", apply: [/a, "{version}"], read: [/b]}}
replace: {tray: "n3"}
`;
const POLICY = `windows: [{cluster: lab, start: "2031-07-08T09:00 America/Phoenix", for: 8h}]
limits: {a: {count: 200, until: 2031-09-01}, b: 3}
canary: {targets: "@rack:r1", gate: {failed: 1}}
jobs: {ask: {signal: USR1}, proof: {newer: "/x/{job}"}, then: hold}
crew: {h: {count: 6, shifts: "06:00-22:00"}}
blackouts: [{from: 2031-07-04, to: 2031-07-05}]
assume: {jobs: {busy: 50%, nodesEach: 32, remaining: 30m~0.5}, approval: {median: 5m, logSd: 0.7, between: 1, df: 3, n: 2, source: x}, faultsPerNodeDay: 1%}
`;

const fleet = parseFleet(FLEET, 'fleet.yaml');
const [builtin = ''] = catalogueFolders(null, null);
const catalogue = loadCatalogue([builtin]);
const procedures = readdirSync(builtin).map((name) => readFileSync(join(builtin, name), 'utf8'));

const readers: Readonly<Record<string, { read: (text: string) => unknown; seeds: readonly string[] }>> = {
  fleet: { read: (text) => parseFleet(text, 'f.yaml'), seeds: [FLEET] },
  change: { read: (text) => parseChange(text, 'f.yaml', fleet, catalogue), seeds: [CHANGE] },
  policy: { read: (text) => parsePolicy(text, 'f.yaml', fleet, 0), seeds: [POLICY] },
  catalogue: { read: (text) => parseCatalogue([[{ file: 'f.yaml', text }]]), seeds: procedures },
  plan: { read: (text) => parsePlan(text, 'f.yaml'), seeds: ['{"schema": 1, "id": "x", "fleet": {"id": "y", "document": {}}}'] },
  inventory: { read: (text) => parseInventory(text, 'f.yaml'), seeds: ['{"fleet": "x", "at": 1, "nodes": [{"name": "n1"}]}'] },
};

/** Reads the text; anything but a value or well-formed problems fails the test. */
function takeOrRefuse(read: (text: string) => unknown, text: string): boolean {
  try {
    read(text);
    return true;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) {
      expect(problem.file).toBe('f.yaml');
      expect(problem.line).toBeGreaterThanOrEqual(1);
      expect(problem.line).toBeLessThanOrEqual(text.split('\n').length);
      expect(problem.col).toBeGreaterThanOrEqual(1);
      expect(problem.why).not.toBe('');
      expect(problem.mend).not.toBe('');
      expect(showProblem(problem)).not.toContain('\n');
    }
    return false;
  }
}

const SCRAPS = [
  '@',
  '[',
  ']',
  '{',
  '}',
  ':',
  ',',
  '"',
  "'",
  '&a ',
  '*a',
  '!',
  '|',
  '>',
  '- ',
  '? ',
  '#',
  '\n',
  '\t',
  ' ',
  '%',
  '0',
  '-1',
  '1e99',
  '.nan',
  '~',
  'null',
  'true',
  '---\n',
  '...',
  '<<: ',
  '__proto__: 1',
  'constructor',
  '\0',
  '\u2028',
  'é',
  '😀',
  '{version}',
  '[[[[',
];

function spliced(seeds: readonly string[]): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(4_000), drop: fc.nat(12), put: fc.oneof(fc.constantFrom(...SCRAPS), fc.string({ maxLength: 6 })) });
  return fc.tuple(fc.constantFrom(...seeds), fc.array(cut, { minLength: 1, maxLength: 4 })).map(([seed, cuts]) =>
    cuts.reduce((text, { at, drop, put }) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + drop);
    }, seed),
  );
}

/** Any value where the seed has a line. */
function replaced(seeds: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...seeds), fc.nat(40), fc.jsonValue({ maxDepth: 3 })).map(([seed, at, value]) => {
    const lines = seed.split('\n');
    const i = at % lines.length;
    const key = /^\s*(?:- )?[\w-]+:/.exec(lines[i] ?? '')?.[0] ?? 'x:';
    return lines.with(i, `${key} ${JSON.stringify(value)}`).join('\n');
  });
}

for (const [name, { read, seeds }] of Object.entries(readers)) {
  test(`${name}: any text is taken or refused with places`, () => {
    const text = fc.oneof(
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
      { weight: 4, arbitrary: spliced(seeds) },
      { weight: 4, arbitrary: replaced(seeds) },
    );
    fc.assert(
      fc.property(text, (each) => void takeOrRefuse(read, each)),
      { numRuns: 400 },
    );
  });
}

test('nested ten thousand deep: refused', () => {
  for (const { read } of Object.values(readers)) {
    for (const text of ['['.repeat(10_000), '{a: '.repeat(10_000), `a: ${'['.repeat(1_000)}${']'.repeat(1_000)}`])
      expect(takeOrRefuse(read, text)).toBe(false);
  }
});
