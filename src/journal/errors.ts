// What a journal refuses with: one error for each reason, each carrying what a caller needs to act on it.

/** `create`: a run of this name is in the journal already. */
export class RunExistsError extends Error {
  override name = 'RunExistsError';
  readonly run: string;
  constructor(run: string) {
    super(`run ${run} is in the journal already`);
    this.run = run;
  }
}

/** Any call that names a run which was never created. */
export class RunUnknownError extends Error {
  override name = 'RunUnknownError';
  readonly run: string;
  constructor(run: string) {
    super(`the journal has no run ${run}`);
    this.run = run;
  }
}

/** `create`: targets of the new run are in another unfinished run. `run` is that other run, `targets` what it holds of those asked for. */
export class TargetOccupiedError extends Error {
  override name = 'TargetOccupiedError';
  readonly run: string;
  readonly targets: readonly string[];
  constructor(run: string, targets: readonly string[]) {
    const more = targets.length > 5 ? ` and ${targets.length - 5} more` : '';
    super(`run ${run} is not finished and holds ${targets.slice(0, 5).join(', ')}${more}`);
    this.run = run;
    this.targets = targets;
  }
}

/** `append`: the epoch given is not the shard's; somebody else has claimed it, so the caller must stop acting. `current` 0 = never claimed. */
export class JournalFencedError extends Error {
  override name = 'JournalFencedError';
  readonly run: string;
  readonly shard: number;
  readonly epoch: number;
  readonly current: number;
  constructor(run: string, shard: number, epoch: number, current: number) {
    super(`run ${run}, shard ${shard}: epoch ${epoch} may not write, the shard is at epoch ${current}`);
    this.run = run;
    this.shard = shard;
    this.epoch = epoch;
    this.current = current;
  }
}

export class JournalClosedError extends Error {
  override name = 'JournalClosedError';
  constructor() {
    super('the journal is closed');
  }
}

/** Another process (or another journal of this one) has the file open: one `serve` per state folder. */
export class JournalBusyError extends Error {
  override name = 'JournalBusyError';
  readonly file: string;
  constructor(file: string) {
    super(`${file} is open in another process; only one may own it at a time`);
    this.file = file;
  }
}

/** The store failed (disk full, I/O). Nothing that was not durable was acknowledged; nothing more is written until the journal is reopened. */
export class JournalBrokenError extends Error {
  override name = 'JournalBrokenError';
  readonly place: string;
  constructor(place: string, cause: Error) {
    super(`${place} failed: ${cause.message}; nothing is written to it until it is reopened`, { cause });
    this.place = place;
  }
}

/** newer: written by a later Pitstop. foreign: not a journal. damaged: torn, cut short or altered. */
export type FormatProblem = 'newer' | 'foreign' | 'damaged';

/** The store cannot be read as a journal of this format. It is left as it was found. */
export class JournalFormatError extends Error {
  override name = 'JournalFormatError';
  readonly place: string;
  readonly problem: FormatProblem;
  constructor(place: string, problem: FormatProblem, detail: string) {
    super(`${place} ${WORDS[problem]}: ${detail}`);
    this.place = place;
    this.problem = problem;
  }
}

const WORDS: Record<FormatProblem, string> = {
  newer: 'was written by a newer Pitstop',
  foreign: 'is not a journal of Pitstop',
  damaged: 'is damaged',
};
