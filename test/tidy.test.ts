// The house rules as a test: who may import whom, what is banned where, how large things may be. Each message says what to do instead.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const home = resolve(import.meta.dirname, '..');

interface Rule {
  /** Folders of src (longest prefix wins), "node" for Node's own modules, and third-party packages. */
  readonly imports: readonly string[];
}

/** The import table of ARCHITECTURE.md, with the third-party packages of each folder. A folder may always import itself. */
const TABLE: { readonly [folder: string]: Rule } = {
  'src/std': { imports: [] },
  'src/core': { imports: ['src/std'] },
  'src/files': { imports: ['src/core', 'src/std', 'node', 'zod', 'yaml'] },
  'src/sim': { imports: ['src/core', 'src/std'] },
  'src/sim/pool': { imports: ['src/core', 'src/sim', 'src/std', 'node'] },
  /** No driver: what several of them share. */
  'src/drivers/shared': { imports: ['src/core', 'src/std', 'node', 'zod'] },
  'src/drivers/slurm': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/ssh': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod', 'ssh2'] },
  'src/drivers/local': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/infiniband': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/redfish': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/ipmi': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/allocator': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/alertmanager': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod'] },
  'src/drivers/kubernetes': { imports: ['src/core', 'src/std', 'src/drivers/shared', 'node', 'zod', '@kubernetes/client-node'] },
  'src/journal': { imports: ['src/core', 'src/std', 'node', 'zod'] },
  'src/runner': { imports: ['src/core', 'src/std'] },
  'src/desk': { imports: ['src/core', 'src/std', 'node'] },
  'src/chart': { imports: ['src/std'] },
  'src/report': { imports: ['src/core', 'src/chart', 'src/std'] },
  'src/study': { imports: ['src/core', 'src/files', 'src/sim', 'src/report', 'src/chart', 'src/std'] },
  'src/api/contract': { imports: ['src/core', 'src/std', '@orpc/contract', 'zod'] },
  'src/api': {
    imports: [
      'src/api/contract',
      'src/core',
      'src/runner',
      'src/journal',
      'src/sim',
      'src/report',
      'src/study',
      'src/files',
      'src/desk',
      'src/std',
      'node',
      '@orpc/server',
      '@orpc/contract',
      '@orpc/openapi',
      '@orpc/zod',
      'hono',
      '@hono/node-server',
      'openid-client',
      'rate-limiter-flexible',
      'zod',
    ],
  },
  'src/cli': {
    imports: [
      'src/api/contract',
      'src/core',
      'src/files',
      'src/sim',
      'src/report',
      'src/study',
      'src/chart',
      'src/std',
      'node',
      'commander',
      'zod',
      '@orpc/client',
      '@orpc/contract',
      '@modelcontextprotocol/server',
    ],
  },
  'src/wiring': { imports: ['src', 'node', 'zod'] },
  'src/main.ts': { imports: ['src', 'node'] },
  'web/src': {
    imports: [
      'src/api/contract',
      'src/chart',
      'svelte',
      '$app',
      '@orpc/client',
      '@orpc/contract',
      ...['autocomplete', 'commands', 'lang-yaml', 'language', 'lint', 'state', 'view'].map((part) => `@codemirror/${part}`),
    ],
  },
};

interface Ban {
  readonly pattern: RegExp;
  readonly where: (file: string) => boolean;
  readonly instead: string;
}

const inCore = (file: string): boolean => file.startsWith('src/core/');
const isSim = (file: string): boolean => file.startsWith('src/sim/') && !file.startsWith('src/sim/pool/');
const isPure = (file: string): boolean => inCore(file) || isSim(file) || file.startsWith('src/chart/');
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('test/') || file.startsWith('testbed/');

