// The schedule search on instances of PSPLIB: makespans after so many CPU seconds of one thread each; every schedule is checked. Usage:
// npm run -s bench:schedule -- DIR --seconds S [--schedules N] [--best F] [--seed K]. Exit 1 when a schedule was wrong, 2 on bad input.
import { readFileSync, readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lowerBound } from '../src/core/schedule/bounds.ts';
import type { BoundKind } from '../src/core/schedule/bounds.ts';
import { checkSchedule } from '../src/core/schedule/check.ts';
import { compile } from '../src/core/schedule/network.ts';
import { search } from '../src/core/schedule/search.ts';
import type { SearchOptions } from '../src/core/schedule/search.ts';
import { PsplibFormatError, parseBestKnown, parseSm } from './psplib.ts';
import type { Known } from './psplib.ts';

interface Row {
  readonly set: string;
  readonly instance: string;
  readonly makespan: number;
  /** One for each job of the file, the two dummies included. */
  readonly start: readonly number[];
  /** Our own, and its kind. */
  readonly lowerBound: number;
  readonly bound: BoundKind;
  /** To the best known makespan where a table has it, else to the lower bound. */
  readonly gapPct: number;
  readonly gapTo: 'best known' | 'lower bound';
  readonly schedules: number;
  readonly cpuSeconds: number;
  /** What is wrong with the schedule or the bound; empty unless the search has a bug. */
  readonly wrong: readonly string[];
}

interface Arguments {
  readonly folder: string;
  readonly files: readonly string[];
  readonly seconds: number | null;
  readonly schedulesMax: number | null;
  readonly seed: number;
  readonly best: ReadonlyMap<string, Known>;
}

class ArgumentError extends Error {}

const USAGE = 'usage: bench:schedule -- DIR --seconds S [--schedules N] [--best F] [--seed K]';
const PROGRESS_MS = 2_000;

try {
  main(readArguments());
} catch (error) {
  if (!(error instanceof ArgumentError || error instanceof PsplibFormatError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

function main(options: Arguments): void {
  const instances: Row[] = [];
  let toldAt = performance.now();
  for (const file of options.files) {
    instances.push(solve(file, options));
    if (performance.now() - toldAt < PROGRESS_MS) continue;
    toldAt = performance.now();
    process.stderr.write(`${instances.length} of ${options.files.length} instances\n`);
  }
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version };
  const { seconds, schedulesMax, seed } = options;
  const sets = Map.groupBy(instances, ({ set }) => set);
  const summary = Object.fromEntries([...sets].map(([set, rows]) => [set, summaryOf(rows, options.best)]));
  process.stdout.write(`${JSON.stringify({ machine, seconds, schedulesMax, seed, instances, summary })}\n`);
  const wrong = instances.flatMap((row) => row.wrong.map((what) => `${row.instance}: ${what}\n`));
  process.stderr.write(wrong.join(''));
  if (wrong.length > 0) process.exitCode = 1;
}

/** Reading, bounding and searching all count as CPU time of the instance. */
function solve(file: string, { seconds, schedulesMax, seed, best }: Arguments): Row {
  const begin = process.cpuUsage();
  const cpuSeconds = (): number => {
    const used = process.cpuUsage(begin);
    return (used.user + used.system) / 1e6;
  };
  const project = parseSm(file, readText(file));
  const compiled = compile(project);
  if (!compiled.ok)
    throw new PsplibFormatError(`${file}:1: cannot be scheduled: ${compiled.impossible.map(({ reason }) => reason).join('; ')}`);
  const bound = lowerBound(compiled.network);
  const limits: SearchOptions = {
    seed,
    lowerBound: bound.value,
    ...(seconds === null ? {} : { spent: () => cpuSeconds() / seconds }),
    ...(schedulesMax === null ? {} : { schedulesMax }),
  };
  const found = search(compiled.network, limits);
  if (!found.ok) throw new Error(`no schedule for ${file}, whose resources are there for ever`);
  const took = cpuSeconds();
  const { makespanMin: makespan, startMin: start } = found.schedule;
  const instance = basename(file, '.sm');
  const known = best.get(instance);
  const reference = known?.bestKnown ?? bound.value;
  const flaws = checkSchedule(project, found.schedule).map(({ rule, message }) => `${rule}: ${message}`);
  const proven = Math.max(bound.value, known?.lowerBound ?? 0);
  return {
    set: basename(dirname(file)),
    instance,
    makespan,
    start,
    lowerBound: bound.value,
    bound: bound.kind,
    gapPct: reference === 0 ? 0 : (100 * (makespan - reference)) / reference,
    gapTo: known ? 'best known' : 'lower bound',
    schedules: found.schedules,
    cpuSeconds: took,
    wrong: [
      ...flaws,
      ...(makespan < proven ? [`makespan ${makespan} is under the proven bound ${proven}`] : []),
      ...(known && bound.value > known.bestKnown ? [`bound ${bound.value} is over the best known makespan ${known.bestKnown}`] : []),
    ],
  };
}

function summaryOf(rows: readonly Row[], best: ReadonlyMap<string, Known>): object {
  const mean = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return {
    n: rows.length,
    withBestKnown: rows.filter(({ gapTo }) => gapTo === 'best known').length,
    meanGapPct: mean(({ gapPct }) => gapPct),
    atBest: rows.filter(({ instance, makespan }) => makespan <= (best.get(instance)?.bestKnown ?? -1)).length,
    atBound: rows.filter(({ makespan, lowerBound: value }) => makespan === value).length,
    wrong: rows.filter(({ wrong }) => wrong.length > 0).length,
    schedulesPerSecond: Math.round(mean(({ schedules }) => schedules) / mean(({ cpuSeconds }) => cpuSeconds)),
  };
}

function readArguments(): Arguments {
  const { positionals, values } = parse();
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new ArgumentError(`one directory is needed\n${USAGE}`);
  if (values.seconds === undefined && values.schedules === undefined)
    throw new ArgumentError(`--seconds or --schedules is needed\n${USAGE}`);
  return {
    folder,
    files: smFilesBelow(folder),
    seconds: values.seconds === undefined ? null : positive('--seconds', values.seconds),
    schedulesMax: values.schedules === undefined ? null : positive('--schedules', values.schedules),
    seed: Number(values.seed),
    best: values.best === undefined ? new Map() : parseBestKnown(values.best, readText(values.best)),
  };
}

function parse(): { positionals: string[]; values: { seconds?: string; schedules?: string; best?: string; seed: string } } {
  const text = { type: 'string' } as const;
  try {
    const options = { seconds: text, schedules: text, best: text, seed: { ...text, default: '1' } };
    const { positionals, values } = parseArgs({ allowPositionals: true, options });
    if (!/^\d{1,9}$/.test(values.seed)) throw new ArgumentError(`--seed ${values.seed}: not a whole number`);
    return { positionals, values };
  } catch (error) {
    throw error instanceof ArgumentError ? error : new ArgumentError(`${(error as Error).message}\n${USAGE}`);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0)) throw new ArgumentError(`${name} ${text}: not a number above 0`);
  return value;
}

function smFilesBelow(folder: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    throw new ArgumentError(`${folder}: not a directory that can be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const files = entries.filter((entry) => entry.endsWith('.sm')).map((entry) => join(resolve(folder), entry));
  if (files.length === 0) throw new ArgumentError(`${folder}: no .sm file in or below it`);
  return files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ArgumentError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
