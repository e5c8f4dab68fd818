// Each step is observe, decide, act, verify in one body (docs/concepts.md). This file picks the body; the others are one kind each.
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { checkBody } from './check.ts';
import { drainBody } from './drain.ts';
import { giveBackBody } from './give-back.ts';
import { linksBody } from './links.ts';
import { powerBody } from './power.ts';
import { readBody } from './read.ts';
import { rebootBody } from './reboot.ts';
import { actUntilAnswered, runBody } from './run.ts';

/** Carries one attempt of one step out on one target and feeds exactly one ending, unless it was interrupted meanwhile. */
export function stepBody(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const { action } = step;
  switch (action.kind) {
    case 'run':
      return runBody(host, target, step, action.argv, turn);
    case 'read':
      return readBody(host, target, step, action.read, turn);
    case 'push':
      return actUntilAnswered(host, target, step, turn, {
        role: 'shell',
        do: 'push',
        from: action.from,
        to: action.to,
        sha256: action.sha256,
      });
    case 'update':
      return actUntilAnswered(host, target, step, turn, { role: 'bmc', do: 'update', image: action.image, components: action.components });
    case 'check':
      return checkBody(host, target, step, action, turn);
    case 'do':
      if (action.act === 'drain') return drainBody(host, target, step, turn);
      if (action.act === 'return') return giveBackBody(host, target, step, turn);
      if (action.act === 'links') return linksBody(host, target, step, turn);
      if (action.act === 'hand-over') return Promise.resolve();
      if (action.act === 'power-off' || action.act === 'power-on' || action.act === 'reset')
        return powerBody(host, target, step, action.act, turn);
      return rebootBody(host, target, step, action.act, turn);
    default:
      return action satisfies never;
  }
}
