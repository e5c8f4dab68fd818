// What fleet.yaml says about an InfiniBand fabric, and what the driver is opened with.
import { z } from 'zod';
import { argv, duration } from '../shared/options.ts';

const guid = z.string().regex(/^0x[0-9a-fA-F]{1,16}$/, 'a GUID like "0xe09d7303007a4bd8"');

/** Options of `drivers: {fabric: {use: infiniband, ...}}`. Parsing twice changes nothing. Programs with a slash begin at the fleet's folder. */
export const infinibandOptions = z.strictObject({
  /** The tools, each with the arguments that come before ours (`["sudo", "ibnetdiscover", "-C", "mlx5_0"]`). */
  commands: z
    .strictObject({
      ibnetdiscover: argv.default(['ibnetdiscover']),
      iblinkinfo: argv.default(['iblinkinfo']),
      /** Without asking the subnet manager for each path, so that counters are read while there is none. */
      ibqueryerrors: argv.default(['ibqueryerrors', '--skip-sl']),
      saquery: argv.default(['saquery']),
      sminfo: argv.default(['sminfo']),
    })
    .prefault({}),
  /** Lines "GUID NAME [HCA]" of node or port GUIDs, for HCAs and switches that do not call themselves as the fleet does; relative to its folder. */
  names: z.string().min(1).optional(),
  managers: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits and . _ -'),
        /** GUID of the port it sits on; default: the host that is called like it. */
        guid: guid.optional(),
        stop: argv.optional(),
        start: argv.optional(),
        /** Prints what it is configured with, without what may differ between managers (priority, own paths). */
        config: argv.optional(),
      }),
    )
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'two managers have one name')
    .default([]),
  /** How long one tool may take for the whole fabric. */
  timeout: duration.default('60s'),
  /** How long a sweep waits for others who want to look as well: who asks together is answered from one sweep. */
  gather: duration.default('50ms'),
  /** Where `once` commands leave that they ran, relative to the fleet's folder; default: $PITSTOP_DIR, else /var/tmp. */
  claims: z.string().min(1).optional(),
});
export type InfinibandOptions = z.input<typeof infinibandOptions>;
export type InfinibandSettings = z.output<typeof infinibandOptions>;
export type ManagerSettings = InfinibandSettings['managers'][number];
