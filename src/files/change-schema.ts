// What may stand in change.yaml.
import { z } from 'zod';
import { COMPONENT, flag, name, NAME, nodeSetText, stepArgv, version } from './values.ts';
import { keys, named } from './schema.ts';

/** A version alone takes the procedure from the catalogue; with `apply` and `read` it is written out here. */
const short = keys({
  version,
  stage: stepArgv.optional(),
  apply: stepArgv.optional(),
  read: stepArgv.optional(),
  check: stepArgv.optional(),
  back: stepArgv.optional(),
  reboot: flag.optional(),
});

export const changeSchema = keys({
  change: name,
  targets: nodeSetText.optional(),
  want: named('a component', COMPONENT, z.union([version, short])).optional(),
  replace: named('a part', NAME, nodeSetText).optional(),
});

export type WrittenShort = z.output<typeof short>;
export type WrittenChange = z.output<typeof changeSchema>;
