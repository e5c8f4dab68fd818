// What may stand in a catalogue file: a whole procedure, or `extends: builtin` with the steps it changes.
import { z } from 'zod';
import { ACTIVATIONS, JUDGES, READERS, STEP_STATES } from '../core/change/procedure.ts';
import { TARGET_KINDS } from '../core/fleet/model.ts';
import {
  checkArgv,
  component,
  COMPONENT,
  count,
  countOr,
  flag,
  name,
  NAME,
  numberFrom,
  observedShare,
  oneOf,
  prior,
  sha256,
  share,
  someTime,
  stepArgv,
  stepText,
  text,
} from './values.ts';
import { keys, named } from './schema.ts';

const STEP_ROLES = ['scheduler', 'allocator', 'shell', 'bmc', 'fabric', 'local'] as const;
const STEP_ACTS = ['drain', 'reboot', 'power-cycle', 'ac-cycle', 'power-on', 'power-off', 'reset', 'links'] as const;

/** What a step may do: exactly one of these. */
export const STEP_ACTIONS = ['do', 'run', 'push', 'update', 'read', 'check'] as const;

const check = keys({
  name,
  run: checkArgv,
  nodes: countOr(['rail', 'all']).optional(),
  takes: prior.optional(),
  catches: share(0).optional(),
  before: flag.optional(),
  as: oneOf(JUDGES).optional(),
  busbwMin: numberFrom(0, 1_000_000, 'bus bandwidth in GB/s', '350').optional(),
});

const reading = z.union([stepArgv, keys({ run: stepArgv, as: oneOf(READERS), part: text.exactOptional() })]);

const stepShape = {
  to: oneOf(STEP_STATES).optional(),
  by: oneOf(STEP_ROLES).optional(),
  do: oneOf(STEP_ACTS).optional(),
  run: stepArgv.optional(),
  push: keys({ from: stepText, to: stepText, sha256 }).optional(),
  update: keys({ image: stepText, components: z.array(name).min(1).optional() }).optional(),
  read: named('a component', COMPONENT, reading).optional(),
  check: z.array(check).min(1).optional(),
  early: flag.optional(),
  destructive: flag.optional(),
  shared: flag.optional(),
  uses: z.array(name).optional(),
  takes: prior.optional(),
  timeout: someTime.optional(),
  attempts: count(1, 100).optional(),
  fails: share(0).optional(),
};

export const stepSchema = keys({ step: name, ...stepShape });
/** A step's settings without its name, as they stand under `steps:` of an extension. */
const stepChangesSchema = keys(stepShape);

export const backSchema = keys({
  run: stepArgv,
  takes: prior.optional(),
  timeout: someTime.optional(),
  version: oneOf(['previous']).optional(),
});

const mopUpShape = {
  share: share(0),
  takes: prior.optional(),
  tries: z.array(keys({ by: oneOf(['shell', 'bmc']), do: oneOf(['reboot', 'power-cycle']) })).optional(),
  crew: name.optional(),
  part: name.optional(),
};
export const mopUpSchema = keys({ way: name, ...mopUpShape });

const whole = {
  carries: z.array(component).optional(),
  activates: oneOf(ACTIVATIONS).optional(),
  needs: oneOf(['cleared', 'off', 'live']).optional(),
  after: z.array(component).optional(),
  back: backSchema.optional(),
  mopUp: z.array(mopUpSchema).optional(),
  defects: observedShare.exactOptional(),
  disturbs: observedShare.exactOptional(),
};

export const procedureSchema = keys({ component, kind: oneOf(TARGET_KINDS), steps: z.array(stepSchema).min(1), ...whole });

export const extensionSchema = keys({
  component,
  extends: oneOf(['builtin']),
  steps: named('a step', NAME, stepChangesSchema).optional(),
  ...whole,
});

export type WrittenStep = z.output<typeof stepSchema>;
export type WrittenCheck = z.output<typeof check>;
export type WrittenBack = z.output<typeof backSchema>;
export type WrittenMopUp = z.output<typeof mopUpSchema>;
export type WrittenProcedure = z.output<typeof procedureSchema>;
export type WrittenExtension = z.output<typeof extensionSchema>;
