// Return: lift our drain, leave our reservation, and see the target in service. Whatever is not ours stays as it is.
import type { Act, SchedulerFacts } from '../../core/ports.ts';
import { guardReturn } from '../../core/run/guard.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { end, guarded, intend, keyOf, seenData, wordsOf } from './common.ts';

export async function giveBackBody(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const scheduler = host.caller(target, 'scheduler');
  if (!scheduler) {
    end(host, target, turn, 'failed', { why: 'this cluster has no scheduler driver' });
    return;
  }
  const key = keyOf(host, target, step);
  while (host.alive(target, turn)) {
    const seen = await guarded(host, target, step, turn, guardReturn);
    if (!seen || !(await intend(host, target, step, turn, { act: 'return', key, seen: seenData(seen) }))) return;
    const deadline = host.now() + host.parts.pace.callTimeoutMs;
    // Out of the drain first: the reservation still keeps jobs away until the scheduler shows the node healthy.
    for (const act of [
      { role: 'scheduler', do: 'undrain', run: host.run },
      { role: 'scheduler', do: 'unreserve', run: host.run },
    ] satisfies Act[]) {
      const result = await scheduler.act(act, host.name(target), key, deadline);
      if (!host.alive(target, turn)) return;
      if (result.outcome === 'refused' || result.outcome === 'unknown') {
        host.waitingFor[target] = `the scheduler to ${act.do}: ${wordsOf(result)}`;
        break;
      }
    }
    const after = (await host.look(target, 'scheduler')).facts as SchedulerFacts | null;
    if (after?.inService && after.reservation === null) {
      end(host, target, turn, 'done', { data: { state: after.state } });
      return;
    }
    host.waitingFor[target] ??=
      `the scheduler to show it in service (now ${after?.state ?? 'unknown'}${after?.reservation ? ', still in our reservation' : ''})`;
    await host.tick(host.parts.pace.pollMs);
  }
}
