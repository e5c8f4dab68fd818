// Reads projects of the PSPLIB library (R. Kolisch, A. Sprecher, European Journal of Operational Research 96, 1997) in its single-mode
// `.sm` form, and tables of best known makespans. Says file, line and what is wrong where it cannot.
import type { Activity, Project } from '../src/core/schedule/problem.ts';
import { must } from '../src/std/assert.ts';

/** A file that is no PSPLIB instance or no table; the message begins with file and line. */
export class PsplibFormatError extends Error {
  override name = 'PsplibFormatError';
}

export interface Known {
  readonly set: string;
  readonly lowerBound: number;
  readonly bestKnown: number;
}

/** The project of a `.sm` file; one activity per job, the two dummies among them, one time unit a minute. */
export function parseSm(file: string, text: string): Project {
  const lines = new Lines(file, text);
  const jobs = lines.number(/^jobs \(incl\. supersource\/sink \)\s*:\s*(\d+)/, 'jobs (incl. supersource/sink ):');
  const renewable = lines.number(/^\s*- renewable\s*:\s*(\d+)/, '- renewable :');
  for (const kind of ['nonrenewable', 'doubly constrained'])
    if (lines.number(new RegExp(`^\\s*- ${kind}\\s*:\\s*(\\d+)`), `- ${kind} :`) !== 0) lines.fail(`only renewable resources are read`);

  lines.skipTo('PRECEDENCE RELATIONS:', 1);
  const successors = Array.from({ length: jobs }, (_, j) => successorsIn(lines, j, jobs));
  lines.skipTo('REQUESTS/DURATIONS:', 2);
  const activities = successors.map((later, j) => activityIn(lines, j, renewable, later));
  lines.skipTo('RESOURCEAVAILABILITIES:', 1);
  const capacities = lines.row(renewable, 'one capacity for each resource');
  return {
    fromMin: 0,
    objective: 'makespan',
    resources: capacities.map((units, r) => ({ name: `R${r + 1}`, capacity: [[0, units]] })),
    activities,
  };
}

/** The rows of a table `set,instance,lowerBound,bestKnown`, by instance. */
export function parseBestKnown(file: string, text: string): Map<string, Known> {
  const lines = new Lines(file, text.trimEnd());
  if (lines.next()?.trim() !== 'set,instance,lowerBound,bestKnown') lines.fail('the first line is not set,instance,lowerBound,bestKnown');
  const known = new Map<string, Known>();
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const [set, instance, lower, best, ...more] = line.trim().split(',');
    const [lowerBound, bestKnown] = [Number(lower || Number.NaN), Number(best || Number.NaN)];
    if (!set || !instance || more.length > 0 || !Number.isFinite(lowerBound) || !Number.isFinite(bestKnown) || bestKnown < lowerBound)
      lines.fail(`not set,instance,lowerBound,bestKnown: ${line}`);
    known.set(must(instance, 'instance'), { set: must(set, 'set'), lowerBound, bestKnown });
  }
  return known;
}

function successorsIn(lines: Lines, j: number, jobs: number): number[] {
  const [job, modes, count, ...later] = lines.row(null, `the successors of job ${j + 1}`);
  if (job !== j + 1) lines.fail(`expected the successors of job ${j + 1}`);
  if (modes !== 1) lines.fail(`job ${j + 1} has ${modes} modes; only one is read`);
  if (later.length !== count) lines.fail(`job ${j + 1} says ${count} successors and names ${later.length}`);
  if (later.some((k) => k <= j + 1 || k > jobs)) lines.fail(`job ${j + 1} has a successor that does not come after it`);
  return later.map((k) => k - 1);
}

function activityIn(lines: Lines, j: number, renewable: number, successors: readonly number[]): Activity {
  const [job, mode, durationMin, ...demands] = lines.row(3 + renewable, `duration and demands of job ${j + 1}`);
  if (job !== j + 1 || mode !== 1) lines.fail(`expected duration and demands of job ${j + 1} in mode 1`);
  return { name: String(j + 1), successors, modes: [{ durationMin: must(durationMin, 'duration'), demands }] };
}

/** A file's lines from the first to the last; knows where it is when something is wrong. */
class Lines {
  readonly #file: string;
  readonly #lines: readonly string[];
  #at = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#lines = text.split(/\r?\n/);
  }

  next(): string | undefined {
    return this.#lines[this.#at++];
  }

  /** The number in the next line that matches. */
  number(pattern: RegExp, what: string): number {
    for (let line = this.next(); line !== undefined; line = this.next()) {
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) return Number(found);
    }
    return this.fail(`there is no line "${what}"`);
  }

  /** Goes behind the line that begins so, and so many lines of headings. */
  skipTo(heading: string, more: number): void {
    for (let line = this.next(); ; line = this.next()) {
      if (line === undefined) this.fail(`there is no line "${heading}"`);
      if (line?.startsWith(heading)) break;
    }
    this.#at += more;
  }

  /** The next line as whole numbers, so many where it is known. */
  row(length: number | null, what: string): number[] {
    const words = (this.next() ?? '').trim().split(/\s+/);
    if (!words.every((word) => /^\d+$/.test(word)) || (length !== null && words.length !== length)) this.fail(`expected ${what}`);
    return words.map(Number);
  }

  fail(what: string): never {
    throw new PsplibFormatError(`${this.#file}:${Math.min(this.#at, this.#lines.length)}: ${what}`);
  }
}
