// Each step is observe, decide, act, verify in one body (docs/concepts.md). This file picks the body; the others are one kind each.
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { checkBody } from './check.ts';
import { drainBody } from './drain.ts';
import { giveBackBody } from './give-back.ts';
import { readBody } from './read.ts';
import { rebootBody } from './reboot.ts';
import { runBody } from './run.ts';

/** Carries one attempt of one step out on one target and feeds exactly one ending, unless it was interrupted meanwhile. */
export function stepBody(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const { action } = step;
  switch (action.kind) {
    case 'run':
      return runBody(host, target, step, action.argv, turn);
    case 'read':
      return readBody(host, target, step, action.read, turn);
    case 'check':
      return checkBody(host, target, step, action.checks, turn);
    case 'do':
      if (action.act === 'drain') return drainBody(host, target, step, turn);
      if (action.act === 'return') return giveBackBody(host, target, step, turn);
      if (action.act === 'hand-over') return Promise.resolve();
      return rebootBody(host, target, step, action.act, turn);
    default:
      return action satisfies never;
  }
}
