// What `advance` tells its caller: triples of numbers, so that a rehearsal of millions of events allocates nothing.

export const COMMAND = {
  /** (target, step): begin this attempt of the step. */
  start: 0,
  /** (target, -1): in service, conforming and validated; begin the soak. */
  returned: 1,
  /** (target, -1): soaked. */
  settled: 2,
  /** (target, step): off the happy path at this step; mop-up begins. */
  failed: 3,
  /** (target, step): nothing automatic left; waits for people. */
  straggling: 4,
  /** (target, -1): out of the run, unchanged. */
  skipped: 5,
  /** (target, -1): given up by somebody. */
  dropped: 6,
  /** (wave, wave state). */
  wave: 7,
} as const;

export function emit(out: number[], command: number, subject: number, detail: number): void {
  out.push(command, subject, detail);
}
