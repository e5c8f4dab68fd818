// What the twin draws for: each purpose has numbers of its own, so that nothing that happens changes what another thing draws.
import { draw } from '../../std/draw.ts';
import type { TwinConfig } from './config.ts';

/** The index of each is the `step` of its draws, so new ones go to the end. */
export const DRAWS = [
  'stage',
  'apply',
  'rollback',
  'reboot',
  'read',
  'check',
  'other',
  'latency',
  'slow',
  'drop',
  'lost',
  'stop',
  'twice',
  'busy',
  'job-nodes',
  'job-remaining',
  'job-handles',
  'checkpoint',
  'epilog',
  'fault',
  'link-fault',
  'switch-fault',
  'switch',
  'disturb',
  'update',
] as const;
export type DrawnFor = (typeof DRAWS)[number];

/** A uniform number for this purpose, its own for each subject and each time it is asked for. */
export function drawBy(
  { seed, scenario }: Pick<TwinConfig, 'seed' | 'scenario'>,
  what: DrawnFor,
  subject: number,
  attempt: number,
): number {
  return draw(seed, scenario, subject, DRAWS.indexOf(what), attempt);
}
