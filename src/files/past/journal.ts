// A journal as `pitstop events RUN` prints it: one entry a line, as JSON.
import { z } from 'zod';
import type { NamedEntry } from '../../core/past/from-journal.ts';
import { ENTRY_KINDS, type Entry } from '../../core/ports.ts';
import type { Program } from '../../core/run/program.ts';
import type { Json } from '../../std/json.ts';
import type { Reading } from './reading.ts';

const json: z.ZodType<Json> = z.json();
const lineSchema = z.object({
  seq: z.int().min(1),
  at: z.iso.datetime({ offset: true }),
  run: z.string(),
  target: z.string().nullable(),
  kind: z.enum(ENTRY_KINDS),
  step: z.string().nullable(),
  arg: z.int().nullable().default(null),
  attempt: z.int().min(0).max(255),
  by: z.string().nullable(),
  why: z.string().nullable(),
  data: z.record(z.string(), json).nullable(),
});

export interface ReadJournal {
  readonly run: string;
  readonly entries: readonly NamedEntry[];
}

const MEND = 'use the lines as pitstop events printed them, all of them';

/** Throws BadInputError for a line that is none, for lines of two runs, and where some are missing. */
export function readJournal(reading: Reading, text: string): ReadJournal {
  const entries: NamedEntry[] = [];
  let run: string | null = null;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const cell = { text: line, line: i + 1, col: 1 };
    const read = lineSchema.safeParse(valueOf(line));
    if (!read.success) {
      const issue = read.error.issues[0];
      reading.refuse(cell, `no entry of a journal: ${issue?.path.join('.') || 'line'}: ${issue?.message}`, MEND);
      break;
    }
    const { seq, run: of, at, ...entry } = read.data;
    run ??= of;
    if (of !== run) reading.refuse({ ...cell, text: of }, `another run than ${run}`, 'one run a file');
    if (seq !== entries.length + 1) {
      reading.refuse({ ...cell, text: String(seq) }, `entry ${entries.length + 1} is missing`, MEND);
      break;
    }
    entries.push({ ...entry, at: Date.parse(at) });
  }
  reading.done();
  return { run: run ?? '', entries };
}

/** The same entries for the program of the plan that was run. Throws BadInputError for a target that is not in the plan. */
export function entriesForPlan(reading: Reading, { entries }: ReadJournal, program: Program): Entry[] {
  const translated = entries.map((entry, i): Entry => {
    const target = entry.target === null ? -1 : (program.idOf.get(entry.target) ?? -2);
    if (target === -2)
      reading.refuse({ text: entry.target ?? '', line: i + 1, col: 1 }, 'not a target of this plan', 'give the plan that was run');
    const note = { by: entry.by, why: entry.why, data: entry.data };
    const said = Object.entries(note).filter(([, value]) => value !== null);
    return {
      at: entry.at,
      target,
      kind: entry.kind,
      step: target < 0 ? (entry.arg ?? -1) : stepOf(program, target, entry.step),
      attempt: entry.attempt,
      note: said.length === 0 ? null : Object.fromEntries(said),
    };
  });
  reading.done();
  return translated;
}

/** Names of steps are unique in a chain but for the return, which is on the way forward and on the way back. */
function stepOf(program: Program, target: number, name: string | null): number {
  const chain = program.chainOf[target];
  return name === null ? -1 : (program.steps.find((step) => step.chain === chain && step.name === name)?.id ?? -1);
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
