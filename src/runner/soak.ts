// The soak: a returned target is confirmed once it was still in service when its soak ended.
import type { SchedulerFacts } from '../core/ports.ts';
import { COMMAND } from '../core/run/commands.ts';
import { stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';

const RETURNED = stageCode('returned');

/** Soaks every target that returns from now on, and those that a replay found soaking. */
export function keepSoaks(host: RunHost): void {
  host.onCommand((command, target) => {
    if (command === COMMAND.returned) void soak(host, target);
  });
  for (const [target, stage] of host.chronicle.state.stage.entries()) if (stage === RETURNED) void soak(host, target);
}

async function soak(host: RunHost, target: number): Promise<void> {
  const since = host.chronicle.returnedAt[target] as number;
  const still = (): boolean =>
    host.stopped === null && host.chronicle.state.stage[target] === RETURNED && host.chronicle.returnedAt[target] === since;
  await host.sleep(Math.max(0, since + host.parts.program.soakMs - host.now()));
  while (still()) {
    const facts = (await host.look(target, 'scheduler')).facts as SchedulerFacts | null;
    if (!still()) return;
    if (facts?.inService) return host.feed(target, 'soak-passed');
    if (facts) return host.feed(target, 'soak-failed', { why: `out of service at the end of its soak: ${facts.state}` });
    await host.tick(host.parts.pace.pollMs);
  }
}