const BANS: readonly Ban[] = [
  { pattern: /\basync\b/, where: inCore, instead: 'core is synchronous: return what is to be done and let the runner do it' },
  { pattern: /\bDate\b/, where: isPure, instead: 'take the time as an argument (Unix ms, or a Clock of std)' },
  {
    pattern: /Math\.random/,
    where: (file) => !/^(src\/drivers|testbed)\//.test(file),
    instead: 'use draw() of src/std/draw.ts with a seed',
  },
  {
    pattern: /\bparseFloat\(|\bparseInt\(/,
    where: (file) => file.startsWith('src/'),
    instead: 'use Number() on text that a pattern or zod has checked',
  },
  { pattern: /\/\/\s*(TODO|FIXME|XXX|HACK)\b/, where: () => true, instead: 'do it, or say it in the closing note' },
  {
    pattern: /shell:\s*true|execSync\(/,
    where: (file) => file.startsWith('src/'),
    instead: 'spawn an argument list; a command line is made by quoteCommand() alone',
  },
  { pattern: /\b(it|test|describe)\.(only|todo)\b/, where: () => true, instead: 'finish the test, or delete it' },
  { pattern: /as any\b|: any\b|<any>/, where: () => true, instead: 'name the type, or use unknown and look' },
  { pattern: /\b(pkill|killall)\b/, where: (file) => file !== 'test/tidy.test.ts', instead: 'end a process by its own id' },
];

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

const files = ['src', 'test', 'testbed', 'bench', 'prove', 'web/src']
  .flatMap((folder) => filesBelow(folder))
  .concat(filesBelow('web/src', '.svelte'))
  .filter((file) => !file.includes('.scratch.'));

/** What users run. */
const isOurs = (file: string): boolean => /^(web\/)?src\//.test(file);

describe('tidy', () => {
  it('imports: each folder only what the table allows', () => {
    const wrong = files
      .filter((file) => isOurs(file) && !isTest(file))
      .flatMap((file) => importsOf(file).flatMap((to) => judgeImport(file, to)));
    expect(wrong).toEqual([]);
  });

  it('imports: nothing of src imports tests, benches, showings or the testbed', () => {
    const wrong = files
      .filter((file) => isOurs(file) && !isTest(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => /^(test|testbed|bench|prove)\//.test(to))
          .map((to) => `${file} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('barrels: no index.ts; import from the file itself', () => {
    expect(files.filter((file) => /\/(index|utils?)\.ts$/.test(file))).toEqual([]);
  });

  it('bans: each with what to do instead', () => {
    const wrong = files.flatMap((file) => {
      const lines = code(file).split('\n');
      return BANS.filter((ban) => file !== 'test/tidy.test.ts' && ban.where(file)).flatMap((ban) =>
        lines.flatMap((line, i) => (ban.pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()} -- ${ban.instead}`] : [])),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('sizes: files of at most 400 lines, functions of at most 70; split by idea, not by line', () => {
    const wrong = files.flatMap((file) => {
      const lines = read(file).split('\n');
      const long = isTest(file) ? [] : longFunctions(lines).map((name) => `${file}: ${name}`);
      return lines.length > LINES_MAX + 1 ? [`${file}: ${lines.length - 1} lines`, ...long] : long;
    });
    expect(wrong).toEqual([]);
  });

  it('openings: each file of src says in its first line what it is for', () => {
    const wrong = files
      .filter((file) => isOurs(file) && !file.endsWith('.test.ts'))
      .filter((file) => !/^(#!.*\n)?(\/\/|<!--) [A-Z'`"]/.test(read(file)));
    expect(wrong).toEqual([]);
  });

  it('paths: no tracked file names a folder of a machine or the host of a registry', () => {
    const wrong = [...files, ...documents()].filter(
      (file) => file !== 'test/tidy.test.ts' && /(^|[\s"'`(])\/(work|farm|root)\/[a-z]|https?:\/\/registry\./.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });
});

function judgeImport(file: string, to: string): string[] {
  const folder = ruleFolder(file);
  const rule = folder === null ? null : TABLE[folder];
  if (!folder || !rule) return [`${file}: its folder is not in the table of test/tidy.test.ts; add it there and in ARCHITECTURE.md`];
  if (isOurs(to)) {
    const target = ruleFolder(to) ?? to;
    const allowed =
      target === folder || rule.imports.some((allow) => allow === 'src' || target === allow || target.startsWith(`${allow}/`));
    return allowed
      ? []
      : [
          `${file} imports ${to}: ${folder} may import ${rule.imports.join(', ') || 'nothing'}; hand it in as an argument, or move the code`,
        ];
  }
  const name = isNodes(to) ? 'node' : (/^(@[^/]+\/)?[^/]+/.exec(to)?.[0] ?? to);
  return rule.imports.includes(name)
    ? []
    : [`${file} imports ${to}: not in the table for ${folder}; keep it behind a port, or decide it in docs/decisions`];
}

function ruleFolder(file: string): string | null {
  const hits = Object.keys(TABLE).filter((folder) => file === folder || file.startsWith(`${folder}/`));
  return hits.sort((a, b) => b.length - a.length)[0] ?? null;
}

function isNodes(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}

/** What the file imports: paths from the project's root, or names of packages. */
function importsOf(file: string): string[] {
  // In a component, the script is indented.
  const text = file.endsWith('.svelte') ? read(file).replaceAll(/^ {2}/gm, '') : read(file);
  const names = [...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  return names.map((name) => (name.startsWith('.') ? relative(home, resolve(home, dirname(file), name)) : name));
}

/** The file's text without comments and string contents, as far as a line-wise look can tell. */
function code(file: string): string {
  return read(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => '\n'.repeat(comment.split('\n').length - 1))
    .split('\n')
    .map((line) =>
      /^\s*\/\/\s*(TODO|FIXME|XXX|HACK)\b/.test(line)
        ? line
        : line.replace(/(^|\s)\/\/ .*$/, '').replaceAll(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''"),
    )
    .join('\n');
}

/** Functions and methods over the limit, found by the indentation that oxfmt gives them. */
function longFunctions(lines: readonly string[]): string[] {
  return lines.flatMap((line, start) => {
    const opening =
      /^(\s*)(?:export )?(?:default )?(?:static )?(?:async )?(?:function\*? (\w+)|(?:get |set |\*)?(#?\w+)\([^)]*\)(?:: [^=]+)? \{$|(?:const|readonly) (\w+) = (?:async )?\([^)]*\).*=> \{$)/.exec(
        line,
      );
    const name = opening?.[2] ?? opening?.[3] ?? opening?.[4];
    if (!opening || !name || ['if', 'for', 'while', 'switch', 'describe', 'it'].includes(name)) return [];
    const end = lines.findIndex((later, i) => i > start && later.startsWith(`${opening[1]}}`));
    return end - start + 1 > FUNCTION_LINES_MAX ? [`${name} has ${end - start + 1} lines`] : [];
  });
}

function documents(): string[] {
  return [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'package.json',
    ...filesBelow('docs', ''),
    ...filesBelow('catalogue', ''),
    ...filesBelow('scenarios', ''),
  ].filter((file) => exists(file));
}

function filesBelow(folder: string, ending = '.ts'): string[] {
  if (!exists(folder)) return [];
  return readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(home, join(entry.parentPath, entry.name)));
}

function exists(file: string): boolean {
  return readdirSync(join(home, dirname(file))).includes(file.split('/').at(-1) ?? '');
}

function read(file: string): string {
  return readFileSync(join(home, file), 'utf8');
}
