// What this driver itself remembers of updates it started, so that after a crash the same intent is followed and not started again.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const KEPT_MS = 7 * 86_400_000;

const recordSchema = z.strictObject({
  target: z.string(),
  /** Link of the task; null: the BMC had not answered yet. */
  task: z.string().nullable(),
  /** Links of the tasks that were there before. */
  tasksBefore: z.array(z.string()),
  versionsBefore: z.record(z.string(), z.string()),
  /** The result, once there is one. */
  end: z.strictObject({ exit: z.int(), why: z.string(), percent: z.number().nullable(), messages: z.array(z.string()) }).nullable(),
});
export type UpdateRecord = z.output<typeof recordSchema>;

/** By mark. In the folder, where there is one, else as long as the process lives. */
export class Records {
  readonly #memory = new Map<string, UpdateRecord>();
  readonly #folder: string | null;

  constructor(state: string | undefined) {
    this.#folder = state === undefined ? null : join(state, 'redfish');
  }

  read(mark: string): UpdateRecord | null {
    const known = this.#memory.get(mark);
    if (known || this.#folder === null) return known ?? null;
    try {
      return recordSchema.parse(JSON.parse(readFileSync(this.#file(this.#folder, mark), 'utf8')));
    } catch {
      return null;
    }
  }

  /** Durable when it returns, as far as a rename is. */
  write(mark: string, record: UpdateRecord): void {
    this.#memory.set(mark, record);
    if (this.#folder === null) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#file(this.#folder, mark);
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }

  remove(mark: string): void {
    this.#memory.delete(mark);
    if (this.#folder !== null) rmSync(this.#file(this.#folder, mark), { force: true });
  }

  /** Old ones go. */
  prune(now: number): void {
    if (this.#folder === null) return;
    for (const name of namesIn(this.#folder)) {
      const file = join(this.#folder, name);
      if (now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now) > KEPT_MS) rmSync(file, { force: true });
    }
  }

  #file(folder: string, mark: string): string {
    return join(folder, `${mark.replace(/.*\//, '')}.json`);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.json(\.new)?$/.test(name));
  } catch {
    return [];
  }
}
