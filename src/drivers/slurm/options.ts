// What fleet.yaml says about a Slurm cluster, and what the driver is opened with.
import { z } from 'zod';
import { duration } from '../shared/options.ts';
import { restOptions } from './rest/options.ts';

/** Options of `drivers: {scheduler: {use: slurm, ...}}`. Parsing twice changes nothing. */
export const slurmOptions = z.strictObject({
  /** slurm.conf of the cluster, relative to the fleet's folder; default: what SLURM_CONF or the system says. */
  conf: z.string().min(1).optional(),
  /** Folder of scontrol, squeue, scancel, relative to the fleet's folder; default: PATH. */
  bin: z.string().min(1).optional(),
  /** How long one command may take, e.g. "30s". */
  timeout: duration.default('30s'),
  /** Our reservations are called PREFIX-RUN. */
  resPrefix: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'letters, digits and _, beginning with a letter')
    .default('pitstop'),
  /** Slurm's REST server, used for what it offers; absent: the command line alone. */
  rest: restOptions.optional(),
});
export type SlurmOptions = z.input<typeof slurmOptions>;
