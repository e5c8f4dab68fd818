// What fleet.yaml says about the system that places VMs or containers, and what the driver is opened with.
import { z } from 'zod';
import { argv, duration } from '../shared/options.ts';

const writing = argv
  .refine((list) => list.filter((argument) => argument === '{nodes}').length <= 1, '"{nodes}" stands once, as an argument of its own')
  .refine(
    (list) => list.slice(1).some((argument) => argument.includes('{reason}')),
    'an argument with {reason}: by it our hold is known as ours',
  );

/** Options of `drivers: {allocator: {use: allocator, ...}}`. Parsing twice changes nothing. */
export const allocatorOptions = z
  .strictObject({
    /** Prints every node, as JSON lines or one JSON list: docs/reference/allocator.md has the shape. */
    list: argv,
    /** `{reason}` becomes `pitstop:RUN WHY`, `{run}` the run, `{nodes}` one argument a node; without `{nodes}` the nodes come last. */
    hold: writing.optional(),
    /** As `hold`. Both or neither: with neither the allocator is only looked at. */
    release: writing.optional(),
    /** How long one command may take, e.g. "30s". */
    timeout: duration.default('30s'),
    /** Names of variables that the commands get beside PATH, HOME and the like. Their values are never shown. */
    passEnv: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')).default([]),
  })
  .refine(({ hold, release }) => (hold === undefined) === (release === undefined), 'hold and release: both, or neither');
export type AllocatorOptions = z.input<typeof allocatorOptions>;
export type AllocatorSettings = z.output<typeof allocatorOptions>;
