// How a node of a testbed may misbehave, with or without a site around it.
import type { SiteFault } from './site/site.ts';

/**
 * neverBack: goes down at a reboot and stays down. oldVersion: boots, but what was applied is lost. late: boots `seconds` later (20).
 * hangDrain: gets a job that ignores its signal and ends at `release` only; the node must be free. backTwice: reboots by itself `seconds` (3) after a reboot.
 * applyFails, healthFails: that command exits 1. sshRefuses: no sshd from the next boot on. pairFails: every check of several nodes fails with this
 * one. All but hangDrain hold until `repair`. A bound testbed knows more (SiteFault), and switches that have oldVersion too.
 */
export const NODE_FAULTS = [
  'neverBack',
  'oldVersion',
  'late',
  'hangDrain',
  'backTwice',
  'applyFails',
  'healthFails',
  'sshRefuses',
  'pairFails',
] as const;
type OwnFault = (typeof NODE_FAULTS)[number];
export type Fault = OwnFault | SiteFault;

export interface NodeFault {
  readonly node: string;
  readonly fault: Fault;
  /** late, backTwice: seconds. Faults of a port: its rail. */
  readonly seconds?: number;
}

export function isNodeFault(fault: Fault): fault is OwnFault {
  return (NODE_FAULTS as readonly string[]).includes(fault);
}
